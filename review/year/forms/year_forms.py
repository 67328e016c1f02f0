"""The forms of one item of a plan's form: a built-in text, and an item of the plan's own."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain import sheet_form
from review.domain.fields import Field, Kind, Required, Section, Writer

SECTIONS = [(Section.CONTENT.value, _("施策内容")), (Section.EVALUATION.value, _("評価"))]
KINDS = [
    (Kind.TEXT.value, _("文章")),
    (Kind.LEVEL.value, _("選択肢から1つ")),
    (Kind.AMOUNT.value, _("金額(千円)")),
    (Kind.NUMBER.value, _("数")),
]
WRITERS = [
    (Writer.DEPARTMENT.value, _("主管部署(入力のとき)")),
    (Writer.OFFICE.value, _("確認者(確認のとき)")),
    (Writer.DECIDERS.value, _("承認者(承認のとき)")),
]
MOMENTS = [
    (Required.NEVER.value, _("任意")),
    (Required.ALWAYS.value, _("提出のときに必須")),
    (Required.AT_REVIEW.value, _("確認のときに必須")),
    (Required.AT_DECISION.value, _("承認のときに必須")),
]


class BuiltInForm(forms.Form):
    """A text that every plan has: what it is called, where it stands, and whether it is asked for."""

    label = forms.CharField(
        label=_("項目の名前"), max_length=40, error_messages={"required": _("項目の名前を入力してください。")}
    )
    help = forms.CharField(label=_("説明"), max_length=200, required=False, help_text=_("入力欄の上に表示します。"))
    section = forms.ChoiceField(label=_("置く場所"), choices=list(reversed(SECTIONS)))
    retired = forms.BooleanField(label=_("今後はたずねない"), required=False)

    @classmethod
    def start(cls, form: sheet_form.Form, one: Field | None) -> dict[str, Any]:
        """What the form begins with: the item, or a new one that is shown everywhere."""
        if one is None:
            return {"in_book": True, "public": True}
        names = ("label", "help", "section", "kind", "writer", "required", "in_book", "public")
        shown = {name: getattr(one, name) for name in names}
        return {**shown, "levels": "\n".join(one.levels), "retired": one.key in sheet_form.off(form)}

    def item(self) -> dict[str, Any]:
        """What was typed, once `is_valid()`."""
        return self.cleaned_data

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Put the service's sentences under their fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)


class ItemForm(BuiltInForm):
    """One item of the plan's own: also what can be written there, by whom and by when, and where it is shown."""

    kind = forms.ChoiceField(label=_("入力の種類"), choices=KINDS)
    levels = forms.CharField(
        label=_("選択肢"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("「選択肢から1つ」のときだけ、1行に1つずつ入力します。"),
    )
    writer = forms.ChoiceField(label=_("書く人"), choices=WRITERS)
    required = forms.ChoiceField(label=_("必須にする時"), choices=MOMENTS)
    in_book = forms.BooleanField(label=_("集約表とPDFに載せる"), required=False)
    public = forms.BooleanField(label=_("公表する"), required=False)
    field_order = ("label", "help", "kind", "levels", "section", "writer", "required", "in_book", "public", "retired")

    def item(self) -> dict[str, Any]:
        """What was typed, once `is_valid()`."""
        lines = (line.strip() for line in self.cleaned_data["levels"].splitlines())
        levels = [line for line in lines if line] if self.cleaned_data["kind"] == Kind.LEVEL else []
        return {**self.cleaned_data, "levels": levels}
