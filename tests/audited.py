"""Every request of the whole suite is watched: what changes a record, or hands out a file, leaves a row in the trail.

Whoever adds a screen needs no test of its own for this: any test that calls the address holds it to the rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.http import HttpResponse
from django.test.client import ClientHandler

from review import permissions
from review.models import AuditEntry
from review.trail.services.trail_words import ACTS

WRITES = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?((?:review|workflow)_\w+)"?', re.IGNORECASE)
TRAIL = "review_auditentry"
# As the model's fields stand in the statement, without the number that the database gives.
COLUMNS = [field.name for field in AuditEntry._meta.concrete_fields if not field.primary_key]
ACTION_COLUMN = COLUMNS.index("action")

#: What is no record of anybody's act: counters of a throttle, bells, the worker's own work, and a person's own reading.
NO_RECORD = {
    "review_tally": "how often something was tried lately",
    "review_auditlink": "the chain itself",
    "review_outboxevent": "what the change announced; the change itself has its row",
    "review_job": "work that the change asked for",
    "review_notification": "what a person was told, and whether they have read it",
}
#: Addresses whose change is not anybody's act yet.
NO_ACT = {
    "second_factor_settings": "a secret that was shown and not yet confirmed",
    "meguri:claim": "the open page renews by itself what was taken up with a row",
}


@contextmanager
def every_request_is_audited() -> Iterator[None]:
    """Within the block a request that changes a record without a row in the trail fails the test that made it."""
    usual = ClientHandler.__call__

    def watched(handler: ClientHandler, environ: dict[str, Any]) -> HttpResponse:
        written: set[str] = set()
        acts: set[str] = set()
        with connection.execute_wrapper(noting(written, acts)):
            response = usual(handler, environ)
        nameless = acts - set(ACTS)
        assert not nameless, f"give {nameless} words in review/trail/services/trail_words.py"
        complaint = _complaint(response, written)
        assert not complaint, complaint
        return response

    with patch.object(ClientHandler, "__call__", watched):
        yield


def noting(written: set[str], acts: set[str]) -> Callable[..., Any]:
    """A wrapper for `connection.execute_wrapper` that notes in which tables rows were written, and which acts."""

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        match = WRITES.match(sql)
        # SQLite counts the rows of an INSERT … RETURNING only when they have been read.
        if match and (context["cursor"].rowcount != 0 or match[1].upper().startswith("INSERT")):
            written.add(match[2])
            if match[2] == TRAIL:
                acts.update(_acts_of(params))
        return result

    return note


def _acts_of(params: Sequence[Any]) -> Iterator[str]:
    """The acts of the rows written: row after row, or, as PostgreSQL takes many at once, a list for each column."""
    for start in range(0, len(params), len(COLUMNS)):
        act = params[start + ACTION_COLUMN]
        yield from act if isinstance(act, list) else [act]


def _complaint(response: HttpResponse, written: set[str]) -> str:
    """What is missing in the trail after the request, in words; '' where nothing is."""
    match = getattr(response, "resolver_match", None) or getattr(response.wsgi_request, "resolver_match", None)
    address = match.view_name if match else ""
    if TRAIL in written or response.status_code >= 400:
        return ""
    place = f"{response.wsgi_request.method} {response.wsgi_request.path} ({address})"
    changed = sorted(written - set(NO_RECORD))
    if changed and address not in NO_ACT:
        return f"{place} changed {', '.join(changed)} and left no row in the audit trail: call review.trail.services.audit.write"
    handed_out = response.headers.get("Content-Disposition", "").startswith("attachment")
    # What is published is everybody's; who reads it is nobody's business.
    public = permissions.ACCESS.get(address) is permissions.anyone
    if handed_out and not public and response.wsgi_request.method != "HEAD":
        return f"{place} handed out a file and left no row in the audit trail: call review.trail.services.audit.write"
    return ""
