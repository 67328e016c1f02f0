"""The words after a number: its unit, comparator, change and what was done. 5%未満, 10分短縮, 3校で実施."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from review.domain.values import units
from review.domain.values.reading import Change, Comparator


def by_word(table: str) -> dict[str, Any]:
    """word: value, of lines `value: word word`."""
    lines = (line.partition(":") for line in table.strip().splitlines())
    return {word: value.strip() for value, _, words in lines for word in words.split()}


COMPARATORS: dict[str, Comparator] = by_word(
    """
    at_least: 以上 突破 を突破 は達成 を下回らない を割らない 以上を維持 以上確保 以上を確保
    above: より多く より多い 超 を超える を上回る 超え 強 余り 余 を超えた を超過
    at_most: 以下 以内 まで を超えない 超えない を上回らない 以下を維持 以下に抑制 以内に抑制
    below: 未満 より少なく より少ない を下回る 弱 を切る
    """
)
BEFORE: dict[str, Comparator] = by_word(
    """
    at_least: 最低 少なくとも ≥ >= 最低でも
    above: >
    at_most: ≤ <= 最大 最大で 最大でも 上限 多くとも 多くても
    below: <
    """
)
CHANGES: dict[str, Change] = by_word(
    """
    increase: 増 増加 アップ UP up 向上 上昇 の増加 の増 プラス 増やす の向上
    decrease: 減 減少 削減 短縮 低減 縮減 軽減 ダウン の削減 の減少 を削減 を短縮 節減 低下 の短縮 の縮減 カット 抑制 減らす 減量 の低減 の減 圧縮
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
    "達成する|実施する|開催する|確保する|維持する"
)
# Spaces between any two of these weigh nothing.
_TAIL = re.compile(
    r" ?(?P<about>程 ?度|前後|くらい|ぐらい|ほど)?(?:に)?"
    rf" ?(?P<comparator>以 [上下内]|未 満|{units.alternation(COMPARATORS)})?"
    r" ?(?P<about2>程度|前後)?"
    rf" ?(?P<change>{units.alternation(CHANGES)})?"
    rf"(?: ?(?P<comparator2>以上|超|以下|未満|以内)| ?(?:[をはがの]|で|に)? ?(?:(?:{_ACTS}) ?)+(?:率|数|済み?|完了)?)?"
    r" ?(?P<about3>程度)?"
    r" ?(?:(?:[のとを]|に)?(?:なる)?見込(?:み|む)?|速報値?|暫定値?|概算値?|推計値?)?[。.、,;]? ?\Z"
)
# 5冊/人, 850g/人・日, 150円/m3: what the value is counted for. A year is the default and is not kept.
_PER = re.compile(rf"/(年度?|月|週|人・?日|日・?人|人・?月|月・?人|{units.KNOWN_PATTERN})(?=\Z|[ 、,;]|以|未|超|程|達)")
_ONE_PER = {"年": "", "年度": "", "名": "人", "日人": "人日", "月人": "人月"}


class Suffix(NamedTuple):
    """What follows a number and belongs to it."""

    unit: units.Unit = units.BARE
    comparator: Comparator | None = None
    change: Change | None = None
    approximate: bool = False
    per: str = ""
    yearly: bool = False


def one_per(words: str) -> str:
    """人 for 名, 人日 for 日・人; a year is the default and is "" here."""
    packed = words.replace("・", "")
    return _ONE_PER.get(packed, packed)


def per_after(words: str, unit: units.Unit) -> tuple[int, str]:
    """Where 冊/人 ends at the start of the words, and for what it is counted; (0, "") where there is no such slash."""
    match = _PER.match(words, len(unit.symbol))
    return (match.end(), one_per(match[1])) if match else (0, "")


def suffix_of(words: str) -> Suffix | None:
    """Unit, comparator, change and act after a number; None where there is anything else."""
    for text, unit, end, per in _units_of(words):
        tail = _TAIL.match(text, end)
        if tail is None:
            continue
        word = (tail["comparator"] or tail["comparator2"] or "").replace(" ", "")
        about = bool(tail["about"] or tail["about2"] or tail["about3"]) or word in _VAGUE
        change = CHANGES.get(tail["change"] or "")
        return Suffix(unit, COMPARATORS.get(word), change, about, per, end > len(unit.symbol) and not per)
    return None


def _units_of(words: str) -> Iterator[tuple[str, units.Unit, int, str]]:
    """The units that the words may begin with, where each ends, and what it is counted for."""
    known = units.known_at_start(words)
    if known is not None:
        yield words, known, len(known.symbol), ""
        end, per = per_after(words, known)
        if end:
            yield words, known, end, per
    yield words, units.BARE, 0, ""
    packed = words.replace(" ", "")[:24]  # an unknown unit: the longest run that leaves a known tail
    for end in range(len(packed), len(packed) - 1 if known else 0, -1):
        shaped = units.shaped_like_unit(packed[:end])
        if shaped:
            yield packed, shaped, end, ""
