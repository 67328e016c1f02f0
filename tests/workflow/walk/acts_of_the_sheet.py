"""What people do with one sheet, by whomever it is tried."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.base import ContentFile
from hypothesis import strategies as st
from hypothesis.stateful import rule

from review import clock, queries
from review.assessment.services import approval, assessment
from review.assessment.services.ratings import Overall
from review.models import Concurrence, Department, Evidence, Extension, MeasureReview, Outcome, ReviewState
from review.models.sheet import OPEN_STATES
from review.sheet.services import carrying, concurrence, evidence, extensions, submission
from tests.workflow.walk.world import APPROVERS, HEADS, MANAGERS, REVIEWERS, World
from workflow import steps

PICK = st.integers(0, 10**6)
VALUES = st.sampled_from(
    ["120件", "80件", "", "0", "-3件", "反収5~5.5俵", "小 8.9% 中 12.8%", "1,130回/0.154/0", "整備完了", "集計中", "１００\n(8)", "x" * 2000]
)  # fmt: skip
REASON = st.sampled_from(["見直しのため", "数字を確かめてください。", "会議の結果", "誤記", ""])
WAYS = st.sampled_from([approval.TO_DEPARTMENT, approval.TO_REVIEW])
LETTERS = st.sampled_from([None, None, None, "A", "C", "Z"])


def chosen(letter: str | None, reason: str) -> Overall | None:
    return Overall(grade=letter, reason=reason) if letter else None


class ActsOfTheSheet:
    """Rules of the walk; `world` and `after` are the walk's own."""

    world: World

    def after(self, review: MeasureReview | None) -> None:
        raise NotImplementedError

    # --- the department ---------------------------------------------------------------------------------------------

    @rule(who=PICK, which=PICK, items=st.lists(st.tuples(PICK, VALUES), min_size=1, max_size=4), stale=st.booleans())
    def save(self, who: int, which: int, items: list[tuple[int, str]], stale: bool) -> None:
        if review := self.world.sheet(which, *OPEN_STATES):
            keys = sorted(submission.current_texts(review))
            texts = {keys[place % len(keys)]: value for place, value in items}
            user = self.world.person(self.world.writers(review), who)
            version = review.version - (1 if stale and who % 5 == 0 else 0)
            save = lambda: submission.save_draft(user=user, review_id=review.pk, version=version, texts=texts)  # noqa: E731
            self.world.take("save", save)
            self.after(review)

    @rule(who=PICK, which=PICK, actual=VALUES, letter=LETTERS, why=REASON)
    def fill_and_submit(self, who: int, which: int, actual: str, letter: str | None, why: str) -> None:
        """提出, of a sheet whose 実績 are all typed first where it is open."""
        if review := self.world.sheet(which, *OPEN_STATES):
            user = self.world.person(self.world.writers(review), who)
            self.world.take("fill", lambda: self.world.cast.fill(review, actual, user=user), settle=False)
            overall = chosen(letter, why)
            self.world.take("submit", lambda: steps.submit(user=user, review_id=review.pk, overall=overall))
            self.after(review)

    @rule(who=PICK, which=PICK)
    def recall(self, who: int, which: int) -> None:
        if review := self.world.sheet(which, "submitted", "endorsing"):
            user = self.world.person(self.world.writers(review), who)
            self.world.take("recall", lambda: steps.recall(user=user, review_id=review.pk))
            self.after(review)

    @rule(who=PICK, which=PICK)
    def endorse(self, who: int, which: int) -> None:
        if review := self.world.sheet(which, "endorsing"):
            user = self.world.person(HEADS, who)
            self.world.take("endorse", lambda: steps.endorse(user=user, review_id=review.pk))
            self.after(review)

    @rule(who=PICK, which=PICK)
    def carry(self, who: int, which: int) -> None:
        if review := self.world.sheet(which, *OPEN_STATES):
            user = self.world.person(self.world.writers(review), who)
            self.world.take("carry", lambda: carrying.carry(user=user, review_id=review.pk))
            self.after(review)

    @rule(who=PICK, which=PICK, add=st.booleans(), body=st.sampled_from(["一", "二"]))
    def papers(self, who: int, which: int, add: bool, body: str) -> None:
        """A file is attached, or one that is there taken away."""
        if review := self.world.sheet(which, *OPEN_STATES):
            user = self.world.person(self.world.writers(review), who)
            paper = Evidence.objects.filter(review=review).first()
            if add or paper is None:
                upload = ContentFile(f"%PDF-1.4 {body}\n%%EOF".encode(), name="資料.pdf")
                act = lambda: evidence.add(user=user, review_id=review.pk, upload=upload, filename="資料.pdf")  # noqa: E731
            else:
                act = lambda: evidence.remove(user=user, evidence_id=paper.pk)  # noqa: E731
            self.world.take("evidence", act)
            self.after(review)

    @rule(who=PICK, which=PICK, ahead=st.integers(-1, 10))
    def ask_others(self, who: int, which: int, ahead: int) -> None:
        """合議 is asked for, or the one that waits is answered."""
        if review := self.world.sheet(which, *OPEN_STATES):
            waiting = Concurrence.objects.filter(review=review, answered_at=None).first()
            if waiting:
                user = self.world.person(("related", "other"), who)
                act = lambda: concurrence.answer(user=user, concurrence_id=waiting.pk, opinion="")  # noqa: E731
            else:
                user = self.world.person(self.world.writers(review), who)
                offices = list(Department.objects.values_list("pk", flat=True))
                act = lambda: concurrence.ask(  # noqa: E731
                    user=user, review_id=review.pk, departments=offices, due_on=self.world.day(ahead)
                )
            self.world.take("concurrence", act)
            self.after(review)

    @rule(who=PICK, which=PICK, days=st.integers(-3, 40), why=REASON, grant=st.booleans())
    def more_time(self, who: int, which: int, days: int, why: str, grant: bool) -> None:
        """An extension is asked for, decided, or given unasked."""
        if review := self.world.sheet(which, *OPEN_STATES):
            until = clock.now() + timedelta(days=days)
            extension = Extension.objects.filter(review=review, state=Extension.State.REQUESTED).first()
            if extension:
                user = self.world.person(MANAGERS, who)
                act = lambda: extensions.decide(  # noqa: E731
                    user=user, extension_id=extension.pk, grant=grant, until=until, answer=why
                )
            elif who % 2:
                user = self.world.person(self.world.writers(review), who)
                act = lambda: extensions.ask(user=user, review_id=review.pk, until=until, reason=why)  # noqa: E731
            else:
                user = self.world.person(MANAGERS, who)
                act = lambda: extensions.extend(user=user, review_id=review.pk, until=until, reason=why)  # noqa: E731
            self.world.take("extension", act)
            self.after(review)

    # --- the office and the 本部 --------------------------------------------------------------------------------------

    @rule(who=PICK, which=PICK, letter=LETTERS, why=REASON, late=st.integers(0, 9))
    def confirm(self, who: int, which: int, letter: str | None, why: str, late: int) -> None:
        if review := self.world.sheet(which, "submitted"):
            user, overall = self.world.person(REVIEWERS, who), chosen(letter, why)
            seen = review.round - (late == 9)
            act = lambda: steps.confirm(user=user, review_id=review.pk, round=seen, comment=why, overall=overall)  # noqa: E731
            self.world.take("confirm", act)
            self.after(review)

    @rule(who=PICK, which=PICK, why=REASON, item=PICK)
    def return_to_department(self, who: int, which: int, why: str, item: int) -> None:
        if review := self.world.sheet(which, "submitted"):
            user, keys = self.world.person(REVIEWERS, who), sorted(submission.current_texts(review))
            remarks = {keys[item % len(keys)]: "根拠を示してください。"} if item % 2 else {}
            act = lambda: steps.return_to_department(  # noqa: E731
                user=user, review_id=review.pk, round=review.round, comment=why, remarks=remarks
            )
            self.world.take("return", act)
            self.after(review)

    @rule(who=PICK, which=PICK, letter=LETTERS, why=REASON, opinion=st.sampled_from([None, "本部の意見です。"]))
    def approve(self, who: int, which: int, letter: str | None, why: str, opinion: str | None) -> None:
        if review := self.world.sheet(which, "reviewed"):
            user, overall = self.world.person(APPROVERS, who), chosen(letter, why)
            act = lambda: steps.approve(  # noqa: E731
                user=user, review_id=review.pk, round=review.round, comment=why, overall=overall, opinion=opinion
            )
            self.world.take("approve", act)
            self.after(review)

    @rule(who=PICK, which=PICK, why=REASON, to=WAYS)
    def return_from_approval(self, who: int, which: int, why: str, to: approval.Destination) -> None:
        if review := self.world.sheet(which, "reviewed"):
            user = self.world.person(APPROVERS, who)
            act = lambda: steps.return_from_approval(  # noqa: E731
                user=user, review_id=review.pk, round=review.round, to=to, comment=why
            )
            self.world.take("return from approval", act)
            self.after(review)

    @rule(who=PICK, which=PICK, why=REASON, what=st.sampled_from(["確認", "承認"]))
    def take_back(self, who: int, which: int, why: str, what: str) -> None:
        """確認の取消し, 承認の取消し."""
        if review := self.world.sheet(which, "reviewed" if what == "確認" else "approved"):
            user = self.world.person(REVIEWERS if what == "確認" else APPROVERS, who)
            withdraw = steps.withdraw_review if what == "確認" else steps.withdraw_approval
            act = lambda: withdraw(user=user, review_id=review.pk, round=review.round, comment=why)  # noqa: E731
            self.world.take(f"take back {what}", act)
            self.after(review)

    @rule(who=PICK, which=PICK, outcome=st.sampled_from(list(Outcome)), why=REASON, accept=st.booleans())
    def outcome(self, who: int, which: int, outcome: Outcome, why: str, accept: bool) -> None:
        """未提出 or 対象外 is proposed, or the proposal that waits decided."""
        if review := self.world.sheet(which, *OPEN_STATES, "submitted"):
            if review.proposed_outcome:
                user = self.world.person(APPROVERS, who)
                act = lambda: steps.decide_outcome(user=user, review_id=review.pk, accept=accept, comment=why)  # noqa: E731
                name = "decide outcome"
            else:
                user = self.world.person(REVIEWERS, who)
                act = lambda: approval.propose_outcome(  # noqa: E731
                    user=user, review_id=review.pk, outcome=outcome, reason=why
                )
                name = "propose outcome"
            self.world.take(name, act)
            self.after(review)

    @rule(who=PICK, which=PICK, what=st.sampled_from(["comment", "claim", "release", "grade"]), why=REASON)
    def beside(self, who: int, which: int, what: str, why: str) -> None:
        """What moves nothing: a word, a claim, a grade given by hand."""
        if review := self.world.sheet(which, "submitted"):
            user = self.world.person(REVIEWERS, who)
            acts = {
                "comment": lambda: assessment.comment(user=user, review_id=review.pk, item="", body=why),
                "claim": lambda: assessment.claim(user=user, review_id=review.pk),
                "release": lambda: assessment.release(user=user, review_id=review.pk),
                "grade": lambda: assessment.give_grade(
                    user=user, review_id=review.pk, number=1 + who % 2, grade="ABCD"[who % 4], reason=why
                ),
            }
            self.world.take(what, acts[what])
            self.after(review)

    # --- so that walks get far --------------------------------------------------------------------------------------

    @rule(which=PICK, actual=VALUES)
    def forward(self, which: int, actual: str) -> None:
        """The sheet's next step by somebody whose step it is."""
        self._forward(which, actual)

    @rule(actual=VALUES)
    def all_forward(self, actual: str) -> None:
        """The next step of every sheet there is."""
        for place in range(MeasureReview.objects.count()):
            self._forward(place * 8, actual)

    @rule(far=st.integers(1, 5), actual=VALUES)
    def lead(self, far: int, actual: str) -> None:
        """The year is led on: every sheet several steps, and then, at the farthest, the 公表の決定."""
        for _step in range(min(far, 4)):
            for place in range(MeasureReview.objects.count()):
                self._forward(place * 8, actual, look=False)
        review = self.world.sheet(0)
        if review and far == 5 and queries.all_settled(review.cycle) and review.cycle.state == "deciding":
            user = self.world.person(APPROVERS, 1)
            self.world.take("decide year", lambda: steps.decide_year(user=user, cycle_id=review.cycle_id))
        self.after(review)

    def _forward(self, which: int, actual: str, *, look: bool = True) -> None:
        review = self.world.sheet(which)
        if review is None:
            return
        writer = self.world.person(self.world.writers(review), 1)
        if review.state in (ReviewState.NOT_STARTED, ReviewState.EDITING, ReviewState.RETURNED):
            self.world.take("fill", lambda: self.world.cast.fill(review, actual or "120件", user=writer), settle=False)
            self.world.take("submit", lambda: steps.submit(user=writer, review_id=review.pk))
        elif review.state == ReviewState.ENDORSING:
            head = self.world.person(("head", "reviewer"), 1)
            self.world.take("endorse", lambda: steps.endorse(user=head, review_id=review.pk))
        elif review.state == ReviewState.SUBMITTED:
            user = self.world.person(("reviewer2",), 1)
            self.world.take("confirm", lambda: steps.confirm(user=user, review_id=review.pk, round=review.round))
        elif review.state == ReviewState.REVIEWED:
            user = self.world.person(APPROVERS, 1)
            self.world.take("approve", lambda: steps.approve(user=user, review_id=review.pk, round=review.round))
        if look:
            self.after(review)
