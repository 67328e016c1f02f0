"""Which way an indicator should go: from a comparator, from its targets over the years, else from its name.

A name is evidence only where it speaks clearly. Where nothing speaks, or both ways, the answer is None: nobody may take
that for "up".
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from review.domain import value_words as say
from review.domain.notation import compact
from review.domain.values import cells, lexicon
from review.domain.values.reading import Change, Direction, Quantity, way_of
from review.domain.values.units import alternation

_LONGEST = 200  # characters; what is longer is a description, and says many things

_BRACKETS = re.compile(r"\([^()]*\)|「[^「」]*」")
_MEASURED = re.compile(r"(?<![率数量額度合点])\(([^()]*(?:率|割合|[件人者校回台]数|量|額))\)\Z")
_HARM = re.compile(alternation(lexicon.HARMS.split()))
_GAINS = alternation(lexicon.GAINS.split()).replace("収量", "収(?<!回収)量")  # 回収量 is no harvest
_GAINS = _GAINS.replace("対応率", "対応(?:率|窓口|店|施設|車両)")
_REMEDIES = alternation(lexicon.REMEDIES.split())
# オンライン化, LED化 and the like are intended; 高齢化, 老朽化, 変化 are not.
_GAIN = re.compile(
    rf"{_GAINS}|化(?<=[^齢疎朽子悪症洞骸暖弱鈍期渋文変固劣街少☒]化)(?:した|された|済み?)?(?:率|件?数|済|割合|延長|面積|\Z)"
)
_REMEDY, _DEED = re.compile(_REMEDIES), re.compile(alternation(lexicon.DEEDS.split()))
_FOR_ONE = re.compile(r"\A.*(?:当たり|あたり|のうち)の?")

# What is paid is neither the use nor the help: 利用料, 補助金.
_PAID = re.compile(rf"(?:{_GAINS})(?:料|経費)|(?:補助|助成|給付|奨励|派遣|参加|登録|発行)金(?!額)")
# A gain denied or spoilt: 未登録, 参加していない, 読書離れ.
_SPOILT = re.compile(
    rf"未[^来就成満然婚病明熟経定]|化(?:し|され)てい?ない|[未不非無低](?:{_GAINS})|(?:{_GAINS})(?:離れ|格差|不足|不良|不調|停止|中断|辞退|率低下"
    r"|[^、の☒]{0,4}が(?:低い|悪い|少ない|必要|不十分)|(?:(?!おけ)[^、の☒]){0,8}な(?:い|かった)|[^、☒]{0,6}\d[\d.]*[^、☒\d]{0,2}(?:以下|未満))"
)
_HINT = re.compile(r"[未不非無低離格良調停中断料費金下辞必悪少]|ない|なかった")  # what one of these must hold
_ABSENT = re.compile(r"☒+[^、☒]{0,8}?(?:(?<!でき)(?<!られ)(?<!感じ)(?<!思わ)な[いく]|無い|ゼロ|なし)")
_BOUNDED = re.compile(r"☒[^、☒]{0,14}?(?:以下|未満|以内)")
_AGAINST = re.compile(rf"☒+[^のをに、☒]{{0,3}}[のを]?(?={_REMEDIES})")
# The verb of a clause before the bearer: 解雇された|雇用者, 感じる|市民, 期限切れの|備蓄.
_VERB = re.compile("(?:[うかくすたっつだぬむるぐぶい]|切れの)[一-龥ァ-ヶA-Z☒]")  # quicker to look for than the clause
_CLAUSE = re.compile(
    r".*(?:(?<!向)[ぁ-ん☒]た|[てで]いる|な[いかっ]+た?|(?<![よ係])(?<!おけ|関す|対す|かか|わた|占め|基づ|とい|に伴)[うくすつぬむるぐぶ]|だ|切れの)"
    r"(?=[一-龥ァ-ヶA-Z☒])"
)
# How something is counted, and whose it is: a head of these words leaves what stands before it to speak.
_MERE = re.compile(
    r"(?:割合|比率|比|率|件|人|者|回|額|量|金|総|平均|延べ|年間|月間|累計|台|棟|戸|本|枚|冊|箇所|か所|団体|世帯|面積|延長|人口|数|度|状況|実績|"
    r"日|時間|期間|市民|県民|町民|区民|住民|児童|生徒|園児|学生|子ども|若者|高齢者|障害者|職員|女性|男性|企業|事業所|事業者|店舗|施設|学校|校|"
    r"地域|地区|家庭|保護者|[~\d%・、]|など|等|発生|出現|該当|状態|有無|方|化|以上|推移|頻度|種類|品目|手続き?|業務|路線|区域|箇|値|指数|点|"
    r"残高|容量|補助|助成|支援|交付|購入|受け?入れ?|使用|申請|提供|認知|差|月額)*"
)
# A verb of failing, stopping and losing in the clause before the bearer; a comparator; a passive.
_FAILS = re.compile(
    r"過ぎ|満た|達しな|遅|割[れっ]|外れ|切れ|失|止|停|断|やめ|辞|壊|誤|漏|欠|逃|待|怠|延期|破|棄|撤回|取り?下|見合わ|控え|盗|倒|溺|落"
)
_BAD_CLAUSE = re.compile(rf"[されら]れた\Z|な(?:い|かった)\Z|[上下]回|超|越え|未満|以上|以下|{_FAILS.pattern}")
# What is closed, cut off or given up: what happens in it is no gain, unless it is ended.
_SHADOW = re.compile(rf"(?:{'|'.join(lexicon.SHADOWS.split())})(?!.{{0,4}}(?:{_REMEDIES}))")
_PASSIVE = re.compile(r"[されら]れた\Z|な(?:い|かった)\Z")
# What may be done with a gain without spoiling it: 研修を受けた, 参加したことがある, but not 利用をやめた.
_DONE = re.compile(
    r"し[たて]|する|され|でき|受け|行[うっわ]|通じ|経[たて]|用い|取り組|使[うっ]|持[つっ]|学|感じ|思|続け|始め|得|知|食べ|読|増|高|向け|進[んむ]|含|有|ある|あった|"
    r"占|楽し|図|つなが|やす|よ[いう]|つく|上が"
)
_ESCAPED = re.compile(
    r"復帰|防[いぐ]|脱し|立ち直|克服|乗り越え|免れ|救|抜け|[や止]め|減ら|[な無]くし|[縮削軽低]減|短縮|(?:感じ|思わ)ない\Z"
)
_GOOD_PASSIVE = re.compile(r"(?:導入|整備|登録|開催|実施|改善|設置|作成|締結|改修|更新|公開|策定|化)された\Z")


# What some names say as a whole; "open": nobody can tell. The first that fits decides.
_ENTERPRISE = "(?:水道|病院|医業|公営|企業会計|下水)"
_GENERAL = "(?:普通|一般)会計"
_LESS = "削減|短縮|低減|縮減|軽減|節減|節約|減量|圧縮|抑制"
_WHOLES = (
    # The balance of an enterprise is income over cost; that of the city's budget (経常収支比率) goes the other way.
    (rf"{_ENTERPRISE}.*収支比率|収支比率.*{_ENTERPRISE}", "up"),
    (rf"{_GENERAL}.*経常収支比率|経常収支比率\({_GENERAL}|(?:人件|給与|材料|経)費(?:対.*)?の?(?:比率|割合)", "down"),
    (r"(?:順位|ランキング).*(?:改善|向上|上昇)|(?:改善|向上|上昇).*(?:順位|ランキング)", "open"),
    ("順位|ランキング", "down"),
    (r"(?:抑制|削減|低減|縮小|防止|解消|軽減|短縮|縮減|率の減少)\Z", "open"),  # of a level, or by so much?
    (r"(?P<less>減少|の減)\Z|(?P<more>増加|の増)\Z", "changed"),
    (
        rf"(?:{_LESS})(?:化)?(?:した|された|できた|し|総|累計|見込|推計|目標)?(?:年間|延べ)?"
        "(?:率|量|額|数|件数|時間|枚数|日数|人数|割合|効果|幅|分|コスト|金額)"
        r"|(?<!未)(?<!不)(?:(?:改善|解消|解決|防止|回避)(?:率|[者件棟戸箇か所]*数|割合)"
        r"|(?:復旧|復帰|回復|達成|実施|完了|終了|修了|検挙|申請|交付)率)|(?:社会|人口)(?:動態)?の?増減数?\Z",
        "up",
    ),
    (r"(?:まで|要する|要した|かかる|かかった)の?(?:平均)?(?:処理|事務|作業|所要|審査)?(?:日数|期間|時間)", "down"),
    (r"(?:処理|審査|復旧|回答|決裁|作業|所要|到着)(?:日数|期間|時間)数?(?:の?平均値?)?\Z", "down"),
    ("|".join(lexicon.OPEN.split()), "open"),
)
_OF_THE_WHOLE = tuple((re.compile(pattern), answer) for pattern, answer in _WHOLES)


@lru_cache(maxsize=4096)
def name_direction(name: str) -> Direction | None:
    """The way the name, or what is measured behind it, speaks for: 適正利用(軽症者の割合); None where that is not clear."""
    plain = compact(name)
    if len(plain) > _LONGEST:
        return None
    inner = _MEASURED.search(plain)
    base = inner[1] if inner and not _MERE.fullmatch(inner[1]) else _BRACKETS.sub("", plain) or plain
    base = _FOR_ONE.sub("", base) or base
    answer = _as_a_whole(plain, base) or _as_evidence(base)
    if answer == "up":
        return None if _SHADOW.search(base) else "up"
    return "down" if answer == "down" else None


def _as_a_whole(plain: str, base: str) -> str | None:
    """What some names say as a whole, `open` where nobody can tell; None for all others."""
    for place, (pattern, answer) in enumerate(_OF_THE_WHOLE):
        match = pattern.search(base if place > 1 else plain)
        if match and answer == "changed":  # 苦情の減少, 利用者の増加
            harm, gain = (evidence.search(base, 0, match.start()) for evidence in (_HARM, _GAIN))
            bad = harm or (match["less"] and not gain)
            return ("down" if bad else "open") if match["less"] else ("open" if bad else "up")
        if match:
            return answer
    return None


def _as_evidence(base: str) -> Direction | None:
    """What the words for harms and gains say, and the clause that they stand in."""
    marked = _SPOILT.sub("☒", _PAID.sub("□", base)) if _HINT.search(base) else base
    marked = _HARM.sub("☒", marked)
    if _BOUNDED.search(marked):
        return None  # 騒音が基準以下の地点
    absent = bool(_ABSENT.search(marked))
    remedied = _AGAINST.sub("", _ABSENT.sub("", marked))
    clause = _CLAUSE.match(remedied) if _VERB.search(remedied) else None
    if clause and clause.end() < len(remedied):
        return _of_clause(remedied[: clause.end()], remedied[clause.end() :], absent=absent)
    # The last evidence is what is measured: 空き家の|活用件数, 参加者の|事故.
    head = remedied.rpartition("の")[2]
    if not ("☒" in head or _GAIN.search(head) or _REMEDY.search(head) or _MERE.fullmatch(head)):
        return None  # 利用者の|転倒件数: what is measured says nothing, whoever it happens to
    last, gain = remedied.rfind("☒"), _last_gain(remedied)
    if last < 0:
        return "up" if gain >= 0 or remedied != marked else None
    if _REMEDY.search(remedied, last):
        return "up"
    return None if absent or gain > last or _DEED.search(remedied, last) else "down"


def _of_clause(clause: str, bearer: str, *, absent: bool) -> Direction | None:
    """参加した|市民, 待たされた|利用者: what was done speaks, never what it was done to."""
    gain = _last_gain(clause)
    if "☒" in clause + bearer:
        if _ESCAPED.search(clause) or _REMEDY.search(clause, clause.rfind("☒") + 1):
            return None  # 不登校から復帰した|児童, 未然に防いだ|被害
        if _REMEDY.search(bearer):
            return "up"
        open_ = absent or gain > clause.rfind("☒") or _GAIN.search(bearer) or _DEED.search(bearer)
        return None if open_ else "down"
    past = clause.endswith("た") and gain < 0
    if absent or (not past and not _BAD_CLAUSE.search(clause) and _GAIN.search(bearer.rpartition("の")[2])):
        return "up"  # 市長と語る|会の参加者数
    done = gain >= 0 and _DONE.search(clause, gain) and not _FAILS.search(clause, gain)
    return "up" if done and (not _PASSIVE.search(clause) or _GOOD_PASSIVE.search(clause)) else None


def _last_gain(marked: str) -> int:
    """Where it stands; -1 without one."""
    return max((match.start() for match in _GAIN.finditer(marked)), default=-1)


_OF_DECREASE = re.compile(r"削減|短縮|低減|縮減|軽減|節減|減量|減少|抑制")
_OF_INCREASE = re.compile(r"増加(?:率|数|量|額)|伸び|向上率|上昇率")


@lru_cache(maxsize=4096)
def named_change(name: str) -> Change | None:
    """What kind of amount the name is of: in a 削減率 a bare 10% means ten percent less, in a 伸び率 ten percent more."""
    plain = compact(name)
    return "decrease" if _OF_DECREASE.search(plain) else "increase" if _OF_INCREASE.search(plain) else None


def of_parts(parts: tuple[Quantity, ...]) -> Direction | None:
    """The direction a comparator in the target demands; None without one, or where the parts disagree."""
    ways = {way_of(part.comparator or "below") for part in parts if part.comparator or part.unit.dimension == "rank"}
    return ways.pop() if len(ways) == 1 else None


@lru_cache(maxsize=4096)
def trend(targets: tuple[str, ...]) -> tuple[Direction | None, bool]:
    """The direction of targets that never turn back, and whether every year moves."""
    rows = [reading.parts for reading in map(cells.read, targets) if reading.parts]
    if len(rows) < 2 or len({len(row) for row in rows}) != 1 or any(part.change for row in rows for part in row):
        return None, False
    signs: set[int] = set()
    for column in zip(*rows, strict=True):
        if len({(part.unit.dimension, part.period, part.each) for part in column}) != 1:
            return None, False
        ends = [part.end * part.unit.factor for part in column if part.end is not None]
        signs |= {(after > before) - (after < before) for before, after in pairwise(ends)}
    if len(signs - {0}) != 1:
        return None, False
    return ("up" if 1 in signs else "down"), 0 not in signs and len(rows) >= 3  # a single step is no trend


def infer_direction(name: str, targets: Sequence[str]) -> tuple[Direction | None, str]:
    """The direction of an indicator and one Japanese sentence that says why; None where nothing speaks clearly."""
    demanded = {way for way in (of_parts(cells.read(target).parts) for target in targets) if way}
    only = demanded.pop() if len(demanded) == 1 else None
    return (only, say.BY_COMPARATOR[only]) if only else from_plan(name, tuple(targets))


# What a plan can only foresee: its targets follow people, need and demand where they would go anyhow.
_FORESEEN = {
    "down": re.compile(
        r"人口(?![\d一-龥]*当)|世帯数|(?:児童|生徒|園児|学生|学級|被保険者|加入者|農家|従事者|就業者|患者|事業所|店舗|団体)数"
        r"|(?:給|配|有収|処理|使用)水量|税(?:額|収)|交付税"
    ),
    "up": re.compile(
        r"認定(?:率|者)|受給|被保険者|(?:医療|給付|扶助|社会保障|民生|介護)費|生活保護|高齢(?:化|者)|患者|搬送|出動|通報|助成|手当"
        r"|世帯数|外国人|障害者|障がい者|空き?家"
    ),
}


def from_plan(name: str, targets: tuple[str, ...]) -> tuple[Direction | None, str]:
    """The direction from the targets over the years and the name, and why. A trend that moves every year and contradicts a
    clear name leaves it open (falling targets for 利用者数 may be a forecast); one with level years yields to the name."""
    spoken = name_direction(name)
    going, strict = trend(targets)
    if going and going != spoken:
        if spoken and strict:
            return None, say.WAYS_DIFFER
        if not spoken and _FORESEEN[going].search(compact(name)):
            return None, say.PERHAPS_FORESEEN
    if going and spoken in (None, going):
        return going, say.BY_TARGETS[going]
    return (spoken, say.BY_NAME[spoken]) if spoken else (None, say.NO_WAY)
