"""Which way an indicator should go: from its targets over the years, else from its name.

A name is evidence only where it speaks clearly. `name_direction` looks for harms (down), gains (up), and amounts of
削減・短縮 (up); a name that speaks for neither or for both says None, and nobody may take that for "up".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from review.domain import values
from review.domain.notation import compact
from review.domain.reading import Quantity, Reading

Direction = Literal["up", "down"]

_UP_COMPARATORS = ("at_least", "above")

_HARM_WORDS = (
    "被害|不読|待ち時間|待時間|待ち人数|待機|事故|苦情|クレーム|排出量|排出係数|排出原単位|作業時間|処理時間|事務時間|所要時間|要する時間|要する日数|"
    "要した時間|かかる時間|審査期間|処理期間|処理日数|所要日数|応答時間|停電|残業|時間外|超過勤務|長時間労働|漏えい|漏洩|漏水|流出|紛失|インシデント|滞納|"
    "不納欠損|延滞|死亡|死者|死傷|負傷|傷病|罹患|り患|自殺|自死|犯罪|刑法犯|詐欺|火災|出火|延焼|焼損|離職|退職者|失業|倒産|休廃業|廃業|いじめ|虐待|"
    "暴力|中退|欠席|欠食|孤食|喫煙|飲酒|肥満|低体重|低出生体重|透析|空白地|休職|不服|崩壊|負担額|発生量|引っ越|転居したい|FAX|やせ|むし歯|虫歯|う蝕|う歯|メタボ|内臓脂肪症候群|予備群|高血圧|高血糖|有所見|有病|重症化|"
    "要介護認定|要支援認定|要介護|寝たきり|フレイル|低栄養|孤立|孤独|ひきこもり|引きこもり|転倒|感染者|感染率|違反|不法投棄|放置|エラー|ミス|誤り|誤送信|"
    "誤交付|誤支給|遅延|遅れ|手戻り|差戻し|障害発生|システム障害|ダウンタイム|停止時間|中断|ごみ量|ごみの量|ごみ総量|ごみ排出|ごみ処理量|家庭系ごみ|"
    "事業系ごみ|可燃ごみ|燃えるごみ|廃棄|食品ロス|食べ残し|残食|残渣|焼却量|埋立|最終処分|CO2|二酸化炭素|温室効果ガス|エネルギー消費|消費電力|電力消費|"
    "消費量|使用電力|電力使用|電気使用|燃料使用|エネルギー使用|使用エネルギー|水使用|ガス使用|ガソリン使用|騒音|汚染|汚濁|悪臭|BOD|COD|PM2|"
    "耕作放棄|遊休農地|荒廃|空き家|空家|空き店舗|老朽|危険箇所|危険個所|債務残高|市債残高|地方債残高|起債残高|町債残高|県債残高|借入金残高|市債現在高|"
    "地方債現在高|公債費比率|公債費負担|将来負担|経常収支比率|経常経費|赤字|累積欠損|繰出金|維持管理費|管理コスト|光熱水費|コスト|医療費|"
    "人件費|経費|転出|流出超過|社会減|自然減|人口減少|負担感|負担を感|ストレス|不安|不満|不便|不足|不良|不正|不具合|不適合|不適切|不明水|不登校|不参加|不受診|"
    "不健康|不祥事|悩み|困って|困難を|孤立を|欠員|空室|空床|無収水|有収率低下|渋滞|混雑|逸走|殺処分|鳥獣害|捕食|残薬|重複受診|重複服薬|頻回受診|"
    "誤嚥|褥瘡|発生件数|発生率|故障|破損|盗難|侵入|迷惑|散乱|ポイ捨て|依存|格差|非正規|辞退|キャンセル|解約|脱退|却下|督促|催告|未[^来就成満然]|"
    "(?:コピー)?用?紙[のを]?(?:使用|購入|消費|印刷|配布)|コピー用?紙|紙で保管|印刷枚数|複写枚数|印刷物の?(?:枚数|量)|紙の?使用量|紙使用|書類枚数|押印件数"
)
_GAIN_WORDS = (
    "利用|登録|参加|開催|整備|満足|普及|実施|受講|受診|接種|達成|導入|締結|協定|加入|加盟|認知度|認知率|周知|回収率|収納|徴収率|納付|リサイクル|再生利用|資源化|"
    "耐震|水洗化|接続率|有収率|オンライン|電子化|電子申請|電子契約|デジタル|ペーパーレス|自動化|公開|発信|配信|閲覧|アクセス|ダウンロード|フォロワー|視聴|"
    "再生回数|来場|来館|来園|来訪|来街|入館|入場|入園者|入込|観光客|交流人口|関係人口|滞在|宿泊|貸出|貸し出し|蔵書|読書|売上|収入|収益|所得|販売|出荷|生産|"
    "産出|受注|受賞|雇用|就業|就職|就労|就農|創業|起業|開業|出店|誘致|立地|移住|定住|転入|交付|申請|取得|保有|育成|養成|研修|訓練|講座|教室|講習|講演|"
    "支援|対応手続|相談対応|対応件数|対応率|稼働率|稼動率|健康寿命|平均寿命|出生|婚姻|合格|進学|充足率|実証|取組|取り組|活用|連携|協働|会員|サポーター|ボランティア|"
    "寄附|寄付|ふるさと納税|回答率|理解|関心|向上|拡大|拡充|改善|解消|適合率|確保|設置|配置|配備|通いの場|居場所|改修|修繕|改良|更新|設備|ジェネリック|後発医薬品|英検|体力|肯定|サロン|英語力|策定|作成|制定|認証|表彰|植樹|植栽|緑化|緑被|緑地|再生可能|"
    "再エネ|発電|太陽光|反収|単収|収量|収穫|付与|還元|受付|担い手|後継者|認定農業者|リーダー|指導力|既読|最新化|充実|継続|定着|成約|マッチング|"
    "商品化|製品化|事業化|開発|採択|特許|認定企業|認定こども|処理頭数|捕獲|駆除|団体数|自主防災|消防団員|防災士|救命率|救命講習|生存率|把握率|検診|健診|"
    "歩数|運動習慣|スポーツ|学習時間|正答率|学力|平均正答|定員充足|基金残高|財政力指数|自主財源|黒字|経常利益|参画|登用|女性管理職|管理職に占める女性|"
    "育児休業取得|有給|年休|自立期間|地産地消|賛同|公園面積|売却|意見|通行量|寄港|貸与|洋式化|年次休暇|就園|入所定員|保育定員|受入|受け入れ|定員数|創出|造成|提供|掲載|投稿|更新率|点検|巡回|訪問|見守り|搬出|集約|舗装率|"
    "改良率|無電柱化|バリアフリー|下水道普及|合併処理浄化槽|汚水処理人口|公共交通|乗車|乗降|輸送人員|バス利用|運行|キャッシュレス|共同利用|集積|認定数|"
    "業務数|適正|遵守|完了|進捗|進ちょく|達成度|愛着|誇り|住みやす|住みよ|住み続け|暮らしやす|幸福|自己肯定|自信|好き|やりがい|生きがい|いきいき|安心|安全だと|"
    "元気|備蓄|備え|健康|交流|活動|応募|提案|アイデア|投票率|傍聴|会議録|オープンデータ|データ数|テレワーク|リモート|DX|RPA|AI|ICT"
)
# Speech of a survey: good unless what is said is a harm (負担に感じる).
_WEAK_GAIN = re.compile(r"と思う|と感じ|に感じ|と回答|と答え|できる|できた|している|持っている|持つ|つながった|心がけ|心掛け|知って|なった|アップ")

_REDUCTION = re.compile(
    r"(?:削減|短縮|低減|縮減|軽減|節減|節約|減量|圧縮|抑制)(?:化)?(?:した|された|できた|し|総|累計|見込|推計|目標)?(?:年間|延べ)?"
    r"(?:率|量|額|数|件数|時間|枚数|日数|人数|割合|効果|幅|分|コスト|金額)"
)
_RESOLVED = re.compile(r"(?:改善|解消|解決|防止|検挙|回避|復旧|回復|対策|予防)(?:率|数|者数|件数|実施率|箇所数|か所数|割合)"
                       r"|(?<!未)(?<!不)(?:達成|適合|合格|充足|実施|完了)率")
_RANK = re.compile(r"順位|ランキング")
_RATIO = re.compile(r"減少(?:率|数|量|額|幅)|低下率|増減")
_HARM = re.compile(_HARM_WORDS)
# オンライン化, LED化 and the like are intended; 高齢化, 老朽化, 変化 are not.
_GAIN = re.compile(_GAIN_WORDS + r"|[^齢疎朽子悪症洞骸暖弱鈍期渋文変固劣]化(?:率|数|済|割合|\Z)")
# 事故防止教室 is about no accident. What is done against a harm takes its place.
_AGAINST = re.compile(
    rf"(?:{_HARM_WORDS})[^のをにがはで、・]{{0,4}}(?:など|等)?の?(?:リスク)?"
    r"(?=チェック|防止|予防|対策|解消|抑止|抑制|教室|訓練|講座|研修|啓発|検診|健診|保険|パトロール|警報|バンク|活用|撲滅|削減|軽減|低減|短縮|軽減|回避|"
    r"ゼロ|改善|解決|除却|計画|条例|マップ|診断)"
)
_AMBIGUOUS = re.compile(
    rf"(?:{_HARM_WORDS})[^、・]{{0,6}}?(?:相談|通報|処理件|処理数|対応件|対応数|認知件|届出|発見|把握件|受付|受理|申請|報告|調整)"
    r"|相談(?:受付|受理|延べ|新規)?(?:件数|者数|数|回数|人数)|認定率\Z|扶助|生活保護|救急出動|出動件数|救急搬送"
    # What falls because something better rises: neither way is plain from the name.
    r"|窓口(?:[でへに]|交付|申請)|来庁|電話|現金|対面|紙(?:申請|での)|請求件|受診(?:回数|件数)|審議|議会"
    r"|(?:水道|病院|公営|企業会計|下水).*収支比率|収支比率.*(?:水道|病院|公営|企業会計|下水)"
    # A level that goes down, or an amount by which it went down?
    r"|(?:減少|抑制|低下|削減|縮小|縮減|低減|軽減|短縮|解消|防止|推移)\Z"
)
_ABSENT = re.compile(rf"(?:{_HARM_WORDS})(?:[がをのにで]|し|して|経験)*(?:な[いかく]|無い|ゼロ|ゼロの|いない)")
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
        if not _MEASURE.fullmatch(bare[found.end():end]):
            return found.end()
        end = found.start()
    return 0


def is_reduction(name: str) -> bool:
    """True for the name of an amount of 削減・短縮, where a bare 10% means ten percent less."""
    return bool(re.search(r"削減|短縮|低減|縮減|軽減|節減|減量|減少|抑制", compact(name)))


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
    strict = 0 not in signs
    signs.discard(0)
    if len(signs) != 1:
        return Trend(None, strict=False)
    return Trend("up" if signs == {1} else "down", strict=strict)


def _steps(column: tuple[Quantity, ...]) -> list[int] | None:
    """The sign of each year's change of one part; None where the years cannot be compared."""
    first = column[0]
    ends = [part.low if part.low is not None else part.high for part in column]
    if any(end is None or not part.unit.fits(first.unit) or part.period != first.period or part.each != first.each
           for end, part in zip(ends, column, strict=True)):
        return None
    if any(part.unit.bare != first.unit.bare for part in column):
        return None
    based = [end * part.unit.factor for end, part in zip(ends, column, strict=True) if end is not None]
    return [(after > before) - (after < before) for before, after in zip(based, based[1:], strict=False)]


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
