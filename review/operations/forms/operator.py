"""Forms of those who run Meguri: the search of the audit trail, and the sentence on every screen."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.screens.forms.fields import DayField, WordsField
from review.screens.services.announcement import LONGEST
from review.trail.services.trail_words import ACTS


class AuditSearchForm(forms.Form):
    """What to look for in the trail."""

    subject = forms.CharField(label=_("対象(施策IDなど)"), required=False, max_length=80)
    action = forms.ChoiceField(label=_("行為"), required=False, choices=[("", _("すべて")), *ACTS.items()])
    person = forms.CharField(label=_("氏名"), required=False, max_length=60)
    since = DayField(label=_("この日から"), required=False)
    until = DayField(label=_("この日まで"), required=False)


class AnnouncementForm(forms.Form):
    """One sentence, or none."""

    sentence = WordsField(
        label=_("お知らせの文"),
        max_length=LONGEST,
        required=False,
        help_text=_("いつ、何ができなくなるかを書いてください。空にして保存すると、下ろします。"),
    )
