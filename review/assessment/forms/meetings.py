"""The record of a meeting."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.screens.forms.fields import Day, OneOfSeveral, words


class MeetingForm(OneOfSeveral):
    """The record of a meeting of the 本部."""

    ids = "meeting"
    held_on = forms.DateField(label=_("会議日"), widget=Day())
    attendees = forms.CharField(
        label=_("出席者"), required=False, widget=words(2), help_text=_("職名または氏名を、読点で区切って入力します。")
    )
    minute = forms.CharField(label=_("議事"), required=False, widget=words(4))
    document_number = forms.CharField(label=_("文書番号"), required=False, max_length=60)
    decided_on = forms.DateField(label=_("決裁日"), required=False, widget=Day())
