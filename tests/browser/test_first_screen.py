"""On every page where one writes or decides, in every state of a sheet and of the year: the first field or act is on the
first screen at a desk and on a telephone, and the accessibility rules find nothing.

A field is anything one types into or ticks; an act is a button that does what the page is for, or the link to it.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from review import clock
from review.assessment.services import approval, meetings
from review.background.services import jobs
from review.models import Cycle, Indicator, Job, MeasureReview, Meeting, Proxy, ReviewState, Role, Verdict
from review.publication.services import corrections, publication
from review.sheet.services import extensions
from tests.cast import YEAR, Cast, settle_background
from workflow import steps, together

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ONE, TWO = "indicator:1:actual", "indicator:2:actual"
PLAN = f"/plans/dx/{YEAR}"
#: (width, height) of what is seen without scrolling
SIZES = ((1280, 900), (390, 844))
#: how far down the first field or act may end, by width: where one decides on a sheet, on its other pages, on those of the year
LOWEST = (
    (r"/sheets/\d+/(review|approve|record)/$", {1280: 420, 390: 480}),
    (r"/sheets/", {1280: 620, 390: 660}),
    (r"", {1280: 620, 390: 740}),
)
#: Of a field of several lines the first is enough.
LINE = 44
FIRST = """line => {
  const wanted = 'textarea, select, input:not([type=hidden]), .button--primary, .button--danger, .returned .button';
  const apart = '.stepper, .filters, [data-restored], [disabled]';
  const seen = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(apart);
  const ends = (node) => {
    const box = node.getBoundingClientRect();
    return Math.round(node.tagName === 'TEXTAREA' ? Math.min(box.bottom, box.top + line) : box.bottom);
  };
  const all = [...document.querySelectorAll('main')].flatMap((main) => [...main.querySelectorAll(wanted)]);
  return Math.min(...all.filter(seen).map(ends));
}"""

#: The tables of which this year's column lies beside the screen.
BESIDE = """() => [...document.querySelectorAll('main .form-table thead .is-now')]
  .filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 1)
  .map((node) => node.closest('table').caption.textContent.trim())"""

#: Where the system's colours take the place of all others, only an edge tells a button or a state from text.
EDGELESS = """() => [...document.querySelectorAll('main :is(.button:not(.button--quiet), .chip, .notice, .stepper__number)')]
  .filter((node) => node.checkVisibility() && getComputedStyle(node).borderTopWidth === '0px'
    && getComputedStyle(node).borderLeftWidth === '0px').map((node) => `${node.className} ${node.textContent.trim()}`)"""


class Looking:
    """One who goes from page to page and notes what lies too low, and what the accessibility rules find."""

    def __init__(self, page: Any, sign_in: Any, axe: Any) -> None:
        self.page, self._sign_in, self._axe = page, sign_in, axe
        self.faults: list[str] = []

    def at(self, user: Any, path: str, state: str) -> None:
        """The page as the person sees it, at every size."""
        self._sign_in(self.page, user)
        most = next(by_width for where, by_width in LOWEST if re.match(where, path))
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            answer = self.page.goto(path)
            name = f"{path} ({state}, {user.username}, {width})"
            if (
                answer.status != 200
                or self.page.url.partition("?")[0].rstrip("/")[-len(path.partition("?")[0]) + 1 :] not in path
            ):
                self.faults.append(f"{name}: answered {answer.status} {self.page.url}")
                return
            lowest = self.page.evaluate(FIRST, LINE)
            if lowest is None or lowest > most[width]:
                self.faults.append(f"{name}: the first field or act ends at {lowest}, not {most[width]}")
            self.faults += [f"{name}: this year is out of sight in {one}" for one in self.page.evaluate(BESIDE)]
            self.faults += [f"{name}: {one['id']} at {one['places'][:3]}" for one in self._axe(self.page)]
            # Twice as large, the desk's screen is half as wide.
            for wide in (width, width // 2 if width > 1000 else width):
                self.page.set_viewport_size({"width": wide, "height": height})
                if self.page.evaluate("document.documentElement.scrollWidth") > wide:
                    self.faults.append(f"{name}: wider than {wide}")
        self.page.emulate_media(forced_colors="active")
        self.faults += [f"{path} ({state}): no edge in forced colours: {one}" for one in self.page.evaluate(EDGELESS)]
        self.page.emulate_media(forced_colors="none")

    def sees(self, user: Any, path: str, state: str) -> None:
        """A page on which there may be nothing to do: as `at`, but for the first field or act."""
        self._sign_in(self.page, user)
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            answer = self.page.goto(path)
            name = f"{path} ({state}, {user.username}, {width})"
            if answer.status != 200:
                self.faults.append(f"{name}: answered {answer.status}")
            self.faults += [f"{name}: {one['id']} at {one['places'][:3]}" for one in self._axe(self.page)]
            if self.page.evaluate("document.documentElement.scrollWidth") > width:
                self.faults.append(f"{name}: wider than {width}")

    def sees_the_agenda_begin(self, path: str) -> None:
        """先に見るもの, with the first 施策 below its heading."""
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.goto(path)
            box = self.page.locator("#first tbody th").first.bounding_box()
            if box["y"] + LINE > height:
                self.faults.append(f"{path} ({width}): the first 施策 of the agenda begins at {box['y']}")

    def begins_with(self, path: str, place: str, *, above: bool = False) -> bool:
        """Whether the place ends on the first screen, or `above` the first field, at every size."""
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.goto(path)
            box = self.page.locator(place).first.bounding_box()
            lowest = self.page.evaluate(FIRST, LINE) if above else height
            if box is None or box["y"] + box["height"] > lowest:
                return False
        return True


@pytest.fixture
def looking(page: Any, sign_in: Any, axe: Any) -> Looking:
    return Looking(page, sign_in, axe)


def returned(cast: Cast, number: int) -> MeasureReview:
    """Sent back with two remarks and a word on the whole."""
    review = cast.submitted(number)
    remarks = {ONE: "単位を確かめてください。", TWO: "数え方を書いてください。"}
    comment = "次の2点を直してください。資料の日付も確かめてください。"
    return steps.return_to_department(
        user=cast.reviewer2, review_id=review.pk, round=review.round, comment=comment, remarks=remarks
    )


def held_today(cast: Cast) -> Meeting:
    return Meeting.objects.create(
        cycle=cast.cycle, held_on=clock.today(), document_number="本部第3号", decided_on=clock.today(),
        attendees="本部長", minute="審議した。", recorded_by=cast.reviewer,
    )  # fmt: skip


@pytest.mark.drill
def test_a_department_s_pages(cast: Cast, looking: Looking) -> None:
    cast.open(6)
    cast.fill(cast.sheet(2), "70件")
    returned(cast, 3)
    cast.fill(cast.sheet(4))
    Indicator.objects.filter(measure=cast.sheet(5).measure_year.measure).update(defined_at=None, direction="")
    cast.fill(cast.sheet(5), "95件")
    cast.fill(cast.sheet(6), "500件")
    settle_background()
    for number, state in enumerate(("fresh", "missed", "returned", "ready", "held", "doubted"), start=1):
        sheet = f"/sheets/{cast.sheet(number).pk}"
        for step in (1, 2, 3, 4):
            if not (state == "returned" and step in (3, 4)):  # nothing is open there
                looking.at(cast.contributor, f"{sheet}/entry/{step}/", state)
        looking.at(cast.contributor, f"{sheet}/submit/", state)
    Cycle.objects.update(requires_endorsement=True)
    sent = cast.submitted(4)
    looking.at(cast.head, f"/sheets/{sent.pk}/endorse/", "at the head")
    looking.at(cast.contributor, f"/sheets/{sent.pk}/recall/", "at the head")
    assert not looking.faults, "\n".join(looking.faults)


def submitted_and_confirmed(cast: Cast) -> None:
    """Nine sheets: sent, doubted, sent again, confirmed, returned to review, recorded, approved, taken back, missed."""
    cast.open(10)
    cast.submitted(1)
    cast.submitted(2, "46件")
    again = returned(cast, 3)
    cast.fill(cast.sheet(3), "95件")
    steps.submit(user=cast.contributor, review_id=again.pk)
    cast.reviewed(4)
    back = cast.reviewed(5)
    steps.return_from_approval(
        user=cast.approver,
        review_id=back.pk,
        round=back.round,
        to=approval.TO_REVIEW,
        comment="根拠を確かめてください。",
    )
    meeting, recorded = held_today(cast), cast.reviewed(6)
    verdicts = meetings.Verdicts(verdict=Verdict.ACCEPT)
    meetings.record(user=cast.reviewer, chosen=[(recorded.pk, recorded.round)], meeting=meeting, verdicts=verdicts)
    cast.approved(7)
    taken = cast.reviewed(8)
    steps.withdraw_review(user=cast.reviewer2, review_id=taken.pk, round=taken.round, comment="期間が違っていました。")
    missed = cast.submitted(9, "46件")
    steps.confirm(user=cast.reviewer2, review_id=missed.pk, round=1)
    Proxy.objects.create(
        principal=cast.approver, deputy=cast.other, role=Role.APPROVER, starts_on=clock.today() - timedelta(days=1),
        ends_on=clock.today() + timedelta(days=1), reason="出張", named_by=cast.administrator, named_at=clock.now(),
    )  # fmt: skip
    settle_background()


@pytest.mark.drill
def test_the_pages_of_those_who_confirm_and_approve(cast: Cast, looking: Looking) -> None:
    submitted_and_confirmed(cast)
    for number, state in ((1, "sent"), (2, "doubted"), (3, "sent again"), (5, "returned to review"), (8, "taken back")):
        looking.at(cast.reviewer2, f"/sheets/{cast.sheet(number).pk}/review/", state)
    looking.at(cast.reviewer, f"/sheets/{cast.sheet(1).pk}/review/", "somebody else is at it")
    chosen = "&".join(f"chosen={cast.sheet(number).pk}" for number in (1, 2))
    looking.at(cast.reviewer2, f"{PLAN}/queue/together/?{chosen}", "two at once")
    looking.at(cast.reviewer, f"/sheets/{cast.sheet(4).pk}/record/", "for the meeting")
    for who in (cast.approver, cast.other):
        for number, state in ((4, "confirmed"), (6, "recorded"), (9, "missed")):
            looking.at(who, f"/sheets/{cast.sheet(number).pk}/approve/", state)
            code = cast.sheet(number).measure_year.measure.code
            looking.at(who, f"{PLAN}/board/measures/{code}/", state)
        looking.at(who, f"{PLAN}/board/", "waiting, recorded")
        looking.sees_the_agenda_begin(f"{PLAN}/board/")
    looking.at(cast.approver, f"/sheets/{cast.sheet(7).pk}/approve/withdraw/", "approved")
    looking.at(cast.reviewer2, f"/sheets/{cast.sheet(4).pk}/review/withdraw/", "confirmed")
    assert not looking.faults, "\n".join(looking.faults)


@pytest.mark.drill
def test_the_pages_of_the_year_and_of_a_correction(cast: Cast, looking: Looking) -> None:
    cycle = cast.draft(3)
    looking.at(cast.reviewer2, f"{PLAN}/open/", "draft")
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    for number in (1, 2):
        cast.approved(number)
    doubted = cast.submitted(3, "集計中")
    steps.confirm(user=cast.reviewer2, review_id=doubted.pk, round=1)
    steps.approve(user=cast.approver, review_id=doubted.pk, round=1)
    settle_background()
    looking.at(cast.approver, f"{PLAN}/board/decide/", "one goal without a grade")
    assert looking.begins_with(f"{PLAN}/board/decide/", "#unanswered"), (
        "the open goals come after what is asked of them"
    )
    held_today(cast)
    looking.at(cast.approver, f"{PLAN}/board/decide/", "at a meeting")
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk, terms=publication.Terms(left_open=1))
    settle_background()
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)
    looking.at(cast.reviewer, f"/corrections/{correction.pk}/", "begun")
    looking.at(cast.reviewer, f"/corrections/{correction.pk}/01-01/", "begun")
    typed = [corrections.Typed(code="01-01", key=f"{ONE}:{YEAR}", right="121件", reason="集計の誤り")]
    corrections.save_items(user=cast.reviewer, correction_id=correction.pk, version=0, code="01-01", typed=typed)
    looking.at(cast.reviewer, f"/corrections/{correction.pk}/", "written")
    steps.submit_correction(user=cast.reviewer, correction_id=correction.pk)
    settle_background()
    looking.at(cast.approver, f"/corrections/{correction.pk}/", "to be decided")
    assert not looking.faults, "\n".join(looking.faults)
    assert cast.sheet(1).state == ReviewState.PUBLISHED


@pytest.mark.drill
def test_what_is_left_when_nothing_waits_is_told_first(cast: Cast, looking: Looking) -> None:
    """The agenda, the queue and home of a year with nothing to decide, on its way to the publication and after it."""

    def all_of(stands: str, sentence: str) -> None:
        for who, path, place in (
            (cast.approver, f"{PLAN}/board/", "main .notice__title"),
            (cast.reviewer2, f"{PLAN}/queue/", "main :is(.notice__title, .empty__title)"),
        ):
            looking.sees(who, path, stands)
            if who == cast.approver:
                assert sentence in looking.page.locator(place).first.inner_text(), stands
            assert looking.begins_with(path, place), f"{path} ({stands}): what is left is not told first"

    cycle = cast.open(2)
    all_of("nothing submitted", "今、承認を待つ施策はありません")
    for number in (1, 2):
        cast.approved(number)
    all_of("all approved", "すべての施策の承認が終わりました")
    settle_background()
    all_of("to be decided", "すべての施策の承認が終わりました")
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    all_of("to be published", "公表の決定は済んでいます")
    settle_background()
    all_of("published", "評価結果は公表済")
    for who in (cast.approver, cast.reviewer2, cast.contributor):
        looking.sees(who, "/", "published")
        assert looking.begins_with("/", "main .notice__title")
    assert not looking.page.get_by_text("Excelで記入する").count(), "nothing is to be filled in any more"
    assert not looking.faults, "\n".join(looking.faults)


def test_home_begins_with_what_one_can_do(cast: Cast, looking: Looking) -> None:
    """The head's own act before what the office may write; after the 締切 the way to an extension, until it was taken."""
    cast.open(3)
    cast.fill(cast.sheet(1), "70件")
    Cycle.objects.update(requires_endorsement=True)
    sent = cast.submitted(2)
    looking.sees(cast.head, "/", "one at the head")
    button = looking.page.locator(".task-list .button--primary").first
    assert button.inner_text().strip() == "所属長として確認する" and f"/{sent.pk}/endorse/" in button.get_attribute(
        "href"
    )
    now = clock.now()
    Cycle.objects.update(due_at=now - timedelta(days=5), closes_at=now - timedelta(days=1))
    looking.sees(cast.contributor, "/", "closed")
    way = looking.page.get_by_role("link", name="延長を依頼する")
    assert way.count() == 2 and looking.page.locator(".task-list .button--primary").count() == 1
    late = cast.sheet(1)
    extensions.ask(
        user=cast.contributor, review_id=late.pk, until=now + timedelta(days=4), reason="集計が遅れています。"
    )
    looking.sees(cast.contributor, "/", "closed, and one asked for")
    assert way.count() == 1
    looking.sees(cast.contributor, f"/sheets/{late.pk}/", "closed, and one asked for")
    assert not looking.faults, "\n".join(looking.faults)


@pytest.mark.drill
def test_many_at_once_is_offered_watched_and_tried_again(cast: Cast, looking: Looking) -> None:
    """The list, the progress, what could not be done and what failed; the list's names have room at a desk."""
    cast.open(4)
    for number in (1, 2, 3):
        cast.submitted(number)
    settle_background()
    looking.at(cast.reviewer2, f"{PLAN}/queue/together/", "three clean ones")
    chosen = list(MeasureReview.objects.filter(state=ReviewState.SUBMITTED).values_list("pk", "round"))
    job = jobs.request(
        together.KIND, key="together:1", cycle=cast.cycle,
        args={"user": cast.reviewer2.pk, "step": together.CONFIRM, "chosen": [*chosen, (cast.sheet(4).pk, 0)],
              "meeting": None, "comment": "", "language": "ja", "address": None, "request": ""},
    )  # fmt: skip
    page = f"/together/{job.pk}/"
    looking.sees(cast.reviewer2, page, "waiting")
    assert jobs.run(job.pk) == "done"
    looking.sees(cast.reviewer2, page, "one refused")
    done = Job.objects.get(pk=job.pk).outcome
    ill = done["done"].pop()
    failed = {str(ill): "処理の途中で問題が起きました。この施策には何も保存されていません(照会番号 1a2b3c4d)。"}
    Job.objects.filter(pk=job.pk).update(outcome={**done, "failed": failed})
    looking.at(cast.reviewer2, page, "one failed")
    looking.page.get_by_role("button", name="もう一度行う").press("Enter")
    looking.page.get_by_text("順番を待っています").wait_for()
    settle_background()
    review = cast.submitted(4, "46件")
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1)
    looking.sees(cast.approver, f"{PLAN}/board/", "one missed")
    looking.page.set_viewport_size({"width": 1280, "height": 900})
    looking.page.goto(f"{PLAN}/board/")
    column = looking.page.locator("#first .goal-name").first.bounding_box()
    assert column["width"] >= 220, "the names wrap after a few letters"
    assert not looking.faults, "\n".join(looking.faults)
