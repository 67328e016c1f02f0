"""Which way an indicator should go: from its targets over the years, else from its name.

A name is evidence only where it speaks clearly. `name_direction` looks for harms (down), gains (up), and amounts of
削減・短縮 (up); a name that speaks for neither or for both says None, and nobody may take that for "up".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from review.domain import lexicon, values
from review.domain.notation import compact
from review.domain.reading import Change, Quantity, Reading

Direction = Literal["up", "down"]

_UP_COMPARATORS = ("at_least", "above")

# Speech of a survey: good unless what is said is a harm (負担に感じる).
_WEAK_GAIN = re.compile(
    r"と思う|と感じ|に感じ|と回答|と答え|できる|できた|している|持っている|持つ|つながった|心がけ|心掛け|知って|なった|アップ"
)

_REDUCTION = re.compile(
    r"(?:削減|短縮|低減|縮減|軽減|節減|節約|減量|圧縮|抑制)(?:化)?(?:した|された|できた|し|総|累計|見込|推計|目標)?(?:年間|延べ)?"
    r"(?:率|量|額|数|件数|時間|枚数|日数|人数|割合|効果|幅|分|コスト|金額)"
)
_RESOLVED = re.compile(
    r"(?:改善|解消|解決|防止|検挙|回避|復旧|回復|対策|予防)(?:率|数|者数|件数|実施率|箇所数|か所数|割合)"
    r"|(?<!未)(?<!不)(?:達成|適合|合格|充足|実施|完了)率"
)
_RANK = re.compile(r"順位|ランキング")
_RATIO = re.compile(r"減少(?:率|数|量|額|幅)|低下率|増減")
_HARM = re.compile(lexicon.HARM)
# オンライン化, LED化 and the like are intended; 高齢化, 老朽化, 変化 are not.
_GAIN = re.compile(lexicon.GAIN + r"|[^齢疎朽子悪症洞骸暖弱鈍期渋文変固劣■]化(?:率|数|済|割合|\Z)")
# 事故防止教室 is about no accident. What is done against a harm takes its place.
_AGAINST = re.compile(
    rf"(?:{lexicon.HARM})[^のをにがはで、・]{{0,4}}(?:など|等)?の?(?:リスク)?"
    r"(?=チェック|防止|予防|対策|解消|抑止|抑制|教室|訓練|講座|研修|啓発|検診|健診|保険|パトロール|警報|バンク|活用|撲滅|削減|軽減|低減|短縮|軽減|回避|"
    r"ゼロ|改善|解決|除却|計画|条例|マップ|診断)"
)
_AMBIGUOUS = re.compile(
    rf"(?:{lexicon.HARM})[^、・]{{0,6}}?(?:相談|通報|処理件|処理数|対応件|対応数|認知件|届出|発見|把握件|受付|受理|申請|報告|調整)"
    r"|相談(?:受付|受理|延べ|新規)?(?:件数|者数|数|回数|人数)|(?<!介護)認定率\Z|扶助|生活保護|救急出動|出動件数|救急搬送"
    # What falls because something better rises: neither way is plain from the name.
    r"|窓口(?:[でへに]|交付|申請)|来庁|電話|現金|対面|紙(?:申請|での)|請求件|受診(?:回数|件数)|審議(?:件|日)|(?<![協審])議会"
    r"|(?:水道|病院|公営|企業会計|下水).*収支比率|収支比率.*(?:水道|病院|公営|企業会計|下水)"
    # A level that goes down, or an amount by which it went down?
    r"|(?:減少|抑制|低下|削減|縮小|縮減|低減|軽減|短縮|解消|防止|推移)\Z"
)
_ABSENT = re.compile(rf"(?:{lexicon.HARM})(?:[がをのにで]|し|して|経験)*(?:な[いかく]|無い|ゼロ|ゼロの|いない)")
_NEGATED = re.compile(r"(?<!少)(?<!危)(?:ない|なかった|ません)|にくい|づらい|難しい|できず|いいえ|反対|やめ")
_DURATION = re.compile(
    r"(?:(?:まで|要する|要した|かかる|かかった)の?|平均)(?:平均)?(?:処理|事務|作業|所要|審査)?(?:日数|期間|時間|月数|年数)"
)
# The measured thing comes last: in 未利用財産の売却件数 the sales count, not what is unused.
_LINK = re.compile(r"の(?!ある|ない|なく|ため|び)|における|に係る|にかかる|に関する|による|に対する")
_MEASURE = re.compile(
    r"(?:年間|総|延べ|のべ|平均|月平均|累計)*(?:使用|該当|出現|組織|発現)?(?:割合|比率|率|数|件数|人数|者数|回数|額|量|金額|状況|状態|度|度合い?|実績|総数|数値|値|ポイント|指数|人|"
    r"市民|生徒|児童|児童生徒|住民|保護者|高齢者|職員|職員数|面積|延長|台数|棟数|戸数|枚数|冊数|点数|本数|(?:団体|企業|事業所|事業者|校|学校|施設|世帯|"
    r"箇所|か所|地区|家庭|教員|自治体|拠点|店舗|会場|組|社|課|品目|種類|項目|市民|生徒|児童|手続き?|業務|事業)数|(?:市民|人|者|児童|生徒)の割合)"
)


@lru_cache(maxsize=4096)
def name_direction(name: str) -> Direction | None:
    """The direction a name speaks for, or None where it speaks for neither or for both."""
    plain = compact(name)
    if _RANK.search(plain) or _DURATION.search(plain):
        return "down"
    if _AMBIGUOUS.search(plain) or _RATIO.search(plain):
        return None
    if _REDUCTION.search(plain) or _RESOLVED.search(plain):
        return "up"
    plain, absent = _ABSENT.subn("■", plain)
    plain = _AGAINST.sub("", plain)
    if absent:
        return None if _HARM.search(plain) or _NEGATED.search(plain) else "up"
    return None if _NEGATED.search(plain) else _of_measured(plain)


def _of_measured(plain: str) -> Direction | None:
    """The direction of the thing that is measured: the last noun, or what stands before a mere 割合 or 件数."""
    start = _head_start(plain)
    harm = any(found.end() > start for found in _HARM.finditer(plain))
    rest = _HARM.sub(lambda found: "■" * len(found[0]), plain)
    gain = any(found.end() > start for found in _GAIN.finditer(rest))
    if harm:
        return None if gain else "down"
    if "■" in rest:  # 不登校児童の支援件数: more help, or more who need it?
        return None
    return "up" if gain or _WEAK_GAIN.search(rest, start) else None


def _head_start(plain: str) -> int:
    """Where the words begin that name the measured thing; brackets at the end (累計, 単年度) belong to it."""
    bare = re.sub(r"\([^()]*\)\Z", "", plain)
    end = len(bare)
    for found in reversed(list(_LINK.finditer(bare))):
        if not _MEASURE.fullmatch(bare[found.end() : end]):
            return found.end()
        end = found.start()
    return 0


def named_change(name: str) -> Change | None:
    """What kind of amount the name is of: in a 削減率 a bare 10% means ten percent less, in a 伸び率 ten percent more."""
    plain = compact(name)
    if re.search(r"削減|短縮|低減|縮減|軽減|節減|減量|減少|抑制", plain):
        return "decrease"
    return "increase" if re.search(r"増加(?:率|数|量|額)|伸び|向上率|上昇率", plain) else None


def of_target(reading: Reading) -> Direction | None:
    """The direction a comparator in the target demands; None without one, or where the parts disagree."""
    found: set[Direction] = set()
    for part in reading.parts:
        if part.comparator:
            found.add("up" if part.comparator in _UP_COMPARATORS else "down")
        elif part.unit.dimension == "rank":
            found.add("down")
    return found.pop() if len(found) == 1 else None


class Trend:
    """How the plan's targets go over the years."""

    __slots__ = ("direction", "strict")

    def __init__(self, direction: Direction | None, *, strict: bool) -> None:
        self.direction = direction
        self.strict = strict


@lru_cache(maxsize=4096)
def trend(targets: tuple[str, ...]) -> Trend:
    """The direction of targets that never turn back, and whether every year moves (`strict`)."""
    rows = [reading.parts for reading in map(values.read, targets) if reading.parts]
    if len(rows) < 2 or len({len(row) for row in rows}) != 1 or any(part.change for row in rows for part in row):
        return Trend(None, strict=False)
    steps = [_steps(column) for column in zip(*rows, strict=True)]
    if any(step is None for step in steps):
        return Trend(None, strict=False)
    signs = {sign for step in steps if step for sign in step}
    strict = 0 not in signs and len(rows) >= 3  # a single step is no trend
    signs.discard(0)
    if len(signs) != 1:
        return Trend(None, strict=False)
    return Trend("up" if signs == {1} else "down", strict=strict)


def _steps(column: tuple[Quantity, ...]) -> list[int] | None:
    """The sign of each year's change of one part; None where the years cannot be compared."""
    first = column[0]
    ends = [part.low if part.low is not None else part.high for part in column]
    if any(
        end is None or not part.unit.fits(first.unit) or part.period != first.period or part.each != first.each
        for end, part in zip(ends, column, strict=True)
    ):
        return None
    if any(part.unit.bare != first.unit.bare for part in column):
        return None
    same = all(part.unit.factor == first.unit.factor for part in column)
    based = [end if same else end * part.unit.factor for end, part in zip(ends, column, strict=True) if end is not None]
    return [(after > before) - (after < before) for before, after in pairwise(based)]


def infer_direction(name: str, targets: Sequence[str]) -> tuple[Direction | None, str]:
    """The direction of an indicator and one Japanese sentence that says why; None where nothing speaks clearly."""
    readings = [values.read(target) for target in targets]
    demanded = {direction for direction in map(of_target, readings) if direction}
    if len(demanded) == 1:
        found = demanded.pop()
        words = "以上・超" if found == "up" else "以下・未満・以内または順位"
        return found, f"目標に{words}の表現があるため、{_WORDS[found]}と判断しました。"
    return from_plan(name, tuple(targets))


def from_plan(name: str, targets: tuple[str, ...]) -> tuple[Direction | None, str]:
    """The direction from the targets over the years and the name, and why.

    A trend that moves every year and contradicts a clear name leaves the question open: falling targets for 利用者数
    may be a mere forecast. A trend with level years yields to a clear name and decides where the name is silent.
    """
    spoken = name_direction(name)
    going = trend(targets)
    if going.direction and spoken and going.direction != spoken:
        if going.strict:
            return None, "年度ごとの目標の動きと評価項目の名称が反対の向きを示すため、方向を確認してください。"
        return spoken, f"評価項目の名称から、{_WORDS[spoken]}と判断しました。"
    if going.direction:
        way = "上がって" if going.direction == "up" else "下がって"
        return going.direction, f"計画の目標が年度とともに{way}いるため、{_WORDS[going.direction]}と判断しました。"
    if spoken:
        return spoken, f"評価項目の名称から、{_WORDS[spoken]}と判断しました。"
    return None, "目標の動きからも評価項目の名称からも、多い方がよいか少ない方がよいかを判断できません。"


_WORDS: dict[str, str] = {"up": "多い(高い)ほどよい指標", "down": "少ない(低い)ほどよい指標"}
