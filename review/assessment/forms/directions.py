"""The form for an indicator's direction."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from review.models import Indicator


class DirectionForm(forms.Form):
    """Which way an indicator is good; the choice of "neither" is a decision too."""

    direction = forms.ChoiceField(
        label=_("向き"), required=False, choices=[*Indicator.Direction.choices, ("", _("決められない"))]
    )
