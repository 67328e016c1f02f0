"""The trail as a file: what the search finds, with all that its hashes cover."""

import csv
import uuid
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from review import clock
from review.models import AuditEntry, User
from review.operations.forms.audit import AuditSearchForm
from review.operations.views.audit import called, names_of, narrowed
from review.publication.services.open_data import guarded
from review.screens.views.signed_in import SignedInRequest
from review.trail.services import audit as trail
from review.trail.services import audit_chain

AT_ONCE = 500


@require_safe
def export(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse:
    """The rows that the search finds, as CSV, the oldest first. Leaves a row of its own, which the file does not hold.

    The columns from `seq` to `request_id` are the very texts that the hashes cover, guarded against formulas as in the
    published data (one leading apostrophe): a reader can compute the chain again without asking us.
    """
    form = AuditSearchForm(request.GET, actions=called("actions"))
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
    words_of, writer = called("actions"), csv.writer(_Line(), lineterminator="\r\n")
    yield "\ufeff" + writer.writerow([*audit_chain.COLUMNS, "氏名", "行為", "対象"])
    for part in audit_chain.texts(rows, at_once=AT_ONCE):
        keys = {row["actor_key"] for row in part if row["actor_key"]}
        people = {str(user.key): user.display_name for user in User.objects.filter(key__in=keys)}
        named = names_of({row["subject"] for row in part})
        for row in part:
            # SQLite keeps a key without its dashes.
            who = people.get(str(uuid.UUID(row["actor_key"])), "") if row["actor_key"] else ""
            words = [who, str(words_of.get(row["action"], row["action"])), str(named.get(row["subject"], ""))]
            cells = ["" if row[name] is None else str(row[name]) for name in audit_chain.COLUMNS]
            yield writer.writerow([guarded(cell) for cell in (*cells, *words)])
