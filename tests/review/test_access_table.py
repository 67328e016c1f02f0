"""The access table held against reality: every address, nine identities, reading and writing, one's own and others'.

The expectations below are written by hand from the city's rules, not derived from the code that they test. One letter
for each identity: L to the sign-in page, F 403, N 404, o goes on. A method that an address does not know at all (405) may
stand for N and o.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain, combinations

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import holders, permissions
from review.books.services.snapshot import snapshot_of
from review.models import (
    Appointment,
    Artifact,
    Concurrence,
    Correction,
    Cycle,
    Edition,
    EntryBook,
    Evidence,
    Extension,
    Job,
    Mail,
    MeasureReview,
    Meeting,
    Opinion,
    OutboxEvent,
    Plan,
    PlanChange,
    Proxy,
    Reorganisation,
    Role,
    SecondFactor,
    Upload,
    User,
)
from review.publication.services import publication
from tests.audited import noting
from tests.cast import Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, words
from tests.review.expected_access import EXPECTED, REFUSED_BY_STATE
from tests.review.screens.test_access import IDENTITIES, addresses, filled, ours
from workflow import steps

BODY = {"item": "", "body": "一言", "text": "一言", "reason": "理由です。", "comment": "理由です。"}
# Downloads leave a row in the trail, entry books are numbered when they are handed out, a secret is made to be shown.
LEFT_BY_READING = {"review_auditentry", "review_auditlink", "review_entrybook", "review_secondfactor"}
SKIPPED = {"readyz"}  # asks broker and disk, and closes the test's connection; its rule is tested all the same


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast in a transaction that is taken back: 1,000 calls, none of which leaves anything."""
    return Cast.build()


@pytest.fixture
@remembered
def numbers(cast: Cast) -> dict[str, int]:
    """One of everything that has a number, of the sheet that 産業振興課 owns and 市民課 is related to."""
    cast.open(2)
    cast.submitted(1)
    settle_background()
    sheet, now = cast.sheet(1), timezone.now()
    change = PlanChange.objects.create(
        plan=sheet.cycle.plan, fiscal_year=2025, kind="rename", measure=sheet.measure_year.measure,
        detail={"name": "別の名前"}, reason="改称", proposed_by=cast.reviewer, proposed_at=now,
    )  # fmt: skip
    return {
        "sheet": sheet.pk,
        **beside(sheet, cast),
        "meguri:plan_change": change.pk,
        **dict.fromkeys([*CORRECTION, "meguri:correction_preview"], correction_of(sheet.cycle, cast).pk),
        "meguri:meeting_amend": Meeting.objects.create(cycle=sheet.cycle, held_on=now, recorded_by=cast.reviewer).pk,
        **in_the_background(),
        **of_people(cast),
    }


def beside(sheet: MeasureReview, cast: Cast) -> dict[str, int]:
    """What hangs on a sheet: 根拠資料, 延長, 合議, files and what was uploaded."""
    now, common = timezone.now(), {"sha256": "0" * 64, "size": 1}
    evidence = Evidence.objects.create(
        review=sheet, kind="pdf", path="e", filename="e.pdf", uploaded_by=cast.contributor, uploaded_at=now, round=1, **common
    )  # fmt: skip
    extension = Extension.objects.create(
        review=sheet, until=now, reason="理由です。", asked_by=cast.contributor, asked_at=now
    )
    concurrence = Concurrence.objects.create(
        review=sheet, round=1, department=cast.departments["市民課"], asked_by=cast.contributor, asked_at=now, due_on=now.date()
    )  # fmt: skip
    opinion = Opinion.objects.create(
        review=sheet,
        giver="外部評価委員会",
        given_on=now,
        text="意見です。",
        recorded_by=cast.reviewer,
        recorded_at=now,
    )
    book = EntryBook.objects.create(cycle=sheet.cycle, content={}, made_by=cast.contributor, made_at=now)
    upload = Upload.objects.create(
        cycle=sheet.cycle, entry_book=book, uploaded_by=cast.contributor, uploaded_at=now, filename="u.xlsx", state="read", code="OK", **common
    )  # fmt: skip
    return {
        "meguri:evidence_file": evidence.pk,
        "meguri:evidence_remove": evidence.pk,
        "meguri:extension_decide": extension.pk,
        "meguri:concurrence_answer": concurrence.pk,
        "meguri:opinion_withdraw": opinion.pk,
        "meguri:upload_review": upload.pk,
        "meguri:upload_apply": upload.pk,
        "meguri:download": Artifact.objects.filter(review=sheet).order_by("-pk")[0].pk,
    }


def in_the_background() -> dict[str, int]:
    """What the workers did for the sheet."""
    job = Job.objects.order_by("pk")[0].pk
    return {
        "meguri:job_retry": job,
        "meguri:job_give_up": job,
        "meguri:event_release": OutboxEvent.objects.order_by("pk")[0].pk,
        "meguri:mail_release": Mail.objects.order_by("pk")[0].pk,
    }


CORRECTION = [f"meguri:correction{act}" for act in ("", "_items", "_submit", "_drop", "_decide")]


def correction_of(cycle: Cycle, cast: Cast) -> Correction:
    """A correction of a published year of an earlier plan."""
    now = timezone.now()
    plan = Plan.objects.create(name="前の計画", city="見本市", first_year=2018, last_year=2021)
    before = Cycle.objects.create(
        plan=plan, fiscal_year=2021, state="published", due_at=now, closes_at=now, published_at=now
    )  # fmt: skip
    edition = Edition(cycle=before, number=1, decided_by=cast.approver2, decided_at=now)
    publication.freeze(edition, snapshot_of(cycle), at=now)
    return steps.start_correction(user=cast.reviewer, cycle_id=before.pk)


PERSON = (
    "person",
    "hand_over",
    "person_password",
    "person_appoint",
    "transfer",
    "person_deactivate",
    "person_reactivate",
)


def of_people(cast: Cast) -> dict[str, int]:
    """A colleague with a post, a 代決, a planned 組織改正, and somebody who left and still has the app that signed them in."""
    somebody, now = cast.people["colleague"].pk, timezone.now()
    proxy = Proxy.objects.create(
        principal=cast.approver, deputy=cast.reviewer, role=Role.APPROVER, starts_on=now, ends_on=now, reason="出張",
        named_by=cast.approver, named_at=now,
    )  # fmt: skip
    renaming = Reorganisation.objects.create(
        kind="rename",
        effective_on=now + timedelta(days=30),
        reason="改称",
        planned_by=cast.administrator,
        planned_at=now,
    )
    leaver = User.objects.create_user(username="leaver", display_name="離任 十")
    SecondFactor.objects.create(user=leaver, secret="", confirmed_at=now)
    return {
        **dict.fromkeys([f"meguri:{name}" for name in PERSON], somebody),
        "meguri:post_end": Appointment.objects.get(user=somebody).pk,
        "meguri:proxy_withdraw": proxy.pk,
        "meguri:reorganisation_withdraw": renaming.pk,
        "meguri:anonymise": leaver.pk,
        "meguri:second_factor_off": leaver.pk,
    }


@contextmanager
def taken_back() -> Iterator[set[str]]:
    """Whatever is written within the block is written no longer afterwards; tells in which tables it was."""
    written: set[str] = set()
    point = transaction.savepoint()
    with connection.execute_wrapper(noting(written, set())):
        yield written
    transaction.savepoint_rollback(point)


def call(client: Client, method: str, path: str) -> HttpResponse:
    with taken_back() as written:
        answer = client.get(path) if method == "GET" else client.post(path, BODY)
        if answer.streaming:
            b"".join(answer.streaming_content)
    assert method == "POST" or written <= LEFT_BY_READING, f"reading {path} writes {written - LEFT_BY_READING}"
    return answer


def outcome(answer: HttpResponse) -> str:
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith(reverse("login"))
    # 401: to sign-in as well, by a page that shows what was typed.
    return (
        "L" if to_sign_in or answer.status_code == 401 else {403: "F", 404: "N", 405: "-"}.get(answer.status_code, "o")
    )


def fits(expected: str, actual: str, name: str, identity: str) -> bool:
    if actual == "-":
        return expected in "No"
    # The file behind the row is not there, no indicator was named, the year is not published: absent for whoever may come in.
    if name in ("meguri:evidence_file", "meguri:definitions", "meguri:correction_start") and expected == "o":
        return actual in "oN"
    return actual == expected or (actual == "F" and expected == "o" and (name, identity) in REFUSED_BY_STATE)


def test_every_address_is_expected() -> None:
    names = {name for name, _route in ours()}
    assert set(EXPECTED) == names, "write down who may call a new address"


def obeys(rule: Callable[[User], bool], actual: str, user: User | None) -> bool:
    """Whether the answer to a GET is what the address's own rule in permissions.ACCESS says of the person."""
    if rule is permissions.anyone:
        return actual != "F"
    if user is None:
        return actual == "L"
    # Behind an open door a thing may be absent, moved on, or want another method.
    return actual != "L" if rule(user) else actual == "F"


#: Who between them see every page; their walks are repeated on SQLite, which thus answers every query once.
EVERYWHERE = ("contributor", "reviewer2", "approver", "administrator")
#: The one who writes and one who decides: the others walk in the drills.
ALWAYS = EVERYWHERE[:2]


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param(
            one, marks=[pytest.mark.once] * (one not in EVERYWHERE) + [pytest.mark.drill] * (one not in ALWAYS)
        )
        for one in IDENTITIES
    ],
)
def test_reality_shows_no_difference(cast: Cast, numbers: dict[str, int], identity: str) -> None:
    """Each answer is what the city's rules say and what our own rule says, and no GET changes a row of the record."""
    differences, place = [], list(IDENTITIES).index(identity)
    user = None if identity == "anonymous" else cast.people[identity]
    client = as_(user) if user else Client()
    for name, route in ours():
        path = filled(route, numbers.get(name, numbers["sheet"]))
        for method in () if name in SKIPPED else ("GET", "POST"):
            actual, expected = outcome(call(client, method, path)), EXPECTED[name][place]
            if not fits(expected, actual, name, identity):
                differences.append(f"{identity} {method} {path} ({name}): {actual} instead of {expected}")
            if method == "GET" and not obeys(permissions.ACCESS[name], actual, user):
                differences.append(f"{identity} {method} {path} ({name}): {actual}, and not what its rule says")
            if name == "logout" and identity != "anonymous":
                client.force_login(cast.people[identity])
    assert not differences, "\n".join(differences)


#: Django's own views of forms take a PUT for a POST; it carries no form, so they ask again.
FORMS_OF_DJANGO = {"login", "password_change", "set_language"}


@pytest.mark.drill
@pytest.mark.once
@pytest.mark.parametrize("identity", ["anonymous", "other", "administrator"])
def test_no_other_method_does_anything(cast: Cast, numbers: dict[str, int], identity: str) -> None:
    """HEAD answers as GET does; PUT, PATCH, DELETE and OPTIONS are refused, or told what there is, and change no row."""
    client = Client() if identity == "anonymous" else as_(cast.people[identity])
    place, wrong = list(IDENTITIES).index(identity), []
    for name, route in ours():
        if name in SKIPPED or name == "logout":
            continue
        path = filled(route, numbers.get(name, numbers["sheet"]))
        for method in ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
            with taken_back() as written:
                answer = client.generic(method, path)
                if answer.streaming:
                    b"".join(answer.streaming_content)
            actual, expected = outcome(answer), EXPECTED[name][place]
            closed = expected in "LFN" and actual != "-" and not fits(expected, actual, name, identity)
            acts = method in ("PUT", "PATCH", "DELETE") and actual == "o" and name not in FORMS_OF_DJANGO
            if closed or acts or not written <= (LEFT_BY_READING if method == "HEAD" else set()):
                wrong.append(f"{identity} {method} {path} ({name}): {answer.status_code} {sorted(written)}")
    assert not wrong, "\n".join(wrong)


def test_the_administrator_and_the_auditor_say_nothing_on_a_sheet(cast: Cast, numbers: dict[str, int]) -> None:
    for identity, status in (("administrator", 403), ("auditor", 403), ("related", 303), ("approver", 303)):
        path = reverse("meguri:comment", args=[numbers["sheet"]])
        answer = call(as_(cast.people[identity]), "POST", path)
        assert answer.status_code == status or (status == 303 and answer.status_code == 302), identity


@pytest.mark.parametrize(
    "path", ["/nothing/", "/sheets/", "/accounts/", "/results/1/2/3/", "/admin/nothing/", "/sheets/x/"]
)
def test_unknown_addresses_are_not_there(cast: Cast, path: str) -> None:
    for client in (Client(), as_(cast.contributor), as_(cast.administrator)):
        assert client.get(path).status_code in (302, 403, 404)
        assert client.post(path).status_code in (302, 403, 404)


@pytest.mark.once
def test_absent_and_foreign_numbers_read_the_same(cast: Cast, numbers: dict[str, int]) -> None:
    client = as_(cast.other)
    for name, route in ours():
        if "<int:pk>" not in route:
            continue
        for method in ("GET", "POST"):
            foreign = call(client, method, filled(route, numbers.get(name, numbers["sheet"])))
            absent = call(client, method, filled(route, 987654))
            assert foreign.status_code == absent.status_code, name
            assert text_of(foreign) == text_of(absent), f"{method} {name} tells a foreign number from an absent one"


def text_of(answer: HttpResponse) -> str:
    """The page without its reference number."""
    return (
        words(answer).replace(answer.headers["X-Request-ID"], "") if "X-Request-ID" in answer.headers else words(answer)
    )


# --- lists of a whole year -------------------------------------------------------------------------------------------

#: What reads every sheet of a year and does not ask for whom: safe only behind a door that opens to those who may read all.
UNSCOPED = re.compile(
    r"\b(listing\.\w+\(|board_page\b|places\.chosen|any_review\(|any_to_show\(|full_reviews\(|snapshot_of\(|year_book_now\(|source_of\()"
)


def reads_a_whole_year() -> set[str]:
    """The addresses whose views stand in a module that reads so."""
    names = set()
    for name, pattern, _route in addresses():
        module = inspect.getmodule(inspect.unwrap(pattern.callback))
        if not name.startswith("admin:") and module and UNSCOPED.search(inspect.getsource(module)):
            names.add(name)
    return names


def every_standing() -> Iterator[holders.Standing]:
    """Every set of posts that one person could hold, their own or as somebody's proxy, inside a department or not."""
    roles = [role.value for role in Role]
    for chosen in chain.from_iterable(combinations(roles, size) for size in range(len(roles) + 1)):
        for departments in (frozenset[int](), frozenset({1})):
            yield holders.Standing(roles=frozenset(chosen), departments=departments, headed=departments)


def too_widely_open() -> list[str]:
    """Which of these addresses open to whom, although some sheet is hidden from them."""
    lines = []
    for address in sorted(reads_a_whole_year()):
        for post in every_standing():
            person = User()
            person.__dict__["_standing"] = post
            if permissions.may_visit(person, address) and not permissions.scope_of(person).everything:
                lines.append(f"{address} opens to {sorted(post.roles)}")
    return lines


def test_a_list_of_the_whole_year_opens_only_to_those_who_may_read_every_sheet() -> None:
    """Whoever widens a line of ACCESS for one of these must first let its lists take `permissions.scope_of`."""
    assert {"meguri:queue", "meguri:board", "meguri:present", "meguri:preview"} <= reads_a_whole_year()
    assert too_widely_open() == []


@pytest.mark.parametrize("address", ["meguri:queue", "meguri:board"])
@pytest.mark.parametrize("rule", ["holds_post", "decides_or_manages", "writes_sheets", "signed_in"])
def test_a_widened_rule_for_such_a_list_is_noticed(monkeypatch: pytest.MonkeyPatch, address: str, rule: str) -> None:
    monkeypatch.setattr(permissions, "ACCESS", {**permissions.ACCESS, address: getattr(permissions, rule)})
    assert any(line.startswith(f"{address} opens to") for line in too_widely_open())
