"""Forms of the decisions. What may be decided, and by whom, is checked again by the services."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from review import clock
from review.assessment.services.ratings import Overall
from review.domain.fields import OWN, Field
from review.domain.refusals import Invalid
from review.models import Cycle, Meeting, Plan
from review.publication.services.publication import Terms
from review.screens.forms.fields import MinuteField, OneOfSeveral, item_field, words
from review.screens.views.answers import REMARK
from review.screens.views.questions import whole
from review.templatetags.words import day_text


def pass_of(value: object) -> int:
    """The number of a pass or a version as sent; -1, which is never the current one, where it is none."""
    number = whole(str(value))
    return -1 if number is None else number


class OfOnePass:
    """What is sent with a decision or its withdrawal."""

    data: Any

    @property
    def comment_text(self) -> str:
        """The comment, or the reason, as typed."""
        return str(self.data.get("comment", ""))

    @property
    def round_seen(self) -> int:
        """The pass that the person saw; -1 where the form was tampered with, which is never the current one."""
        return pass_of(self.data.get("round", ""))


class OverallForm(forms.Form):
    """A person's own 総合評価; without a choice, the one that is proposed."""

    overall = forms.ChoiceField(label=_("総合評価"), required=False)
    overall_reason = forms.CharField(label=_("総合評価の理由"), required=False, strip=False, widget=words(2))

    def __init__(self, *args: Any, grades: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["overall"].choices = list(grades)  # type: ignore[attr-defined]
        if not grades:
            del self.fields["overall"], self.fields["overall_reason"]

    @property
    def overall_given(self) -> Overall | None:
        """The person's own 総合評価; None where it stays as proposed."""
        grade, reason = str(self.data.get("overall", "")), str(self.data.get("overall_reason", ""))
        return Overall(grade=grade, reason=reason) if grade or reason.strip() else None


class DecisionForm(OfOnePass, OverallForm):
    """A decision on one sheet: a word on the whole, a remark on each item, a 総合評価 of one's own, for the 本部 its
    opinion, and the items of the plan's own that are written with it. `round` says which pass was seen."""

    round = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("コメント・差戻しの理由"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-key": "r", "data-key-label": _("差戻しの理由を書く")}),
    )
    opinion = forms.CharField(label=_("本部評価・意見"), required=False, strip=False, widget=words(4))

    def __init__(
        self,
        *args: Any,
        remarks: Iterable[tuple[str, str]] = (),
        by_board: bool = False,
        own: Iterable[Field] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, auto_id="decide-%s", **kwargs)
        if not by_board:
            del self.fields["opinion"]
        self.own = {one.key: item_field(gettext(one.label), one.help, one, 3) for one in own}
        self.fields.update(self.own)
        for key, label in remarks:
            self.fields[REMARK + key] = forms.CharField(
                label=_("%(item)s への指摘") % {"item": label}, required=False, strip=False, widget=words(3)
            )

    @property
    def remarks(self) -> dict[str, str]:
        """{item key: what is wrong}, blank ones left out."""
        pairs = ((name.removeprefix(REMARK), name) for name in self.fields if name.startswith(REMARK))
        return {key: remark for key, name in pairs if (remark := str(self.data.get(name, ""))).strip()}

    @property
    def written(self) -> dict[str, str]:
        """{item key: text} of what the decider wrote into items of the plan's own."""
        return {name: str(text) for name, text in self.data.items() if name.startswith(OWN)}

    @property
    def written_fields(self) -> list[forms.BoundField]:
        """The fields of those items."""
        return [self[key] for key in self.own]

    @property
    def opinion_text(self) -> str | None:
        """本部評価・意見 as typed; None where the form did not ask for it."""
        return str(self.data["opinion"]) if "opinion" in self.fields and "opinion" in self.data else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankRemark:
    """The empty field for a remark on one item, by all that it shows (drawn once: templatetags/cached.py)."""

    key: str
    label: str

    @property
    def field(self) -> forms.BoundField:
        return DecisionForm(remarks=[(self.key, self.label)])[REMARK + self.key]


class WithdrawalForm(OfOnePass, OneOfSeveral):
    """Why a decision is taken back. `round` says which pass was seen."""

    ids = "withdraw"
    round = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("取り消す理由"), strip=False, widget=words(3), help_text=_("関係する人に届き、経過に残ります。")
    )


class MeetingChoice(OneOfSeveral):
    """At which meeting of the 本部 it was decided, if at one."""

    ids = "at"
    meeting = forms.ModelChoiceField(
        label=_("決定した会議"), queryset=Meeting.objects.none(), required=False, empty_label=_("会議によらない")
    )

    def __init__(
        self,
        *args: Any,
        cycle: Cycle | None = None,
        plan: Plan | None = None,
        required: bool = False,
        at: str | None = None,
        **kwargs: Any,
    ) -> None:
        """`at`: the meeting that the page's address names, '' for none, None where it says nothing of one."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["meeting"]
        if plan or cycle:
            field.queryset = Meeting.objects.filter(**{"cycle__plan": plan} if plan else {"cycle": cycle})
        # What is decided on the day of a meeting is decided there, unless the person says otherwise.
        today = field.queryset.filter(held_on=clock.today())
        field.initial = (today if at is None else field.queryset.filter(pk=whole(at) or 0)).last
        field.label_from_instance = self.words
        if required:
            field.empty_label = _("選んでください")

    @property
    def offers(self) -> bool:
        """Whether there is a meeting to choose. One query, that of the choices."""
        field: Any = self.fields["meeting"]
        return len(field.choices) > 1

    @staticmethod
    def words(meeting: Meeting) -> str:
        """令和6年5月10日(金) 第12号."""
        return f"{day_text(meeting.held_on)} {meeting.document_number}".strip()

    @property
    def chosen(self) -> Meeting | None:
        """The meeting that was sent, or None."""
        return self.cleaned_data.get("meeting") if self.is_valid() else None

    @cached_property
    def standing(self) -> Meeting | None:
        """The meeting at which the page decides: the one that was sent, else the one it begins with. One query."""
        beginning: Any = self.fields["meeting"].initial
        return self.chosen if self.is_bound else beginning()


class PublicationForm(MeetingChoice):
    """What goes with the decision to publish: the meeting, and the moment."""

    publish_at = MinuteField(
        label=_("公表日時"), required=False, help_text=_("この日時に公表します。空欄なら、決定のあとすぐに公表します。")
    )

    def __init__(self, *args: Any, cycle: Cycle, unanswered: int = 0, **kwargs: Any) -> None:
        set_before = cycle.publish_at if cycle.publish_at and cycle.publish_at > clock.now() else None
        super().__init__(*args, cycle=cycle, initial={"publish_at": set_before}, **kwargs)
        self.fields["meeting"].help_text = _("選ぶと、会議日、文書番号、決裁日が公表版に載ります。")
        self.unanswered = unanswered
        if unanswered:
            needed = _(
                "評価できない成果目標が残っています。区分を決めるために差し戻すか、このまま公表することに印を付けてください。"
            )
            label = _("評価できない成果目標%(n)s件を、区分を決めずに公表します。") % {"n": unanswered}
            self.fields["leave_open"] = forms.BooleanField(label=label, error_messages={"required": needed})
            self.order_fields(["leave_open"])  # below the list of them

    def terms(self) -> Terms:
        """What was chosen. Raises Invalid for what cannot be read."""
        if not self.is_valid():
            problems = {name: " ".join(map(str, sentences)) for name, sentences in self.errors.items()}
            raise Invalid(next(iter(problems.values())), problems)
        typed = self.cleaned_data
        return Terms(meeting=typed["meeting"], publish_at=typed["publish_at"], left_open=self.unanswered)


class TogetherForm(OneOfSeveral):
    """A word on the sheets that are ticked on the board: for a return the reason."""

    ids = "together"
    comment = forms.CharField(
        label=_("差戻しの理由"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "form": "together"}),
        help_text=_("選んだ施策すべてに、同じ理由が届きます。"),
    )
