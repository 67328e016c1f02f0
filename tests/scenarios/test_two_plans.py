"""Two plans in one 年度, with 施策 of the same IDs and the same people, through all steps: nothing of one is in the other."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import permissions
from review.assessment.services import approval
from review.domain.events import Event
from review.domain.refusals import NotAllowed
from review.models import Appointment, Artifact, Cycle, Edition, MeasureReview, Notification, Outcome, Proxy, Role, User
from review.publication.views import plain_files
from tests.cast import PASSWORD, YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, words
from tests.review.screens.test_access import filled, ours
from workflow import steps

#: Addresses of a year that lists something: each shows its own plan alone.
PAGES = ("progress", "queue", "board", "files", "cycle", "definitions", "plan_changes", "preview", "nudge")


@pytest.fixture
def two(cast: Cast) -> tuple[Cast, Cast]:
    """A year of each plan with sheets sent in: two of the one, three of the other, told apart by their names."""
    return cast, other_beside(cast)


@remembered
def other_beside(cast: Cast) -> Cast:
    """Plays both years; the cast is the one, and answers the other."""
    cast.open(2)
    other = cast.beside()
    other.open(3)
    for one, word in ((cast, "いろは"), (other, "にほへ")):
        for review in one.cycle.reviews.all():
            year = review.measure_year
            year.name = f"{word}{year.measure.code}"
            year.save(update_fields=["name"])
    cast.submitted(1)
    other.submitted(1)
    other.submitted(2)
    settle_background()
    return other


def test_a_notice_of_a_year_says_of_which_plan_it_is(two: tuple[Cast, Cast]) -> None:
    titles = set(Notification.objects.filter(event=Event.CYCLE_OPENED).values_list("title", flat=True))
    assert titles == {f"{one.plan.name} {one.cycle.label}の実績の入力をお願いします" for one in two}


@pytest.mark.drill
def test_each_address_of_a_year_shows_its_own_plan(two: tuple[Cast, Cast]) -> None:
    for cast, mine, foreign in ((two[0], "いろは", "にほへ"), (two[1], "にほへ", "いろは")):
        for name in PAGES:
            page = as_(cast.approver if "board" in name else cast.reviewer2).get(
                reverse(f"meguri:{name}", args=cast.cycle.key)
            )
            assert page.status_code == 200, name
            assert foreign not in words(page), name
        queue = words(as_(cast.reviewer2).get(reverse("meguri:queue", args=cast.cycle.key)))
        assert mine in queue


def test_a_list_of_years_says_of_which_plan_each_is(two: tuple[Cast, Cast]) -> None:
    page = as_(two[0].reviewer2).get(reverse("meguri:cycles"))
    assert {"DX推進計画 令和6年度", "総合計画 令和6年度"} <= {row["label"] for row in page.context["fiscal_years"]}
    assert all(reverse("meguri:cycle", args=cast.cycle.key) in page.content.decode() for cast in two)


def test_what_is_sent_to_the_year_of_one_plan_does_nothing_to_the_other(two: tuple[Cast, Cast]) -> None:
    cast, other = two
    sheet = other.sheet(1)
    form = {"chosen": f"{sheet.pk}:{sheet.round}"}
    as_(cast.reviewer2).post(reverse("meguri:confirm_many", args=cast.cycle.key), form)
    assert other.sheet(1).state == sheet.state
    as_(cast.reviewer2).post(reverse("meguri:confirm_many", args=other.cycle.key), form)
    assert other.sheet(1).state == "reviewed"


def finish(cast: Cast) -> None:
    """Everything that is left of the year, up to its 第1版."""
    for number in range(1, cast.cycle.reviews.count() + 1):
        review = cast.sheet(number)
        if review.state == "not_started":
            review = cast.submitted(number)
        review = steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
        steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cast.cycle.pk)
    settle_background()


def test_both_come_to_publication_and_stay_apart(two: tuple[Cast, Cast]) -> None:
    cast, other = two
    finish(other)
    assert Cycle.objects.get(pk=other.cycle.pk).state == "published"
    assert Cycle.objects.get(pk=cast.cycle.pk).state == "open", "the other plan's year goes on as it stood"
    assert set(Notification.objects.filter(link__startswith="/results/").values_list("link", flat=True)) == {
        f"/results/kpi/{YEAR}/"
    }
    assert Client().get(f"/results/dx/{YEAR}/").status_code == 404
    assert "総合計画" in words(Client().get("/results/"))
    finish(cast)
    index = Client().get("/results/").content.decode()
    assert '"/results/dx/"' in index and '"/results/kpi/"' in index
    for plan, mine, foreign, count in (("dx", "いろは", "にほへ", 2), ("kpi", "にほへ", "いろは", 3)):
        for path in ("", f"{YEAR}/", f"{YEAR}/01-01/", "method/", "run/01-01/", f"{YEAR}/data.json", f"{YEAR}/errata/"):
            page = Client().get(f"/results/{plan}/{path}")
            assert page.status_code == 200 and foreign not in page.content.decode(), path
        assert mine in words(Client().get(f"/results/{plan}/{YEAR}/"))
        assert Client().get(f"/api/v1/plans/{plan}/years/{YEAR}/measures").json()["total"] == count
        assert Client().get(f"/api/v1/plans/{plan}/editions").json()["total"] == 1
    assert [one["short_name"] for one in Client().get("/api/v1/").json()["plans"]] == ["dx", "kpi"]


@pytest.mark.drill
def test_a_correction_of_one_touches_nothing_of_the_other(two: tuple[Cast, Cast]) -> None:
    for cast in two:
        finish(cast)
    cast, other = two
    before = list(Edition.objects.filter(cycle=other.cycle).values_list("pk", "sha256", "current"))
    page = as_(cast.reviewer).post(reverse("meguri:correction_start", args=cast.cycle.key), {"reason": "誤記"})
    assert page.status_code in (302, 303)
    assert list(Edition.objects.filter(cycle=other.cycle).values_list("pk", "sha256", "current")) == before
    assert not other.cycle.reviews.filter(measure_year__measure__plan=cast.plan).exists()


@pytest.mark.drill
def test_the_files_of_two_plans_stand_apart(two: tuple[Cast, Cast]) -> None:
    for cast in two:
        finish(cast)
    rows = Artifact.objects.select_related("cycle__plan")
    assert rows.count() and all(row.path.startswith(f"{row.cycle.folder}/") for row in rows)
    assert all(default_storage.exists(row.path) for row in rows.filter(retired_at=None))
    for kind in ("consolidated", "sheet"):
        names = [set(rows.filter(kind=kind, cycle=cast.cycle).values_list("filename", flat=True)) for cast in two]
        assert names[0] and names[1] and not names[0] & names[1], "two files of one name in one folder of downloads"
    last = Edition.objects.latest("pk")
    files = dict(plain_files.site_as_of(last))
    for plan in ("dx", "kpi"):
        assert f"results/{plan}/{YEAR}/01-01/index.html" in files and f"results/{plan}/index.html" in files


# --- the kind ----------------------------------------------------------------------------------------------------


def test_no_address_names_a_year_without_its_plan() -> None:
    bare = [route for _name, route in ours() if "<int:year>" in route and "<plan:plan>" not in route]
    assert not bare, "a 年度 alone is the key of nothing"


def test_no_address_is_shared_by_two_plans() -> None:
    pairs = [
        (filled(route, 1), filled(route, 1).replace("/dx/", "/kpi/")) for _name, route in ours() if ":year>" in route
    ]
    assert pairs and all(one != other for one, other in pairs)


#: What narrows rows to a year: by a plan beside it, or by something that belongs to one plan.
ALONE = re.compile(r"\(\s*(?:[\w]+__)*fiscal_year(?:__in)?=[^,()]+(?:\([^()]*\))?\)")


#: Where the rows are those of one 施策 already.
OF_ONE_MEASURE = {
    "review/assessment/services/judging.py",
    "review/plan/services/measure_state.py",
    "review/plan/services/plan_effects.py",
}


def test_no_query_asks_for_a_year_alone() -> None:
    from tests.names import ROOT, modules

    places = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for name in ("review", "workflow", "tasks")
        for path in modules(ROOT / name)
        if "migrations" not in path.parts
        and "demo" not in path.parts
        and path.relative_to(ROOT).as_posix() not in OF_ONE_MEASURE
        for match in re.finditer(r"\.(?:filter|get|exclude)" + ALONE.pattern, path.read_text())
    ]
    assert not places, places


def test_the_sheets_of_both_are_counted_once_each(two: tuple[Cast, Cast]) -> None:
    assert [cast.cycle.reviews.count() for cast in two] == [2, 3] and MeasureReview.objects.count() == 5


# --- people of one plan --------------------------------------------------------------------------------------------


@pytest.fixture
def strangers(two: tuple[Cast, Cast]) -> tuple[User, User]:
    """A reviewer and an approver of the other plan alone."""
    people = []
    for role in (Role.REVIEWER, Role.APPROVER):
        user = User.objects.create_user(username=f"kpi-{role}", display_name=f"別計画 {role}", password=PASSWORD)
        Appointment.objects.create(user=user, role=role, plan=two[1].plan, starts_on=date(2022, 4, 1))
        people.append(user)
    return people[0], people[1]


def test_who_reviews_or_approves_another_plan_is_nobody_special_here(
    two: tuple[Cast, Cast], strangers: tuple[User, User]
) -> None:
    cast, other = two
    names = ("queue", "board", "definitions", "cycle", "preview", "plan_changes", "meeting", "reminders", "scale")
    for user in strangers:
        for name in names:
            assert as_(user).get(reverse(f"meguri:{name}", args=cast.cycle.key)).status_code == 403, name
        for name in ("sheet", "review", "approve", "claim"):
            assert as_(user).get(reverse(f"meguri:{name}", args=[cast.sheet(1).pk])).status_code in (403, 404, 405), (
                name
            )
        assert as_(user).get(reverse("meguri:progress", args=cast.cycle.key)).status_code == 200
        assert as_(user).get(reverse("meguri:sheet", args=[other.sheet(1).pk])).status_code == 200
    assert as_(strangers[0]).get(reverse("meguri:queue", args=other.cycle.key)).status_code == 200
    assert as_(strangers[1]).get(reverse("meguri:board", args=other.cycle.key)).status_code == 200


def test_the_services_refuse_them_too(two: tuple[Cast, Cast], strangers: tuple[User, User]) -> None:
    cast, other = two
    reviewer, approver = strangers
    sheet = cast.sheet(1)
    with pytest.raises(NotAllowed):
        steps.confirm(user=reviewer, review_id=sheet.pk, round=sheet.round)
    sheet = steps.confirm(user=cast.reviewer2, review_id=sheet.pk, round=sheet.round)
    with pytest.raises(NotAllowed):
        steps.approve(user=approver, review_id=sheet.pk, round=sheet.round)
    mine = other.sheet(1)
    mine = steps.confirm(user=reviewer, review_id=mine.pk, round=mine.round)
    steps.approve(user=approver, review_id=mine.pk, round=mine.round)
    settle_background()
    notices = Notification.objects.filter(recipient__in=strangers)
    assert notices.exists() and not notices.filter(cycle=cast.cycle).exists(), "nobody is asked for another plan's work"


def test_a_deputy_acts_in_the_plan_of_the_post(two: tuple[Cast, Cast], strangers: tuple[User, User]) -> None:
    cast, other = two
    now = timezone.now()
    Proxy.objects.create(
        principal=strangers[0], deputy=cast.related, role=Role.REVIEWER, starts_on=now, ends_on=now, reason="出張",
        named_by=strangers[0], named_at=now,
    )  # fmt: skip
    deputy = User.objects.get(pk=cast.related.pk)
    assert as_(deputy).get(reverse("meguri:queue", args=other.cycle.key)).status_code == 200
    assert as_(deputy).get(reverse("meguri:queue", args=cast.cycle.key)).status_code == 403


def test_a_file_of_a_whole_year_is_for_those_of_its_plan(two: tuple[Cast, Cast], strangers: tuple[User, User]) -> None:
    readable = Artifact.objects.visible(permissions.scope_of(strangers[0])).filter(review=None, edition=None)
    assert set(readable.values_list("cycle", flat=True)) == {two[1].cycle.pk}


def test_home_shows_the_work_of_every_plan(two: tuple[Cast, Cast]) -> None:
    for user, counts in ((two[0].contributor, [1, 1]), (two[0].reviewer2, [1, 2])):
        page = as_(user).get(reverse("meguri:home"))
        assert [tab["count"] for tab in page.context["plans"]] == counts
        shown = [as_(user).get(tab["url"]).context["cycle"] for tab in page.context["plans"]]
        assert shown == [cast.cycle for cast in two]


def test_what_the_plans_on_home_count_is_what_the_menu_counts(two: tuple[Cast, Cast]) -> None:
    """A sheet that waits for its head, and a proposal that waits for an approver, are work of the plan whose they are."""
    other = two[1]
    Cycle.objects.filter(pk=other.cycle.pk).update(requires_endorsement=True)
    approval.propose_outcome(
        user=other.reviewer2, review_id=other.sheet(3).pk, outcome=Outcome.EXCLUDED, reason="事業が終わったため。"
    )
    other.submitted(3)
    for user, number in ((other.head, 1), (other.approver, 1)):
        context = as_(User.objects.get(pk=user.pk)).get(reverse("meguri:home")).context
        assert context["plans"][1]["count"] == number
        assert sum(tab["count"] for tab in context["plans"]) == int(str(context["open_task_count"]))
