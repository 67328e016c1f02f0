# ruff: noqa: F811
"""The sweep of every address by a reviewer and an approver of another plan, who are nobody special in this one."""

from __future__ import annotations

import pytest
from django.utils import timezone

from review.models import Appointment, Plan, Role, User
from tests.cast import Cast
from tests.review.acting import as_
from tests.review.expected_access import EXPECTED
from tests.review.screens.test_access import filled, ours
from tests.review.test_access_table import SKIPPED, call, cast, fits, numbers, outcome  # noqa: F401 - fixtures among them

#: What is of one thing of a plan: whoever reviews or approves another plan is nobody special there.
OF_A_PLAN = ("/plans/", "/sheets/", "/evidence/", "/concurrence/", "/extensions/", "/corrections/", "/changes/", "/meetings/",
             "/files/", "/opinions/", "/uploads/", "/preview/")  # fmt: skip
#: What is of the one person that the table has in mind.
ONES_OWN = {"meguri:proxy_withdraw"}
FOR_EVERYBODY_WITH_A_POST = {"meguri:progress", "meguri:files"}


@pytest.mark.drill
@pytest.mark.parametrize("role, place", [(Role.REVIEWER, 5), (Role.APPROVER, 6)])
def test_who_holds_the_post_in_another_plan_is_nobody_special(
    cast: Cast, numbers: dict[str, int], role: str, place: int
) -> None:
    plan = Plan.objects.create(short_name="kpi", name="別の計画", city="見本市", first_year=2022, last_year=2025)
    user, wrong = User.objects.create_user(username="stranger", display_name="別計画 十一"), []
    Appointment.objects.create(user=user, role=role, plan=plan, starts_on=timezone.now())
    client = as_(user)
    for name, route in ours():
        path = filled(route, numbers.get(name, numbers["sheet"]))
        for method in () if name in SKIPPED | ONES_OWN else ("GET", "POST"):
            actual = outcome(call(client, method, path))
            if name in FOR_EVERYBODY_WITH_A_POST:
                right = actual in "o-"
            elif route.startswith(OF_A_PLAN):
                right = actual in "FN-"
            else:
                right = fits(EXPECTED[name][place], actual, name, ("reviewer2", "approver")[place - 5])
            if not right:
                wrong.append(f"{role} of another plan {method} {path} ({name}): {actual}")
            if name == "logout":
                client.force_login(user)
    assert not wrong, "\n".join(wrong)
