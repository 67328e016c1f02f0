"""The form of one year: the built-in texts of `domain.fields` as the plan calls them, and the items of its own, which are data.

`Cycle.form` is {"items": [{"key", "label", "help", "kind", "levels", "section", "writer", "required", "in_book", "public",
"retired"}], "off": [keys of built-in texts that are not asked for], "called": {key of a built-in text: {"label", "help", "section"}},
"order": [keys of both]}; what is missing is as the product has it. A key is `x-` and the word that the item began with: it is
stored with what was written and never changes, while its label may. A retired item is asked no more; what was written under it stays.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from review.domain import fields
from review.domain.fields import OPINION, OWN, Field, Kind, Required, Section, Writer

Form = Mapping[str, Any]

#: The guided step on which the department writes the items of the plan's own.
STEP = 3
#: How long the word of a key may be; remarks have a column for keys.
LONGEST = 30
SECTIONS = (Section.CONTENT, Section.EVALUATION)
#: When each writer can be held to an item of the plan's own.
MOMENTS = {
    Writer.DEPARTMENT: (Required.ALWAYS, Required.AT_REVIEW),
    Writer.OFFICE: (Required.AT_REVIEW,),
    Writer.DECIDERS: (Required.AT_DECISION,),
}
_NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")


def key_of(label: str) -> str:
    """The key of a new item with that label; '' where the label has no letter."""
    word = re.sub(r"\W", "", unicodedata.normalize("NFKC", label).lower())[:LONGEST]
    return OWN + word if word else ""


def _own(item: Mapping[str, Any]) -> Field:
    writer = Writer(item.get("writer", Writer.DEPARTMENT))
    required = item.get("required", False)
    if isinstance(required, bool):  # as forms of 0.9 have it
        required = Required.ALWAYS if required else Required.NEVER
    return Field(
        key=item["key"],
        label=item["label"],
        section=Section(item["section"]),
        kind=Kind(item["kind"]),
        writer=writer,
        step=STEP if writer == Writer.DEPARTMENT else 0,
        required=Required(required),
        help=item.get("help", ""),
        levels=tuple(item.get("levels", ())),
        in_book=item.get("in_book", True),
        public=item.get("public", True),
    )


def _called(called: Mapping[str, Mapping[str, Any]], one: Field) -> Field:
    """A built-in text as the year calls it; '' is as the product has it."""
    words = {name: word for name, word in called.get(one.key, {}).items() if word}
    return replace(one, **{**words, "section": Section(words.get("section", one.section))}) if words else one


def rests_on(key: str) -> bool:
    """Whether the workflow itself asks for the built-in text, so that no form can do without."""
    one = fields.text(key)
    return one is not None and (key == OPINION or one.required in (Required.WHERE_MISSED, Required.WHERE_PLAN_CHANGES))


def every(form: Form) -> tuple[Field, ...]:
    """All texts that the plan knows in the order of its form, those that it asks no more among them."""
    called, own = form.get("called", {}), map(_own, form.get("items", ()))
    rows = [*([_called(called, one) for one in fields.texts()] if called else fields.texts()), *own]
    place = {key: number for number, key in enumerate(form.get("order", ()))}
    if place:
        rows.sort(key=lambda one: place.get(one.key, len(place)))
    return tuple([one for section in SECTIONS for one in rows if one.section is section])


def off(form: Form) -> frozenset[str]:
    """The keys that the year does not ask for."""
    return frozenset(form.get("off", ())) | {one["key"] for one in form.get("items", ()) if one.get("retired")}


def of(form: Form, *sections: Section) -> tuple[Field, ...]:
    """What the year asks for in these sections (default: in all), in the order of its form."""
    left_out, among = off(form), sections or SECTIONS
    return tuple([one for one in every(form) if one.section in among and one.key not in left_out])


def own(form: Form, *writers: Writer) -> tuple[Field, ...]:
    """The items of the plan's own that the year asks for, of these writers (default: of all)."""
    return tuple(one for one in of(form) if one.key.startswith(OWN) and (not writers or one.writer in writers))


def typed(form: Form) -> dict[str, Field]:
    """{key: field} of the texts that the department writes in that year, in the order of its steps."""
    texts = (one for one in of(form) if one.writer == Writer.DEPARTMENT)
    return {one.key: one for one in sorted(texts, key=lambda one: one.step)}


def field(form: Form, key: str) -> Field | None:
    """The text with that key as the plan calls it, asked for or not; None where it knows none."""
    return next((one for one in every(form) if one.key == key), None)


def number(text: str) -> Decimal | None:
    """The text as one number, with or without separators, in letters of any width; None where it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def frozen(form: Form, text_of: Mapping[str, str]) -> dict[str, Any]:
    """What an edition holds of the form beside each 施策, for the form may be another one later; {} for the first city's."""
    called = {name: form[name] for name in ("called", "order") if form.get(name)}
    items = [
        {
            "key": one.key,
            "label": one.label,
            "kind": str(one.kind),
            "section": str(one.section),
            "text": str(text_of.get(one.key, "")),
            "in_book": one.in_book,
        }
        for one in own(form)
        if one.public
    ]
    left_out = sorted(form.get("off", ()))
    return {
        **({"off": left_out} if left_out else {}),
        **({"items": items} if items else {}),
        **({"form": called} if called else {}),
    }


def of_row(row: Mapping[str, Any]) -> Form:
    """The form beside one 施策 of an edition."""
    return {"items": row.get("items", ()), "off": row.get("off", ()), **row.get("form", {})}


def texts_of_row(row: Mapping[str, Any]) -> dict[str, str]:
    """{key: text} of one 施策 of an edition; '' for a text that the edition is older than."""
    content = {key: row.get(key, "") for key in fields.text_keys(Section.CONTENT)}
    evaluation = {key: row["evaluation"].get(key, "") for key in fields.text_keys(Section.EVALUATION)}
    return {**content, **evaluation, **{one["key"]: one["text"] for one in row.get("items", ())}}
