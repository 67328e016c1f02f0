"""Every form that overwrites a record carries its version: a stale save is answered with both texts, and undoes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from review import clock
from review.assessment.services import meetings
from review.assessment.services.meetings import MeetingWords
from review.models import AuditEntry
from review.notices.services.notice_table import LINES
from review.publication.services import corrections
from review.publication.services.corrections import Typed
from tests.cast import YEAR, Cast
from tests.review.acting import as_, words
from workflow import steps

VERSION = re.compile(r'name="form_version" value="(\w+)"')


def minute(days: int) -> str:
    return f"{timezone.localtime(clock.now()) + timedelta(days=days):%Y-%m-%dT%H:%M}"


def deadlines(cast: Cast) -> tuple[str, dict[str, str], str]:
    return f"/plans/dx/{YEAR}/", {"due_at": minute(20), "closes_at": minute(30), "return_days": "5"}, "return_days"


def scale(cast: Cast) -> tuple[str, dict[str, str], str]:
    return f"/plans/dx/{YEAR}/scale/", {"scale": ""}, "scale"


def department(cast: Cast) -> tuple[str, dict[str, str], str]:
    pk = cast.departments["産業振興課"].pk
    form = {"department": str(pk), "due_at": minute(18), "closes_at": minute(25)}
    return f"/plans/dx/{YEAR}/departments/?department={pk}", form, "reason"


def department_unnamed(cast: Cast) -> tuple[str, dict[str, str], str]:
    _address, form, field = department(cast)
    return f"/plans/dx/{YEAR}/departments/", form, field


def reminders(cast: Cast) -> tuple[str, dict[str, str], str]:
    return f"/plans/dx/{YEAR}/reminders/", {"act": "rules"}, "submit_before"


def meeting(cast: Cast) -> tuple[str, dict[str, str], str]:
    held = meetings.record_meeting(
        user=cast.reviewer, cycle=cast.sheet(1).cycle, words=MeetingWords(held_on=date(2025, 6, 1))
    )
    return f"/meetings/{held.pk}/", {"held_on": "2025-06-01"}, "attendees"


def notice_text(cast: Cast) -> tuple[str, dict[str, str], str]:
    return reverse("meguri:notice_text", args=[next(iter(LINES))]), {"save": "1", "body": "本文です。"}, "title"


def person(cast: Cast) -> tuple[str, dict[str, str], str]:
    return f"/people/{cast.other.pk}/", {"email": "someone@example.jp"}, "display_name"


#: form, who saves first and who is late, and what both type into the same field
RECORDS: list[tuple[Callable[[Cast], tuple[str, dict[str, str], str]], str, tuple[str, str]]] = [
    (deadlines, "reviewer2", ("7", "9")),
    (department, "reviewer2", ("統計の公表が遅れるため", "窓口の繁忙のため")),
    (department_unnamed, "reviewer2", ("統計の公表が遅れるため", "窓口の繁忙のため")),
    (reminders, "reviewer2", ("7, 3", "9, 4")),
    (meeting, "reviewer2", ("副市長", "CIO補佐官")),
    (notice_text, "administrator", ("はじめの件名", "あとの件名")),
    (person, "administrator", ("佐藤 花子", "鈴木 花子")),
]


@pytest.mark.parametrize(("form", "who", "typed"), RECORDS, ids=lambda one: getattr(one, "__name__", ""))
def test_a_stale_save_shows_both_texts_and_undoes_nothing(
    cast: Cast, form: Callable[[Cast], tuple[str, dict[str, str], str]], who: str, typed: tuple[str, str]
) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    address, rest, field = form(cast)
    user, late = cast.people[who], as_(cast.people[who])
    opened = VERSION.search(late.get(address).content.decode())
    assert opened, f"{address} shows a form without its version"
    answer = as_(user).post(address, {**rest, field: typed[0], "form_version": opened[1]})
    assert answer.status_code in (302, 303), words(answer)
    before = AuditEntry.objects.count()
    stale = late.post(address, {**rest, field: typed[1], "form_version": opened[1]})
    text = stale.content.decode()
    assert stale.status_code == 409 and typed[0] in text and typed[1] in text
    assert escape(str(user)) in text and "に保存しました" in text
    assert AuditEntry.objects.count() == before, "the stale save left a trace"
    again = VERSION.search(late.get(address).content.decode())
    assert again and late.post(address, {**rest, field: typed[1], "form_version": again[1]}).status_code in (302, 303)


def test_the_scale_of_a_draft_is_not_chosen_over_somebody_else_s(cast: Cast) -> None:
    cast.draft(1)
    client, address = as_(cast.reviewer2), f"/plans/dx/{YEAR}/scale/"
    page = client.get(address).content.decode()
    opened = VERSION.search(page)
    keys = re.findall(r'name="scale" value="([^"]+)"', page)
    checked = re.search(r'name="scale" value="([^"]+)"[^>]*checked', page)
    assert opened and checked
    others = [key for key in keys if key != checked[1]]
    assert client.post(address, {"scale": others[0], "form_version": opened[1]}).status_code == 303
    assert client.post(address, {"scale": checked[1], "form_version": opened[1]}).status_code == 409


def test_a_definition_that_somebody_confirmed_meanwhile_is_not_decided_over(cast: Cast) -> None:
    cast.open(1)
    client, address = as_(cast.reviewer), f"/plans/dx/{YEAR}/definitions/?all=1"
    page = client.get(address).content.decode()
    opened, indicator = VERSION.search(page), re.search(r'name="indicator" value="(\d+)"', page)
    assert opened and indicator
    sent = {"indicator": indicator[1], "shown": indicator[1], "kind": "year", "all": "1", "form_version": opened[1]}
    assert client.post(address, {**sent, "direction": "down"}).status_code == 302
    stale = client.post(address, {**sent, "direction": "up"})
    assert stale.status_code == 409 and "小さいほどよい" in words(stale) and "大きいほどよい" in words(stale)


def version_of(page: str, action: str) -> str:
    """The version that the form with the action carries."""
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
    assert form, action
    version = VERSION.search(form[0])
    assert version, f"{action} carries no version"
    return version[1]


def test_a_grade_that_another_gave_meanwhile_is_not_overwritten(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1)
    action = f"/sheets/{review.pk}/grade/"
    late, first = as_(cast.reviewer2), as_(cast.reviewer)
    version = version_of(late.get(reverse("meguri:review", args=[review.pk])).content.decode(), action)
    sent = {"number": "1", "form_version": version}
    assert first.post(action, {**sent, "grade": "A", "reason": "先の判断"}).status_code == 303
    stale = late.post(action, {**sent, "grade": "B", "reason": "後の判断"})
    assert stale.status_code == 409
    assert {"先の判断", "後の判断", str(cast.reviewer)} <= set(re.findall("先の判断|後の判断|確認 四郎", words(stale)))
    anew = version_of(late.get(reverse("meguri:review", args=[review.pk])).content.decode(), action)
    assert late.post(action, {**sent, "form_version": anew, "grade": "B", "reason": "後の判断"}).status_code == 303
    assert as_(cast.contributor).post(action, {**sent, "grade": "B", "reason": "後"}).status_code != 409, (
        "whoever may not decide learns nothing of what stands"
    )


def test_a_later_end_that_another_set_meanwhile_is_not_overwritten(cast: Cast) -> None:
    cast.open(1)
    pk = cast.sheet(1).pk
    action = f"/sheets/{pk}/extend/"
    late = as_(cast.reviewer2)
    version = version_of(late.get(f"/sheets/{pk}/").content.decode(), action)
    first = {"until": minute(40), "reason": "統計の公表", "form_version": version}
    assert as_(cast.reviewer).post(action, first).status_code == 303
    stale = late.post(action, {"until": minute(35), "reason": "窓口の繁忙", "form_version": version})
    assert stale.status_code == 409 and "統計の公表" in words(stale) and "窓口の繁忙" in words(stale)
    assert cast.sheet(1).extension_reason == "統計の公表"


def test_a_proposal_that_was_replaced_is_neither_overwritten_nor_decided_unseen(cast: Cast) -> None:
    cycle = cast.open(1)
    pk = cast.sheet(1).pk
    propose, decide = reverse("meguri:propose_outcome", args=[pk]), reverse("meguri:decide_outcome", args=[pk])
    late = as_(cast.reviewer2)
    version = version_of(late.get(f"/sheets/{pk}/").content.decode(), propose)
    first = {"outcome": "not_submitted", "reason": "提出がないため", "form_version": version}
    assert as_(cast.reviewer).post(propose, first).status_code == 303
    second = {"outcome": "excluded", "reason": "事業が終わったため"}
    assert late.post(propose, {**second, "form_version": version}).status_code == 409
    approver = as_(cast.approver)
    for address in (f"/sheets/{pk}/", f"/plans/dx/{cycle.fiscal_year}/board/"):
        seen = version_of(approver.get(address).content.decode(), decide)
    assert propose not in late.get(f"/sheets/{pk}/").content.decode(), "one proposal at a time"
    steps.decide_outcome(user=cast.approver2, review_id=pk, accept=False, comment="待つ")
    anew = version_of(late.get(f"/sheets/{pk}/").content.decode(), propose)
    assert late.post(propose, {**second, "form_version": anew}).status_code == 303
    assert approver.post(decide, {"accept": "1", "form_version": seen}).status_code == 409
    assert not cast.sheet(1).outcome
    seen = version_of(approver.get(f"/sheets/{pk}/").content.decode(), decide)
    assert approver.post(decide, {"accept": "1", "form_version": seen}).status_code == 303
    assert cast.sheet(1).outcome == "excluded"


def test_a_correction_is_not_sent_with_items_that_the_sender_has_not_seen(cast: Cast) -> None:
    cycle = cast.published(1)
    correction = steps.start_correction(user=cast.reviewer2, cycle_id=cycle.pk)
    late, send = as_(cast.reviewer2), reverse("meguri:correction_submit", args=[correction.pk])
    page = reverse("meguri:correction", args=[correction.pk])
    seen = version_of(late.get(page).content.decode(), send)
    typed = [Typed(code="01-01", key="indicator:1:actual:2024", right="70件", reason="集計の誤りのため。")]
    corrections.save_items(user=cast.reviewer, correction_id=correction.pk, version=0, code="01-01", typed=typed)
    stale = late.post(send, {"form_version": seen})
    assert stale.status_code == 409 and str(cast.reviewer) in words(stale)
    seen = version_of(late.get(page).content.decode(), send)
    assert late.post(send, {"form_version": seen}).status_code == 303


def test_departments_do_not_get_in_each_other_s_way(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    client, base = as_(cast.reviewer2), f"/plans/dx/{YEAR}/departments/"
    forms = {}
    for name in ("産業振興課", "農林水産課"):
        address = f"{base}?department={cast.departments[name].pk}"
        forms[address] = VERSION.search(client.get(address).content.decode())
    for address, version in forms.items():
        pk = address.rpartition("=")[2]
        sent = {"department": pk, "due_at": minute(18), "closes_at": minute(25), "reason": "繁忙のため"}
        assert version and client.post(address, {**sent, "form_version": version[1]}).status_code == 303


# --- no new form without a version -----------------------------------------------------------------------------------

APPENDS = "adds a row and overwrites none"
ONCE = "an act with a state of its own: the second is refused with who was first"
OWN = "concerns the person's own account or choices alone"
OWN_VERSION = "has a version of its own, compared by its service"
READS = "sends nothing that is stored"
#: template: (forms that overwrite no record unseen, why)
WITHOUT: dict[str, tuple[int, str]] = {
    "demo/start.html": (1, OWN),
    "registration/login.html": (1, OWN),
    "registration/password_change_form.html": (1, OWN),
    "registration/second_factor.html": (1, OWN),
    "registration/second_factor_off.html": (1, OWN),
    "registration/second_factor_on.html": (1, OWN),
    "screens/act.html": (1, f"{APPENDS}, or {ONCE}"),
    "ending/summary.html": (1, f"carries the round that it decides: {ONCE}"),
    "operations/announce.html": (
        2,
        f"shows the sentence that stands, and the last one counts; the other takes it down: {ONCE}",
    ),
    "operations/anonymise.html": (1, ONCE),
    "deadlines/closing_days.html": (2, f"{APPENDS}; the other takes one away: {ONCE}"),
    "components/language.html": (1, OWN),
    "components/topbar.html": (1, OWN),
    "people/departments.html": (2, f"{APPENDS}; the other withdraws: {ONCE}"),
    "sheet/entry.html": (1, OWN_VERSION),
    "sheet/extension.html": (1, APPENDS),
    "publication/files.html": (2, APPENDS),
    "sheet/home.html": (1, ONCE),
    "operations/job_give_up.html": (1, ONCE),
    "operations/jobs.html": (4, ONCE),
    "operations/mail_held.html": (1, ONCE),
    "operations/operator.html": (1, READS),
    "notices/notice_settings.html": (1, OWN),
    "notices/notices.html": (2, OWN),
    "deadlines/nudge.html": (1, READS),
    "deadlines/nudge_preview.html": (1, APPENDS),
    "sheet/external_opinions.html": (2, f"{APPENDS}; the other withdraws: {ONCE}"),
    "sheet/concurrence.html": (2, f"an answer: {ONCE}"),
    "sheet/ask_concurrence.html": (1, APPENDS),
    "people/first_passwords.html": (1, "fetches each password once and removes it"),
    "people/handover.html": (1, APPENDS),
    "people/import.html": (1, READS),
    "plan/import.html": (1, READS),
    "plan/import_at_work.html": (1, "gives up the file of the person alone"),
    "plan/import_check.html": (1, OWN_VERSION),
    "people/import_preview.html": (1, "compares the file with the people of now before it is applied"),
    "people/person.html": (1, APPENDS),
    "people/proxies.html": (2, f"{APPENDS}; the other withdraws: {ONCE}"),
    "deadlines/reminders.html": (2, f"{APPENDS}; the other lifts a pause: {ONCE}"),
    "sign_in/second_factor_off.html": (1, ONCE),
    "sheet/sheet.html": (3, f"{APPENDS}; an answer to a request: {ONCE}"),
    "books/difference.html": (1, OWN_VERSION),
    "sheet/evidence.html": (2, APPENDS),
    "books/upload.html": (1, APPENDS),
    "workflow/at_work.html": (1, f"tries again what failed, each sheet with the pass it was chosen with: {ONCE}"),
    "workflow/board.html": (3, f"the pass of each sheet goes with it: {ONCE}; a meeting: {APPENDS}"),
    "workflow/confirm.html": (1, ONCE),
    "workflow/correction.html": (2, f"the round goes with the decision: {ONCE}"),
    "workflow/correction_items.html": (1, OWN_VERSION),
    "workflow/correction_start.html": (1, ONCE),
    "workflow/decide.html": (1, ONCE),
    "workflow/deciding.html": (2, f"the pass of the sheet goes with the decision: {ONCE}; a claim stops nobody"),
    "workflow/open_year.html": (1, ONCE),
    "workflow/parts/records.html": (2, ONCE),
    "workflow/plan_change.html": (1, APPENDS),
    "workflow/present.html": (1, f"the pass of the sheet goes with it: {ONCE}"),
    "workflow/submit.html": (2, f"{ONCE}; 引き継ぐ fills empty items only"),
    "workflow/together.html": (1, ONCE),
    "workflow/withdraw.html": (1, ONCE),
}


def test_a_form_without_a_version_says_why() -> None:
    """Each form that is sent with POST has a version, or stands above with the reason."""
    folder = Path(settings.BASE_DIR) / "templates"
    counts = {}
    for path in sorted(folder.rglob("*.html")):
        forms = re.findall(r'<form\b[^>]*method="post".*?</form>', path.read_text(), re.DOTALL)
        bare = sum("{% record_version" not in one for one in forms)
        if bare:
            counts[str(path.relative_to(folder))] = bare
    assert counts == {name: count for name, (count, _why) in WITHOUT.items()}
