"""Which way a name speaks: `name_direction`.

A name is evidence only where it speaks clearly. Harms go down, gains go up, amounts of 削減・短縮 go up. It is read in
four steps, and says None as soon as it speaks for neither or for both:

1. Some names speak as a whole: 順位, 平均処理日数, 削減率, 解消率. Others are open (`open_names`).
2. Harms are marked as ☒, and the words around them may turn them: 待ち時間が10分以内, むし歯のない, 空き家の活用.
3. Gains that are denied or spoilt are harms: 参加していない, 賃金格差.
4. What is measured comes last: in 未利用財産の売却件数 the sales count, not what is unused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from review.domain import lexicon
from review.domain.lexicon import alternation
from review.domain.notation import compact
from review.domain.open_names import is_open

Direction = Literal["up", "down"]

_LONGEST = 200  # characters; what is longer is a description, and says many things

# 1. Names that speak as a whole

_RANK = re.compile(r"順位|ランキング")
_DURATION = re.compile(
    r"(?:(?:まで|要する|要した|かかる|かかった)の?(?:平均)?|平均(?=処理|事務|作業|所要|審査))"
    r"(?:処理|事務|作業|所要|審査)?(?:日数|期間|時間|月数|年数)"
    r"|平均(?:提供|交付|回答|納品|配達|支払|発行)(?:日数|期間)"
)
_CHANGED = re.compile(r"短縮|削減|縮減|低減|軽減|上昇|向上|アップ|改善")  # of a rank or a duration: how it changed
_BALANCE = re.compile(r"(?:社会|人口)(?:動態)?(?:の)?増減(?:数|人数)?(?:\([^()]*\))?\Z")
# The balance of an enterprise: income over cost. That of the city's budget (経常収支比率) goes the other way.
_ENTERPRISE = re.compile(r"(?:水道|病院|公営|企業会計|下水).*収支比率|収支比率.*(?:水道|病院|公営|企業会計|下水)")
_REDUCTION = re.compile(
    r"(?:削減|短縮|低減|縮減|軽減|節減|節約|減量|圧縮|抑制)(?:化)?(?:した|された|できた|し|総|累計|見込|推計|目標)?(?:年間|延べ)?"
    r"(?:率|量|額|数|件数|時間|枚数|日数|人数|割合|効果|幅|分|コスト|金額)"
)
_RESOLVED = re.compile(
    r"(?<!未)(?<!不)(?:改善|解消|解決|防止|回避|復旧|回復|対策|予防)(?:率|数|者数|件数|実施率|箇所数|か所数|割合)"
    r"|(?<!未)(?<!不)(?:達成|適合|合格|充足|実施|完了|終了|修了|是正|検挙)率"
)

# Words that are not about the measured thing, put out of the way first
_CRIME = re.compile(  # crimes are counted as the police come to know them; the count is of the crimes
    r"(?:刑法犯|犯罪|空き巣|ひったくり|万引き|窃盗犯?|侵入盗|盗難?|詐欺)(?:等|の|発生)*認知件数"
)
_EASE = re.compile(r"(?:書か|待た|行か|並ば|迷わ)ない(?=市役所|役所|窓口)")  # no denial: so it is called
_DENOMINATOR = re.compile(r"(?<=[費債高額数])対[一-龥]{2,10}?(?=比率?\Z|割合)")  # 給与費対医業収益比率 is of the 給与費
_OCCASION = re.compile(r"(?:健診|検診|健康診査|健康診断|調査|アンケート|検査|テスト|審査|面談)(?:で|において)、?")
_PLAN = re.compile(r"\([^()]*(?:計画|ビジョン|戦略|プラン)\)")  # 職員数(定員適正化計画)
_REMARK = re.compile(r"\([^()☒]*(?<![数率件額合量度値計])\)\Z")  # 被害額(消費生活センター受付分)
_WISHLESS = re.compile(alternation(lexicon.WISHLESS))

# 2. Harms, and what they become by the words around them

_HARM = re.compile(alternation(lexicon.HARMS))
_LIMIT = r"[がはを]?(?:年間?|月間?|週|1日)?\d[\d.,]*(?:日|回|時間|分|冊|割|%|件|品目|種類)"
_HELD_DOWN = re.compile(rf"☒[^\d・]{{0,8}}{_LIMIT}(?:以下|未満|以内)")
_ABSENT = re.compile(
    r"☒(?:[がをのにで]|し|して|経験)*(?:な[いかく]|無い|ゼロ|ゼロの|いない)"
    r"|(?:無|ノー|脱|反|非|ゼロ)☒"
    r"|☒[^、]{0,14}?(?:辞退|反対|同感しない|賛成しない|とらわれない|いけない|許せない|許されない|許さない)"
    r"|☒(?:など|等)?[がを](?:軽減|解消|解決|改善|克服|減った|減少した|和らいだ|なくなった|防いだ)"
    r"|☒[^、]{0,4}(?:とき|時|際)[^、]*(?:できる|いる|ある)(?!.*ない)"
    r"|☒を?(?:感じ|覚え)?[^、]{0,4}(?:に|へ)?対処(?:できる|でき)"
    r"|☒(?:など|等)?を[^、]{0,6}相談(?:できる|する)[^、]{0,6}[がの](?:いる|ある)"
)
_AGAINST = re.compile(rf"☒[^のをにがはで、・]{{0,4}}(?:など|等)?[のを]?(?:リスク)?(?={alternation(lexicon.AGAINST)})")
_REMEDY = re.compile(alternation(lexicon.REMEDIES))
_HARM_TAIL = re.compile(
    rf"(?:[ぁ-んー、・%0-9~=./A-Za-z\s()「」『』]|{alternation(lexicon.PEOPLE)}|{alternation(lexicon.BEARERS)})*"
)
# 老朽化した水道管の割合: the thing that has the harm may be anything, unless something was done about it.
_BEARER = re.compile(
    r"(?:化?した|された|する|している|のある|がある|な)[一-龥ァ-ヶー\d]{1,8}(?:の?(?:割合|面積|延長|量|数|件数|比率))?"
)
_TURNED = re.compile(alternation(lexicon.TURNED))

# 3. Gains, and what they become

_GAINS = alternation(lexicon.GAINS)
# オンライン化, LED化 and the like are intended; 高齢化, 老朽化, 変化 are not.
_INTENDED = r"化(?<=[^齢疎朽子悪症洞骸暖弱鈍期渋文変固劣街☒]化)(?:した|された|済み?)?(?:率|件数|施設数|数|済|割合|\Z)"
_GAIN = re.compile(f"{_GAINS}|{_INTENDED}")
_SPOILS = "嫌い|苦手|不得意|つまらな|格差|不足|離れ|不良|不調|停止|中断"
_SPOILER = re.compile(rf"{_SPOILS}|☒")
_SPOILT = re.compile(rf"(?:{_GAINS})[がはを]?(?:{_SPOILS}|☒(?=\Z|[のなだ率数人者]))")
_TOO_LITTLE = re.compile(rf"(?:{_GAINS})[^\dにをで、・]{{0,6}}?{_LIMIT}(?:以下|未満|しか|に満たない)")
# 利用料, 補助金: what is paid is neither the use nor the help.
_PAID = re.compile(rf"(?:{_GAINS})(?:料金?|費用?|経費)|(?:補助|助成|給付|奨励|派遣|参加|登録|発行)金(?!額|融)")
# 非公開, 低利用: the gain denied.
_DENIED = re.compile(rf"(?:[非無不未停]|(?<!最)低|(?<![削軽低縮加])減)(?:{_GAINS})")
_LACKING = re.compile(
    rf"[^、・のを]*(?<!を)(?:{_GAINS}|{alternation(lexicon.HOPES)})(?:し(?:たことが)?|したことの|化?され|でき)?て?[がはもに]?"
    r"(?:[一1](?:人|つ|度|回)も)?(?:を(?:して?|行って|実施して))?(?:い|され|でき|あり)?な(?:い|かった)"
    r"|足りていない|(?:授業|勉強|内容)が(?:わから|分から)ない|を知らない|楽しくない|好きで(?:は|も)?ない|"
    r"(?:[1一](?:冊|度|回)も)?本を(?:[1一]冊も)?読まない|運動を?して?い?ない"
)
# A denial that speaks for itself where no harm is named: 読まない市民, 相談相手がいない人.
_UNABLE = re.compile(
    r"[わ分]からない|見つからない|読まない|望まない|思わない|使えない|ついていけない"
    r"|(?:習慣|相手|人|医|機会|場所?|仲間|友人|余裕|時間)[がの]い?な(?:い|かった)"
)
_NEGATED = re.compile(
    r"(?<!少)(?<!危)(?<!もったい)(?:ない|なかった|ません)|にくい|づらい|難しい|できず|いいえ|反対|やめ"
)
_HOPE = re.compile(alternation(lexicon.HOPES))
_GLOOM = re.compile(f"☒|{alternation(lexicon.GLOOMS)}")
_FALLING = re.compile(r"減少|低下|縮小|(?<!押印)(?<!押印を)廃止|悪化|落ち|減っ")
_SERVICE = re.compile(alternation(lexicon.SERVICES))

# How long, how old, how dear: a gain that lasts longer may be better (学習時間) or worse (提供日数).
_OTHER_MEASURE = re.compile(
    r"(?:日数|期間|時間数?|月数|年齢|価格|単価|地価|簿価|距離|間隔|格差|偏差|密度|原価|濃度)(?:\([^()]*\))?\Z"
)
_LASTING = re.compile(
    r"(?:取得|休暇|有給|年休|宿泊|再生|開催|開館|開庁|実施|運行|研修|学習|活動|運動|読書|家事|育児|訓練|講習|稼[働動]|勤続|視聴|発電|"
    r"ボランティア|滞在|スポーツ|自立)[^の]{0,4}(?:日数|期間|時間数?|年数)(?:\([^()]*\))?\Z|(?:消費|客)単価\Z"
)

# What a name must hold for one of the longer patterns to be tried
_PRICE = re.compile(r"[料費金]")
_DIGIT = re.compile(r"\d")
_DENYING = re.compile(r"[非無不未低停減]")

# 4. What is measured

_BRACKET = re.compile(r"\([^()]*\)")
_LAST_BRACKET = re.compile(r"\([^()]*\)\Z")

_LINK = re.compile(
    r"(?:当たり|あたり|当り)の?|(?<!と)の(?!ある|ない|なく|ため|び)|における|に係る|にかかる|に関する|による|に対する"
    r"|に占める(?!割合|比率)|に伴う"
)
_COUNTED = "団体|企業|事業所|事業者|校|学校|施設|世帯|箇所|か所|地区|家庭|自治体|拠点|店舗|会場|組|社|課|品目|種類|項目|手続き?|業務|事業|駅|審議会|日"
_MEASURE = re.compile(
    r"(?:年間|総|延べ|のべ|平均|月平均|累計|月額|年額|日額|数量|金額)*(?:使用|該当|出現|組織|発現|補助|助成|支援|申請|交付|派遣|提供|受付)?"
    r"(?:割合|比率|率|数|件数|人数|者数|回数|額|量|金額|状況|状態|度|度合い?|実績|総数|数値|値|シェア|ベース|平均|ポイント|指数|"
    r"人口(?:割合|比率)?|面積|延長|台数|棟数|戸数|枚数|冊数|点数|本数"
    rf"|(?:{_COUNTED})数|(?:{alternation(lexicon.PEOPLE)})(?:数|の?割合|の?比率)?"
    r"|(?:全国|国|県|府|都|道|市)(?:の)?(?:平均値?)?との(?:差|比較|比)|(?:全国|国|県)比"
    r"|(?:救急)?搬送(?:者|人員|件)数|[^の]{1,12}に占める割合)"
)


@lru_cache(maxsize=4096)
def name_direction(name: str) -> Direction | None:
    """The direction a name speaks for, or None where it speaks for neither or for both."""
    if len(name) > _LONGEST:
        return None
    plain = _EASE.sub("便利", _CRIME.sub("犯罪", compact(name).replace("☒", "")))
    if _RANK.search(plain) or _DURATION.search(plain):
        return None if _CHANGED.search(plain) else "down"
    if _BALANCE.search(plain) or _ENTERPRISE.search(plain):
        return "up"
    plain = _PLAN.sub("", plain) if "(" in plain else plain
    plain = _WISHLESS.sub("〇", _OCCASION.sub("", _DENOMINATOR.sub("", plain)))
    marked = _HARM.sub("☒", plain)
    if is_open(plain, marked):
        return None
    if _REDUCTION.search(plain) or _RESOLVED.search(plain):
        return "up"
    return _of_marked(marked)


def _of_marked(plain: str) -> Direction | None:
    """The direction of a name in which each harm is a ☒."""
    remedied = absent = 0
    if "☒" in plain:
        plain, absent = _ABSENT.subn("〇", _HELD_DOWN.sub("達成", plain))
        plain, remedied = _AGAINST.subn("", plain)
    plain = _spoilt(plain)
    if absent:
        return None if "☒" in plain or _NEGATED.search(plain) else "up"
    if "な" in plain:
        plain = _LACKING.sub("☒", plain)
        plain = plain if "☒" in plain else _UNABLE.sub("☒", plain)
    return None if _NEGATED.search(plain) else _of_measured(plain, remedied=bool(remedied))


def _spoilt(plain: str) -> str:
    """The name with gains that are spoilt, too few or paid for as what they are."""
    if _SPOILER.search(plain):
        plain = _SPOILT.sub("☒", plain)
    if _PRICE.search(plain):
        plain = _PAID.sub("□", plain)
    return _TOO_LITTLE.sub("☒", plain) if _DIGIT.search(plain) else plain


def _of_measured(plain: str, *, remedied: bool) -> Direction | None:
    """The direction of the thing that is measured: the last noun, or what stands before a mere 割合 or 件数."""
    bare = _REMARK.sub("", plain)
    if "☒" in bare or _GAIN.search(bare):
        plain = bare
    start = _head_start(plain)
    rest = _DENIED.sub(_blotted, plain) if _DENYING.search(plain) else plain
    gain = any(found.end() > start for found in _GAIN.finditer(rest))
    last = rest.rfind("☒")
    if last >= start:
        tail = _BRACKET.sub("", rest[last + 1 :])
        return None if gain or not _of_bearers(tail) else "down"
    if (remedied or "☒" in rest) and _REMEDY.search(rest, start):
        return "up"
    if "☒" in rest and (not gain or _SERVICE.search(rest, start)):
        return None
    if _FALLING.search(rest) or (_OTHER_MEASURE.search(rest) and not _LASTING.search(rest)):
        return None
    return "up" if gain or (_HOPE.search(rest, start) and not _GLOOM.search(rest)) else None


def _of_bearers(tail: str) -> bool:
    """True where what follows a harm only says what is counted: its cases, its bearers."""
    return bool(_HARM_TAIL.fullmatch(tail) or (_BEARER.fullmatch(tail) and not _TURNED.search(tail)))


def _blotted(found: re.Match[str]) -> str:
    return "☒" * len(found[0])


def _head_start(plain: str) -> int:
    """Where the words begin that name the measured thing; brackets at the end (累計, 単年度) belong to it."""
    bare = _LAST_BRACKET.sub("", plain) if plain.endswith(")") else plain
    end = len(bare)
    for found in reversed(list(_LINK.finditer(bare))):
        words = bare[found.end() : end]
        if not _MEASURE.fullmatch(words) and (_GAIN.search(words) or not _HARM_TAIL.fullmatch(words)):
            return found.end()
        end = found.start()
    return 0
