"""Reading a typed 目標 or 実績: `read`. It never raises and never guesses: what it cannot read stays text, kept byte for byte."""

import re
from functools import lru_cache

from review.domain import value_words as say
from review.domain.notation import compact, fold
from review.domain.values import grammar, lexer, times, units
from review.domain.values.reading import Kind, Parts, Quantity, Reading, Relation, State, ValueState

_LONGEST = 2_000  # characters; what is longer is prose
_DIGIT = re.compile(r"\d")
_DASH = re.compile(r"[-_ー…‥ｰ ]+")
_DASH_AND_REASON = re.compile(r"[-_…‥]+(?: ?[(※【\[]| (?=[^\d]))")
_SENTENCE = re.compile(r"(?:した|ました|です|である|。\s*)\Z")
_YEAR_LABEL = re.compile(rf"{times.YEAR}(?:年度?)?末?")
_ALL = re.compile(
    rf"(?:[^\d]{{0,12}} )?全(?:ての|て)?(?P<noun>[一-龥ァ-ヶー]{{0,8}}?(?:{units.KNOWN_PATTERN}|課等|職員|員|対象者|橋梁|橋りょう|公園|避難所|"
    r"車両|庁舎|住宅|審議会|委員会|[支張育]所)(?<!全[部面日般年回度村市町区人]))(?:で|に|を|の)?(?:実施|導入|整備|完了|設置|達成|済み?|配置|配備|対応|取得|受講|受診|参加|合格|修了)*(?:済み?|完了)?"
)
_FREE_NOTE_NEVER = re.compile(
    r"[のをにがはでともやへ]|から|まで|より|うち(?!訳)|増|減|以|未|超|程|台|中|不足|件|人|%|→|\+|-|×|~|=|\d|(?i:over|under|up|down)"
)
_PERIOD_NOTE = re.compile(r"\A(?:1?([月週日])(?:間)?(?:平均|当たり|あたり)|年間(?:合計|計|延べ)?)\Z")
_COMPARES = re.compile("比|対|より|から|増|減")
_BREAKS = re.compile(r"(?<!目標)(?<!計画)[ 、・:]|,(?!\d)|に対し(?:て|ての|の)?、?|中(?=\d)|/(?=目標|計画|実績)")
_NUMERALS = str.maketrans("〇一二三四五六七八九", "0123456789")
_NUMERAL = re.compile(
    r"(?<![数幾何第〇一二三四五六七八九十百千万億])(?!一(?:[部度式区体点]|時(?!間))|十分(?!以))"
    rf"[一二三四五六七八九十百千][〇一二三四五六七八九十百千万億]*(?={units.KNOWN_PATTERN})"
)
_IN_KANJI = re.compile(rf"{_NUMERAL.pattern}(?:{units.KNOWN_PATTERN})(?:\Z|[ 、一二三四五六七八九十以未程])")
_BREAKDOWN = re.compile(r"[ 、,](?=うち|内訳|但し|ただし|※|なお|\*|注)")


@lru_cache(maxsize=16384)
def read(text: str) -> Reading:
    """The reading of a typed text. Any str is answered; what cannot be read comes back as kind `text`."""
    folded, typed = fold(text), (text, compact(text))
    if not folded:
        return Reading(*typed, blank=True)
    if not folded[0].isdigit():
        if _DASH.fullmatch(folded) or times.NO_TARGET.fullmatch(folded.strip("()")):
            return Reading(*typed)
        if _DASH_AND_REASON.match(folded):
            reason = folded.lstrip("-_…‥ ")
            return Reading(*typed, note=reason, state=ValueState(State.NOT_MEASURED, reason))
    if len(folded) > _LONGEST:
        return Reading(*typed, "text")
    main, notes = lexer.without_notes(folded)
    note, has_digits = " ".join(notes), bool(_DIGIT.search(main))
    if not has_digits and _IN_KANJI.search(main):
        main, has_digits = _NUMERAL.sub(_in_digits, main), True
    if times.NOT_MEASURED.search(main if has_digits else folded):
        return Reading(*typed, "text", note=note, state=ValueState(State.NOT_MEASURED, folded))
    if span := times.read_date(main):
        reading = Reading(*typed, "date", span=span, note=note)
    elif related := _relation(main):
        reading = Reading(*typed, "relative", relation=related, note=note)
    elif (has_digits or "ゼロ" in main) and (measured := _with_numbers(typed, main, notes)):
        reading = measured
    elif everything := _everything(main, note):
        reading = Reading(*typed, "share", (everything,), note=note)
    else:  # a short phrase is a milestone: 整備完了
        kind: Kind = "text" if _SENTENCE.search(main) or len(main) > 40 else "milestone"
        reading = Reading(*typed, kind, note=note)
    labels = [part.label for part in reading.parts] if "→" not in main else []
    if reading.parts:
        notes += (more,) if (more := reading.note.removesuffix(note).strip()) else ()
    elif (stated := reading.relation) and stated.relation == "unclear" and not _COMPARES.search(main):
        notes = (stated.base.replace("previous", "前年度"),)  # 令和5年度実績 5件
    elif not stated:
        notes = ()
    return reading._replace(state=times.state_of(labels, notes, folded), phrase=reading.in_words)


def _in_digits(numeral: re.Match[str]) -> str:
    """32 for 三十二, 110 for 百十, 1200万 for 千二百万."""
    typed = re.sub(r"(?<!\d)(?=[十百千])", "1", numeral[0].translate(_NUMERALS))
    return re.sub(r"[\d十百千]+", lambda run: str(lexer.value_of(run[0])[0]), typed)


def _with_numbers(typed: tuple[str, str], main: str, notes: tuple[str, ...]) -> Reading | None:
    """Values in every way in which they can be read; None where they cannot."""
    readings, more = _values(main)
    note = " ".join((more, *notes) if more else notes)
    if not readings:
        return None
    if len(readings) > grammar.MOST_READINGS:
        return Reading(*typed, "text", reason=say.MANY_WAYS, note=note)
    first, others = readings[0], tuple(readings[1:])
    if len(first) > 1:
        return Reading(*typed, "parts", first, others, note=note)
    part = first[0]
    bracket: Parts = ()
    if note:
        if part.unit.bare and (unit := units.KNOWN.get(note)):
            part = part._replace(unit=unit)  # 300(件): the bracket is the unit
        if counted := _PERIOD_NOTE.search(note):  # 100人(1日平均)
            part = part._replace(period=counted[1] or "", yearly=not counted[1])
        if len(notes) == 1 and _DIGIT.search(note):
            bracket = grammar.only(notes[0])
    kind: Kind = "comparator" if part.comparator else "number"
    kind = "range" if part.is_range else "share" if part.whole is not None else kind
    return Reading(*typed, kind, (part,), others, bracket if len(bracket) == 1 else (), note=note)


def _values(main: str) -> tuple[list[Parts], str]:
    """The ways to read the values, and what beside them is a note: where from (2件→5件), a state on either side, what follows
    a space (75% 第2次計画に合わせて設定).

    A note only after a value that has no label: in 小 80% 中 前年並み the rest is a second value, which was not read.
    """
    start, arrow, end = main.rpartition("→")
    if arrow:
        before, after = (grammar.only(side.strip(" :")) for side in (re.sub("^現状値?", "", start), end))
        years = all(_YEAR_LABEL.fullmatch(part.label) for part in before + after)
        if len(before) == 1 == len(after) and before[0].unit.fits(after[0].unit) and (years or not after[0].label):
            return [after], f"{start.strip()}から"
    text = main.lstrip("・ ")
    if readings := grammar.readings(text):
        return readings, ""
    breakdown = _BREAKDOWN.search(text)
    for place in [breakdown] if breakdown else list(_BREAKS.finditer(text))[:8]:
        head, rest = text[: place.start()], text[place.end() :]
        if "計画" in head and place[0] in " 、・," and not rest.startswith("実績"):
            continue  # 計画10件、方針5件 are two values
        if times.is_state(head) and (readings := grammar.readings(rest)):
            return readings, head
        parts = grammar.only(head)
        if len(parts) != 1 or parts[0].label not in ("", "実績") or parts[0].unit.bare:
            continue
        if breakdown or times.is_state(rest) or (place[0] == " " and not _FREE_NOTE_NEVER.match(rest)):
            return [parts], rest
    return [], ""


def _everything(main: str, note: str) -> Quantity | None:
    """全校 is all of them: 100 % of a whole that was not counted."""
    if not (match := _ALL.fullmatch(main)):
        return None
    counted = read(note).quantity if note else None  # 全小中学校(20校)
    plain = counted and counted.unit.dimension not in ("", "percent") and not counted.label and not counted.comparator
    if counted and plain and counted.value:
        return counted._replace(whole=counted.value)
    return Quantity(100, 100, unit=units.PERCENT, label=f"全{match['noun']}")


# Relations: 前年度比10%増, 前年度実績以上, 令和元年度比20%削減, 現状維持.

_PREVIOUS = r"(?:対?(?:前|昨)年(?:度|同期|同月)?(?:度?の?実績値?|値)?|前回(?:調査)?値?|前期)"
_THEN = "基準年|基準値|現状|現況|当初|策定時|策定前|導入前|利用前|実施前|開始前|整備前"
_OTHER = rf"(?:(?:令和|平成|昭和|[RHS])?(?:元|\d{{1,4}})(?=対?比|と比)|[^ ]{{0,12}}?(?:年度?|{_THEN}|基準)(?:値?の?実績値?|度|値|時)?)"
_BASE = re.compile(
    rf"(?:(?P<label>[^\d]*?)[ :])?(?:(?P<previous>{_PREVIOUS})|(?P<other>{_OTHER}))"
    r"(?:度)?(?P<link>に?対?比(?:で|較して|較)?|より|と?に?比べて?|に比較して|と比較して|に対し(?:て)?|に対する|から|を|の|と|、)? ?(?P<rest>.*)\Z"
)
_ABOUT_BASE = re.compile(
    rf"前年|昨年|前回|前期|年度?比|比(?:(?<=[元\d]比)|(?<=[元\d]対比)|(?<=[元\d]と比))|{_THEN}|より|年度?実績|年度?から"
)
_AIMED = re.compile(r"(?:を目指す|とする|すること|する|を目標とする|が目標)\Z")
_LEVEL = re.compile(r"\A(?:の|実績|値|水準|同等|同数|同程度|同水準|並み|並|同)(?=.)")
#: What stands after the base: 前年度以上, 前年度実績を維持, 前年度超; and shares that say which way they are meant.
_LEVELS = units.by_word(
    """
    at_least: 以上 at_most: 以下 以内 above: 超 below: 未満
    same: 並 並み 同 同等 同程度 同数 同水準 同様 同額 同率 維持 を維持 と同じ 程度 横ばい 水準
    0.5倍以下: 半減 半分 半分以下 2倍以上: 倍増 2倍
    """
) | {word: "above" if change == "increase" else "below" for word, change in grammar.CHANGES.items()}


def _relation(main: str) -> Relation | None:
    """The relation a folded text states. None where it states none; unreadable ones are `unclear`."""
    if not _ABOUT_BASE.search(main) or not (match := _BASE.match(main.rstrip("。"))):
        return None
    base = "previous" if match["previous"] else match["other"]
    rest = _AIMED.sub("", match["rest"].replace(" ", ""))
    word = _LEVELS.get(rest) or _LEVELS.get(_LEVEL.sub("", rest), rest)
    if word in say.RELATIONS:
        return Relation("" if word == "same" and base.startswith("現状") else base, word)
    signed = re.fullmatch(r"(?:\+|プラス)([^増減]+)", word)  # +5% is 5%増
    parts = grammar.only(f"{signed[1]}増" if signed else word) if word else ()
    if len(parts) != 1 or parts[0].label or parts[0].whole is not None:
        return None
    return of_amount(base, match["link"] or "", parts[0])


def of_amount(base: str, link: str, amount: Quantity) -> Relation:
    """The relation to a base that an amount, and the word before it, state."""
    value = amount.value or 0
    if value < 0 and amount.change is None and amount.comparator is None:
        amount = amount.times(-1)._replace(change="decrease")
    if amount.change:
        if amount.comparator in ("at_most", "below") or amount.is_range:
            return Relation(base, "unclear", amount)  # 10%以下の減: less of a reduction, or at most so much?
        return Relation(base, "at_least" if amount.change == "increase" else "at_most", amount)
    if amount.unit.symbol == "倍" and value > 0:
        return Relation(base, "ratio", amount.times(100)._replace(unit=units.PERCENT))
    # 前年度比105% is a ratio; 前年度比5% may be a growth of 5 % or one twentieth.
    is_ratio = "比" in link and amount.unit.dimension == "percent" and 70 <= value <= 200
    return Relation(base, "ratio" if is_ratio else "unclear", amount)
