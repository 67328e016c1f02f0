"""組織の一覧: 部 and 課 come in by a list, whose order is the departments' order. Shown first, then all of it or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from review import clock
from review.domain.people_list import folded
from review.domain.refusals import Invalid
from review.models import Department, User
from review.reader_words import problem
from review.screens.services import incoming
from review.trail.services import audit
from review.transition import require_administrator

LONGEST, MOST = 60, 2000
HEADS = {"部", "部署", "課", "部名", "課名", "部署名"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: 部 and 課, what it would do, and why it cannot."""

    number: int
    division: str
    name: str
    does: str = ""
    problem: str = ""
    office: int | None = None


def lines_of_text(text: str) -> list[Line]:
    """The lines of pasted text: 部, a tab, 課; or 課 alone. A line without anything is passed over."""
    return _lines(line.split("\t") for line in text.splitlines())


def lines_of_file(path: Path) -> list[Line]:
    """The same of a CSV or .xlsx. Raises Invalid with the sentence."""
    return _lines(incoming.rows(path))


def _lines(rows: Iterable[Sequence[object]]) -> list[Line]:
    made = []
    for number, row in enumerate(rows, start=1):
        cells = [str(cell or "").strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells or (number == 1 and set(cells) <= HEADS):
            continue
        division, name = ("", cells[0]) if len(cells) == 1 else (cells[0], cells[1])
        much = _("部と課の2列だけにしてください。") if len(cells) > 2 else ""
        made.append(Line(number=number, division=division, name=name, problem=much))
    return made


def preview(lines: Sequence[Line]) -> list[Line]:
    """What each line would do as things stand now. One query."""
    offices = {folded(office.name): office for office in Department.objects.filter(ends_on=None)}
    seen: set[str] = set()
    rows = []
    for place, line in enumerate(lines, start=1):
        office = offices.get(folded(line.name))
        why = line.problem or _problem(line, seen)
        seen.add(folded(line.name))
        does = "" if why else _does(line, office, place)
        rows.append(replace(line, problem=why, does=does, office=office.pk if office else None))
    return rows


def _problem(line: Line, seen: set[str]) -> str:
    if not line.name or max(len(line.name), len(line.division)) > LONGEST:
        return _("部と課の名前を、それぞれ60文字以内で書いてください。")
    if problem(line.name) or problem(line.division):
        return problem(line.name) or problem(line.division)
    return _("同じ課が上の行にもあります。片方の行を消してください。") if folded(line.name) in seen else ""


def _does(line: Line, office: Department | None, place: int) -> str:
    if office is None:
        return _("部署を加えます。")
    if (office.division, office.order) == (line.division, place):
        return ""
    return _("部と並び順を一覧のとおりにします。")


def apply(*, by: User | None, lines: Sequence[Line]) -> int:
    """All of it or nothing; returns how many departments are new. Who does not stand in the list follows behind it.

    `by` is None for the command. Raises Invalid with the line that cannot be.
    """
    with transaction.atomic():
        if by is not None:
            require_administrator(by, _("部署は管理者が管理します。"))
        list(Department.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        rows = preview(lines)
        if not rows or len(rows) > MOST:
            raise Invalid(_("一覧には、1行から%(most)s行まで書いてください。") % {"most": MOST})
        if bad := next((row for row in rows if row.problem), None):
            words = {"line": bad.number, "why": bad.problem}
            raise Invalid(_("%(line)s行目: %(why)s 何も登録していません。") % words)
        return _store(by, rows)


def _store(by: User | None, rows: Sequence[Line]) -> int:
    before = {office.pk: [office.name, office.division, office.order] for office in Department.objects.all()}
    left = Department.objects.exclude(pk__in=[row.office for row in rows if row.office])
    for place, row in enumerate(rows, start=1):
        if row.office:
            Department.objects.filter(pk=row.office).update(division=row.division, order=place)
        else:
            Department.objects.create(name=row.name, division=row.division, order=place)
    known = list(left.filter(pk__in=before).order_by("order", "pk").values_list("pk", flat=True))
    for place, pk in enumerate(known, start=len(rows) + 1):
        Department.objects.filter(pk=pk).update(order=place)
    new = sum(row.office is None for row in rows)
    after = {"lines": [[row.name, row.division] for row in rows], "new": new, "day": str(clock.today())}
    audit.write(by, "department.list", "department:list", before={"offices": before}, after=after)
    return new
