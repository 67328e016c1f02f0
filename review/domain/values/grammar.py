"""The grammar of values: 小 5%未満 中 10%未満, 7~7.5俵, 100校中95校, 1億2,000万円, 各課月5件, 3校で実施, 10分短縮.

Every number must be part of a value, and whatever stands around the values must be known here (a label before, a unit, a
comparator, an act after); else the number is inside a sentence, and a number inside a sentence is not a value.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from review.domain.values import units
from review.domain.values.lexer import SHOWN, Number, decimal, numbers_in
from review.domain.values.reading import Change, Comparator, Parts, Quantity, limits
from review.domain.values.units import BARE

MOST_READINGS = 32  # of one cell; beyond that it is text
OF_A_TARGET = ("目標", "目標値", "計画", "計画値")  #: 目標:300団体, labels that no actual may bear

_BEFORE_NUMBER = re.compile(
    r"(?:(?P<each>各[^\s\d各、・]{0,10}?)?(?<![^\s各をにはがのでぁ-ん等課校区園館])(?P<period>毎?(?:年度|年間|年|月間|月|週間|週|日)(?:平均|間)?)?)?"
    r"(?P<sum>累計|合計|計|延べ|のべ)?(?P<all>全)?(?P<about>約|概ね|おおむね|おおよそ|およそ|ほぼ|凡そ)?"
    r"(?P<comparator>最低でも|最低|少なくとも|最大でも|最大で|最大|上限|多くとも|多くても|[<>]=?|[≥≤])?第?\Z"
)
_EACH = re.compile(r"(?:各[^\s各、・]{1,10}?|いずれも|それぞれ|ともに)\Z")
# 1日平均, 1人当たり, 四半期ごと at the end of a label: what the value is counted for.
_PER_ONE = re.compile(
    r"(?<!\d)(?P<both>1人1日|1日1人)|(?P<every>.*(?:ごと|四半期))に?\Z"
    r"|(?<!\d)1 ?(?:か|ヶ|カ|ケ)?(?P<one>人|名|日|月|週|回|校|園|世帯|団体|社|件|課)間?(?:平均|当たり|あたり|当り|につき|ごと)?\Z"
)
# A number after one of these is a rest, a part or a plan, not the value of the cell.
_NOT_A_LABEL = re.compile(
    r"(?:残り|あと|うち|不足|目標|目標値|計画|計画値|予定|参考|例|当初|対し|対して|対する|(?<!申請|受付|受理|通報|依頼|申込|請求|覚知|入電|発生|届出|要請)から|まで|より|比|基準値?|現状値?|[、。→×+*±]|"
    r"前回|前年度?|昨年度?|最高|未|非|~)\Z|^(?:うち|内訳|残り|あと|例えば|[-~*+=_#?!]+\Z)|[。×→±]"
    rf"|\A[にの]\Z|(?:\A|[ :①-⑳])(?:{units.KNOWN_PATTERN})?(?:以上|以下|未満|以内)\Z"  # 中%以上 12件, but not C判定以上 12人
)
_BY_WHEN = re.compile(r"\A\d{1,4}年度?(?:末|まで|以内|後)+(?:に|の|、)*")
_SEPARATOR = re.compile(r"[ 、,;/・]+")
_LATER_TAIL = re.compile(r"(?:以 ?[上下内]|未 ?満|超|程度)(?=[ 、,;/・])")  # 80% 以上 after a space belongs to the 80
_TOTALS = {"計", "累計", "合計", "全体", "総計", "総数", "延べ", "のべ"}
_STRIPPED = " 、,;/・"
_BOUND = re.compile(r"(?:以 ?上|超)[、,・ ]*(?:かつ)?~? ?\Z")
_OF = re.compile(r"(?:満点)?(?:中|のうち|の内|内)、?(?:の)?\Z")
_LABEL_GOES_ON = re.compile("(?![以未超程達増減中前強弱余])[一-龥ァ-ヺA-Za-zー:]")  # 100 人口, but not 100 人


COMPARATORS: dict[str, Comparator] = units.by_word(
    """
    at_least: 以上 突破 を突破 は達成 を下回らない を割らない 以上を維持 以上確保 以上を確保
    above: より多く より多い 超 を超える を上回る 超え 強 余り 余 を超えた を超過
    at_most: 以下 以内 まで を超えない 超えない を上回らない 以下を維持 以下に抑制 以内に抑制
    below: 未満 より少なく より少ない を下回る 弱 を切る
    """
)
BEFORE: dict[str, Comparator] = units.by_word(
    """
    at_least: 最低 少なくとも ≥ >= 最低でも
    above: >
    at_most: ≤ <= 最大 最大で 最大でも 上限 多くとも 多くても
    below: <
    """
)
CHANGES: dict[str, Change] = units.by_word(
    """
    increase: 増 増加 アップ UP up 向上 上昇 の増加 の増 プラス 増やす の向上 も増加 増加させる 増加する 拡大 多い 多く 超え 超える 超過 上回る 上回ること
    decrease: 減 減少 削減 短縮 低減 縮減 軽減 ダウン の削減 の減少 を削減 を短縮 節減 低下 の短縮 の縮減 カット 抑制 減らす 減量 の低減 の減 圧縮
    decrease: マイナス 減少させる 減少する 少ない 少なく 下回る 下回ること
    """
)
_VAGUE = {"強", "弱", "余", "余り"}
# What was done with the counted things. It closes a value; any other words after the unit make a sentence of it.
_ACTS = (
    "達成|実施|開催|出席|参加|締結|導入|整備|設置|取得|登録|作成|策定|配布|受講|受診|利用|申請|公開|掲載|対応|完了|確保|増設|運用|交付|"
    "実現|維持|継続|派遣|養成|育成|認定|採択|採用|公表|発行|発信|配信|更新|改修|改定|改正|見直し|支援|訪問|貸出|貸与|販売|製作|制作|"
    "構築|検討|調査|点検|巡回|処理|相談|提供|移行|廃止|統合|修繕|工事|選定|指定|表彰|植樹|接種|検査|回収|納付|試行|研修|講習|活用|募集|"
    "受付|受理|来場|来館|入場|入館|着手|供用|供用開始|開始|開設|設立|創出|誘致|就職|就業|就農|創業|起業|移住|転入|成立|成約|協議|報告|"
    "投稿|投入|稼働|配置|配備|搭載|接続|閲覧|視聴|再生|宿泊|回答|満足|合格|修了|卒業|在籍|加入|加盟|入会|稼動|適用|適合|電子化|"
    "オンライン化|デジタル化|自動化|耐震化|新設|新規|追加|獲得|連携|協定締結|実績|ある|あり|済|済み|体制|目指す|めざす|目標とする|目標|"
    "解消|解決|改善|撤去|除却|伐採|剪定|植栽|植付け?|補修|補強|舗装|塗装|建設|改築|完成|捕獲|駆除|購入|収集|清掃|診断|測定|売却|譲渡|補助|助成|給付|支給|"
    "返還|返却|寄贈|寄附|寄付|着任|委嘱|刊行|開講|出展|出場|応募|入居|入所|入園|入学|保護|救助|助言|勧告|啓発|実行|達成する|実施する|開催する|確保する|維持する"
)
_PLACES = [Fraction(10) ** power for power in range(12, -13, -1)]
_DONE = re.compile(rf"(?:再|{_ACTS})\Z")
_GOES_ON = "稼[働動]|[運供利使]用|営業|加[入盟]|在籍|公開|掲載|配信|登録|継続|活動|運行|契約|貸[出与]|入[居所園会]|提供|就[職労業農]"
# Spaces between any two of these weigh nothing.
_TAIL = re.compile(
    r" ?(?P<band>台(?:前半|後半)?)?(?P<about>程 ?度|前後|くらい|ぐらい|ほど)?(?:に)?"
    rf" ?(?P<comparator>以 [上下内]|未 満|{units.alternation(COMPARATORS)})?"
    r" ?(?P<about2>程度|前後)?"
    rf" ?(?P<change>{units.alternation(CHANGES)})?"
    rf"(?: ?(?P<comparator2>以上|超|以下|未満|以内)| ?(?:[をはがの]|で|に)? ?(?:(?:{_GOES_ON})中|(?P<act>再?(?:{_ACTS})中)|(?:再?(?:{_ACTS}) ?)+(?:率|数|済み?|完了)?))?"
    r" ?(?P<about3>程度)?"
    r" ?(?:(?:[のとを]|に)?(?:なる)?見込(?:み|む)?|速報値?|暫定値?|概算値?|推計値?)?[。.、,;]? ?\Z"
)
# 5冊/人, 850g/人・日, 150円/m3: what the value is counted for. A year is the default and is not kept.
_PER = re.compile(rf"/(年度?|月|週|人・?日|日・?人|人・?月|月・?人|{units.KNOWN_PATTERN})(?=\Z|[ 、,;]|以|未|超|程|達)")
_ONE_PER: dict[str, str] = units.by_word(
    ": 年 年度 人: 名 人日: 人・日 日・人 日人 1人1日 1日1人 人月: 人・月 月・人 月人"
)
# Half of all cells: what the grammar makes of 1,200人 is said at once.
_PLAIN = re.compile(rf"(?!(?:19|20)..[年.])((?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,15}})(?:\.\d\d?)?)({units.KNOWN_PATTERN})?")


def per_after(words: str, unit: units.Unit) -> tuple[int, str]:
    """Where the unit ends at the start of the words, 冊/人 with its slash, and for what it is counted."""
    match = _PER.match(words, len(unit.symbol))
    return (match.end(), _ONE_PER.get(match[1], match[1])) if match else (len(unit.symbol), "")


@lru_cache(maxsize=4096)
def suffix_of(words: str) -> Quantity | None:
    """What follows a number, as a value of zero: unit, comparator, change and act; None where there is anything else."""
    known, run = units.known_at_start(words), words.replace(" ", "")[:24]
    ways = [(words, known, *per_after(words, known))] if known else []
    ways.append((words, BARE, 0, ""))
    # an unknown unit: the longest run that leaves a known tail, but 池 of 5池実施
    shapes = [end for end in range(len(run), len(run) - 1 if known else 0, -1) if not _DONE.search(run, 1, end)]
    ways += [(run, unit, end, "") for end in shapes if (unit := units.shaped_like_unit(run[:end]))]
    for text, unit, end, per in ways:
        if tail := _TAIL.match(text, end):
            word = (tail["comparator"] or tail["comparator2"] or "").replace(" ", "")
            about = bool(tail["about"] or tail["about2"] or tail["about3"]) or word in _VAGUE
            yearly = end > len(unit.symbol) and not per
            rest, change = tail["act"] or tail["band"] or "", CHANGES.get(tail["change"] or "")
            if rest and (word or change):
                return None
            ends = limits(0, "at_most" if tail["act"] else COMPARATORS.get(word))  # 8件整備中: at most 8 are done
            zero = Quantity(*ends, unit, approximate=about, period=per, yearly=yearly)
            return zero._replace(rest=rest, change=change)
    return None


def readings(text: str) -> list[Parts]:
    """Every reading of a text as values; none where it is not wholly values, more than 32 where too many."""
    if plain := _PLAIN.fullmatch(text):
        value = decimal(plain[1])
        return [(Quantity(value, value, unit=units.KNOWN.get(plain[2], BARE)),)]
    ways: list[list[Number]] = []
    for middle in (True, False) if "・" in text else (False,):  # 1・5 is 1.5, or a list
        numbers = numbers_in(text, middle=middle)
        some = [numbers] if numbers and numbers not in ways else []
        for place in range(len(numbers) - 1, -1, -1):
            if (one := numbers[place]).dotted and one.scale > 1:  # 1.234万 is as well 1,234万
                meant = one._replace(value=one.dotted, dotted=0)
                some += [[*way[:place], meant, *way[place + 1 :]] for way in some]
                if len(some) > MOST_READINGS:
                    return [()] * len(some)
        ways += some
    return [parts for way in ways for parts in _over(text, _listed(text, way))]


def only(text: str) -> Parts:
    """The reading of a piece of text where there is exactly one."""
    every = readings(text)
    return every[0] if len(every) == 1 else ()


def _listed(text: str, numbers: Sequence[Number]) -> Parts:
    """Values one after another, each with what stands before and after it."""
    parts: list[Quantity] = []
    before, index = text[: numbers[0].start], 0
    while index < len(numbers):
        item = _item(text, numbers, index, before)
        if item is None:
            return ()
        quantity, index, before = item
        parts.append(quantity)
    if len(parts) > 1 and any(part.label in OF_A_TARGET for part in parts):
        return ()
    return without_breakdown(tuple(parts))


def _over(text: str, parts: Parts) -> list[Parts]:
    """12/15校 as 12 of 15, 4.2/5.0 on a scale of five, and 2/3 as 2 of 3 or as two values; 1/3以内 as none of these."""
    if len(parts) != 2 or parts[1].label or [piece.strip()[:1].isdigit() for piece in text.split("/")][1:] != [True]:
        return [parts] if parts else []
    count, whole = parts
    of_one = count.unit in (BARE, whole.unit) and whole.unit.dimension != "percent" and not whole.comparator
    if not of_one or count.value is None or whole.value is None or not 0 <= count.value <= whole.value:
        return [] if count.unit.bare and whole.unit.bare and whole.comparator else [parts]
    one: Parts = (count._replace(unit=whole.unit, whole=whole.value),)
    return [parts, one] if whole.unit.bare and whole.value not in (5, 10, 100) else [one]


def without_breakdown(parts: Parts) -> Parts:
    """計11回(A 5回、B 6回) typed without brackets: the total is the value, if it is the sum of the others."""
    totals = [part for part in parts if part.label in _TOTALS]
    if len(totals) != 1:
        return parts
    others = tuple(part for part in parts if part.label not in _TOTALS)
    if len(others) == 1 or (others and sum(part.value or 0 for part in others) != totals[0].value):
        return parts
    return (totals[0]._replace(label="", breakdown=others),)


def _item(text: str, numbers: Sequence[Number], index: int, before: str) -> tuple[Quantity, int, str] | None:
    """The value at `index`, of two numbers where a shape joins them; the place of the next, and the words before it."""
    number, last = numbers[index], index + 1 == len(numbers)
    gap = text[number.end : None if last else numbers[index + 1].start]
    shape, unit = ("", BARE) if last else _shape(gap, number, numbers[index + 1], before)
    if shape:
        item = _item(text, numbers, index + 1, "" if shape == "compound" else before)
        if item and (joined := _joined(shape, number, unit, gap, item[0], before)):
            return joined, *item[1:]
        if shape in ("range", "of") or (shape == "bounded" and item and item[0].comparator in ("at_most", "below")):
            return None
    split = _split_gap(f"{gap.strip()} " if shape == "bounded" else gap, last=last)
    quantity = split and _quantity(before, number, split[0])
    if split is None or quantity is None or (shape == "bounded" and split[1].strip(_STRIPPED)):
        return None
    return quantity, index + 1, split[1]


def _shape(gap: str, first: Number, second: Number, before: str) -> tuple[str, units.Unit]:
    """How two numbers make one value, and the unit between them; "" where they are two values."""
    stripped = gap.strip()
    unit = units.known_at_start(stripped) or BARE
    inner = stripped[len(unit.symbol) :].strip()
    if _BOUND.search(gap) and len(stripped) < 12:
        return "bounded", unit
    if inner[-1:] in ("~", "-") and (inner == stripped[-1:] or not unit.bare):
        return "range", unit
    # 小8.9%中12.8% has no whole in it, for a share is not counted out of a share; and 小10回中8回 are two schools.
    of = _OF.fullmatch(inner) and unit.dimension not in ("", "percent") and second.value <= first.value
    if of and not before.rstrip(" :").endswith(("小", "中")):
        return "of", unit
    compound = not inner and (unit.symbol == "割" or unit.dimension in ("time", "months", "days", "length", "mass"))
    return "compound" if compound else "", unit


def _joined(shape: str, number: Number, unit: units.Unit, gap: str, second: Quantity, before: str) -> Quantity | None:
    """The one value of a number, the unit after it, and the value that follows."""
    if shape == "compound":
        return _compound(number, unit, second, before)
    if second.is_range or second.whole is not None or second.rest:
        return None
    low, same = number.value, unit.dimension == second.unit.dimension
    if shape == "of":
        unit = unit if second.unit.bare else second.unit
        fits = second.unit.bare or same or gap.lstrip().startswith("点")
        ranked = second.unit.dimension == "rank"  # 44市町村中12位
        return second if ranked else second._replace(whole=low, unit=unit) if fits else None
    bounded, high = shape == "bounded", second.end
    if (second.comparator not in ("at_most", "below")) if bounded else second.comparator:
        return None
    if not bounded and gap.strip()[len(unit.symbol) :].strip() not in ("~", "-"):
        return None  # 6件/年~15件
    if unit.bare and number.scale == 1:
        low *= second.scale  # 3~5千円 is 3,000 to 5,000
    elif not unit.bare:
        low *= Fraction(unit.factor, second.unit.factor)
    if high is None or low > high or not (unit.bare or same):
        return None
    span = second._replace(low=low, high=high, low_open=False, high_open=False, is_range=True)
    return span._replace(is_bounded=True, low_open="超" in gap, high_open=second.high_open) if bounded else span


def _compound(number: Number, unit: units.Unit, small: Quantity, before: str) -> Quantity | None:
    """3時間30分 as 3.5時間: units of one dimension, the second smaller. And 13日5時間 of leave is more than 13 days and
    less than 14, for a working day has as many hours as a city says."""
    if unit.symbol == "割" and small.unit.symbol == "分":
        small = small._replace(unit=small.unit._replace(dimension="percent"))  # 8割5分
    head = _quantity(before, number, small._replace(unit=unit, smaller=small.smaller or small.unit))
    if head is None or small.label or small.is_range or small.whole is not None or small.value is None:
        return None
    if unit.dimension == "days" and small.unit.dimension == "time":
        days = head.low
        if small.comparator or small.change or not 0 < small.value < 24 or days is None or days.denominator != 1:
            return None
        return head._replace(high=days + 1, low_open=True, high_open=True, rest=small.phrase, smaller=None)
    if small.unit.dimension != unit.dimension or small.unit.factor >= unit.factor:
        return None
    more = Fraction(small.value * small.unit.factor, unit.factor)
    low, high = (None if end is None else end + more for end in (head.low, head.high))
    return head._replace(low=low, high=high)


def _split_gap(gap: str, *, last: bool) -> tuple[Quantity, str] | None:
    """What follows a number, split into what belongs to it and the label of the next number."""
    bare = gap.lstrip()
    if last:
        suffix = suffix_of(bare) or suffix_of(bare.replace(" ", ""))
        return None if suffix is None else (suffix, "")
    unit = units.known_at_start(bare)
    if unit is None or (bare != gap and _LABEL_GOES_ON.match(bare, len(unit.symbol))):
        bare, unit = gap, None
    if separator := _SEPARATOR.search(bare, per_after(bare, unit)[0] if unit else 0):
        more = _LATER_TAIL.match(bare, separator.end()) if separator[0] == " " else None
        end = more.end() if more else separator.start()
        suffix = suffix_of(bare[:end])
        return None if suffix is None else (suffix, bare[max(end, separator.end()) :])
    # 小8.9%中12.8%: the longest known unit and comparator belong to the first number.
    unit = units.known_at_start(bare)
    if unit is None:
        return None
    rest = bare[len(unit.symbol) :]
    if not rest and (unit.dimension in units.COUNTED or unit.dimension == unit.symbol != "度"):
        return Quantity(0, 0, unit=unit), ""  # 50世帯100人, 3団体120人
    comparator = next((word for word in ("以上", "以下", "未満", "以内", "超") if rest.startswith(word)), "")
    label = rest[len(comparator) :]
    if not label or (units.shaped_like_unit(bare) and not re.match(r"[^一-龥]|中|小|男|女|[A-Z]", label)):
        return None
    return Quantity(*limits(0, COMPARATORS.get(comparator)), unit=unit), label


@lru_cache(maxsize=4096)
def prefix_of(before: str) -> Quantity | None:
    """What stands before a number, as a value of zero: label, 各課, 月, 約, 最大; None where that makes no value of it."""
    words = (_BY_WHEN.sub("", before) if before[:1].isdigit() else before).strip(_STRIPPED)
    match = next(_BEFORE_NUMBER.finditer(words))  # its end at least
    marks = match.groupdict("")
    label, per = words[: match.start()].strip(" :=、,;/・") or marks["sum"], marks["period"].removeprefix("毎")[:1]
    if label and _NOT_A_LABEL.search(label) and not (label in OF_A_TARGET and before.rstrip().endswith(":")):
        return None
    each = "" if marks["each"] == "各" and per else marks["each"]  # 各年度15件 is a value a year
    if not each and (hit := _EACH.search(label)):
        each, label = hit[0], label[: hit.start()].strip()
    ends, yearly = limits(0, BEFORE.get(marks["comparator"])), per == "年"
    if per not in ("月", "週", "日") and (one := _PER_ONE.search(label)):
        per = one["both"] or one["every"] or one["one"]
    zero = Quantity(*ends, label=label.translate(SHOWN), each=each, yearly=yearly, period=_ONE_PER.get(per, per))
    return zero._replace(approximate=bool(marks["about"]), whole=0 if marks["all"] else None)


def _quantity(before: str, number: Number, suffix: Quantity) -> Quantity | None:
    """The value of a number, given the words before it and what follows."""
    if (prefix := prefix_of(before)) is None:
        return None
    comparator, per = suffix.comparator or prefix.comparator, suffix.period
    doubtful = number.dotted and number.scale == 1 and suffix.unit.dimension in units.COUNTED
    if doubtful or (comparator and number.value < 0) or (suffix.rest and (comparator or number.value <= 0)):
        return None  # 1.200人 may be 1,200人, and ▲100人以内 may bound the number or its size
    ends = limits(number.value, comparator if suffix.low is not None or comparator else "at_most")
    if suffix.rest and suffix.low is not None:  # 70%台 is less than 80%, and 84%台 than 85%
        place = next((place for place in _PLACES if not number.value % place), 0)
        ends = number.value, number.value + place, False, True
    return Quantity(
        *(*ends, suffix.unit, prefix.label, False, False, number.scale),
        approximate=suffix.approximate or prefix.approximate,
        whole=number.value if prefix.whole is not None and comparator is None else None,
        each=prefix.each,
        period=f"人{prefix.period}" if per == "人" and prefix.period in ("月", "日") else per or prefix.period,
        yearly=suffix.yearly or prefix.yearly,
        smaller=suffix.smaller,
        rest=suffix.rest,
        change=suffix.change,
    )
