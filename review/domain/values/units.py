"""Units of measured values: which are the same, which can be converted, and where a unit ends in a text.

Scales (千, 万, 億) belong to the number, so 千円 is 円 here. A word that is not in the table is its own dimension: it fits
itself and nothing else, not even a bare number, for nobody knows whether it is a unit at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

Exact = Fraction | int  #: a whole number is an int, which is quicker


class Unit(NamedTuple):
    """A unit as typed, its dimension ("" for a bare number) and its factor to the base unit of the dimension."""

    symbol: str
    dimension: str
    factor: Exact = 1
    known: bool = True  #: in the table; an unknown word may be no unit at all

    @property
    def bare(self) -> bool:
        """True for a number without a unit, which fits any known unit."""
        return not self.dimension

    def fits(self, other: Unit) -> bool:
        """True where values in the two units may be compared."""
        return self.dimension == other.dimension or (self.bare and other.known) or (other.bare and self.known)


BARE = Unit(symbol="", dimension="")

# dimension: symbol=factor …; a dimension of one factor lists different writings of one unit, and each of "itself" is its own.
_TABLE = """
percent: % パーセント 割=10 ‰=1/10 point: ポイント %ポイント pt pts pp money: 円 time: 分 分間 min 秒=1/60 時間=60 h=60 hr=60 days:
日 日間 週間=7 months: か月 か月間 カ月 ヶ月 ケ月 ヵ月 箇月 年=12 年間=12 か年=12 カ年=12 ヶ年=12 mass: g グラム mg=1/1000 kg=1000 キログラム=1000
キロ=1000 t=1000000 トン=1000000 co2: g-CO2 gCO2 kg-CO2=1000 kgCO2=1000 t-CO2=1000000 tCO2=1000000 トン-CO2=1000000
トンCO2=1000000 t-co2=1000000 t・CO2=1000000 length: m メートル mm=1/1000 cm=1/100 km=1000 キロメートル=1000 area: m2 平方メートル
平米 a=100 アール=100 ha=10000 ヘクタール=10000 km2=1000000 平方キロメートル=1000000 volume: L l リットル ml=1/1000 mL=1/1000 kl=1000
kL=1000 m3=1000 立方メートル=1000 energy: kWh kwh Wh=1/1000 MWh=1000 GWh=1000000 heat: MJ GJ=1000 TJ=1000000 bps: bps
kbps=1000 Mbps=1000000 Gbps=1000000000 bytes: KB MB=1000 GB=1000000 TB=1000000000 power: kW kw W=1/1000 MW=1000
rank: 位 age: 歳 才 人: 人 名 人分: 人分 名分 か所: か所 箇所 ヶ所 ケ所 カ所 ヵ所 個所 ヵ処 か処 か国: か国 カ国 ヶ国 ケ国 箇国 手続: 手続 手続き 店: 店 店舗 市町村: 市町村
市町 mg/L: mg/L mg/l ダウンロード: ダウンロード DL 個: 個 コ ヶ ケ つ dB: dB デシベル °C: °C 度C ℃ 品目: 品目 品 種類: 種類 種 PV: PV ページビュー pv
itself: 件 回 度 部 通 校 園 社 施設 団体 地区 地域 台 枚 冊 点 本 頭 羽 匹 尾 基 棟 戸 世帯 組 項目 事業 業務 課 部署 講座 教室 コース 回線 俵
アクセス ページ フォロワー 人泊 人日 人月 人回 歩 便 票 口 席 床 路線 区画 系統 分野 会場 企業 事業者 事業所 自治会 町会 地点 駅 隊 班
室 館 館園 畳 着 足 杯 食 膳 箱 袋 セット 式 例 案 案件 例規 作品 品種 区 自治体 市 町 村 議案 単位 クラブ サークル チーム グループ 団
名簿 回答 語 字 文字 段階 級 ビュー 再生 いいね 投稿 システム データセット データ 機関 大学 学校 クラス 学級 学年 家庭 夫婦 人世帯 倍
計画 協定 様式 帳票 ベクレル ppm μg/m3 mg/m3 ng/m3 ng-TEQ/m3N ng-TEQ/m3 pg-TEQ/L pg-TEQ/m3 kg/10a 杯分 区間 橋 株 房 面 筆 杭 缶 瓶
玉 連 基準 指標 モデル プラン メニュー サイト ツイート 登録 発 局 次元 人役 公民館 保育園 小学校 中学校 小中学校 部局 所属 職場 会員 店会
品番 パターン テーマ エリア ルート スポット 経営体 経営 事業体 法人 組合 ライセンス アカウント TEU 隻 機 発電所 拠点 人槽 議席 分団 ブース
"""


def alternation(words: Iterable[str]) -> str:
    """The words as one pattern, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def by_word(table: str) -> dict[str, Any]:
    """word: value, of a table `value: word word …`."""
    words, value = {}, ""
    for word in table.split():
        if word[-1] == ":":
            value = word[:-1]
        else:
            words[word] = value
    return words


KNOWN: dict[str, Unit] = {}
for _word, _dimension in by_word(_TABLE).items():
    _symbol, _, _size = _word.partition("=")
    _factor = Fraction(_size) if "/" in _size else int(_size or 1)
    KNOWN[_symbol] = Unit(_symbol, _symbol if _dimension == "itself" else _dimension, _factor)
PERCENT = KNOWN["%"]
COUNTED = {"人", "件", "回", "money", "世帯", "枚", "冊", "台", "戸"}  #: things that have no thousandths

#: Matches the longest known unit at a position; for building larger patterns.
KNOWN_PATTERN = alternation(KNOWN)
_AT_START = re.compile(KNOWN_PATTERN)

# An unknown unit is one short run of kanji, katakana or Latin letters: 俵, TEU. Hiragana is grammar.
# Words that compare or change (以上, 増, 不足) are never part of one.
_SHAPE = re.compile(r"(?!.*[以未超増減不残達弱強半余毎中])(?:[一-龥々ァ-ヺー]{1,8}|[A-Za-zµμ°][A-Za-zµμ°/・]{0,7})\Z")


def known_at_start(text: str) -> Unit | None:
    """The longest known unit with which the text begins, or None."""
    match = _AT_START.match(text)
    return KNOWN[match[0]] if match else None


def shaped_like_unit(text: str) -> Unit | None:
    """A unit of its own dimension where the whole text looks like a unit; None where it does not."""
    return Unit(symbol=text, dimension=text, known=False) if _SHAPE.match(text) else None
