"""The form of one item that a plan's form has of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain.fields import Kind, Section


class ItemForm(forms.Form):
    """One item: what it is called, what can be written there and where it is shown."""

    label = forms.CharField(
        label=_("項目の名前"), max_length=40, error_messages={"required": _("項目の名前を入力してください。")}
    )
    help = forms.CharField(label=_("説明"), max_length=200, required=False, help_text=_("入力欄の上に表示します。"))
    kind = forms.ChoiceField(
        label=_("入力の種類"),
        choices=[
            (Kind.TEXT.value, _("文章")),
            (Kind.LEVEL.value, _("選択肢から1つ")),
            (Kind.AMOUNT.value, _("金額(千円)")),
            (Kind.NUMBER.value, _("数")),
        ],
    )
    levels = forms.CharField(
        label=_("選択肢"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("「選択肢から1つ」のときだけ、1行に1つずつ入力します。"),
    )
    section = forms.ChoiceField(
        label=_("置く場所"), choices=[(Section.EVALUATION.value, _("評価")), (Section.CONTENT.value, _("施策内容"))]
    )
    required = forms.BooleanField(label=_("提出に必要"), required=False)
    in_book = forms.BooleanField(label=_("集約表とPDFに載せる"), required=False)
    public = forms.BooleanField(label=_("公表する"), required=False)
    retired = forms.BooleanField(label=_("今後はたずねない"), required=False)

    @classmethod
    def start(cls, item: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the form begins with: the item, or a new one that is shown everywhere."""
        return {**item, "levels": "\n".join(item["levels"])} if item else {"in_book": True, "public": True}

    def item(self) -> dict[str, Any]:
        """What was typed, once `is_valid()`."""
        lines = (line.strip() for line in self.cleaned_data["levels"].splitlines())
        levels = [line for line in lines if line] if self.cleaned_data["kind"] == Kind.LEVEL else []
        return {**self.cleaned_data, "levels": levels}

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Put the service's sentences under their fields."""
        for name, sentence in problems.items():
            self.add_error(name or None, sentence)
