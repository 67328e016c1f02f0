"""What the worker changes by itself is on record too: nobody pressed a button, and an auditor asks all the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from review.background.services import jobs
from review.models import AuditEntry, Job
from tests.audited import NO_RECORD, TRAIL, noting
from tests.cast import Cast
from tests.remembered import really

#: The engine's own rows follow the sheets' and the year's; a draft's file is made from what is on record.
OF_THE_WORK = {*NO_RECORD, "review_artifact", "workflow_sheetprocess", "workflow_yearprocess"}


def test_each_job_of_a_year_that_changes_a_record_leaves_a_row(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    silent, usual = [], jobs.run

    def watched(job_id: int, **options: Any) -> Any:
        written: set[str] = set()
        with connection.execute_wrapper(noting(written, set())):
            done = usual(job_id, **options)
        changed = written - OF_THE_WORK
        if changed and TRAIL not in written:
            silent.append((Job.objects.get(pk=job_id).key, sorted(changed)))
        return done

    monkeypatch.setattr(jobs, "run", watched)
    with really():
        cast.published(1)
    assert silent == []
    acts = list(AuditEntry.objects.filter(actor_key=None).order_by("pk").values_list("action", flat=True))
    assert [act for act in acts if act.startswith("cycle.")] == ["cycle.launch", "cycle.ready", "cycle.draft"]
