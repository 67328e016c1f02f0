"""Looks at a kept release after today's migrations, in a process whose environment names its database: prints what it saw."""

from __future__ import annotations

import json
import logging
import sys
from collections import Counter

import django


def main() -> None:
    """Prints JSON: rows by model, pages that answered with a fault, and the state of a sheet that was sent again."""
    django.setup()
    logging.disable(logging.CRITICAL)
    from django.apps import apps
    from django.test import Client
    from django.test.utils import setup_test_environment

    from review.models import Cycle, CycleState, Edition, Indicator, ReviewState, User
    from tests.cast import settle_background
    from tests.review.acting import as_
    from tests.review.screens.test_access import filled, ours
    from tests.review.test_hostile_addresses import SKIPPED
    from workflow import steps

    setup_test_environment()
    rows = {model.__name__: model._default_manager.count() for model in apps.get_app_config("review").get_models()}
    cycle = Cycle.objects.get(state=CycleState.OPEN)
    sheet = cycle.reviews.get(state=ReviewState.RETURNED)
    numbers = {sheet.pk, *Edition.objects.values_list("pk", flat=True)}
    answers: Counter[int] = Counter()
    broken = []
    for user in [None, *User.objects.filter(is_active=True)]:
        client = as_(user) if user else Client()
        client.raise_request_exception = False
        for name, route in ours():
            for number in [] if name in SKIPPED else sorted(numbers) if "<int:pk>" in route else [0]:
                status = client.get(filled(route, number, cycle.plan.short_name)).status_code
                answers[status] += 1
                if status >= 500 and name != "readyz":
                    broken.append(f"{name} {number} ({user}) -> {status}")
    owner = User.objects.get(username="contributor")
    steps.submit(user=owner, review_id=sheet.pk)
    settle_background()
    sheet.refresh_from_db()
    goals = set(Indicator.objects.values_list("direction", "kind", "defined_reason"))
    report = {"goals": sorted(goals), "rows": rows, "answers": answers, "broken": broken, "state": sheet.state}
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
