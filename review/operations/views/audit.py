"""監査記録: who did what, when and from where; to search and to take away as a file, never to change."""

import csv
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import clock
from review.domain.fields import OWN
from review.item_words import label_of
from review.models import AuditEntry, Cycle, CycleState, MeasureReview, Outcome, ReviewState, User
from review.operations.forms.operator import AuditSearchForm
from review.operations.services import anchors
from review.publication.services.open_data import guarded
from review.screens.views.acts import page
from review.screens.views.questions import page_of
from review.screens.views.signed_in import SignedInRequest
from review.templatetags.words import day_text, fiscal_year
from review.trail.services import audit as trail
from review.trail.services import audit_chain, database_roles
from review.trail.services.trail_words import ACTS, NAMES, SUBJECTS

#: The words of whatever has a state.
STATES: dict[str, Any] = dict([*CycleState.choices, *ReviewState.choices, *Outcome.choices])


@require_safe
def audit(request: SignedInRequest) -> HttpResponse:
    """The trail, newest first, narrowed by what the address asks for."""
    form = AuditSearchForm(request.GET)
    rows: QuerySet[AuditEntry] = AuditEntry.objects.order_by("-pk")
    if form.is_valid():
        rows = narrowed(rows, form.cleaned_data)
    shown_page = page_of(request, rows)
    context = {
        "chain": anchors.standing(),
        "changeable": database_roles.may_change_trail(),
        "query": request.GET.urlencode(),
        "page_obj": shown_page,
        "rows": shown(shown_page),
        "searching": any(request.GET.get(name) for name in form.fields),
    }
    return page(request, "operations/audit.html", _("監査記録"), form=form, context=context)


def narrowed(rows: QuerySet[AuditEntry], filters: dict[str, Any]) -> QuerySet[AuditEntry]:
    """The rows of that subject, act, person and span of days."""
    if filters["subject"]:
        rows = rows.filter(subject__in=subjects_named(filters["subject"]))
    if filters["action"]:
        rows = rows.filter(action=filters["action"])
    if filters["person"]:
        keys = User.objects.filter(display_name__icontains=filters["person"]).values_list("key", flat=True)
        rows = rows.filter(actor_key__in=list(keys))
    if filters["since"]:
        rows = rows.filter(at__gte=start_of(filters["since"]))
    if filters["until"]:
        rows = rows.filter(at__lt=start_of(filters["until"] + timedelta(days=1)))
    return rows


def start_of(day: Any) -> datetime:
    """Midnight of the day in the city."""
    return timezone.make_aware(datetime.combine(day, time()))


def subjects_named(text: str) -> list[str]:
    """The subjects a person may mean: `review:12` as it stands, or a 施策ID with its sheets of every year."""
    sheets = MeasureReview.objects.filter(measure_year__measure__code=text).values_list("pk", flat=True)
    return [text, *(f"review:{pk}" for pk in sheets)]


def shown(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Rows as the page shows them: names in place of keys, words in place of codes. Three queries at most."""
    entries = list(entries)
    people = {user.key: user for user in User.objects.filter(key__in={e.actor_key for e in entries if e.actor_key})}
    named = names_of({entry.subject for entry in entries})
    return [
        {
            "entry": entry,
            "who": people[entry.actor_key].display_name if entry.actor_key in people else "",
            "key": str(entry.actor_key or ""),
            "action": ACTS.get(entry.action, entry.action),
            "subject": named.get(entry.subject, entry.subject),
            "changes": changes_of(entry),
        }
        for entry in entries
    ]


def names_of(subjects: set[str]) -> dict[str, str]:
    """Subjects in words: 施策シート 01-04 (令和6年度)."""
    ids: dict[str, list[str]] = {}
    for subject in subjects:
        kind, _colon, key = subject.partition(":")
        ids.setdefault(kind, []).append(key)
    names = {subject: word_of(subject) for subject in subjects}
    numbers = [key for key in ids.get("review", []) if key.isdigit()]
    sheets = MeasureReview.objects.filter(pk__in=numbers).select_related("measure_year__measure", "cycle")
    for sheet in sheets if numbers else ():
        names[f"review:{sheet.pk}"] = (
            f"{SUBJECTS['review']} {sheet.measure_year.measure.code} ({fiscal_year(sheet.cycle.fiscal_year)})"
        )
    years = [key for key in ids.get("cycle", []) if key.isdigit()]
    for cycle in Cycle.objects.filter(pk__in=years) if years else ():
        names[f"cycle:{cycle.pk}"] = fiscal_year(cycle.fiscal_year)
    keys = [key for key in ids.get("user", []) if _is_key(key)]
    for user in User.objects.filter(key__in=keys) if keys else ():
        names[f"user:{user.key}"] = f"{SUBJECTS['user']} {user.display_name}"
    return names


def word_of(subject: str) -> str:
    """The subject's kind in words, with its number."""
    kind, _colon, key = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {_day_text(key)}"


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def changes_of(entry: AuditEntry) -> list[dict[str, str]]:
    """What changed, one line a name: before and after."""
    sides = {"before": entry.before, "after": entry.after}
    names = dict.fromkeys([*entry.before, *entry.after])
    return [
        {"name": called(one), **{side: value_words(one, of.get(one)) for side, of in sides.items()}} for one in names
    ]


def called(name: str) -> str:
    """The name in words; an item as its sheet calls it, any other as it is stored."""
    return _(NAMES[name]) if name in NAMES else label_of(name, None) if ":" in name else name.removeprefix(OWN)


def value_words(name: str, value: Any) -> str:
    """The value in words where it is a state, an item, several things, or whether there is something; else as text."""
    if isinstance(value, bool):
        return _("あり") if value else _("なし")
    if isinstance(value, list):
        return plain(_("、").join(label_of(str(one), None) if name == "items" else str(one) for one in value))
    return str(STATES[value]) if name in ("state", "outcome") and value in STATES else plain(value)


#: How the trail stores days and moments.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d|Z)?)?", re.ASCII)


def _day_text(text: str) -> str:
    """A day or a moment as the other screens write it; any other text as it is."""
    if not _MOMENT.fullmatch(text):
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return day_text(local) if len(text) == len("2024-05-10") else f"{day_text(local)} {local:%H:%M}"


def plain(value: Any) -> str:
    """The value as text, short enough for a row."""
    text = "" if value is None else _day_text(str(value))
    return text if len(text) <= 200 else f"{text[:199]}…"


# --- the trail as a file: what the search finds, with all that its hashes cover ---------------------------------------

#: Rows read at a time.
AT_ONCE = 500


@require_safe
def export(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse:
    """The rows that the search finds, as CSV, the oldest first. Leaves a row of its own, which the file does not hold.

    The columns from `seq` to `request_id` are the very texts that the hashes cover, guarded against formulas as in the
    published data (one leading apostrophe): a reader can compute the chain again without asking us.
    """
    form = AuditSearchForm(request.GET)
    rows: QuerySet[AuditEntry] = AuditEntry.objects.all()
    if form.is_valid():
        rows = narrowed(rows, form.cleaned_data)
    filters = {name: str(value) for name, value in form.cleaned_data.items() if value and name != "person"}
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if request.method == "GET":
        trail.write(actor=request.user, action="audit.export", subject="audit:export", after=filters)
    response = StreamingHttpResponse(lines(rows.filter(pk__lte=last)), content_type="text/csv; charset=utf-8")
    name = f"audit-{timezone.localtime(clock.now()):%Y%m%d-%H%M}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Line:
    """What csv writes to: gives each line back."""

    def write(self, text: str) -> str:
        return text


def lines(rows: QuerySet[AuditEntry]) -> Iterator[str]:
    """The file line by line, so that ten years of acts need no memory."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield "\ufeff" + writer.writerow([*audit_chain.COLUMNS, "氏名", "行為", "対象"])
    for part in audit_chain.texts(rows, at_once=AT_ONCE):
        keys = {row["actor_key"] for row in part if row["actor_key"]}
        people = {str(user.key): user.display_name for user in User.objects.filter(key__in=keys)}
        named = names_of({row["subject"] for row in part})
        for row in part:
            # SQLite keeps a key without its dashes.
            who = people.get(str(uuid.UUID(row["actor_key"])), "") if row["actor_key"] else ""
            words = [who, str(ACTS.get(row["action"], row["action"])), str(named.get(row["subject"], ""))]
            cells = ["" if row[name] is None else str(row[name]) for name in audit_chain.COLUMNS]
            yield writer.writerow([guarded(cell) for cell in (*cells, *words)])
