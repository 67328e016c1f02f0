"""Targets that are dates: 令和7年3月末までに, against the date of the 実績."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from review.domain.fiscal import last_day
from review.domain.notation import compact
from review.domain.values.case import Case, Verdict
from review.domain.values.compare import Outcome, Status
from review.domain.values.reading import DateSpan

_ENDING = re.compile(
    r"完了|開始|策定|施行|供用|導入|公表|稼働|制定|設置|開設|開館|開所|締結|実施時期|期限|期日|竣工|完成|着手|着工|改定|提出"
)


def dated(case: Case, target: DateSpan, actual: DateSpan) -> Verdict:
    """Dates by a deadline: all of the actual before its end, or all after it; without a deadline only an equal date."""
    if target.has_year != actual.has_year:
        return Verdict(outcome=Outcome("undetermined", None, "", "目標と実績の一方に年がないため、判定できません。"))
    statuses = {_by(target, actual)}
    if not target.has_year:  # April after a March deadline: eleven months early, or one late?
        statuses.add(_by(_calendar(target), _calendar(actual)))
    if _is_calendar_year(target):  # 令和6年, meant perhaps as its 年度
        statuses.add(_by(replace(target, last=last_day(target.first.year)), actual))
    named = target.is_deadline or _ENDING.search(compact(case.name) + case.target.plain)
    same = target.first <= actual.first and actual.last <= target.last
    if len(statuses) == 1 and (named or same):
        return Verdict(outcome=Outcome(statuses.pop()))
    cause = "日付の前後だけでは達成したかどうかが定まらないため、判定できません。"
    return Verdict(outcome=Outcome("undetermined", None, "", cause))


def _by(target: DateSpan, actual: DateSpan) -> Status:
    if actual.last <= target.last:
        return "achieved"
    return "missed" if actual.first > target.last else "undetermined"


def _is_calendar_year(span: DateSpan) -> bool:
    return (span.first.month, span.last.month, span.first.year) == (1, 12, span.last.year)


def _calendar(span: DateSpan) -> DateSpan:
    year = timedelta(days=366)
    early = span.first.month < 4
    return replace(span, first=span.first - year, last=span.last - year) if early else span
