"""Published editions: numbered, frozen, never altered. The database refuses any other change of their rows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.domain import measure_codes
from review.models.cycle import Cycle
from review.models.sheet import Meeting


class Edition(models.Model):
    """公表版. `snapshot` is all that was published (shape: services.snapshot), `sha256` that of its canonical JSON.

    What was corrected, in this edition and those before it, stands in `snapshot["corrections"]`; read it through
    `services.editions.errata`. `seal` is the hash of the whole row with that of the edition before (services.seals).
    Once written, a row changes in one thing only: `current` is taken away when the next edition comes.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("第1版")
        CORRECTION = "correction", _("訂正版")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField(_("版"))
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FIRST)
    previous = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="following")
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    prepared_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("決定日時"))
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="editions")
    published_at = models.DateTimeField(_("公表日時"))
    seal = models.CharField(max_length=64)
    current = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("公表版")
        verbose_name_plural = _("公表版")
        ordering = ["cycle", "number"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="edition_number_once"),
            models.UniqueConstraint(fields=["cycle"], condition=Q(current=True), name="one_current_edition"),
            models.CheckConstraint(
                condition=Q(kind="first", number=1, previous=None)
                | Q(kind="correction", number__gt=1, previous__isnull=False),
                name="edition_stands_in_the_chain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {self.label}"

    @property
    def label(self) -> str:
        """第1版, 訂正第1版 …"""
        return edition_label(self.number)


def edition_label(number: int) -> str:
    """第1版 for the first, then 訂正第1版, 訂正第2版 …"""
    return "第1版" if number == 1 else f"訂正第{number - 1}版"


class Correction(models.Model):
    """A correction on its way from a wrong value to the next edition: prepared, decided, published.

    `base` is the edition that it corrects, `edition` the one it became. `version` rises with every saved draft and
    `round` with every submission, so that a stale form and a second decision are refused.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", _("準備中")
        DECIDING = "deciding", _("決定待ち")
        RETURNED = "returned", _("差戻し")
        DECIDED = "decided", _("公表処理中")
        PUBLISHED = "published", _("公表済")
        DROPPED = "dropped", _("取りやめ")

    #: on which somebody works
    OPEN = (State.PREPARING, State.DECIDING, State.RETURNED)

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="corrections")
    base = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="corrections")
    edition = models.OneToOneField(
        Edition, null=True, blank=True, on_delete=models.PROTECT, related_name="made_by_correction"
    )
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.PREPARING)
    version = models.PositiveIntegerField(default=0)
    round = models.PositiveIntegerField(default=0)
    prepared_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    state_since = models.DateTimeField()
    dropped_reason = models.TextField(_("取りやめの理由"), blank=True)

    class Meta:
        verbose_name = _("訂正")
        verbose_name_plural = _("訂正")
        ordering = ["-started_at", "-pk"]
        constraints = [
            # Two at once would each leave out what the other put right.
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(state__in=["preparing", "deciding", "returned", "decided"]),
                name="one_correction_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="published", edition__isnull=False) | (~Q(state="published") & Q(edition=None)),
                name="published_correction_has_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {edition_label(self.base.number + 1)}"


class CorrectionItem(models.Model):
    """One corrected item: 誤, 正, 理由. `key` as in domain.correctable, `wrong` as the base edition has it."""

    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="items")
    code = models.CharField(_("施策ID"), max_length=measure_codes.LONGEST)
    key = models.CharField(max_length=60)
    label = models.CharField(_("項目"), max_length=200)
    wrong = models.TextField(_("誤"), blank=True)
    right = models.TextField(_("正"), blank=True)
    reason = models.TextField(_("理由"))

    class Meta:
        verbose_name = _("訂正する項目")
        verbose_name_plural = _("訂正する項目")
        ordering = ["code", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["correction", "code", "key"], name="correction_item_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_item_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class CorrectionDecision(models.Model):
    """One decision on a correction; the unique key is what makes two deciders end in one decision."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("公表を決定")
        RETURN = "return", _("差戻し")

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveIntegerField()
    verdict = models.CharField(max_length=6, choices=Verdict)
    comment = models.TextField(blank=True)
    submitted_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("訂正の決定")
        verbose_name_plural = _("訂正の決定")
        ordering = ["correction", "round"]
        constraints = [
            models.UniqueConstraint(fields=["correction", "round"], name="one_decision_a_correction_round"),
            models.CheckConstraint(condition=Q(verdict="accept") | ~Q(comment=""), name="returned_correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.correction_id} #{self.round}"
