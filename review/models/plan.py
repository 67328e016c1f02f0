"""The plan, its measures (施策) and what each year says of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from review.domain import fields, measure_codes
from review.domain.answers import STATE
from review.domain.values import State
from review.models.organization import Department

#: A plan's name in addresses and commands.
SHORT_NAME = r"[a-z][a-z0-9-]{1,19}"
#: What the reviewing office and the deciding body are called where a plan is made without their names: (Japanese, English).
NEUTRAL_OFFICE, NEUTRAL_BODY = ("事務局", "Reviewing Office"), ("決定機関", "Deciding Body")
#: The levels that a 体系 can have.
LEVELS = 3


def _short_name() -> str:
    """A name for a plan that comes without one: plan-1, plan-2, …"""
    taken = set(Plan.objects.values_list("short_name", flat=True))
    return next(name for name in (f"plan-{number}" for number in count(1)) if name not in taken)


def _japanese() -> bool:
    return (get_language() or "ja").startswith("ja")


def measure_code(text: str) -> None:
    if not measure_codes.is_code(text):
        raise ValidationError(_("施策IDは、%(most)s文字以内で入力してください。") % {"most": measure_codes.LONGEST})


class Plan(models.Model):
    """A plan over several fiscal years. `municipality_code` is the 全国地方公共団体コード (6 digits).

    `office` is the name of the office that reviews, `body` of what decides, as every sentence says them (decision 0010);
    an English name that is blank is the Japanese one.
    """

    name = models.CharField(_("計画名"), max_length=100, unique=True)
    short_name = models.CharField(_("短い名前"), max_length=20, unique=True, default=_short_name)
    city = models.CharField(_("自治体名"), max_length=60)
    municipality_code = models.CharField(_("全国地方公共団体コード"), max_length=6, blank=True)
    first_year = models.PositiveSmallIntegerField(_("初年度"))
    last_year = models.PositiveSmallIntegerField(_("最終年度"))
    form = models.CharField(_("様式"), max_length=12, default="city")
    office = models.CharField(_("確認する課の名前"), max_length=60, default=NEUTRAL_OFFICE[0])
    office_en = models.CharField(_("確認する課の英語名"), max_length=100, blank=True)
    office_department = models.ForeignKey(
        Department,
        verbose_name=_("確認する課の部署"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    body = models.CharField(_("決定する会議の名前"), max_length=60, default=NEUTRAL_BODY[0])
    body_en = models.CharField(_("決定する会議の英語名"), max_length=100, blank=True)
    continues = models.ForeignKey(
        "self", verbose_name=_("前の計画"), null=True, blank=True, on_delete=models.PROTECT, related_name="continued_by"
    )

    class Meta:
        verbose_name = _("計画")
        verbose_name_plural = _("計画")
        constraints = [models.CheckConstraint(condition=Q(last_year__gte=F("first_year")), name="plan_years_in_order")]

    def __str__(self) -> str:
        return self.name

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    @property
    def office_name(self) -> str:
        """The reviewing office in the reader's language."""
        return self.office if _japanese() else self.office_en or self.office

    @property
    def body_name(self) -> str:
        """The deciding body in the reader's language."""
        return self.body if _japanese() else self.body_en or self.body


class PlanField(models.Model):
    """分野: one place in the plan's 体系, which has up to three levels; totals stay with the first."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="fields")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    number = models.CharField(_("番号"), max_length=20)
    name = models.CharField(_("分野名"), max_length=100)
    order = models.PositiveSmallIntegerField(_("順"), default=0)

    class Meta:
        verbose_name = _("分野")
        verbose_name_plural = _("分野")
        ordering = ["plan", "order", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_field_number_once", condition=Q(parent=None)),
            models.UniqueConstraint(fields=["parent", "number"], name="plan_field_number_once_below"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> list[PlanField]:
        """From the first level down to this one. `select_related("parent__parent")` spares the queries."""
        return [*(self.parent.path if self.parent else []), self]

    @property
    def label(self) -> str:
        """1 しごとをつくる > 1-1 企業の誘致."""
        return " > ".join(f"{one.number} {one.name}".strip() for one in self.path)


class Measure(models.Model):
    """施策: what keeps its identity over the years. All that may change is in MeasureYear."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="measures")
    field = models.ForeignKey(PlanField, on_delete=models.PROTECT, related_name="measures")
    code = models.CharField(_("施策ID"), max_length=measure_codes.LONGEST, validators=[measure_code])
    sort_key = models.CharField(max_length=measure_codes.LONGEST_KEY, editable=False, default="")
    first_year = models.PositiveSmallIntegerField(_("開始年度"))
    last_year = models.PositiveSmallIntegerField(_("終了年度"), null=True, blank=True)
    continues = models.ForeignKey(
        "self",
        verbose_name=_("前の計画の施策"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="continued_by",
    )

    class Meta:
        verbose_name = _("施策")
        verbose_name_plural = _("施策")
        ordering = ["plan", "sort_key"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="measure_code_once_in_plan")]

    def __str__(self) -> str:
        return self.code

    def save(self, **options: Any) -> None:
        """With the place of its 施策ID among the others."""
        self.sort_key = measure_codes.sort_key(self.code)
        super().save(**options)


#: An office is related to a sheet in the order in which that was written down.
AS_NAMED = "MeasureYear_related+__id"


class MeasureYear(models.Model):
    """One 施策 in one 年度: name, owner, and the texts of its sheet.

    `texts` holds them by the keys of `domain.fields.texts()`; one that nobody wrote may be missing. Whoever changes one
    holds the sheet's lock, for all are stored together. `demo` marks evaluation texts that were invented for a demonstration; they can enter no edition.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="years")
    fiscal_year = models.PositiveSmallIntegerField(_("年度"))
    name = models.CharField(_("施策名"), max_length=200)
    owner = models.ForeignKey(Department, verbose_name=_("主管部署"), on_delete=models.PROTECT, related_name="owned")
    related = models.ManyToManyField(Department, verbose_name=_("関連部署"), blank=True, related_name="related_sheets")
    related_all = models.BooleanField(_("全課等"), default=False)
    related_text = models.CharField(_("関連部署(記載)"), max_length=500, blank=True)
    texts = models.JSONField(_("文章"), default=dict, blank=True)
    demo = models.BooleanField(_("デモ値"), default=False)

    class Meta:
        verbose_name = _("施策(年度)")
        verbose_name_plural = _("施策(年度)")
        ordering = ["fiscal_year", "measure__sort_key"]
        # Every page asks whether a year under way holds such rows; there are few, and in a city none.
        indexes = [models.Index(fields=["fiscal_year"], condition=Q(demo=True), name="measure_year_demo")]
        constraints = [models.UniqueConstraint(fields=["measure", "fiscal_year"], name="measure_year_once")]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.fiscal_year}"

    def text(self, key: str) -> str:
        """The text with that key, '' where nobody wrote it."""
        return str(self.texts.get(key, ""))

    def related_as_named(self) -> models.QuerySet[Department]:
        """関連部署 in the order in which the plan names them."""
        return self.related.order_by(AS_NAMED)

    @classmethod
    def naming(cls, path: str = "") -> models.Prefetch[Any]:
        """`related` of the row, or of that at the end of this path, to be fetched beforehand in that order."""
        return models.Prefetch(f"{path}__related".lstrip("_"), Department.objects.order_by(AS_NAMED))

    def name_related(self, offices: Iterable[int]) -> None:
        """Make these, by id, the 関連部署 in this order. Three queries."""
        through = MeasureYear.related.through
        self.related.clear()
        through.objects.bulk_create(through(measureyear=self, department_id=pk) for pk in dict.fromkeys(offices))

    def carried(self) -> dict[str, Any]:
        """What the next year's row begins with: 関連部署 as written, and the texts that go with the plan."""
        texts = {one.key: self.text(one.key) for one in fields.texts() if one.with_plan}
        return {"related_all": self.related_all, "related_text": self.related_text, "texts": texts}


class Indicator(models.Model):
    """成果目標: one measured goal, with its definition: direction, unit and kind, confirmed by a person once.

    A blank `direction` is inferred; beside a `kind` it was decided that nobody can tell. `defined_for`
    says of which 評価項目 and which unit of its texts the definition was confirmed: others ask again. `defined_by` is
    null where a migration confirmed what a year rested on already, and `kind` is blank there.
    """

    class Direction(models.TextChoices):
        UP = "up", _("大きいほどよい")
        DOWN = "down", _("小さいほどよい")

    class Kind(models.TextChoices):
        YEAR = "year", _("単年度")
        TOTAL = "total", _("累計")
        END = "end", _("年度末時点")
        AVERAGE = "average", _("年度平均")

    class Sort(models.TextChoices):
        ACTIVITY = "activity", _("活動指標")
        OUTCOME = "outcome", _("成果指標")

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="indicators")
    number = models.PositiveSmallIntegerField(_("番号"))
    direction = models.CharField(_("向き"), max_length=4, choices=Direction, blank=True)
    unit = models.CharField(_("単位"), max_length=40, blank=True)
    baseline = models.CharField(_("基準値"), max_length=300, blank=True)
    kind = models.CharField(_("値の種類"), max_length=8, choices=Kind, blank=True)
    sort = models.CharField(_("指標の区分"), max_length=8, choices=Sort, blank=True)
    defined_at = models.DateTimeField(_("定義の確認日時"), null=True, blank=True)
    defined_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    defined_for = models.JSONField(_("定義を確認した評価項目と単位"), default=dict, blank=True)
    defined_reason = models.CharField(_("定義の確認の理由"), max_length=200, blank=True)
    last_year = models.PositiveSmallIntegerField(_("終了年度"), null=True, blank=True)
    continues = models.ForeignKey(
        "self",
        verbose_name=_("続く元の成果目標"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="continued_by",
    )

    class Meta:
        verbose_name = _("成果目標")
        verbose_name_plural = _("成果目標")
        ordering = ["measure", "number"]
        constraints = [models.UniqueConstraint(fields=["measure", "number"], name="indicator_number_once")]

    def __str__(self) -> str:
        return f"{self.measure_id}-{self.number}"


class IndicatorYear(models.Model):
    """評価項目, 目標 and 実績 of one indicator in one 年度, as typed, with the judgement of that text.

    `status`, `rate` (実績/目標, four decimals, null where none exists), `grade` and `flags` (codes) are computed by
    `services.judging` whenever a text changes; `given_grade` is a person's own, beside the computed one.
    `answers` is the clerk's word on the value, its state and each doubt about it (`domain.answers`); it lapses with the
    text. `demo` marks an invented 実績, which can enter no edition.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="years")
    fiscal_year = models.PositiveSmallIntegerField(_("年度"))
    name = models.CharField(_("評価項目"), max_length=300, blank=True)
    target = models.TextField(_("目標"), blank=True)
    actual = models.TextField(_("実績"), blank=True)
    status = models.CharField(max_length=20, blank=True)
    rate = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    rate_text = models.CharField(max_length=30, blank=True)
    grade = models.CharField(max_length=4, blank=True)
    flags = models.JSONField(default=list, blank=True)
    reason = models.TextField(blank=True)
    reading = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(_("値の状態・疑問点への回答"), default=dict, blank=True)
    given_grade = models.CharField(_("達成区分(判断)"), max_length=4, blank=True)
    given_reason = models.TextField(_("判断の理由"), blank=True)
    given_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    demo = models.BooleanField(_("デモ値"), default=False)

    class Meta:
        verbose_name = _("成果目標(年度)")
        verbose_name_plural = _("成果目標(年度)")
        ordering = ["indicator__number", "fiscal_year"]
        indexes = [models.Index(fields=["fiscal_year"], condition=Q(demo=True), name="indicator_year_demo")]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "fiscal_year"], name="indicator_year_once"),
            models.CheckConstraint(condition=Q(given_grade="") | ~Q(given_reason=""), name="given_grade_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.fiscal_year}"

    @property
    def state(self) -> State | None:
        """The state of the 実績 that a clerk confirmed."""
        return State(self.answers[STATE]["answer"]) if STATE in self.answers else None

    @property
    def final_grade(self) -> str:
        """The person's grade where one was given, else the computed one ('' where neither exists)."""
        return self.given_grade or self.grade


class TargetChange(models.Model):
    """A 目標 or 評価項目 of the year to come that the department wants otherwise than the plan has it.

    Kept for ever with what stood before; the reason is the sheet's 目標や指標の変更とその理由. It takes effect with the
    sheet's approval (`effective_at`).
    """

    review = models.ForeignKey("review.MeasureReview", on_delete=models.PROTECT, related_name="target_changes")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="changes")
    name_before = models.CharField(_("評価項目(計画)"), max_length=300, blank=True)
    target_before = models.TextField(_("目標(計画)"), blank=True)
    name = models.CharField(_("評価項目(変更後)"), max_length=300, blank=True)
    target = models.TextField(_("目標(変更後)"), blank=True)
    changed_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    effective_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("来年度の目標の変更")
        verbose_name_plural = _("来年度の目標の変更")
        ordering = ["review", "indicator__number"]
        constraints = [models.UniqueConstraint(fields=["review", "indicator"], name="one_target_change_a_sheet")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.indicator_id}"


class ScheduleItem(models.Model):
    """取組内容 and its bar. `bars` maps a fiscal year (as text) to the words on the bar, '' for a plain bar."""

    measure_year = models.ForeignKey(MeasureYear, on_delete=models.PROTECT, related_name="schedule")
    position = models.PositiveSmallIntegerField(_("順"))
    name = models.CharField(_("取組内容"), max_length=300)
    bars = models.JSONField(default=dict, blank=True)
    progress = models.TextField(_("取組状況"), blank=True)

    class Meta:
        verbose_name = _("取組内容")
        verbose_name_plural = _("取組内容")
        ordering = ["measure_year", "position"]
        constraints = [models.UniqueConstraint(fields=["measure_year", "position"], name="schedule_position_once")]

    def __str__(self) -> str:
        return self.name
