"""What the name of a sheet and the lines above its tables say: the year of a value, its kind, and whether they name a 施策."""

import re
from collections.abc import Sequence

from review.domain.forms.departments import is_office
from review.domain.forms.headings import Role
from review.domain.forms.proposal import Collector
from review.domain.forms.sections import class_of, is_caption
from review.domain.forms.years import named_year, period_end, year_said

_NO_NAME = re.compile(
    r"(?:Sheet|Table|Worksheet|.*(?:シート|個票|一覧表?|様式|調書|管理表?|進捗表?|評価表|KPI|計画|プラン|ビジョン|総合戦略|資料|別[紙表]|報告書?"
    r"|データ|状況|結果|リスト))?[\s\d-]*",
    re.I,
)


def can_name_measure(title: str) -> bool:
    """Whether a sheet's name is more than a word for any list, 数値目標 or R6進捗管理表, and than the name of a plan."""
    named = named_year(title).rest.strip()
    return not (_NO_NAME.fullmatch(named) or is_caption(named))


def kind_said(titles: Sequence[str]) -> Role | None:
    """目標 or 実績, where the sheet's name, which is the first, or else its titles speak of one of them alone."""
    for text in (titles[0], "".join(titles[1:])):
        target, actual = re.search("目標", text), re.search("実績|推移", text)
        if bool(target) != bool(actual):
            return Role.TARGET if target else Role.ACTUAL
    return None


def year_of(titles: Sequence[str], role: Role) -> int | None:
    """The year that the titles name for a value without one; of a 目標, else the end of the plan."""
    if role is Role.TARGET:
        others = "実績|結果|評価|状況|進捗|時点|現在|期間"
        return year_said(titles, "目標|計画|最終", others) or period_end(titles)
    return year_said(titles, "実績|結果|評価|状況|進捗", "目標|計画")


def group_named(title: str, collector: Collector) -> list[str]:
    """The 分野 that a sheet's name says, 基本目標1 しごと, with the doubt of it; else none."""
    name = title.strip()
    if not class_of(name).startswith("word"):
        return []
    collector.doubt("group_from_sheet", sheet=title, proposal=name, title=name)
    return [name]


def office_named(title: str, collector: Collector) -> list[str]:
    """The department that a sheet's name is, 財政課, with the doubt of it; else none."""
    name = title.strip()
    if not is_office(name):
        return []
    collector.doubt("department_from_sheet", sheet=title, proposal=name, title=name)
    return [name]
