"""The form of the plan's page."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.models import Cycle, Department, Plan
from review.plan.services.plan_settings import COLUMNS, Settings, draft_of, is_published, needs_reason, of
from review.reader_words import year_label

HELP = {
    "name": gettext_lazy("画面、資料、公表ページに出る名前です。"),
    "short_name": gettext_lazy("アドレスとコマンドに使います。公表したあとは変えられません。"),
    "municipality_code": gettext_lazy("数字6桁です。オープンデータに載ります。"),
    "first_year": gettext_lazy("西暦の年度で入力します(令和4年度は2022)。"),
    "last_year": gettext_lazy("西暦の年度で入力します。シートや目標のある年度は外せません。"),
    "office": gettext_lazy("画面、お知らせ、メールの文に、この名前で出ます。"),
    "office_en": gettext_lazy("英語の画面で使います。空欄なら日本語の名前です。冠詞は付けません。"),
    "body": gettext_lazy("承認し、公表を決定する会議や本部の名前です。"),
    "body_en": gettext_lazy("英語の画面で使います。空欄なら日本語の名前です。冠詞は付けません。"),
}
BLANK = ("municipality_code", "office_en", "body_en")
REQUIRED = {"required": gettext_lazy("入力してください。"), "invalid": gettext_lazy("数字で入力してください。")}


class PlanForm(forms.Form):
    """Everything that the page sets, and the reason where one is needed."""

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        super().__init__(data, initial=of(plan).as_data())
        self.plan, self.draft = plan, draft_of(plan)
        for name in COLUMNS:
            self._column(name)
        offices = Department.objects.filter(ends_on=None).order_by("order", "pk")
        choices = [("", _("選ばない")), *((str(office.pk), office.name) for office in offices)]
        self.fields["office_department"] = forms.ChoiceField(
            label=Plan._meta.get_field("office_department").verbose_name, required=False, choices=choices
        )
        numbers = list(plan.fields.order_by("number").values_list("number", flat=True))
        for number in numbers:
            label = _("分野%(number)sの名前") % {"number": number}
            self.fields[f"field_{number}"] = forms.CharField(label=label, max_length=100, error_messages=REQUIRED)
        self._last_ones(self.draft)
        order = [name for name in self.fields if name != "office_department"]
        order.insert(order.index("office_en") + 1, "office_department")
        self.order_fields(order)

    def _column(self, name: str) -> None:
        column: Any = Plan._meta.get_field(name)
        options = {"label": column.verbose_name, "help_text": HELP.get(name, ""), "error_messages": REQUIRED}
        if name in ("first_year", "last_year"):
            self.fields[name] = forms.IntegerField(min_value=1989, max_value=9999, **options)
        else:
            self.fields[name] = forms.CharField(max_length=column.max_length, required=name not in BLANK, **options)
        if name == "short_name" and is_published(self.plan):
            self.fields[name].widget.attrs["readonly"] = True

    def _last_ones(self, draft: Cycle | None) -> None:
        if draft:
            label = _("%(year)sに所属長の確認を行う") % {"year": year_label(draft.fiscal_year)}
            self.fields["endorsement"] = forms.BooleanField(label=label, required=False)
        if needs_reason(self.plan):
            self.fields["reason"] = forms.CharField(
                label=_("変える理由"),
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 3}),
                required=False,
                help_text=_("開始した年度があるため、理由が要ります。履歴と監査記録に残ります。"),
            )

    def settings(self) -> Settings:
        """What was typed, once `is_valid()`."""
        typed = self.cleaned_data
        return Settings(
            **{name: typed[name].strip() if isinstance(typed[name], str) else typed[name] for name in COLUMNS},
            office_department=typed["office_department"],
            fields={
                name.removeprefix("field_"): value.strip() for name, value in typed.items() if name.startswith("field_")
            },
            endorsement=typed["endorsement"] if self.draft else None,
        )
