"""The sentence on every screen."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.reader_words import problem
from review.screens.services.announcement import LONGEST


class AnnouncementForm(forms.Form):
    """One sentence, or none."""

    sentence = forms.CharField(
        label=_("お知らせの文"),
        max_length=LONGEST,
        required=False,
        help_text=_("いつ、何ができなくなるかを書いてください。空にして保存すると、下ろします。"),
    )

    def clean_sentence(self) -> str:
        """Refuse what could not be stored."""
        sentence: str = self.cleaned_data["sentence"].strip()
        if error := problem(sentence):
            raise forms.ValidationError(error)
        return sentence
