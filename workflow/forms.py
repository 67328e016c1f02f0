"""Forms of the decisions. What may be decided, and by whom, is asked again by the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain.fiscal import wareki
from review.models import Cycle, Meeting
from review.views.answers import REMARK


class DecisionForm(forms.Form):
    """A decision on one sheet: a word on the whole, and a remark on each item. `round` says which pass was seen."""

    round = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("コメント・差戻しの理由"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, remarks: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, auto_id="decide-%s", **kwargs)
        for key, label in remarks:
            self.fields[REMARK + key] = forms.CharField(
                label=_("%(item)s への指摘") % {"item": label},
                required=False,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def remarks(self) -> dict[str, str]:
        """{item key: what is wrong}, blank ones left out."""
        pairs = ((name.removeprefix(REMARK), name) for name in self.fields if name.startswith(REMARK))
        return {key: said for key, name in pairs if (said := str(self.data.get(name, ""))).strip()}

    @property
    def comment_text(self) -> str:
        """The comment as typed."""
        return str(self.data.get("comment", ""))

    @property
    def round_seen(self) -> int:
        """The pass that the person decided on; -1 where the form was tampered with, which is never the current one."""
        raw = str(self.data.get("round", ""))
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1


class MeetingChoice(forms.Form):
    """At which meeting of the 本部 it was decided, if at one."""

    meeting = forms.ModelChoiceField(
        label=_("決定した会議"), queryset=Meeting.objects.none(), required=False, empty_label=_("会議によらない")
    )

    def __init__(self, *args: Any, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="at-%s", **kwargs)
        self.fields["meeting"].queryset = Meeting.objects.filter(cycle=cycle)  # type: ignore[attr-defined]
        self.fields["meeting"].label_from_instance = self.words  # type: ignore[attr-defined]

    @staticmethod
    def words(meeting: Meeting) -> str:
        """令和6年5月10日(金) 第12号."""
        return f"{wareki(meeting.held_on)} {meeting.document_number}".strip()

    @property
    def chosen(self) -> Meeting | None:
        """The meeting, or None."""
        return self.cleaned_data.get("meeting") if self.is_valid() else None
