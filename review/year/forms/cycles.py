"""The forms of a year's deadlines, and of a plan's first year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.models import Cycle, Plan
from review.plan.services import plans
from review.reader_words import year_label
from review.screens.forms.fields import MinuteField
from review.year.services.cycles import Deadlines


class DeadlinesForm(forms.Form):
    """The deadlines of a year; their order is checked by the service, its sentences stand under the fields."""

    due_at = MinuteField(
        label=_("提出期限"), help_text=_("部署が提出する期限です。過ぎて提出されたシートには期限後の印が付きます。")
    )
    closes_at = MinuteField(label=_("締切"), help_text=_("この日時を過ぎると、延長しないかぎり提出できません。"))
    endorse_due_at = MinuteField(
        label=_("所属長確認期限"),
        required=False,
        help_text=_("所属長が確認を終える期限です。所属長の確認を行う年度で使います。"),
    )
    review_due_at = MinuteField(label=_("確認期限"), required=False, help_text=_("確認者が確認を終える目安です。"))
    decide_due_at = MinuteField(label=_("審議期限"), required=False, help_text=_("承認者が審議を終える目安です。"))
    publish_at = MinuteField(
        label=_("公表日時"),
        required=False,
        help_text=_("決定のあと、この日時に公表します。空欄なら決定後すぐに公表します。"),
    )
    return_days = forms.IntegerField(
        label=_("差戻し後の再提出"),
        min_value=1,
        max_value=60,
        initial=5,
        required=False,
        help_text=_("差し戻した日から数えて、再提出を求めるまでの開庁日の日数です(1〜60)。"),
    )

    def clean_return_days(self) -> int:
        """Blank is the usual five."""
        return self.cleaned_data["return_days"] or 5

    @classmethod
    def of(cls, cycle: Cycle) -> DeadlinesForm:
        """The form with the year's deadlines in it."""
        return cls(initial={name: getattr(cycle, name) for name in cls.base_fields})

    def deadlines(self) -> Deadlines:
        """What was typed, once `is_valid()`."""
        return Deadlines(**{name: self.cleaned_data[name] for name in self.base_fields})

    def refuse(self, fields: Mapping[str, str]) -> None:
        """Put the service's sentences under their fields."""
        for name, sentence in fields.items():
            self.add_error(name if name in self.fields else None, sentence)


class FirstYearForm(forms.Form):
    """Which year of a plan is drafted first."""

    fiscal_year = forms.TypedChoiceField(
        label=_("準備する年度"),
        coerce=int,
        help_text=_("実績を評価する年度を選びます。それより前の年度の値は、推移として残ります。"),
        error_messages={
            "invalid_choice": _("もう準備されている年度か、計画の期間にない年度です。選び直してください。")
        },
    )

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        super().__init__(data, initial={"fiscal_year": plans.year_to_begin(plan)})
        years = [(year, year_label(year)) for year in plans.years_to_begin(plan)]
        self.fields["fiscal_year"].choices = years  # type: ignore[attr-defined]
