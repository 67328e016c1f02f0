"""Which way a name speaks: `name_direction`.

A name is evidence only where it speaks clearly. Harms go down, gains go up, amounts of 削減・短縮 go up; 〜の増加 and 〜の減少
at the end decide. What is measured may carry a clause (待たされた利用者): then the clause alone speaks, and never "up" where
it is a bad one. A name that speaks for neither, or for both, says None, and a person is asked.
"""

from __future__ import annotations

import re
from functools import lru_cache

from review.domain.notation import compact
from review.domain.values import lexicon
from review.domain.values.reading import Direction

_LONGEST = 200  # characters; what is longer is a description, and says many things

_BRACKETS = re.compile(r"\([^()]*\)|「[^「」]*」")
_HARM = re.compile(lexicon.alternation(lexicon.HARMS))
_GAINS = lexicon.alternation(lexicon.GAINS).replace("収量", "(?<!回)収量")  # 回収量 is no harvest
_REMEDIES = lexicon.alternation(lexicon.REMEDIES)
# オンライン化, LED化 and the like are intended; 高齢化, 老朽化, 変化 are not.
_GAIN = re.compile(
    rf"{_GAINS}|(?<=[^齢疎朽子悪症洞骸暖弱鈍期渋文変固劣街少☒])化(?:した|された|済み?)?(?:率|件数|数|済|割合|\Z)"
)
_REMEDY = re.compile(_REMEDIES)
_HELP = re.compile("|".join(lexicon.HELP.split()))
_FOR_ONE = re.compile(r".*(?:当たり|あたり|のうち)の?")
_OPEN = re.compile("|".join(lexicon.OPEN.split()))

_RANK = re.compile(r"順位|ランキング")
_CHANGED = re.compile(r"(?:増加|の増|(減少|の減))\Z")
# The balance of an enterprise is income over cost; that of the city's budget (経常収支比率) goes the other way.
_ENTERPRISE = re.compile(r"(?:水道|病院|公営|企業会計|下水).*収支比率|収支比率.*(?:水道|病院|公営|企業会計|下水)")
_OF_COSTS = re.compile(
    r"(?:普通|一般)会計.*経常収支比率|経常収支比率\((?:普通|一般)会計|(?:人件|給与|材料|経)費(?:対.*)?の?(?:比率|割合)"
)
_OF_A_CHANGE = re.compile(r"(?:抑制|削減|低減|縮小|防止|解消|軽減|短縮|縮減|率の減少)\Z")  # of a level, or by so much?
_REDUCTION = re.compile(
    r"(?:削減|短縮|低減|縮減|軽減|節減|節約|減量|圧縮|抑制)(?:化)?(?:した|された|できた|し|総|累計|見込|推計|目標)?(?:年間|延べ)?"
    r"(?:率|量|額|数|件数|時間|枚数|日数|人数|割合|効果|幅|分|コスト|金額)"
)
_RESOLVED = re.compile(
    r"(?<!未)(?<!不)(?:(?:改善|解消|解決|防止|回避)(?:率|[者件棟戸箇か所]*数|割合)|(?:復旧|回復)率|(?:達成|実施|完了|終了|修了|検挙|申請|交付)率)"
    r"|(?:社会|人口)(?:動態)?の?増減数?\Z"
)
_DURATION = re.compile(
    r"(?:まで|要する|要した|かかる|かかった)の?(?:平均)?(?:処理|事務|作業|所要|審査)?(?:日数|期間|時間)"
)
# What is paid is neither the use nor the help: 利用料, 補助金.
_PAID = re.compile(rf"(?:{_GAINS})(?:料|経費)|(?:補助|助成|給付|奨励|派遣|参加|登録|発行)金(?!額)")
# A gain denied or spoilt: 未登録, 参加していない, 読書離れ.
_SPOILT = re.compile(
    rf"未[^来就成満然婚病明熟経定]|化(?:し|され)てい?ない|(?:未|不|非|無|低)(?:{_GAINS})|(?:{_GAINS})(?:離れ|格差|不足|不良|不調|停止|中断|未|率低下)"
    rf"|(?:{_GAINS})[^、の☒]{{0,4}}が(?:低|悪|少な)い|(?:{_GAINS})[^、の☒]{{0,8}}な(?:い|かった)|(?:{_GAINS})[^、☒]{{0,6}}\d[\d.]*[^、☒\d]{{0,2}}(?:以下|未満)"
)
_HINT = re.compile(r"[未不非無低離格良調停中断料費金下]|ない|なかった")  # what one of these must hold
_ABSENT = re.compile(r"☒+[^、☒]{0,8}?(?:(?<!でき)(?<!られ)(?<!感じ)(?<!思わ)な[いく]|無い|ゼロ|なし)")
_BOUNDED = re.compile(r"☒[^、☒]{0,14}?(?:以下|未満|以内)")
_AGAINST = re.compile(rf"☒+[^のをに、☒]{{0,3}}[のを]?(?={_REMEDIES})")
# The verb of a clause before the bearer: 解雇された|雇用者, 感じる|市民, 期限切れの|備蓄.
_VERB = re.compile(r"[たるいうくすつぬむぐぶだ](?=[一-龥ァ-ヶA-Z])|切れの")  # what a clause must hold
_CLAUSE = re.compile(
    r".*(?:(?<!向)[ぁ-ん☒]た|[てで]いる|な[いかっ]+た?|(?<![よ係])(?<!おけ|関す|対す|かか|わた|占め|基づ|とい|に伴)[うくすつぬむるぐぶ]|だ|切れの)"
    r"(?=[一-龥ァ-ヶA-Z])"
)
# How something is counted, and whose it is: a head of these words leaves what stands before it to speak.
_MERE = re.compile(
    r"(?:割合|比率|比|率|件|人|者|回|額|量|金|総|平均|延べ|年間|月間|累計|台|棟|戸|本|枚|冊|箇所|か所|団体|世帯|面積|延長|人口|数|度|状況|実績|"
    r"日|時間|期間|市民|県民|町民|区民|住民|児童|生徒|園児|学生|子ども|若者|高齢者|障害者|職員|女性|男性|企業|事業所|事業者|店舗|施設|学校|校|"
    r"地域|地区|家庭|保護者|[~\d%・、]|など|等|発生|出現|該当|状態|有無|方|化|以上|推移|頻度|種類|品目|手続き?|業務|路線|区域|箇|値|指数|点|"
    r"残高|容量|補助|助成|支援|交付|購入|受け?入れ?|使用|申請|提供|認知|差|月額)*"
)
# A comparator, or a verb of failing, stopping and losing, in the clause before the bearer.
_BAD_CLAUSE = re.compile(
    r"[されら]れた\Z|な(?:い|かった)\Z|[上下]回|超|越え|過ぎ|未満|以上|以下|満た|達しな|遅|割[れっ]|外れ|切れ|失|止|停|断|やめ|辞|壊|誤|漏|欠|逃|待|怠|延期"
)
# What is closed, cut off or given up: what happens in it is no gain, unless it is ended.
_SHADOW = re.compile(rf"(?:{'|'.join(lexicon.SHADOWS.split())})(?!.{{0,4}}(?:{_REMEDIES}))")
_PASSIVE = re.compile(r"[されら]れた\Z|な(?:い|かった)\Z")
# What may be done with a gain without spoiling it: 研修を受けた, 参加したことがある, but not 利用をやめた.
_DONE = re.compile(
    r"し[たて]|する|され|でき|受け|行[うっわ]|通じ|経[たて]|用い|取り組|使[うっ]|持[つっ]|学|感じ|思|続け|始め|得|知|食べ|読|増|高|向け|進[んむ]|含|有|ある|あった|"
    r"占|楽し|図|つなが|やす|よ[いう]|つく|上が"
)
_GOOD_PASSIVE = re.compile(r"(?:導入|整備|登録|開催|実施|改善|設置|作成|締結|改修|更新|公開|策定|化)された\Z")


@lru_cache(maxsize=4096)
def name_direction(name: str) -> Direction | None:
    """The way the name speaks for; None where it does not speak clearly."""
    plain = compact(name)
    if len(plain) > _LONGEST:
        return None
    if _ENTERPRISE.search(plain):
        return "up"
    if _OF_COSTS.search(plain):
        return "down"
    base = _BRACKETS.sub("", plain) or plain
    base = _FOR_ONE.sub("", base) or base
    whole = _as_a_whole(base)
    if whole is None:
        whole = _as_evidence(base)
    if whole == "up" and _SHADOW.search(base):
        return None
    return whole if whole in ("up", "down") else None  # type: ignore[return-value]


def _as_evidence(base: str) -> Direction | None:
    """What the words for harms and gains say, and the clause that they stand in."""
    marked = _SPOILT.sub(_blotted, _PAID.sub("□", base)) if _HINT.search(base) else base
    marked = without = remedied = _HARM.sub(_blotted, marked)
    if "☒" in marked:
        if _BOUNDED.search(marked):
            return None  # 騒音が基準以下の地点
        without = _ABSENT.sub("", marked)
        remedied = _AGAINST.sub("", without)
    absent = without != marked
    clause = _CLAUSE.match(remedied) if _VERB.search(remedied) else None
    if clause and clause.end() < len(remedied):
        return _of_clause(remedied[: clause.end()], remedied[clause.end() :], absent=absent)
    return _of_measured(remedied, helped=absent or remedied != without, absent=absent)


def _as_a_whole(base: str) -> str | None:
    """What some names say as a whole, `open` where nobody can tell; None for all others."""
    if _RANK.search(base):
        return "open" if re.search("改善|向上|上昇", base) else "down"
    if _OF_A_CHANGE.search(base):
        return "open"
    changed = _CHANGED.search(base)
    if changed:
        harm = bool(_HARM.search(base, 0, changed.start()))
        if changed[1]:
            return "down" if harm or not _GAIN.search(base, 0, changed.start()) else "open"
        return "open" if harm else "up"
    if _REDUCTION.search(base) or _RESOLVED.search(base):
        return "up"
    if _DURATION.search(base):
        return "down"
    if _OPEN.search(base):
        return "open"
    if _HELP.search(base) and not _REMEDY.search(base) and (_HARM.search(base) or not _GAIN.search(base)):
        return "open"
    return None


def _of_clause(clause: str, bearer: str, *, absent: bool) -> Direction | None:
    """参加した|市民, 待たされた|利用者: what was done speaks, never what it was done to."""
    gain = bool(_GAIN.search(clause))
    if "☒" in clause + bearer:
        if clause.endswith(("感じない", "思わない")):
            return None
        if _REMEDY.search(bearer):
            return "up"
        if absent or _GAIN.search(bearer):
            return None
        return "down" if not gain or _last(clause) < clause.rfind("☒") else None
    past = clause.endswith("た") and not _DONE.search(clause)
    if absent or (not past and not _BAD_CLAUSE.search(clause) and _GAIN.search(bearer.rpartition("の")[2])):
        return "up"  # 市長と語る|会の参加者数
    done = gain and _DONE.search(clause, _last(clause))
    return "up" if done and (not _PASSIVE.search(clause) or _GOOD_PASSIVE.search(clause)) else None


def _of_measured(marked: str, *, helped: bool, absent: bool) -> Direction | None:
    """The last evidence is what is measured: 空き家の|活用件数, 参加者の|事故."""
    head = marked.rpartition("の")[2]
    if not ("☒" in head or _GAIN.search(head) or _REMEDY.search(head) or _MERE.fullmatch(head)):
        return None  # 利用者の|転倒件数: what is measured says nothing, whoever it happens to
    last = marked.rfind("☒")
    gain = _last(marked)
    if last < 0:
        return "up" if gain >= 0 or helped else None
    if _REMEDY.search(marked, last):
        return "up"
    return None if absent or gain > last else "down"


def _last(marked: str) -> int:
    """Where the last gain stands; -1 without one."""
    return max((match.start() for match in _GAIN.finditer(marked)), default=-1)


def _blotted(match: re.Match[str]) -> str:
    return "☒" * len(match[0])
