"""次期計画: its names and years, and for each 施策 whether it is taken over, under which 施策ID and with which goals."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from review.domain import measure_codes
from review.domain.items import circled
from review.ending.services.next_plan import NextPlan, goals_offered
from review.models import Plan
from review.plan.forms.new_plan import NewPlanForm
from review.plan.services.plan_proposals import latest, living


class NextPlanForm(NewPlanForm):
    """The new plan's names and years, then two fields for each 施策 of the old one's last year."""

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        years = plan.last_year - plan.first_year
        super().__init__(data, initial={"first_year": plan.last_year + 1, "last_year": plan.last_year + 1 + years})
        self.measures = living(plan, plan.last_year)
        for measure in self.measures:
            year = latest(measure, plan.last_year)
            title = f"{measure.code} {year.name if year else ''}".strip()
            self.fields[f"code_{measure.pk}"] = forms.CharField(
                label=_("%(title)s の新しい施策ID") % {"title": title},
                initial=measure.code,
                required=False,
                max_length=measure_codes.LONGEST,
                help_text=_("引き継がないときは空欄にします。"),
            )
            goals = [(str(goal.pk), f"{circled(goal.number)} {name}") for goal, name in goals_offered(plan, measure)]
            if goals:
                self.fields[f"left_{measure.pk}"] = forms.MultipleChoiceField(
                    label=_("%(title)s の成果目標のうち、引き継がないもの") % {"title": title},
                    choices=goals,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )

    def wish(self) -> NextPlan:
        """What was typed, once `is_valid()`."""
        typed = self.cleaned_data
        left = (typed.get(f"left_{measure.pk}", []) for measure in self.measures)
        return NextPlan(
            name=typed["name"].strip(),
            short_name=typed["short_name"].strip(),
            first_year=typed["first_year"],
            last_year=typed["last_year"],
            codes={measure.pk: typed[f"code_{measure.pk}"].strip() for measure in self.measures},
            left_behind=frozenset(int(pk) for chosen in left for pk in chosen),
        )
