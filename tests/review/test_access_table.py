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
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
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
    Meeting,
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
from review.screens.views import access_table
from tests.audited import noting
from tests.cast import Cast, settle_background
from tests.review.acting import as_, words
from tests.review.screens.test_access import IDENTITIES, addresses, filled, ours
from workflow import steps

# anonymous, contributor and head of the owner, related, other, reviewer, approver, administrator, auditor
EVERYONE, SIGNED_IN, NOBODY_HERE = "ooooooooo", "Loooooooo", "NNNNNNNNN"
READABLE, OWN, OWN_POST = "LoooNoooo", "LooNNFFFF", "LooooFFFF"
REVIEWER, APPROVER = "LFFFFoFFF", "LFFFFFoFF"
MANAGER, OPERATOR, TRAIL = "LFFFFoFoF", "LFFFFoFoo", "LFFFFFFoo"
PEOPLE = "LFFFFFFoF"
ALL_SHEETS, DECIDERS = "LFFFFoooo", "LFFFFooFF"

EXPECTED = {
    "healthz": EVERYONE, "readyz": EVERYONE, "set_language": EVERYONE, "login": EVERYONE, "logout": EVERYONE,
    "password_change": SIGNED_IN, "password_change_done": SIGNED_IN, "second_factor_settings": SIGNED_IN,
    # without a password given before, back to the beginning
    "second_factor": "LLLLLLLLL",
    "single_sign_on": NOBODY_HERE, "single_sign_on_return": NOBODY_HERE,
    # nothing is published yet
    "publication:index": EVERYONE, "publication:method": EVERYONE, "publication:year": NOBODY_HERE,
    "publication:measure": NOBODY_HERE, "publication:download": NOBODY_HERE, "publication:data": NOBODY_HERE,
    "publication:departments": NOBODY_HERE, "publication:errata": NOBODY_HERE, "publication:run": NOBODY_HERE,
    "publication:pdf": NOBODY_HERE, "publication:schema": NOBODY_HERE,
    "publication:compare": EVERYONE, "publication:open_data": EVERYONE,
    "api:openapi": EVERYONE, "api:editions": EVERYONE,
    "api:root": NOBODY_HERE, "api:nothing": NOBODY_HERE, "api:edition": NOBODY_HERE, "api:measures": NOBODY_HERE,
    "api:measure": NOBODY_HERE, "api:indicators": NOBODY_HERE,
    "meguri:home": EVERYONE, "meguri:help": EVERYONE, "meguri:access": SIGNED_IN,
    "meguri:notice_settings": SIGNED_IN, "meguri:notice_texts": "LFFFFFFoF", "meguri:notice_text": "LFFFFFFoF",
    "meguri:extension": OWN, "meguri:extension_decide": MANAGER, "meguri:department_deadlines": MANAGER,
    "meguri:reminders": MANAGER, "meguri:nudge": MANAGER, "meguri:closing_days": MANAGER,
    "meguri:notices": SIGNED_IN, "meguri:notices_read": SIGNED_IN,
    "meguri:progress": SIGNED_IN, "meguri:files": SIGNED_IN,
    "meguri:sheet": READABLE, "meguri:evidence": READABLE, "meguri:evidence_file": READABLE,
    "meguri:download": READABLE, "meguri:comment": READABLE,
    "meguri:mine": SIGNED_IN, "meguri:resume": READABLE,
    "meguri:concurrence_ask": OWN, "meguri:concurrence_answer": "LNNoNFFFF",
    "meguri:entry": OWN, "meguri:autosave": OWN, "meguri:reading": OWN, "meguri:evidence_add": OWN,
    "meguri:evidence_remove": OWN, "meguri:submit": OWN, "meguri:recall": OWN, "meguri:endorse": OWN,
    # a department without a sheet of its own in the year has nothing to fill in
    "meguri:upload": OWN, "meguri:entry_book": OWN,
    # the file that one person sent is nobody else's
    "meguri:upload_review": "LoNNNFFFF", "meguri:upload_apply": "LoNNNFFFF",
    "meguri:withdraw_review": REVIEWER, "meguri:withdraw_approval": APPROVER,
    "meguri:queue": REVIEWER, "meguri:review": REVIEWER, "meguri:confirm_many": REVIEWER,
    "meguri:together": REVIEWER, "meguri:claim": REVIEWER, "meguri:record": REVIEWER, "meguri:record_many": REVIEWER,
    "meguri:definitions": REVIEWER, "meguri:propose_outcome": REVIEWER,
    "meguri:grade": DECIDERS, "meguri:meeting": DECIDERS, "meguri:meeting_amend": DECIDERS,
    "meguri:drop_record": DECIDERS, "meguri:board": ALL_SHEETS, "meguri:board_print": ALL_SHEETS,
    "meguri:confirm_records": APPROVER,
    "meguri:approve": APPROVER, "meguri:approve_many": APPROVER, "meguri:decide_outcome": APPROVER,
    "meguri:decide": APPROVER,
    "meguri:cycles": MANAGER, "meguri:cycle": MANAGER, "meguri:scale": MANAGER, "meguri:extend": MANAGER, "meguri:open_year": MANAGER,
    "meguri:correction_start": REVIEWER, "meguri:correction_items": REVIEWER, "meguri:correction": ALL_SHEETS,
    "meguri:preview": ALL_SHEETS, "meguri:correction_preview": ALL_SHEETS,
    "meguri:correction_submit": REVIEWER, "meguri:correction_drop": REVIEWER,
    "meguri:correction_decide": APPROVER,
    "meguri:jobs": OPERATOR,
    "meguri:bundle_make": "LFFFFNFNF",
    "meguri:retry_all": MANAGER, "meguri:job_retry": MANAGER, "meguri:job_give_up": MANAGER, "meguri:event_release": MANAGER,
    "meguri:mail_release": MANAGER,
    "meguri:plan_changes": ALL_SHEETS, "meguri:plan_change_new": REVIEWER, "meguri:plan_change": ALL_SHEETS,
    "meguri:people": MANAGER, "meguri:person": MANAGER, "meguri:hand_over": MANAGER,
    "meguri:people_import": PEOPLE, "meguri:departments": PEOPLE, "meguri:reorganise": PEOPLE,
    "meguri:reorganisation_withdraw": PEOPLE,
    "meguri:person_new": PEOPLE, "meguri:person_password": PEOPLE, "meguri:person_appoint": PEOPLE,
    "meguri:post_end": PEOPLE, "meguri:transfer": PEOPLE, "meguri:person_deactivate": PEOPLE,
    "meguri:person_reactivate": PEOPLE,
    "meguri:proxies": SIGNED_IN, "meguri:proxy_new": SIGNED_IN,
    # a proxy of somebody else is withdrawn by those who manage; a decision is read by the one represented
    "meguri:proxy_withdraw": "LNNNNoooN", "meguri:proxy_read": "LNNNNNNNN",
    "meguri:audit": TRAIL, "meguri:audit_export": TRAIL,
    "meguri:personal_data": SIGNED_IN,
    "meguri:anonymise": PEOPLE, "meguri:second_factors": PEOPLE, "meguri:second_factor_off": PEOPLE,
}  # fmt: skip

EXPECTED |= {
    name.replace("publication:", "publication_en:"): who
    for name, who in EXPECTED.items()
    if name.startswith("publication:")
}

#: Refused (403) behind an open door: by the sheet's state or by what was already done, told apart from the rule.
REFUSED_BY_STATE = {
    # the sheet waits for nobody's endorsement
    ("meguri:endorse", "contributor"), ("meguri:endorse", "head"),
    # what was submitted stands; grades wait for the sheet's judgement
    ("meguri:evidence_remove", "contributor"), ("meguri:evidence_remove", "head"),
    ("meguri:grade", "reviewer2"), ("meguri:grade", "approver"),
    # the administrator and the auditor read, and say nothing on a sheet
    ("meguri:comment", "administrator"), ("meguri:comment", "auditor"),
    # a reviewer reads who holds which post, and changes nobody
    ("meguri:person", "reviewer2"),
    # a change of the plan is read by those who see the board, and decided by an approver
    ("meguri:plan_change", "reviewer2"), ("meguri:plan_change", "administrator"),
    ("meguri:plan_change", "auditor"),
}  # fmt: skip

# What a sender of forms would send, so that a refusal is the rule's and not the form's.
BODY = {"item": "", "body": "一言", "text": "一言", "reason": "理由です。", "comment": "理由です。"}
# Downloads leave a row in the trail, entry books are numbered when they are handed out, a secret is made to be shown.
LEFT_BY_READING = {"review_auditentry", "review_auditlink", "review_entrybook", "review_secondfactor"}
SKIPPED = {"readyz"}  # asks broker and disk, and closes the test's connection; its rule is tested all the same


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast in a transaction that is taken back: 1,000 calls, none of which leaves anything."""
    return Cast.build()


@pytest.fixture
def numbers(cast: Cast) -> dict[str, int]:
    """One of everything that has a number, of the sheet that 産業振興課 owns and 市民課 is related to."""
    cast.open(2)
    cast.submitted(1)
    settle_background()
    sheet, now = cast.sheet(1), timezone.now()
    common = {"sha256": "0" * 64, "size": 1}
    evidence = Evidence.objects.create(
        review=sheet, kind="pdf", path="e", filename="e.pdf", uploaded_by=cast.contributor, uploaded_at=now, round=1, **common
    )  # fmt: skip
    extension = Extension.objects.create(
        review=sheet, until=now, reason="理由です。", asked_by=cast.contributor, asked_at=now
    )
    book = EntryBook.objects.create(cycle=sheet.cycle, content={}, made_by=cast.contributor, made_at=now)
    upload = Upload.objects.create(
        cycle=sheet.cycle, entry_book=book, uploaded_by=cast.contributor, uploaded_at=now, filename="u.xlsx", state="read", code="OK", **common
    )  # fmt: skip
    named = Proxy.objects.create(
        principal=cast.approver, deputy=cast.reviewer, role=Role.APPROVER, starts_on=now, ends_on=now, reason="出張",
        named_by=cast.approver, named_at=now,
    )  # fmt: skip
    change = PlanChange.objects.create(
        plan=sheet.cycle.plan, fiscal_year=2025, kind="rename", measure=sheet.measure_year.measure,
        detail={"name": "別の名前"}, reason="改称", proposed_by=cast.reviewer, proposed_at=now,
    )  # fmt: skip
    renaming = Reorganisation.objects.create(
        kind="rename",
        effective_on=now + timedelta(days=30),
        reason="改称",
        planned_by=cast.administrator,
        planned_at=now,
    )
    somebody = cast.people["colleague"].pk
    people = (
        "person",
        "hand_over",
        "person_password",
        "person_appoint",
        "transfer",
        "person_deactivate",
        "person_reactivate",
    )
    concurrence = Concurrence.objects.create(
        review=sheet, round=1, department=cast.departments["市民課"], asked_by=cast.contributor, asked_at=now, due_on=now.date()
    )  # fmt: skip
    return {
        **dict.fromkeys([f"meguri:{name}" for name in people], somebody),
        "meguri:post_end": Appointment.objects.get(user=somebody).pk,
        "meguri:proxy_withdraw": named.pk,
        "meguri:reorganisation_withdraw": renaming.pk,
        "meguri:plan_change": change.pk,
        "sheet": sheet.pk,
        "meguri:concurrence_answer": concurrence.pk,
        **dict.fromkeys([*CORRECTION, "meguri:correction_preview"], correction_of(sheet.cycle, cast).pk),
        "meguri:download": Artifact.objects.filter(review=sheet).order_by("-pk")[0].pk,
        "meguri:evidence_file": evidence.pk,
        "meguri:evidence_remove": evidence.pk,
        "meguri:upload_review": upload.pk,
        "meguri:upload_apply": upload.pk,
        "meguri:meeting_amend": Meeting.objects.create(cycle=sheet.cycle, held_on=now, recorded_by=cast.reviewer).pk,
        "meguri:extension_decide": extension.pk,
        "meguri:job_retry": Job.objects.order_by("pk")[0].pk,
        "meguri:job_give_up": Job.objects.order_by("pk")[0].pk,
        "meguri:event_release": OutboxEvent.objects.order_by("pk")[0].pk,
        "meguri:mail_release": Mail.objects.order_by("pk")[0].pk,
        **of_people(),
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


def of_people() -> dict[str, int]:
    """Somebody who left, and still has the app that signed them in."""
    leaver = User.objects.create_user(username="leaver", display_name="離任 十")
    SecondFactor.objects.create(user=leaver, secret="", confirmed_at=timezone.now())
    return {"meguri:anonymise": leaver.pk, "meguri:second_factor_off": leaver.pk}


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


@pytest.mark.parametrize(
    "identity", [pytest.param(one, marks=() if one in EVERYWHERE else pytest.mark.once) for one in IDENTITIES]
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
    r"\b(listing\.\w+\(|board_page\b|places\.chosen|any_review\(|full_reviews\(|snapshot_of\(|year_book_now\(|source_of\()"
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
    assert {"meguri:queue", "meguri:board", "meguri:board_print", "meguri:preview"} <= reads_a_whole_year()
    assert too_widely_open() == []


@pytest.mark.parametrize("address", ["meguri:queue", "meguri:board"])
@pytest.mark.parametrize("rule", ["holds_post", "decides_or_manages", "writes_sheets", "signed_in"])
def test_a_widened_rule_for_such_a_list_is_noticed(monkeypatch: pytest.MonkeyPatch, address: str, rule: str) -> None:
    monkeypatch.setitem(permissions.ACCESS, address, getattr(permissions, rule))
    assert any(line.startswith(f"{address} opens to") for line in too_widely_open())


# --- the page --------------------------------------------------------------------------------------------------------


def acts() -> dict[str, access_table.Act]:
    return {address: act for group in access_table.ACTS.values() for address, act in group.items()}


def test_the_page_leaves_no_rule_out() -> None:
    assert set(acts()) | access_table.NO_ACT == set(permissions.ACCESS) | {"admin:index"}


def test_the_page_says_what_reality_does(cast: Cast) -> None:
    keys = [identity.key for identity in access_table.IDENTITIES]
    assert keys == [name.removesuffix("2") for name in IDENTITIES]
    published = {name for name in EXPECTED if name.startswith("publication:")}
    for address, act in acts().items():
        for place, identity in enumerate(access_table.IDENTITIES):
            shown = access_table.may(identity, identity.person(), address, act)
            if address == "admin:index":
                assert shown == (identity.key == "administrator")
            elif address in published:
                assert shown
            elif address == "meguri:bundle_make":
                # the door is open, and behind it is nothing while nothing is published
                assert shown == (EXPECTED[address][place] == "N")
            elif act.scope == access_table.OF_OWN_THINGS:
                assert not shown or EXPECTED[address][place] in "oN"
            else:
                assert shown == (EXPECTED[address][place] == "o"), f"{address} {identity.key}"


def test_the_page_reads_as_a_table(cast: Cast) -> None:
    page = words(as_(cast.contributor).get(reverse("meguri:access")))
    assert "公表を決定する" in page and "自分の課が主管するシートだけ" in page


def test_no_address_hides_outside_the_walk() -> None:
    """Whatever Django can reverse was walked."""
    walked = {name for name, _route in ours()}
    named = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert named <= walked


def test_a_view_added_without_a_rule_is_refused(cast: Cast, settings: Any) -> None:
    from django.urls import clear_url_caches

    from tests.review import urls_with_a_stranger

    settings.ROOT_URLCONF = urls_with_a_stranger.__name__
    clear_url_caches()
    try:
        for client in (Client(), as_(cast.administrator)):
            assert client.get("/stranger/").status_code in (302, 403)
        assert as_(cast.administrator).get("/stranger/").status_code == 403
    finally:
        settings.ROOT_URLCONF = "config.urls"
        clear_url_caches()
