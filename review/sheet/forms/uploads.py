"""Forms that take files."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.screens.forms.fields import PickedFile


class WorkbookForm(forms.Form):
    """A 記入用 workbook that comes back."""

    file = PickedFile(
        label=_("記入したブック"),
        help_text=_("めぐりからダウンロードした記入用ブック(.xlsx、10MBまで)を選んでください。"),
        accept=".xlsx",
    )


def evidence_file(**options: Any) -> forms.FileField:
    """The field that takes one piece of evidence."""
    return PickedFile(
        label=_("ファイル"),
        help_text=_("PDF、画像(PNG・JPEG)、Office文書(.xlsx .docx .pptx)。1件10MBまで。個人情報を含めないでください。"),
        accept=".pdf,.png,.jpg,.jpeg,.xlsx,.docx,.pptx",
        **options,
    )


class EvidenceForm(forms.Form):
    """A piece of evidence and the item that it supports."""

    file = evidence_file()
    item = forms.ChoiceField(label=_("対象の項目"), required=False)

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["item"].choices = [("", _("シート全体")), *choices]  # type: ignore[attr-defined]

    def refuse(self, sentence: str, fields: Mapping[str, str]) -> None:
        """Put the service's sentences under their fields, the general one where none is named."""
        for name, message in fields.items() or [("file", sentence)]:
            self.add_error(name if name in self.fields else None, message)
