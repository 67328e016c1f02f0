"""The sentence on every screen."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.screens.forms.fields import WordsField
from review.screens.services.announcement import LONGEST


class AnnouncementForm(forms.Form):
    """One sentence, or none."""

    sentence = WordsField(
        label=_("お知らせの文"),
        max_length=LONGEST,
        required=False,
        help_text=_("いつ、何ができなくなるかを書いてください。空にして保存すると、下ろします。"),
    )
