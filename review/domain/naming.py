"""Which way a name speaks: `name_direction`.

A name is evidence only where it speaks clearly. Harms go down, gains go up, amounts of 削減・短縮 go up. What stands
around those words is read before them: 空き家の活用 is a gain, 参加していない is a harm, 待ち時間が10分以内 is a harm held
down. A name that speaks for neither or for both says None.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from review.domain.lexicon import GAIN, HARM, HOPE
from review.domain.notation import compact

Direction = Literal["up", "down"]

_LONGEST = 200  # characters; what is longer is a description, and says many things
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
_DENOMINATOR = re.compile(r"(?<=[費債高額数])対[一-龥]{2,10}?(?=比率?\Z|割合)")  # 給与費対医業収益比率 is of the 給与費
# Where a value was found, not what it is: 健診で, アンケートで.
_OCCASION = re.compile(r"(?:健診|検診|健康診査|健康診断|調査|アンケート|検査|テスト|審査|面談)(?:で|において)、?")
_UNCLEAR_CHANGE = re.compile(r"減少(?:率|数|量|額|幅)|低下率|増減")
_REDUCTION = re.compile(
    r"(?:削減|短縮|低減|縮減|軽減|節減|節約|減量|圧縮|抑制)(?:化)?(?:した|された|できた|し|総|累計|見込|推計|目標)?(?:年間|延べ)?"
    r"(?:率|量|額|数|件数|時間|枚数|日数|人数|割合|効果|幅|分|コスト|金額)"
)
_RESOLVED = re.compile(
    r"(?<!未)(?<!不)(?:改善|解消|解決|防止|検挙|回避|復旧|回復|対策|予防)(?:率|数|者数|件数|実施率|箇所数|か所数|割合)"
    r"|(?<!未)(?<!不)(?:達成|適合|合格|充足|実施|完了|終了|修了|是正)率"
)
_AMBIGUOUS = re.compile(
    rf"(?:{HARM})[^、・]{{0,6}}?(?:相談(?!窓口[がを](?:知|認知)|窓口の[認周]知|できる|する相手)|通報|処理件|処理数|対応件|対応数|認知件|届出|発見|把握件|受付|受理|申請|報告|調整)"
    r"|相談(?:受付|受理|延べ|新規)?(?:件数|者数|数|回数|人数)"
    r"|(?<!介護)認定率\Z|扶助|救急車の?(?:利用|出動|要請)|救急外来|火葬|斎場|建築確認|開発許可|確認申請|許可申請|債の?(?:新規)?発行|生活保護|救急出動|出動件数|(?<!症による)(?<!症)救急搬送(?!困難|の?受)"
    r"|(?:補助|助成|給付|奨励|交付)金?の?(?:交付|支出|支給|給付|執行)?総?額|問い?合わ?せ"
    # What falls because something better rises: neither way is plain from the name.
    r"|(?:手当|見舞金|年金|罹災|り災|就学援助|減免|免除|弔慰金|給付金)[^、]{0,6}(?:申請|受給|支給|交付|認定)"
    r"|^(?!.*(?:コンビニ|オンライン|電子|自動|マイナンバー|個人番号)).*(?:住民票|証明書?|戸籍|印鑑)[^、]{0,10}(?:交付|発行)(?:件|枚|部|数)"
    # Business that comes to the counter by itself.
    r"|(?<!オンライン)(?<!電子)(?<!ネット)受付(?:件|人|者)数|届の?受付|届出?の?件数|(?:宿直|電話)の?対応|印鑑登録|要望"
    r"|(?:庁舎|小規模)の?修繕件|狩猟免許の?返納|相談の?(?:来場|来所)|定員管理|利用税|文書の?廃棄量"
    # More work done, or more animals?
    r"|(?:捕獲|駆除)(?:総|延べ)?(?:頭|羽|匹|件|個体)?数"
    # Help that follows need: more cases are neither better nor worse.
    r"|(?:治療|医療|入院|通院|介護|葬祭|埋葬|おむつ|薬)費?[^、]{0,4}(?:助成|補助|給付|支給)"
    r"|(?:通訳|要約筆記|ヘルパー|介助|付添)者?の?派遣|(?:認定|許可|確認|変更|廃止|免除|届出?)の?申請|(?:旅券|パスポート)の?(?:申請|交付|発行)"
    r"|窓口(?:で(?!の?(?:平均)?(?:待|手続き?に要))|[へに]|交付|申請)|来庁|電話(?!の?応答)|現金|対面|紙(?:申請|での)|請求件|受診(?:回数|件数)"
    r"|審議(?:件|日)|(?<![協審])議会(?!の?(?:傍聴|中継|インターネット|映像|報告会|だより|広報))"
    # A level that goes down, or an amount by which it went down?
    r"|(?:減少|抑制|低下|削減|縮小|縮減|低減|軽減|短縮|解消|防止|推移)\Z"
    # What was done is undone, or costs: 登録の抹消, 申請の取下げ.
    r"|(?:抹消|取り?消し?|取り?下げ|中止|休止|拒否|制限|失敗|忘れ)の?(?:総?額|件数|数|者数|回数|率|割合)?\Z"
)
# Crimes are counted by the police as they become known; the count is of the crimes.
_CRIME = re.compile(r"(?:刑法犯|犯罪|空き巣|ひったくり|万引き|窃盗犯?|侵入盗|盗難?|詐欺)(?:等|の|発生)*認知件数")

_EASE = re.compile(r"(?:書か|待た|行か|並ば|迷わ)ない(?=市役所|役所|窓口)")  # no denial: so it is called

# Names of things that hold a word of wish and wish nothing.
_NO_WISH = re.compile(
    r"特別支援(?:学級|学校|教室)|支援区分|選挙人名簿の?登録|自動車の登録|応募倍率|入札参加|代替職員|捕獲許可|支援給付"
)

# What a harm or a gain becomes by the words around it.
_LIMIT = r"[がはを]?(?:年間?|月間?|週|1日)?\d[\d.,]*(?:日|回|時間|分|冊|割|%|件|品目|種類)"
# The head noun decides: 賃金格差 is of the gap, 読書離れ of the loss.
_SPOILT = re.compile(rf"(?:{GAIN})[がはを]?(?:嫌い|苦手|不得意|つまらな|格差|不足|離れ|不良|不調|停止|中断)")
_TOO_LITTLE = re.compile(rf"(?:{GAIN})[^\dにをで、・]{{0,6}}?{_LIMIT}(?:以下|未満|しか|に満たない)")
_HELD_DOWN = re.compile(rf"(?:{HARM})[^\d・]{{0,8}}{_LIMIT}(?:以下|未満|以内)")
_ABSENT = re.compile(
    rf"(?:{HARM})(?:[がをのにで]|し|して|経験)*(?:な[いかく]|無い|ゼロ|ゼロの|いない)"
    rf"|(?:無|ノー|脱|反|非|ゼロ)(?:{HARM})"
    rf"|(?:{HARM})[^、]{{0,14}}?(?:辞退|反対|同感しない|賛成しない|とらわれない|いけない|許せない|許されない|許さない)"
    rf"|(?:{HARM})(?:など|等)?[がを](?:軽減|解消|解決|改善|克服|減った|減少した|和らいだ|なくなった|防いだ)"
    rf"|(?:困った|悩み)[^、]{{0,4}}(?:とき|時|際)[^、]*(?:できる|いる|ある)(?!.*ない)"
    rf"|(?:{HARM})を?(?:感じ|覚え)?[^、]{{0,4}}(?:に|へ)?対処(?:できる|でき)"
    rf"|(?:{HARM})(?:など|等)?を[^、]{{0,6}}相談(?:できる|する)[^、]{{0,6}}[がの](?:いる|ある)"
)
# 事故防止教室 is about no accident. What is done against a harm takes its place.
_AGAINST = re.compile(
    rf"(?:{HARM})[^のをにがはで、・]{{0,4}}(?:など|等)?[のを]?(?:リスク)?"
    r"(?=チェック|防止|予防|対策|解消|抑止|抑制|教室|訓練|講座|研修|啓発|検診|健診|保険|パトロール|警報|バンク|活用|撲滅|削減|軽減|低減|短縮|回避|"
    r"ゼロ|改善|解決|除却|計画|条例|マップ|診断|売却|再生|更新|改修|改築|耐震化|回収率|回収額|回収量|回収金額|是正|捕獲|駆除|防除|吸収|対応率|対応食|緩和|克服|適正化|監視|リサイクル|再?資源化|再利用|相談窓口)"
)
_REMEDY = re.compile(
    r"リサイクル|資源化|再利用|売却|活用|解消|除却|再生|回収[率額量]|是正|捕獲|駆除|防除|更新|改修|改築|耐震化|解体|成約|吸収|対応率|改善|復帰|対策を?(?:して|した|済|実施)|対応食|生存率|救命率|緩和|相談窓口を知"
)
_LACKING = re.compile(
    rf"[^、・のを]*(?<!を)(?:{GAIN}|{HOPE})(?:し(?:たことが)?|したことの|化?され|でき)?て?[がはもに]?(?:[一1](?:人|つ|度|回)も)?"
    r"(?:を(?:して?|行って|実施して))?(?:い|され|でき|あり)?な(?:い|かった)"
    r"|足りていない|(?:授業|勉強|内容)が(?:わから|分から)ない|を知らない|楽しくない|好きで(?:は|も)?ない|(?:[1一](?:冊|度|回)も)?本を(?:[1一]冊も)?読まない|運動を?して?い?ない"
)
# A denial that speaks for itself where no harm is named: 聞こえにくい地域, 読まない市民.
_UNABLE = re.compile(
    r"(?:[わ分]からない|見つからない|読まない|望まない|思わない|使えない|ついていけない|(?:習慣|相手|人|医|機会|場所?|仲間|友人|余裕|時間)[がの]い?な(?:い|かった))"
)
# 利用料, 補助金: what is paid is neither the use nor the help.
_PAID = re.compile(rf"(?:{GAIN})(?:料金?|費用?|経費)|(?:補助|助成|給付|奨励|派遣|参加|登録|発行)金(?!額|融)")
_NEGATED = re.compile(
    r"(?<!少)(?<!危)(?<!もったい)(?:ない|なかった|ません)|にくい|づらい|難しい|できず|いいえ|反対|やめ"
)

# Speech of a survey: good unless what is said is a harm.
_HOPE = re.compile(HOPE)
_GLOOM = re.compile(
    r"悪|暗い|遅い|遠い|弱い|低い|少な|狭い|忙し|面倒|煩雑|つら|苦し|困|危|怖|汚|うるさ|高い(?:と|税|料)|減|失|寂|淋|疲|痛|怒|焦|嫌|退屈|偏見|重[いく]|段差|破れ|ひび"
)
_FALLING = re.compile(r"減少|低下|縮小|(?<!押印)(?<!押印を)廃止|悪化|落ち|減っ")
# 不登校児童の支援件数: more help, or more who need it?
_SERVICE = re.compile(
    r"支援|利用|受入|受け入れ|受給|登録|対応|参加|指導|訪問|補助|助成|申請|実施|交付|派遣|入所|提供|相談|受付|確認|調査"
)
_HARM = re.compile(HARM)
# 非公開, 低利用: the gain denied.
_DENIED = re.compile(rf"(?:[非無不未低停]|(?<![削軽低縮加])減)(?:{GAIN})")
# オンライン化, LED化 and the like are intended; 高齢化, 老朽化, 変化 are not.
_GAIN = re.compile(
    GAIN + r"|[^齢疎朽子悪症洞骸暖弱鈍期渋文変固劣■]化(?:した|された|済み?)?(?:率|件数|施設数|数|済|割合|\Z)"
)

# How long, how old, how dear: a gain that lasts longer may be better (学習時間) or worse (提供日数).
_OTHER_MEASURE = re.compile(
    r"(?:日数|期間|時間数?|月数|年齢|価格|単価|地価|簿価|距離|間隔|格差|偏差|密度|原価|濃度)(?:\([^()]*\))?\Z"
)
_LASTING = re.compile(
    r"(?:取得|休暇|有給|年休|宿泊|再生|開催|開館|開庁|実施|運行|研修|学習|活動|運動|読書|家事|育児|訓練|講習|稼[働動]|勤続|視聴|発電|ボランティア|滞在|スポーツ|自立)"
    r"[^の]{0,4}(?:日数|期間|時間数?|年数)(?:\([^()]*\))?\Z|(?:消費|客)単価\Z"
)

# The measured thing comes last: in 未利用財産の売却件数 the sales count, not what is unused.
_LINK = re.compile(
    r"(?:当たり|あたり|当り)の?|(?<!と)の(?!ある|ない|なく|ため|び)|における|に係る|にかかる|に関する|による|に対する|に占める|に伴う"
)
_PEOPLE = (
    "人|者|中学生|小学生|高校生|大学生|小中学生|成人|男子|女子|青年|妊産婦|乳幼児|幼児|市民|県民|町民|村民|区民|住民|児童生徒|児童|生徒|園児|乳児|幼児|学生|若者|保護者|親|高齢者|障害者|妊婦|女性|男性|患者|"
    "教職員|職員|教員|従業員|労働者"
)
_MEASURE = re.compile(
    r"(?:年間|総|延べ|のべ|平均|月平均|累計|月額|年額|日額|数量|金額)*(?:使用|該当|出現|組織|発現)?(?:割合|比率|率|数|件数|人数|者数|回数|額|量|金額|状況|状態|度|度合い?|"
    r"実績|総数|数値|値|シェア|ベース|平均|ポイント|指数|人口(?:割合|比率)?|面積|延長|台数|棟数|戸数|枚数|冊数|点数|本数|(?:団体|企業|事業所|事業者|校|学校|施設|世帯|"
    r"箇所|か所|地区|家庭|自治体|拠点|店舗|会場|組|社|課|品目|種類|項目|手続き?|業務|事業|駅|審議会|日)数"
    rf"|(?:{_PEOPLE})(?:数|の?割合|の?比率)?|(?:全国|国|県|府|都|道|市)(?:の)?(?:平均値?)?との(?:差|比較|比)|(?:全国|国|県)比"
    r"|(?:救急)?搬送(?:者|人員|件)数|[^の]{1,12}に占める割合)"
)
# What may stand between a harm and the end of its name. Any other word may turn it round.
_HARM_TAIL = re.compile(
    rf"(?:[ぁ-んー、・%0-9~=./A-Za-z\s()「」『』]|{_PEOPLE}|割合|比率|比|率|数|件|額|量|度|値|世帯|戸|棟|台|枚|頭|本|冊|匹|羽|基|口|社|店|園|室|便|回|日|地点|箇所|か所|区域|地域|地区|域|"
    "団体|学校|校|学級|クラス|施設|事業所|企業|店舗|状態|状況|傾向|感じ|感|思|抱|持|時間|勤務|在校等|機会|有|使|見|視|遊|過|操作|費|続|繰越|超過|申立|木|自転車|自動車|車両|用地|農地|"
    "宅地|地|面積|延長|家屋|人口|化|理|入|水|レベル|リックシンドローム|該当|予備群|症|病|文書|書類|平均|年間|累計|総|延べ|金|費|発生|"
    "出現|残高|期間|コスト|単価|原価|指数|項目|行|児|女|男|駅|管|事案|日常|図書|資料|行為|建築物|物質|検出|物|区|審議会|委員会|超|以上|使用|等|など|材積|濃度|疑い|事例|事故|ケース|案件|産婦|妊婦|児|親|分担意識|意識|摂取|処分|長|保管|搬入|持込|収集|発令|目撃|確認|発見|管路|管渠|セメント|延長|集落|服薬|投与|回答|答|選|動物|植物|生物|種|農作物|作物|品|商品|製品|箇|機器|設備|施設|遊具|トイレ|便器|物件|建築|構造物|法面|斜面|トンネル|舗装|路面|住民|世代|層|独居|教科|窓口|単身|母子|父子|ひとり親|家庭|子|子ども|若者|外国人|住宅|市営|公営|町営|建物|道路|橋梁|橋りょう|公園|受|経験|救急搬送|搬送|月|週)*"
)
# 老朽化した水道管の割合: the thing that has the harm may be anything, unless something was done about it.
_BEARER = re.compile(
    r"(?:化?した|された|する|している|のある|がある|な)[一-龥ァ-ヶー\d]{1,8}(?:の?(?:割合|面積|延長|量|数|件数|比率))?"
)
_TURNED = re.compile(
    r"改善|解消|解決|減|対策|復旧|修繕|修理|補修|更新|撤去|除去|除却|回復|復帰|支援|対応|処理|回収|防|再生|活用|売却|相談|卒業|終了|完了|指導|是正"
)


@lru_cache(maxsize=4096)
def name_direction(name: str) -> Direction | None:
    """The direction a name speaks for, or None where it speaks for neither or for both."""
    if len(name) > _LONGEST:
        return None
    plain = _EASE.sub("便利", _CRIME.sub("犯罪", compact(name)))
    if _RANK.search(plain) or _DURATION.search(plain):
        return None if _CHANGED.search(plain) else "down"
    if _BALANCE.search(plain) or _ENTERPRISE.search(plain):
        return "up"
    plain = _NO_WISH.sub("〇", _OCCASION.sub("", _DENOMINATOR.sub("", plain)))
    if _AMBIGUOUS.search(plain) or _UNCLEAR_CHANGE.search(plain):
        return None
    if _REDUCTION.search(plain) or _RESOLVED.search(plain):
        return "up"
    plain = _SPOILT.sub("不足", plain)
    plain = _TOO_LITTLE.sub("不足", _PAID.sub("□", _HELD_DOWN.sub("達成", plain)))
    plain, absent = _ABSENT.subn("■", plain)
    plain, against = _AGAINST.subn("", plain)
    if absent:
        return None if _HARM.search(plain) or _NEGATED.search(plain) else "up"
    if "な" in plain:
        plain = _LACKING.sub("不足", plain)
    if not _HARM.search(plain):
        plain = _UNABLE.sub("不足", plain)
    return None if _NEGATED.search(plain) else _of_measured(plain, remedied=bool(against))


def _of_measured(plain: str, *, remedied: bool) -> Direction | None:
    """The direction of the thing that is measured: the last noun, or what stands before a mere 割合 or 件数."""
    start = _head_start(plain)
    harms = [found for found in _HARM.finditer(plain) if found.end() > start]
    rest = _DENIED.sub(_blotted, _HARM.sub(_blotted, plain))
    gain = any(found.end() > start for found in _GAIN.finditer(rest))
    if harms:
        tail = re.sub(r"\([^()]*\)", "", plain[harms[-1].end() :])
        return None if gain or not _of_bearers(tail) else "down"
    if (remedied or "■" in rest) and _REMEDY.search(rest, start):
        return "up"
    if "■" in rest and (not gain or _SERVICE.search(rest, start)):
        return None
    if _FALLING.search(rest) or (_OTHER_MEASURE.search(rest) and not _LASTING.search(rest)):
        return None
    return "up" if gain or (_HOPE.search(rest, start) and not _GLOOM.search(rest)) else None


def _of_bearers(tail: str) -> bool:
    """True where what follows a harm only says what is counted: its cases, its bearers."""
    return bool(_HARM_TAIL.fullmatch(tail) or (_BEARER.fullmatch(tail) and not _TURNED.search(tail)))


def _blotted(found: re.Match[str]) -> str:
    return "■" * len(found[0])


def _head_start(plain: str) -> int:
    """Where the words begin that name the measured thing; brackets at the end (累計, 単年度) belong to it."""
    bare = re.sub(r"\([^()]*\)\Z", "", plain)
    end = len(bare)
    for found in reversed(list(_LINK.finditer(bare))):
        words = bare[found.end() : end]
        if not _MEASURE.fullmatch(words) and (_GAIN.search(words) or not _HARM_TAIL.fullmatch(words)):
            return found.end()
        end = found.start()
    return 0
