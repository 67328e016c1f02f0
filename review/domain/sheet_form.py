"""The form of one year: the built-in texts of `domain.fields` and the items of the plan's own, which are data.

`Cycle.form` is {"items": [{"key", "label", "help", "kind", "levels", "section", "required", "in_book", "public",
"retired"}], "off": [keys of built-in texts]}. A key is `x-` and the word that the item began with: it is stored with what was written and never changes,
while its label may. A retired item is asked no more; what was written under it stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from review.domain import fields
from review.domain.fields import OWN, Field, Kind, Required, Section, Writer

Form = Mapping[str, Any]

#: The guided step on which the department writes the items of the plan's own.
STEP = 3
#: How long the word of a key may be; remarks have a column for keys.
LONGEST = 30
KINDS = (Kind.TEXT, Kind.LEVEL, Kind.AMOUNT, Kind.NUMBER)
SECTIONS = (Section.CONTENT, Section.EVALUATION)
_NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")


def key_of(label: str) -> str:
    """The key of a new item with that label; '' where the label has no letter."""
    word = re.sub(r"\W", "", unicodedata.normalize("NFKC", label).lower())[:LONGEST]
    return OWN + word if word else ""


def _field(item: Mapping[str, Any]) -> Field:
    return Field(
        key=item["key"],
        label=item["label"],
        section=Section(item["section"]),
        kind=Kind(item["kind"]),
        writer=Writer.DEPARTMENT,
        step=STEP,
        required=Required.ALWAYS if item.get("required") else Required.NEVER,
        help=item.get("help", ""),
        levels=tuple(item.get("levels", ())),
        in_book=item.get("in_book", True),
        public=item.get("public", True),
    )


def off(form: Form) -> frozenset[str]:
    """The keys of the built-in texts that the year does not ask for."""
    return frozenset(form.get("off", ()))


def own(form: Form) -> tuple[Field, ...]:
    """The items of the plan's own that the year asks for."""
    return tuple(_field(one) for one in form.get("items", ()) if not one.get("retired"))


def of(form: Form, *sections: Section) -> tuple[Field, ...]:
    """The form of the year: the built-in texts of these sections (default: of all), each with the plan's own after them."""
    mine, left_out = own(form), off(form)
    return tuple(
        one
        for part in sections or SECTIONS
        for one in (
            *(one for one in fields.of(part) if one.key not in left_out),
            *(item for item in mine if item.section == part),
        )
    )


def typed(form: Form) -> dict[str, Field]:
    """{key: field} of the texts that the department writes in that year, in the order of its steps."""
    built_in = {key: one for key, one in fields.typed().items() if key not in off(form)}
    return built_in | {one.key: one for one in own(form)}


def field(form: Form, key: str) -> Field | None:
    """The own item with that key, None where the year asks for none."""
    return next((one for one in own(form) if one.key == key), None)


def is_number(text: str) -> bool:
    """Whether the text is one number, with or without separators, in letters of any width."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        return bool(_NUMBER.fullmatch(plain)) and Decimal(plain.replace(",", "")).is_finite()
    except InvalidOperation:
        return False


def frozen(items: Iterable[Field], text_of: Mapping[str, str]) -> list[dict[str, Any]]:
    """The own items as an edition holds them, with their labels, for the form may be another one later."""
    return [
        {
            "key": one.key,
            "label": one.label,
            "kind": str(one.kind),
            "section": str(one.section),
            "text": str(text_of.get(one.key, "")),
            "in_book": one.in_book,
        }
        for one in items
        if one.public
    ]
