"""Units of measured values: which are the same, which can be converted, and where a unit ends in a text.

A `Unit` has a dimension and a factor to the base of that dimension. Scales (千, 万, 億) belong to the number, so
千円 is 円 here. A unit that is not in the table is its own dimension: it fits itself and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit as typed, its dimension ("" for a bare number) and its factor to the base unit of the dimension."""

    symbol: str
    dimension: str
    factor: Fraction = Fraction(1)

    @property
    def bare(self) -> bool:
        """True for a number without a unit, which fits any unit."""
        return not self.dimension

    def fits(self, other: Unit) -> bool:
        """True where values in the two units may be compared."""
        return self.dimension == other.dimension or self.bare or other.bare


BARE = Unit(symbol="", dimension="")

# dimension: {symbol: factor}. A line of symbols with one factor lists different writings of one unit.
_CONVERTED: dict[str, dict[str, Fraction | int]] = {
    "percent": {"%": 1, "パーセント": 1, "割": 10, "‰": Fraction(1, 10)},
    "point": {"ポイント": 1, "%ポイント": 1, "pt": 1, "pts": 1, "pp": 1},
    "money": {"円": 1},
    "time": {"秒": Fraction(1, 60), "分": 1, "分間": 1, "時間": 60, "h": 60, "hr": 60, "min": 1},
    "days": {"日": 1, "日間": 1, "週間": 7},
    "months": {
        "か月": 1,
        "か月間": 1,
        "カ月": 1,
        "ヶ月": 1,
        "ケ月": 1,
        "ヵ月": 1,
        "箇月": 1,
        "年": 12,
        "年間": 12,
        "か年": 12,
        "カ年": 12,
        "ヶ年": 12,
    },
    "mass": {
        "mg": Fraction(1, 1000),
        "g": 1,
        "グラム": 1,
        "kg": 1000,
        "キログラム": 1000,
        "キロ": 1000,
        "t": 1000000,
        "トン": 1000000,
    },
    "co2": {
        "g-CO2": 1,
        "gCO2": 1,
        "kg-CO2": 1000,
        "kgCO2": 1000,
        "t-CO2": 1000000,
        "tCO2": 1000000,
        "トン-CO2": 1000000,
        "トンCO2": 1000000,
        "t-co2": 1000000,
        "t・CO2": 1000000,
    },
    "length": {
        "mm": Fraction(1, 1000),
        "cm": Fraction(1, 100),
        "m": 1,
        "メートル": 1,
        "km": 1000,
        "キロメートル": 1000,
    },
    "area": {
        "m2": 1,
        "平方メートル": 1,
        "平米": 1,
        "a": 100,
        "アール": 100,
        "ha": 10000,
        "ヘクタール": 10000,
        "km2": 1000000,
        "平方キロメートル": 1000000,
    },
    "volume": {
        "ml": Fraction(1, 1000),
        "mL": Fraction(1, 1000),
        "L": 1,
        "l": 1,
        "リットル": 1,
        "kl": 1000,
        "kL": 1000,
        "m3": 1000,
        "立方メートル": 1000,
    },
    "energy": {"Wh": Fraction(1, 1000), "kWh": 1, "kwh": 1, "MWh": 1000, "GWh": 1000000},
    "heat": {"MJ": 1, "GJ": 1000, "TJ": 1000000},
    "bps": {"bps": 1, "kbps": 1000, "Mbps": 10**6, "Gbps": 10**9},
    "bytes": {"KB": 1, "MB": 1000, "GB": 10**6, "TB": 10**9},
    "power": {"W": Fraction(1, 1000), "kW": 1, "kw": 1, "MW": 1000},
    "rank": {"位": 1},
    "age": {"歳": 1, "才": 1},
}

_ALIKE: dict[str, tuple[str, ...]] = {
    "人": ("人", "名"),
    "人分": ("人分", "名分"),
    "か所": ("か所", "箇所", "ヶ所", "ケ所", "カ所", "ヵ所", "個所", "ヵ処", "か処"),
    "か国": ("か国", "カ国", "ヶ国", "ケ国", "箇国"),
    "手続": ("手続", "手続き"),
    "店": ("店", "店舗"),
    "市町村": ("市町村", "市町"),
    "mg/L": ("mg/L", "mg/l"),
    "ダウンロード": ("ダウンロード", "DL"),
    "個": ("個", "コ", "ヶ", "ケ", "つ"),
    "dB": ("dB", "デシベル"),
    "°C": ("°C", "度C", "℃"),
    "品目": ("品目", "品"),
    "種類": ("種類", "種"),
    "PV": ("PV", "ページビュー", "pv"),
}

_PLAIN = [
    "件",
    "回",
    "度",
    "校",
    "園",
    "社",
    "施設",
    "団体",
    "地区",
    "地域",
    "台",
    "枚",
    "冊",
    "点",
    "本",
    "頭",
    "羽",
    "匹",
    "尾",
    "基",
    "棟",
    "戸",
    "世帯",
    "組",
    "項目",
    "事業",
    "業務",
    "課",
    "部署",
    "講座",
    "教室",
    "コース",
    "回線",
    "俵",
    "アクセス",
    "ページ",
    "フォロワー",
    "人泊",
    "人日",
    "人月",
    "人回",
    "歩",
    "便",
    "票",
    "口",
    "席",
    "床",
    "路線",
    "区画",
    "系統",
    "分野",
    "会場",
    "企業",
    "事業者",
    "事業所",
    "自治会",
    "町会",
    "地点",
    "駅",
    "隊",
    "班",
    "室",
    "館",
    "館園",
    "畳",
    "着",
    "足",
    "杯",
    "食",
    "膳",
    "箱",
    "袋",
    "セット",
    "式",
    "例",
    "案",
    "案件",
    "例規",
    "作品",
    "品種",
    "区",
    "自治体",
    "市",
    "町",
    "村",
    "議案",
    "単位",
    "クラブ",
    "サークル",
    "チーム",
    "グループ",
    "団",
    "名簿",
    "回答",
    "語",
    "字",
    "文字",
    "段階",
    "級",
    "ビュー",
    "再生",
    "いいね",
    "投稿",
    "システム",
    "データセット",
    "データ",
    "機関",
    "大学",
    "学校",
    "クラス",
    "学級",
    "学年",
    "家庭",
    "夫婦",
    "人世帯",
    "倍",
    "計画",
    "協定",
    "様式",
    "帳票",
    "ベクレル",
    "ppm",
    "μg/m3",
    "mg/m3",
    "ng/m3",
    "ng-TEQ/m3N",
    "ng-TEQ/m3",
    "pg-TEQ/L",
    "pg-TEQ/m3",
    "kg/10a",
    "杯分",
    "区間",
    "橋",
    "株",
    "房",
    "面",
    "筆",
    "杭",
    "缶",
    "瓶",
    "玉",
    "連",
    "基準",
    "指標",
    "モデル",
    "プラン",
    "メニュー",
    "サイト",
    "ツイート",
    "登録",
    "発",
    "局",
    "次元",
    "人役",
    "公民館",
    "保育園",
    "小学校",
    "中学校",
    "小中学校",
    "部局",
    "所属",
    "職場",
    "会員",
    "店会",
    "品番",
    "パターン",
    "テーマ",
    "エリア",
    "ルート",
    "スポット",
]


def _table() -> dict[str, Unit]:
    table = {symbol: Unit(symbol=symbol, dimension=symbol) for symbol in _PLAIN}
    for dimension, symbols in _ALIKE.items():
        table |= {symbol: Unit(symbol=symbol, dimension=dimension) for symbol in symbols}
    for dimension, factors in _CONVERTED.items():
        for symbol, factor in factors.items():
            table[symbol] = Unit(symbol=symbol, dimension=dimension, factor=Fraction(factor))
    return table


KNOWN = _table()
PERCENT = KNOWN["%"]

#: Matches the longest known unit at a position; for building larger patterns.
KNOWN_PATTERN = "|".join(re.escape(symbol) for symbol in sorted(KNOWN, key=len, reverse=True))
_AT_START = re.compile(KNOWN_PATTERN)

# An unknown unit is one short run of kanji, katakana or Latin letters: 俵, ライセンス, TEU. Hiragana is grammar.
# Words that compare or change (以上, 増, 不足) are never part of one.
_SHAPE = re.compile(r"(?!.*[以未超増減不残達弱強半余毎中])(?:[一-龥々ァ-ヺー]{1,8}|[A-Za-zµμ°][A-Za-zµμ°/・]{0,7})\Z")


def known_at_start(text: str) -> Unit | None:
    """The longest known unit with which the text begins, or None."""
    found = _AT_START.match(text)
    return KNOWN[found[0]] if found else None


def shaped_like_unit(text: str) -> Unit | None:
    """A unit of its own dimension where the whole text looks like a unit; None where it does not."""
    return Unit(symbol=text, dimension=text) if _SHAPE.match(text) else None
