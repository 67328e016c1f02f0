"""Words that say there is no target, or no measured value: 未設定, 集計中, 隔年調査のため."""

from __future__ import annotations

import re

_NO_TARGET = re.compile(r"(?:目標値?)?(?:の?設定)?(?:なし|無し|せず)|未設定|設定なし|設定無し|目標未設定")

_UNMEASURED = r"""
    集計中 集計前 未集計 未公表 公表前 公表待ち 調査中 隔年調査 未調査 調査未実施 調査なし 調査無し 未測定 測定なし 測定不能 測定不可 測定できず
    計測不可 計測不能 未計測 計測中 算出不可 算出不能 算出できず 算定中 算出中 未算出 未確定 確定前 確定後 データなし データ無し データ未公表
    把握できず 把握不可 未把握 不明 調査年度?ではない 調査年度外 調査対象外 非調査年 \d年(?:に1度|に1回|毎)の?調査 次回調査 次回公表 後日公表
    (?:調査|アンケート|測定|計測|集計|公表|算出)(?:を|は|の)?(?:実施せず|未実施|実施なし|行わず|していない|できない|できず|予定|実施予定)
    \A(?:N/?A|n/?a)\Z
"""
_NOT_MEASURED = re.compile("|".join(_UNMEASURED.split()))


def says_no_target(text: str) -> bool:
    """True where the whole text says that no target was set."""
    return bool(_NO_TARGET.fullmatch(text.strip("()")))


def says_not_measured(text: str) -> bool:
    """True where the text says that the value is not there yet, or never will be."""
    return bool(_NOT_MEASURED.search(text))
