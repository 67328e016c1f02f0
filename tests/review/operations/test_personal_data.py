"""People who left lose their name everywhere, and the trail loses nothing."""

from __future__ import annotations

import html
import re
import zipfile
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, models
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from review import clock, permissions
from review.assessment.services import meetings
from review.assessment.services.meetings import MeetingWords
from review.domain.refusals import Invalid, NotAllowed
from review.models import Artifact, AuditEntry, Decision, Mail, MailState, Notification, Submission, Tally, User
from review.operations.services import personal_data, retention
from review.operations.views.personal_data import HOLDINGS
from review.people.services import posts
from review.screens.services import throttle
from review.sign_in.services import second_factor
from review.trail.services import audit_chain
from tests.cast import PASSWORD, Cast
from tests.moved import shifted
from tests.review.acting import as_, words
from tests.review.screens.test_access import filled, ours

NAME, ACCOUNT, ADDRESS = "担当 一郎", "contributor", "contributor@city.example"


def everything() -> dict[str, str]:
    """Every table of the database as text."""
    texts = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            texts[table] = "\n".join(map(repr, cursor.fetchall()))
    return texts


@pytest.fixture
def left(cast: Cast) -> User:
    """The contributor submitted, was renamed, told and mailed, and has left."""
    cast.open(1)
    review = cast.submitted(1)
    page = reverse("meguri:person", args=[cast.contributor.pk])
    for email in ("old@city.example", ADDRESS):
        form = {"display_name": NAME, "email": email}
        assert as_(cast.administrator).post(page, form).status_code == 303
    # What Django's admin kept of changes while it still made some.
    fields = {"content_type": ContentType.objects.get_for_model(User), "object_id": cast.contributor.pk}
    LogEntry.objects.create(user=cast.administrator, action_flag=CHANGE, object_repr=NAME, **fields)
    second_factor.begin(user=cast.contributor)
    Client().post(reverse("login"), {"username": ACCOUNT, "password": PASSWORD})
    from tests.cast import settle_background

    settle_background()
    cast.sheet(1).refresh_from_db()
    assert Notification.objects.filter(body__contains=f"{NAME}さん").exists(), review
    posts.end_all(user=cast.contributor, by=cast.administrator)
    return cast.contributor


def test_afterwards_no_table_names_the_person_and_the_trail_holds(cast: Cast, left: User) -> None:
    before = everything()
    assert any(NAME in text for text in before.values()) and any(ADDRESS in text for text in before.values())
    acts = AuditEntry.objects.count()
    personal_data.anonymise(user_id=left.pk, by=cast.administrator, reason="離任")
    after = everything()
    for word in (NAME, ADDRESS, "old@city.example", f"'{ACCOUNT}'"):
        # The word of the role stands in the posts; the account's name is gone.
        ignored = {"review_appointment", "review_auditentry"} if word == f"'{ACCOUNT}'" else set()
        assert {table for table, text in after.items() if word in text} - ignored == set(), word
    assert NAME not in after["review_auditentry"] and ADDRESS not in after["review_auditentry"]
    assert before["review_auditlink"] in after["review_auditlink"] + "\n" or after["review_auditlink"].startswith(
        before["review_auditlink"]
    )
    assert AuditEntry.objects.count() == acts + 1
    if connection.vendor == "sqlite":
        assert audit_chain.verify().intact
    assert Submission.objects.filter(submitted_by=left).count() == 1
    person = User.objects.get(pk=left.pk)
    assert str(person) == personal_data.NAMELESS and person.key == left.key and not person.is_active


@pytest.mark.django_db(transaction=True)
def test_the_chain_still_verifies_after_an_anonymisation(
    cast: Cast, transactional_db: None, left: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEGURI_ANCHOR_ROOT = tmp_path
    head = audit_chain.head()
    personal_data.anonymise(user_id=left.pk, by=cast.administrator, reason="離任")
    report = audit_chain.verify(anchors={head.seq: head.hash})
    assert report.intact and report.links == head.seq + 1
    call_command("verify_audit", verbosity=0)


def test_the_person_is_out_and_cannot_come_back(cast: Cast, left: User) -> None:
    client = as_(left)
    personal_data.anonymise(user_id=left.pk, by=cast.administrator, reason="離任")
    assert client.get(reverse("meguri:notices")).status_code == 302
    assert Client().post(reverse("login"), {"username": ACCOUNT, "password": PASSWORD}).status_code == 200
    again = User.objects.get(pk=left.pk)
    assert Client().post(reverse("login"), {"username": again.username, "password": PASSWORD}).status_code == 200


def test_a_second_time_changes_nothing(cast: Cast, left: User) -> None:
    for _time in range(2):
        personal_data.anonymise(user_id=left.pk, by=cast.administrator, reason="離任")
    assert AuditEntry.objects.filter(action="user.anonymise").count() == 1


@pytest.mark.parametrize("who", ["head", "auditor", "reviewer2", "approver"])
def test_only_an_administrator_may(cast: Cast, left: User, who: str) -> None:
    with pytest.raises(NotAllowed):
        personal_data.anonymise(user_id=left.pk, by=cast.people[who], reason="離任")


def test_nobody_who_holds_a_post_now_or_later_is_made_nameless(cast: Cast, left: User) -> None:
    with pytest.raises(NotAllowed, match="役割が残っている"):
        personal_data.anonymise(user_id=cast.head.pk, by=cast.administrator, reason="離任")
    posts.appoint(
        user=left, post=posts.Post(role="auditor"), by=cast.administrator, starts_on=clock.today() + timedelta(days=30)
    )
    with pytest.raises(NotAllowed, match="役割が残っている"):
        personal_data.anonymise(user_id=left.pk, by=cast.administrator, reason="離任")
    with pytest.raises(NotAllowed, match="ご自分"):
        personal_data.anonymise(user_id=cast.administrator.pk, by=cast.administrator, reason="離任")


@pytest.mark.parametrize("reason", ["", "  ", "x\x00"])
def test_a_reason_is_asked_for(cast: Cast, left: User, reason: str) -> None:
    with pytest.raises(Invalid):
        personal_data.anonymise(user_id=left.pk, by=cast.administrator, reason=reason)


def test_the_records_show_the_nameless_person(cast: Cast, left: User) -> None:
    personal_data.anonymise(user_id=left.pk, by=cast.administrator, reason="離任")
    for path in (reverse("meguri:sheet", args=[cast.sheet(1).pk]), "/audit/"):
        page = words(as_(cast.administrator).get(path))
        assert NAME not in page and personal_data.NAMELESS in page, path


# --- the page --------------------------------------------------------------------------------------------------------


def test_everybody_reads_the_page_and_only_administrators_see_who_left(cast: Cast, left: User) -> None:
    page = words(as_(cast.head).get(reverse("meguri:personal_data")))
    assert "400日" in page and "最長8時間" in page and "head@city.example" in page and NAME not in page
    page = words(as_(cast.administrator).get(reverse("meguri:personal_data")))
    assert f"{NAME}さんを匿名化する" in page and "所属 長子さんを匿名化する" not in page


def test_the_administrator_anonymises_on_a_page_that_says_what_happens(cast: Cast, left: User) -> None:
    client, path = as_(cast.administrator), reverse("meguri:anonymise", args=[left.pk])
    assert "元に戻せません" in words(client.get(path))
    assert client.post(path, {"reason": ""}).status_code == 422
    done = client.post(path, {"reason": "令和7年3月末で退職"}, follow=True)
    assert "匿名化しました" in words(done)
    assert AuditEntry.objects.get(action="user.anonymise").after == {"reason": "令和7年3月末で退職"}
    assert client.get(path).status_code == 404
    busy = client.post(reverse("meguri:anonymise", args=[cast.head.pk]), {"reason": "x"})
    assert busy.status_code == 403 and User.objects.get(pk=cast.head.pk).display_name == "所属 長子"


def test_the_page_names_every_model_that_points_to_a_person() -> None:
    """Whoever adds a model with a person in it writes down here how long it is kept: HOLDINGS in views/personal_data."""
    user = get_user_model()
    listed = {name if "." in name else f"review.{name}" for line in HOLDINGS for name in line.split()}
    assert (settings.BASE_DIR / "templates/operations/holdings.html").read_text().count("<tr>") == len(HOLDINGS)
    holding: set[str] = set()
    for model in apps.get_models():
        points = any(
            isinstance(field, models.ForeignKey | models.OneToOneField) and field.related_model is user
            for field in model._meta.concrete_fields
        )
        names = any(
            isinstance(field, models.EmailField | models.GenericIPAddressField) for field in model._meta.concrete_fields
        )
        if points or names:
            holding.add(model._meta.label)
    assert holding <= listed, (
        f"say in HOLDINGS of review/operations/views/personal_data.py how long these are kept: {holding - listed}"
    )
    known = {model._meta.label for model in apps.get_models()}
    assert listed <= known, f"HOLDINGS names models that are gone: {listed - known}"


# --- what goes by itself ---------------------------------------------------------------------------------------------


def test_letters_tallies_and_sessions_go_when_their_time_is_over(cast: Cast) -> None:
    now = clock.now()

    def letter(age: int, state: str = MailState.SENT) -> Notification:
        at = now - timedelta(days=age)
        mail = Mail.objects.create(
            recipient=cast.head, address="a@b.example", message_id=f"{age}{state}", subject="s", body="b", state=state,
            not_before=at, created_at=at, sent_at=at if state == MailState.SENT else None,
        )  # fmt: skip
        return Notification.objects.create(
            recipient=cast.head, event="CycleOpened", key=f"{age}{state}", title="t", created_at=at, mail=mail
        )

    letter(401), letter(390), letter(500, MailState.WAITING)
    throttle.hit("x", span=timedelta(minutes=1))
    as_(cast.head)
    with shifted(timedelta(days=3)):
        gone = retention.remove_expired()
    assert gone == {"sessions": 1, "tallies": 1, "passwords": 0, "notices": 1, "mails": 1}
    assert {mail.message_id for mail in Mail.objects.all()} == {"390sent", "500waiting"}
    assert not Tally.objects.exists() and not Decision.objects.exists()
    assert AuditEntry.objects.get(action="retention.remove").after == {"notices": 1, "mails": 1}
    retention.remove_expired()
    assert AuditEntry.objects.filter(action="retention.remove").count() == 1, "a night without letters leaves none"


def test_the_worker_does_it_every_night() -> None:
    from config.celery import app
    from tasks.errands import remove_expired

    entry = next(e for e in app.conf.beat_schedule.values() if e["task"] == remove_expired.name)
    assert entry["schedule"].hour == {3}


# --- what the trail never holds ----------------------------------------------------------------------------------------


def test_an_enrolment_writes_no_name_into_the_trail(cast: Cast) -> None:
    admin = as_(cast.administrator)
    form = {"username": "newcomer", "display_name": "新任 十郎", "email": "shinnin@city.example"}
    password = shown_once(admin.post(reverse("meguri:person_new"), form))
    person = User.objects.get(username="newcomer")
    post = {"role": "auditor", "starts_on": f"{date.today()}"}
    assert admin.post(reverse("meguri:person_appoint", args=[person.pk]), post).status_code == 303
    changed = {"display_name": "新任 十一郎", "email": "juichi@city.example"}
    assert admin.post(reverse("meguri:person", args=[person.pk]), changed).status_code == 303
    stored = repr(list(AuditEntry.objects.values_list("before", "after", "subject")))
    for word in ("newcomer", "新任", "shinnin", "juichi", password):
        assert word not in stored
    assert f"user:{person.key}" in stored


def test_a_password_set_by_the_administrator_is_audited_and_changed_at_once(cast: Cast) -> None:
    before = Client()
    before.force_login(cast.head)
    password = shown_once(as_(cast.administrator).post(reverse("meguri:person_password", args=[cast.head.pk])))
    assert AuditEntry.objects.get(action="user.password_reset").subject == f"user:{cast.head.key}"
    assert before.get(reverse("meguri:notices")).status_code == 302, "the session of the old password is over"
    client = Client()
    client.post(reverse("login"), {"username": "head", "password": password})
    assert client.get(reverse("meguri:notices"))["Location"] == f"{reverse('password_change')}?next=%2Fnotices%2F"


def shown_once(answer: HttpResponse) -> str:
    """The temporary password that the page shows."""
    (password,) = re.findall(r"<code>(\w+)</code>", answer.content.decode())
    return str(password)


def test_the_trail_holds_no_names_of_a_meetings_attendees(cast: Cast) -> None:
    cycle = cast.open(1)
    details = MeetingWords(held_on=date(2025, 5, 1), attendees="本部長 出席 太郎、委員 出席 花子")
    meeting = meetings.record_meeting(user=cast.reviewer, cycle=cycle, words=details)
    stored = repr(list(AuditEntry.objects.values_list("before", "after")))
    assert "出席" not in stored and meeting.attendees.startswith("本部長")


# --- what the city publishes -----------------------------------------------------------------------------------------


@pytest.mark.drill
@pytest.mark.once
def test_what_is_public_names_offices_and_no_person(cast: Cast) -> None:
    cast.published(2)
    names = [person.display_name for person in User.objects.all()]
    names += [name.replace(" ", "") for name in names] + [str(person.key) for person in User.objects.all()]
    client, seen, office = Client(), 0, False
    for name, route in ours():
        if permissions.ACCESS[name] is not permissions.anyone or name in ("logout", "readyz"):
            continue
        for part in ("data.json", "indicators.csv", "measures.csv", "dataset.jsonld") if "<file:" in route else ("",):
            answer = client.get(filled(route, 1).replace("data.json", part) if part else filled(route, 1))
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = readable(body)
            assert not [one for one in names if one in text], f"{name} names a person"
            seen, office = seen + (answer.status_code == 200), office or "産業振興課" in text
    assert seen > 12 and office
    for artifact in Artifact.objects.filter(edition__isnull=False):
        text = readable(Path(default_storage.path(artifact.path)).read_bytes())
        assert "産業振興課" in text, artifact.kind
        assert not [one for one in names if one in text], f"{artifact.kind} names a person"


def readable(body: bytes) -> str:
    """The text of a page, a PDF, or the parts of a workbook or another zip."""
    if body.startswith(b"%PDF"):
        reader = PdfReader(BytesIO(body))
        return "".join("".join(page.extract_text().split()) for page in reader.pages) + str(reader.metadata)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(body)) as parts:
            return "".join(readable(parts.read(part)) for part in parts.namelist())
    return html.unescape(body.decode("utf-8", "replace"))
