"""What a sheet's page shows: its whole content, and what this person may do with it now."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from review import beside, clock, holders, listing, names, permissions, queries
from review.assessment.services import judging, ratings
from review.assessment.views import indicator_parts
from review.assessment.views.indicator_parts import IndicatorPart
from review.domain import items, rating, sheet_form
from review.domain.grade_words import Judged
from review.item_words import label_of
from review.models import CycleState, MeasureReview, Outcome, ReviewState, Role, User
from review.models.scope import Scope
from review.models.sheet import OPEN_STATES
from review.plan.services import plan_changes
from review.reader_words import grade_choices, overall_meaning
from review.screens.views import versions
from review.screens.views.signed_in import SignedInRequest
from review.sheet.forms.sheet import CommentForm, ExtendForm, GradeForm, OutcomeForm
from review.sheet.services import submission
from review.sheet.views import sheet_parts
from review.templatetags.words import fiscal_year

#: The largest number that a row can have: an address may name any.
MAX_NUMBER = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing that the person may do now: a link to the page where it is done."""

    label: str
    url: str
    primary: bool = False
    key: str = ""


def readable(request: SignedInRequest, pk: int) -> MeasureReview:
    """The sheet, if this person may read it; 404 otherwise, as if it did not exist. The page's frame stands at its year."""
    scope, shows = permissions.scope_of(request.user), request.method != "POST"
    if scope.everything:
        read = queries.any_to_show if shows else queries.any_review
        return _framed(request, next(iter(read(number=pk) if pk <= MAX_NUMBER else []), None))
    return _framed(request, _own(request, pk) or _visible(scope, pk, shows))


def own(request: SignedInRequest, pk: int) -> MeasureReview:
    """The sheet, if it belongs to the person's department; 404 otherwise."""
    return _framed(request, _own(request, pk))


def _own(request: SignedInRequest, pk: int) -> MeasureReview | None:
    departments = permissions.scope_of(request.user).departments
    return listing.own_sheet(pk, departments, shown=request.method != "POST") if pk <= MAX_NUMBER else None


def _visible(scope: Scope, pk: int, shows: bool) -> MeasureReview | None:
    sheets = MeasureReview.objects.visible(scope).filter(pk=pk)
    return (queries.to_show if shows else queries.reviews)(sheets).first()


def _framed(request: SignedInRequest, sheet: MeasureReview | None) -> MeasureReview:
    if sheet is None:
        raise Http404
    request.year_shown = sheet.cycle.key
    return sheet


def crumbs(review: MeasureReview, *more: str) -> list[dict[str, str]]:
    """ホーム > 年度 > the sheet > the page."""
    year = review.measure_year
    trail = [
        {"label": _("ホーム"), "url": reverse("meguri:home")},
        {"label": fiscal_year(review.cycle.fiscal_year), "url": reverse("meguri:progress", args=review.cycle.key)},
        {"label": f"{year.measure.code} {year.name}", "url": reverse("meguri:sheet", args=[review.pk])},
    ]
    return [*trail, *({"label": label, "url": ""} for label in more)]


def head(review: MeasureReview) -> dict[str, Any]:
    """The head of every page of one sheet."""
    year = review.measure_year
    return {
        "review": review,
        "year": year,
        "due_at": due_at(review),
        "closes_at": review.closes_at,
        "past_due": bool(review.step_due_at and review.step_due_at < clock.now()),
        "is_open": review.state in OPEN_STATES and not review.outcome,
    }


def due_at(review: MeasureReview) -> Any:
    """The due date of the current step, else 締切."""
    return review.step_due_at or review.closes_at


def body(review: MeasureReview) -> dict[str, Any]:
    """The whole content of the sheet. Four queries however long it is, and one for each kind of `beside.BESIDE`."""
    story = queries.indicator_history(review)
    parts = indicator_parts.indicator_parts(review, story)
    rule = proposed(parts, review)
    scale = judging.scale_of(review.cycle)
    goals = judging.goals_of(part.this for part in parts if part.this)
    by_hand = queries.ratings_of(review)
    submissions, decisions = queries.submissions(review), queries.decisions(review)
    comments = queries.comments(review)
    plan = queries.schedule(review)
    changes = queries.target_changes(review)
    ahead = indicator_parts.ahead_rows(review, story, changes)
    texts = submission.texts_of(review, story, plan, changes)
    measure = review.measure_year.measure
    of_plan = beside.read_once(review, "plan_changes", lambda: plan_changes.of_plan(measure=measure.pk))
    return {
        "overview": sheet_parts.overview(review),
        "narrative": sheet_parts.narrative(review),
        "indicators": parts,
        "texts": texts,
        "ahead": ahead,
        "ahead_changed": any(row["changed"] for row in ahead),
        "proposed": rule,
        **_scale_words(scale, goals),
        "rated": ratings.standing(rule["letter"] if rule else "", by_hand),
        "ratings": list(by_hand.values()),
        "schedule": sheet_parts.schedule(review, plan),
        "schedule_rows": plan,
        "progress_rows": [row for row in plan if row.progress.strip()],
        "evaluation": sheet_parts.evaluation(review),
        "submissions": submissions,
        "decisions": decisions,
        "comments": sheet_parts.comment_rows(comments, submissions, texts, review.cycle.form),
        "item_comments": comments,
        "trail": sheet_parts.trail(submissions, decisions),
        "withdrawn": sheet_parts.withdrawn(review, decisions),
        "plan_changes": plan_changes.of_measure(measure.pk, measure.code, of_plan),
        "files": queries.latest_files(review),
    }


def _scale_words(scale: rating.Scale, goals: list[Judged]) -> dict[str, dict[str, str]]:
    """{letter: what it means of these goals} and {letter: its shape}."""
    words = {one.letter: overall_meaning(one.letter, scale, goals) for one in scale.grades}
    return {"scale_words": words, "scale_shapes": {one.letter: one.shape for one in scale.grades}}


def proposed(parts: list[IndicatorPart], review: MeasureReview) -> dict[str, str] | None:
    """The 総合評価 that the year's rule proposes from the indicators; None where nothing counts yet."""
    scale, rows = judging.scale_of(review.cycle), [part.this for part in parts if part.this]
    grade = None if review.outcome else judging.proposed(rows, scale)
    goals = judging.goals_of(rows)
    if grade is None:
        return None
    return {"letter": grade.letter, "shape": grade.shape, "name": overall_meaning(grade.letter, scale, goals)}


def item_choices(parts: list[IndicatorPart], plan: list[Any], form: sheet_form.Form) -> list[tuple[str, str]]:
    """The items that one may speak of, in the order of the sheet."""
    rows = [key for row in plan for key in (items.schedule_key(row.position), items.bars_key(row.position))]
    keys = [*(part.key for part in parts), *rows, *sheet_form.typed(form)]
    return [(key, label_of(key, form)) for key in keys]


# --- what may be done ----------------------------------------------------------------------------------------------


def actions(user: User, review: MeasureReview, missing: bool) -> list[Action]:
    """What this person may do now, the likeliest first and primary."""
    available: list[Action] = []
    if permissions.may_write(user, review):
        available += writing(review, missing)
    if permissions.may_review(user, review):
        available.append(_to("meguri:review", review, _("内容を確認する"), key="c"))
    if permissions.may_approve(user, review):
        available.append(_to("meguri:approve", review, _("承認に進む"), key="c"))
    if permissions.may_endorse(user, review):
        available.append(_to("meguri:endorse", review, _("所属長として確認する"), key="c"))
    first = [replace(action, primary=True) for action in available[:1]]
    return [*first, *available[1:], *taking_back(user, review), *of_the_plan(user, review)]


def of_the_plan(user: User, review: MeasureReview) -> list[Action]:
    """The way to what the plan says of the 施策, for who may propose to change it; not while the sheet was sent."""
    cycle = review.cycle
    may = permissions.is_reviewer(user, cycle.plan_id) and cycle.state in (CycleState.OPEN, CycleState.DECIDING)
    if not may or review.outcome or review.state not in OPEN_STATES:
        return []
    url = reverse("meguri:measure_edit", args=[*cycle.key, review.measure_year.measure.code])
    return [Action(label=_("施策の内容の変更を提案する"), url=url)]


def taking_back(user: User, review: MeasureReview) -> list[Action]:
    """What this person may take back now; never what comes first."""
    available = []
    if permissions.may_recall(user, review):
        available.append(_to("meguri:recall", review, _("取り下げる")))
    if permissions.may_withdraw_review(user, review):
        available.append(_to("meguri:withdraw_review", review, _("確認を取り消す")))
    if permissions.may_withdraw_approval(user, review):
        available.append(_to("meguri:withdraw_approval", review, _("承認を取り消す")))
    return available


def _to(name: str, review: MeasureReview, label: str, *args: int, key: str = "") -> Action:
    return Action(label=label, url=reverse(name, args=[review.pk, *args]), key=key)


def writing(review: MeasureReview, missing: bool) -> list[Action]:
    """Entry and submission: what comes first depends on whether anything is missing."""
    words = {ReviewState.NOT_STARTED: _("入力を始める"), ReviewState.RETURNED: _("差戻しを直す")}
    entry = _to("meguri:entry", review, words.get(ReviewState(review.state), _("続きから入力する")), first_step(review))
    submit = _to("meguri:submit", review, _("確認・提出へ進む"))
    return [entry, submit] if missing or review.state != ReviewState.EDITING else [submit, entry]


def first_step(review: MeasureReview) -> int:
    """Where to begin: the first step that a return opened, else the first."""
    steps = [items.step_of(key) for key in review.open_items or [] if key]
    return min(min(steps, default=1), 4)


def why_not_mine(user: User, review: MeasureReview) -> str:
    """Who else can decide, where the person holds the post but took part themselves; '' otherwise."""
    if review.state == ReviewState.SUBMITTED and permissions.is_reviewer(user, review.cycle.plan_id):
        if permissions.may_review(user, review):
            return ""
        who = others(user, Role.REVIEWER, review.cycle.plan_id)
        return _("ご自分が提出したシートは確認できません。確認できる方: %(who)s") % {"who": who}
    if review.state == ReviewState.REVIEWED and permissions.is_approver(user, review.cycle.plan_id):
        if permissions.may_approve(user, review):
            return ""
        who = others(user, Role.APPROVER, review.cycle.plan_id)
        return _("ご自分が提出または確認したシートは承認できません。承認できる方: %(who)s") % {"who": who}
    return ""


def others(user: User, role: Role, plan: int) -> str:
    """The other holders of a post in the plan, by name."""
    people = [str(person) for person in holders.holding(role, plan=plan) if person.pk != user.pk]
    return _("、").join(people) or _("いません。管理者に相談してください")


def what_next(review: MeasureReview) -> str:
    """What happens next, in one sentence."""
    if review.outcome:
        return _("このシートの扱いは決まりました。年度の公表を待っています。")
    words = {
        ReviewState.NOT_STARTED: _("主管部署が実績を入力して提出します。"),
        ReviewState.EDITING: _("主管部署が入力を終えて提出します。"),
        ReviewState.RETURNED: _("主管部署が指摘された項目を直して、もう一度提出します。"),
        ReviewState.ENDORSING: _("所属長が確認します。そのあと%(office)sの確認に進みます。"),
        ReviewState.SUBMITTED: _("%(office)sが内容を確認します。確認が終わるまでは取り下げることができます。"),
        ReviewState.REVIEWED: _("%(body)sが承認します。"),
        ReviewState.APPROVED: _("すべての施策が承認されると、%(body)sが公表を決定します。"),
        ReviewState.PUBLISHED: _("公表しました。"),
    }
    return words[ReviewState(review.state)] % names.of(review)


# --- the small forms ---------------------------------------------------------------------------------------------


def small_forms(user: User, review: MeasureReview, shown: dict[str, Any]) -> dict[str, Any]:
    """The forms that this person may use on the sheet's page."""
    choices = item_choices(shown["indicators"], shown["schedule_rows"], review.cycle.form)
    running = review.cycle.state in (CycleState.OPEN, CycleState.DECIDING)
    extending = permissions.may_extend(user, review) and running and review.state in OPEN_STATES and not review.outcome
    return {
        "comment_form": CommentForm(choices=choices) if permissions.may_comment(user, review) else None,
        "extend_form": ExtendForm() if extending else None,
        "outcome_form": OutcomeForm() if running and permissions.may_propose_outcome(user, review) else None,
        "may_decide_outcome": permissions.may_decide_outcome(user, review),
        "proposed_outcome_label": Outcome(review.proposed_outcome).label if review.proposed_outcome else "",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeOffer:
    """A form for a person's own grade of one 成果目標, by all that it shows (drawn once: templatetags/cached.py)."""

    number: int
    choices: tuple[tuple[str, str], ...]
    grade: str
    reason: str

    @property
    def form(self) -> GradeForm:
        initial = {"grade": self.grade, "reason": self.reason}
        return GradeForm(number=self.number, choices=self.choices, initial=initial)

    def version(self) -> str:
        """What the form overwrites (`sheet_records.grade`)."""
        return versions.digest([self.grade, self.reason])


def grade_offers(parts: list[IndicatorPart], review: MeasureReview) -> dict[int, GradeOffer]:
    """{number: the form for a person's own grade}, for those who decide on the sheet now."""
    letters = tuple(grade_choices(judging.scale_of(review.cycle)))
    return {
        part.number: GradeOffer(
            number=part.number, choices=letters, grade=part.this.given_grade, reason=part.this.given_reason
        )
        for part in parts
        if part.this
    }
