"""Names whose direction nobody can tell: `is_open`. Each list says why; readers of several cities agree on them.

The entries are pieces of regular expressions, parted by white space; ☒ stands for any harm (`lexicon.HARMS`).
"""

from __future__ import annotations

import re
from typing import Literal

from review.domain.lexicon import alternation

# More of them known is good, more of them happening is bad: 虐待の相談件数, いじめの認知件数.
_KNOWN_HARMS = r"""
    ☒[^、・(]{0,6}?相談(?!窓口[がを](?:知|認知)|窓口の[認周]知|できる|する相手)
    (?<!☒による)(?<!☒)救急搬送(?!☒|困難|の?受)
    ☒[^、・(]{0,6}?(?:通報|処理件|処理数|対応件|対応数|認知件|届出|発見|確認[件箇個]|把握件|受付|受理|申請|報告|調整)
"""

_CONSULTATIONS = r"""
    相談(?:受付|受理|延べ|新規)?(?:件数|者数|数|回数|人数) 相談の?(?:来場|来所|利用[件者人回]) 問い?合わ?せ 要望 請求件
"""

# Business that comes to the counter by itself, and falls where something better rises.
_COUNTER = r"""
    窓口(?:で(?!の?(?:平均)?(?:待|手続き?に要))|[へに]|交付|申請) 来庁 電話(?!の?応答) 現金 対面 紙(?:申請|での)
    (?<!オンライン)(?<!電子)(?<!ネット)受付(?:件|人|者)数 届の?受付 届出?の?件数 (?:宿直|電話)の?対応 印鑑登録
    (?:認定|許可|確認|変更|廃止|免除|届出?)の?申請 (?:旅券|パスポート)の?(?:申請|交付|発行) 建築確認 開発許可 確認申請 許可申請
    (?:電子証明書|カード|免許|許可証?)の?更新 (?:使用|利用)許可 火葬 斎場 狩猟免許の?返納 ごみ袋の?販売
"""

# ... and papers given out there, unless in a new way: the second list.
_PAPERS = r"(?:住民票|証明書?|戸籍|印鑑)[^、]{0,10}(?:交付|発行)(?:件|枚|部|数)"
_NEW_WAYS = "コンビニ オンライン 電子 自動 マイナンバー 個人番号"

# Help that follows need: more cases are neither better nor worse.
_NEED = r"""
    (?:手当|見舞金|年金|罹災|り災|就学援助|減免|免除|弔慰金|給付金)[^、]{0,6}(?:申請|受給|支給|交付|認定)
    (?:治療|医療|入院|通院|介護|葬祭|埋葬|おむつ|薬)費?[^、]{0,4}(?:助成|補助|給付|支給)
    (?:通訳|要約筆記|ヘルパー|介助|付添)者?の?派遣 認定率\Z 扶助 生活保護 受診(?:回数|件数) 救急外来
    救急車の?(?:利用|出動|要請) 救急出動 出動件数
    (?:介護サービス|福祉サービス|居宅サービス|居宅介護|訪問介護|訪問看護|訪問入浴|ショートステイ|短期入所|ホームヘル|補装具|日常生活用具|自立支援医療)[^、]{0,8}(?:利用|受給|給付)
    (?:フードバンク|フードパントリー|シェルター|融資|貸付)[^、]{0,5}利用 雇用保険 ケースの?登録 (?:困窮|要保護|被保護)(?:者|世帯|児童)数\Z
    避難所の?開設回 (?:警報|避難情報|避難指示)の?(?:発表|発令) (?:診療所|急患|外来|病院)[^、]{0,8}受診
"""

# What was spent (saved, or not done?), unless by the head.
_SPENT = r"(?<=[一-龥])費(?:の?総額)?(?:\([^()]*\))?\Z"
_BY_THE_HEAD = "当たり あたり"

# What was given out or borrowed, or is merely so many.
_NEUTRAL_AMOUNTS = r"""
    予算額?\Z 決算額?\Z 電気料金?\Z
    (?:補助|助成|給付|奨励|交付)金?の?(?:交付|支出|支給|給付|執行)?総?額 債の?(?:新規)?発行 利用税 定員管理 文書の?廃棄量
    対象(?:者|世帯|児童|件|事業者)?数\Z 名簿の?登録 (?:国保|国民健康保険|後期高齢)[^、]{0,6}加入 要(?:介護|支援)(?:認定)?者数 (?<!.)死亡(?:者|件)?数\Z
    (?:庁舎|小規模|水道|住宅|緊急|応急|施設)の?修繕件 請願 陳情 審議(?:件|日) (?<![協審])議会(?!の?(?:傍聴|中継|インターネット|映像|報告会|だより|広報))
"""

# More work done, or more animals, more offenders?
_CATCHES = r"(?:捕獲|駆除|防除)(?:総|延べ)?(?:頭|羽|匹|件|個体)?数 補導(?:件|人|者)?数 街頭補導"

# A level that goes down, or an amount by which it went down?
_CHANGES = r"""
    減少(?:率|数|量|額|幅) 低下率 増減
    (?:減少|抑制|低下|削減|縮小|縮減|低減|軽減|短縮|解消|防止|推移)\Z
"""

# What was done is undone, or costs: 登録の抹消, 申請の取下げ.
_UNDONE = r"""
    (?:抹消|取り?消し?|取り?下げ|中止|休止|拒否|制限|失敗|忘れ)の?(?:総?額|件数|数|者数|回数|率|割合)?\Z
"""

# What a plan can only foresee: its targets follow people, need and demand where they would go anyhow.
_SHRINKING = r"""
    人口(?![\d一-龥]*当) 世帯数 (?:児童|生徒|園児|学生|学級|被保険者|加入者|農家|従事者|就業者|患者|事業所|店舗|団体)数 (?:給|配|有収|処理|使用)水量
    税(?:額|収) 交付税
"""
_GROWING = r"""
    認定(?:率|者) 受給 被保険者 (?:医療|給付|扶助|社会保障|民生|介護)費 生活保護 高齢(?:化|者) 患者 搬送 出動 通報 助成 手当
    世帯数 外国人 障害者 障がい者 空き?家
"""


def _pattern(*lists: str) -> re.Pattern[str]:
    return re.compile(alternation(" ".join(lists)))


_OPEN = _pattern(_CONSULTATIONS, _COUNTER, _NEED, _NEUTRAL_AMOUNTS, _CATCHES, _CHANGES, _UNDONE)
_OPEN_HARM = _pattern(_KNOWN_HARMS)
_UNLESS = ((_pattern(_SPENT), _pattern(_BY_THE_HEAD)), (_pattern(_PAPERS), _pattern(_NEW_WAYS)))
_FORESEEN = {"down": _pattern(_SHRINKING), "up": _pattern(_GROWING)}


def is_foreseen(plain: str, trend: Literal["up", "down"]) -> bool:
    """True where targets that go that way may be a forecast and no wish: falling ones of 人口, rising ones of 認定率."""
    return bool(_FORESEEN[trend].search(plain))


def is_open(plain: str, marked: str) -> bool:
    """True for a name without a direction; `marked` is the name with each harm as ☒."""
    if _OPEN.search(plain) or _OPEN_HARM.search(marked):
        return True
    return any(pattern.search(plain) and not unless.search(plain) for pattern, unless in _UNLESS)
