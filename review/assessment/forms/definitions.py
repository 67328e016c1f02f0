"""The form for a goal's definition."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.models import Indicator

DIRECTIONS = [*Indicator.Direction.choices, ("", _("決められない"))]


class DefinitionForm(forms.Form):
    """Direction, unit and kind of one goal; the choice of no direction is a decision too."""

    direction = forms.ChoiceField(label=_("向き"), required=False, choices=DIRECTIONS)
    unit = forms.CharField(label=_("単位"), required=False, max_length=40)
    kind = forms.ChoiceField(label=_("値の種類"), choices=Indicator.Kind.choices)
    baseline = forms.CharField(label=_("基準値"), required=False, max_length=300)
