"""The forms of 計画の取込み: a file, and what a person says of how it was read."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.domain.doubt_words import LEFT_OUT, MADE, OURS
from review.domain.forms.headings import CHOICES, OF_A_YEAR
from review.models import Plan, PlanUpload
from review.plan.services.plan_files import Row, preview
from review.reader_words import problem, worded, year_label
from review.screens.forms.fields import PickedFile

MOST_LETTERS = 2000


class PlanFileForm(forms.Form):
    """The file of a plan."""

    file = PickedFile(
        label=gettext_lazy("計画のファイル"),
        help_text=gettext_lazy("施策や指標の一覧、または施策シート。Excel(.xlsx)、CSV、テキスト。10MBまで。"),
        accept=".xlsx,.csv,.txt,.tsv",
    )


def named(label: str, **attributes: str) -> dict[str, str]:
    """The attributes of a control that stands in a table, under its column's heading."""
    return {"aria-label": label, **attributes}


class CheckForm(forms.Form):
    """Columns, doubts and the 年度 of the sheets, each with the value that it has now."""

    everything = forms.BooleanField(
        required=False, label=gettext_lazy("ほかの確認が必要な点は、すべて提案のとおりでよい")
    )

    def __init__(self, data: Any, *, upload: PlanUpload) -> None:
        super().__init__(data)
        self.upload, self.preview = upload, preview(upload)
        self.held: list[dict[str, Any]] = list({one["key"]: one for one in upload.reading.get("columns", ())}.values())
        self._offer_columns(upload.plan)
        for row in self.preview.rows:
            self._offer_doubt(row)
        years = [(year, year_label(year)) for year in upload.plan.years]
        self.fields["year"] = forms.TypedChoiceField(
            label=_("施策シートの年度"),
            help_text=_("施策名、部署、文章は、この年度のシートに入ります。目標と実績は、書かれた年度に入ります。"),
            choices=years,
            coerce=int,
            initial=upload.sheets_year,
        )

    def _offer_columns(self, plan: Plan) -> None:
        years = [("", _("見出しのとおり")), *((year, year_label(year)) for year in plan.years)]
        for place, column in enumerate(self.held):
            label = column["label"] or column["cell"]
            self.fields[f"role-{place}"] = forms.ChoiceField(
                choices=[(str(role), _(role)) for role in CHOICES],
                initial=column["role"],
                widget=forms.Select(attrs=named(_("「%(label)s」の内容") % {"label": label})),
            )
            if column["role"] in OF_A_YEAR:
                self.fields[f"year-{place}"] = forms.TypedChoiceField(
                    choices=years,
                    coerce=int,
                    empty_value=None,
                    required=False,
                    initial=self.upload.corrections.get("years", {}).get(column["key"], ""),
                    widget=forms.Select(attrs=named(_("「%(label)s」の年度") % {"label": label})),
                )

    def _offer_doubt(self, row: Row) -> None:
        what = {"what": worded(row.detail)}
        self.fields[f"ok-{row.key}"] = forms.BooleanField(
            required=False,
            label=_("提案のとおりでよい"),
            initial=row.accepted,
            widget=forms.CheckboxInput(attrs=named(_("提案のとおりでよい: %(what)s") % what)),
        )
        if row.place:
            self.fields[f"text-{row.key}"] = forms.CharField(
                required=False,
                max_length=MOST_LETTERS,
                initial=row.text,
                label=_("直した内容"),
                widget=forms.TextInput(attrs=named(_("直した内容: %(what)s") % what, list="offices"))
                if row.place[0] == "offices"
                else forms.Textarea(attrs=named(_("直した内容: %(what)s") % what, rows="1")),
            )

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Each column with its controls."""
        return [
            {
                **column,
                "held_as": self[f"role-{place}"],
                "of": self[f"year-{place}"] if f"year-{place}" in self.fields else None,
            }
            for place, column in enumerate(self.held)
        ]

    @property
    def doubts(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Each doubt with its controls, under the head of its sort: what may be read wrongly stands first."""
        sorts: dict[str, list[dict[str, Any]]] = {
            _("読み方"): [],
            _("取り込まないもの"): [],
            _("付けた施策ID・分野・部署"): [],
        }
        read, left_out, made = sorts.values()
        for row in self.preview.rows:
            rows = made if row.code in MADE else left_out if row.code in LEFT_OUT else read
            rows.append(
                {
                    "row": row,
                    "proposal": proposal_words(row),
                    "ok": self[f"ok-{row.key}"],
                    "text": self[f"text-{row.key}"] if row.place else None,
                }
            )
        return [(head, rows) for head, rows in sorts.items() if rows]

    def clean(self) -> dict[str, Any]:
        """Refuse what could not be stored."""
        data = super().clean() or {}
        for name, text in list(data.items()):
            if name.startswith("text-") and (flaw := problem(text)):
                self.add_error(name, flaw)
        return data

    def corrections(self) -> dict[str, Any]:
        """Those there are and those that were typed now."""
        data, made = self.cleaned_data, deepcopy(dict(self.upload.corrections))
        for place, column in enumerate(self.held):
            if data[f"role-{place}"] != column["role"]:
                made.setdefault("roles", {})[column["key"]] = data[f"role-{place}"]
            if f"year-{place}" in self.fields:
                put(made.setdefault("years", {}), column["key"], data[f"year-{place}"])
        for row in self.preview.rows:
            text = data.get(f"text-{row.key}", row.text).replace("\r\n", "\n").strip()
            if row.place and text != row.text.strip():
                mend(made, row.place, text)
        made["accepted"] = sorted(row.key for row in self.preview.rows if data[f"ok-{row.key}"])
        return made


def proposal_words(row: Row) -> str:
    """The proposal in the reader's language where it is the product's words, and not what would be typed."""
    return worded(row.proposal, in_gap=True) if row.code in OURS else row.proposal


def put(held: dict[str, Any], key: str, value: Any) -> None:
    """Hold the value, or nothing where there is none."""
    if value is None:
        held.pop(key, None)
    else:
        held[key] = value


def mend(made: dict[str, Any], place: Sequence[str], text: str) -> None:
    """Hold the text for its place; one that was mended before is mended in its own place."""
    kind, *path = place
    if not text and kind != "cells":
        return
    held: dict[str, Any] = made.setdefault(kind, {})
    for names in held.values() if kind == "offices" else [held] if kind == "codes" else ():
        names.update({before: text for before, after in names.items() if after == path[-1]})
    for step in path[:-1]:
        held = held.setdefault(step, {})
    held[path[-1]] = text
