"""Who confirms and approves in a plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.models import Plan, User
from review.models.organization import PLAN_ROLES
from review.people.forms.people import CHOOSE, NO_DAY
from review.people.services.posts import Post
from review.screens.forms.fields import DayField


class PlanPostForm(forms.Form):
    """A post in one plan, from a day on."""

    user = forms.ModelChoiceField(
        label=_("利用者"), queryset=User.objects.none(), error_messages=CHOOSE, empty_label=_("選んでください")
    )
    role = forms.ChoiceField(
        label=_("役割"), choices=[(role.value, role.label) for role in PLAN_ROLES], error_messages=CHOOSE
    )
    starts_on = DayField(label=_("開始日"), error_messages=NO_DAY)
    ends_on = DayField(
        label=_("終了日"), required=False, error_messages=NO_DAY, help_text=_("決まっていれば入力します。")
    )

    def __init__(self, *args: Any, plan: Plan, **options: Any) -> None:
        super().__init__(*args, **options)
        self.plan = plan
        people = User.objects.filter(is_active=True).order_by("display_name", "username")
        self.fields["user"].queryset = people  # type: ignore[attr-defined]

    @property
    def post(self) -> Post:
        """What was chosen, once `is_valid()`."""
        return Post(role=self.cleaned_data["role"], plan=self.plan.pk)
