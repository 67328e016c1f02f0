"""公表前の画面: the public pages of what is coming, for those who may read it all, and marked as not yet published."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from review import clock
from review.books.services.snapshot import snapshot_of
from review.models import Correction, Cycle, Edition
from review.publication.services import corrections
from review.publication.services.corrections import Typed
from tests.cast import YEAR, Cast, settle_background
from tests.moved import shifted
from tests.remembered import remembered
from tests.review.acting import as_, queries_of, words
from workflow import advance, steps

HERE = f"/plans/dx/{YEAR}/preview/"


@pytest.fixture
@remembered
def cycle(cast: Cast) -> Cycle:
    """A year that waits for its decision."""
    cycle = cast.open(2)
    for number in (1, 2):
        cast.approved(number)
    settle_background()
    cycle.refresh_from_db()
    return cycle


def links(client: Client, path: str) -> set[str]:
    hrefs = re.findall(r'href="(/[^"#?]*)"', client.get(path).content.decode())
    return {link for link in hrefs if not link.startswith("/static/")}


def test_the_coming_edition_is_walked_through_before_the_decision(cast: Cast, cycle: Cycle) -> None:
    client = as_(cast.approver)
    assert HERE in client.get(f"/plans/dx/{YEAR}/board/decide/").content.decode()
    for path in (HERE, f"{HERE}01-01/", f"{HERE}departments/", f"{HERE}errata/"):
        response = client.get(path)
        assert response.status_code == 200
        assert "公表前" in words(response) and "この内容はまだ公表されていません" in words(response)
        assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("private, no-store", "noindex")
    draft = snapshot_of(cycle)
    for row in draft["measures"]:
        text = words(client.get(f"{HERE}{row['code']}/"))
        assert all(
            cell[key] in text for one in row["indicators"] for cell in one["years"] for key in ("target", "actual")
        )
    assert "見本の施策2" in words(client.get(HERE, {"q": "施策2"})) and client.get(f"{HERE}99-99/").status_code == 404
    assert b"snapshot" in client.get(f"{HERE}data.json/").content


def test_no_link_of_the_preview_leads_to_what_does_not_exist(cast: Cast, cycle: Cycle) -> None:
    client = as_(cast.approver)
    for path in (HERE, f"{HERE}01-01/", f"{HERE}departments/", f"{HERE}errata/"):
        for link in links(client, path):
            assert client.get(link).status_code in (200, 302), f"{path} leads to {link}"
            assert not link.startswith(f"/results/dx/{YEAR}/"), "citizens cannot see it yet"
    assert Client().get(f"/results/dx/{YEAR}/").status_code == 404


def test_who_may_not_read_every_sheet_sees_no_preview(cast: Cast, cycle: Cycle) -> None:
    assert Client().get(HERE).status_code == 302
    assert as_(cast.contributor).get(HERE).status_code == 403
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    assert as_(cast.reviewer).get(HERE).status_code == 404, "published: the public page says it now"


def test_an_unapproved_sheet_is_told_of(cast: Cast) -> None:
    cast.open(1)
    assert "承認されていない施策があり" in words(as_(cast.reviewer).get(HERE))


def test_a_preview_costs_the_same_however_many_sheets(cast: Cast) -> None:
    cast.open(2)
    client = as_(cast.reviewer)
    assert queries_of(client, HERE) <= 30
    assert queries_of(client, f"{HERE}01-01/") == queries_of(client, f"{HERE}01-02/")


def test_a_correction_is_seen_as_citizens_will_see_it(cast: Cast, cycle: Cycle) -> None:
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)
    typed = [Typed(code="01-01", key=f"indicator:1:actual:{YEAR}", right="70件", reason="集計の誤り")]
    corrections.save_items(user=cast.reviewer, correction_id=correction.pk, version=0, code="01-01", typed=typed)
    here, client = f"/preview/corrections/{correction.pk}/", as_(cast.approver)
    assert here in as_(cast.reviewer).get(f"/corrections/{correction.pk}/").content.decode()
    page = words(client.get(f"{here}01-01/"))
    assert "70件" in page and "訂正第1版" in page and "公表前" in page
    assert "集計の誤り" in words(client.get(f"{here}errata/"))
    for path in (here, f"{here}01-01/", f"{here}errata/"):
        for link in links(client, path):
            assert client.get(link).status_code in (200, 302), f"{path} leads to {link}"
    assert "70件" not in words(Client().get(f"/results/dx/{YEAR}/01-01/"))
    steps.drop_correction(user=cast.reviewer, correction_id=correction.pk, reason="取りやめ")
    assert client.get(here).status_code == 404
    assert Correction.objects.get().state == "dropped"


def test_the_publication_time_can_be_moved_while_the_year_waits_for_it(cast: Cast, cycle: Cycle) -> None:
    Cycle.objects.filter(pk=cycle.pk).update(publish_at=clock.now() + timedelta(days=3))
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    cycle.refresh_from_db()
    assert cycle.state == "scheduled" and not Edition.objects.exists()
    assert "公表前" in words(as_(cast.approver).get(HERE))
    with shifted(timedelta(days=2)):
        advance.advance_all()
        settle_background()
        assert not Edition.objects.exists()
    form = {
        name: f"{value:%Y-%m-%dT%H:%M}" if hasattr(value, "year") else value
        for name, value in as_(cast.reviewer).get(f"/plans/dx/{YEAR}/").context["form"].initial.items()
        if value is not None
    }
    moved = {**form, "publish_at": f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"}
    assert as_(cast.reviewer).post(f"/plans/dx/{YEAR}/", moved).status_code == 303
    with shifted(timedelta(days=2)):
        advance.advance_all()
        settle_background()
        assert Edition.objects.get().label == "第1版"
