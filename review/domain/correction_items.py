"""What of a published sheet can be corrected: every typed text, each under one key, read and written in plain data.

A key is `name`, `owner`, `cause`, `schedule:1:bars`, `indicator:2:actual:2024` or `indicator:2:grade`. Keys are stored (the
errata of an edition), so they never change. `row` is one 施策 of a snapshot. What is no plain text there has one here that
reads back to the same: 関連部署 as in the form's cell, a bar as its years, 未提出 and 対象外 as those words.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from review.domain import bars, fields, sheet_form
from review.domain.fields import Field, Kind, Section, gettext_noop
from review.domain.fiscal import fiscal_year_label
from review.domain.form_rows import read_related, related_text
from review.domain.items import Item, circled

Row = Mapping[str, Any]

OUTCOME, OUTCOME_REASON = gettext_noop("未提出・対象外の扱い"), "未提出・対象外の理由"
GRADE = "達成区分(判断)"
OUTCOMES = {"": "", "not_submitted": "未提出", "excluded": "対象外"}


def items_of(row: Row, fiscal_year: int) -> list[Item]:
    """Everything that can be corrected, in the order of the sheet. 実績 of years to come do not exist yet."""
    parts = [_item(one.key, row, one) for one in (*_correctable(Section.HEAD), *_texts(row, Section.CONTENT))]
    for place, one in enumerate(row["schedule"], start=1):
        for part in _correctable(Section.SCHEDULE):
            text = bars.text_of(one["bars"]) if part.kind == Kind.BAR else one[part.key]
            parts.append(Item(key=f"schedule:{place}:{part.key}", label=f"取組内容{place} {part.label}", text=text))
    for one in row["indicators"]:
        parts += _of_indicator(one, fiscal_year)
    parts += [_item(one.key, row, one) for one in _texts(row, Section.EVALUATION)]
    if row["outcome"]:
        parts.append(Item(key="outcome", label=OUTCOME, text=OUTCOMES[row["outcome"]]))
        parts.append(Item(key="outcome_reason", label=OUTCOME_REASON, text=row["outcome_reason"]))
    return parts


def _texts(row: Row, section: Section) -> Iterator[Field]:
    every = sheet_form.every(sheet_form.of_row(row))
    return (one for one in every if one.section == section and one.correctable and one.public)


def _correctable(*sections: Section) -> Iterator[Field]:
    return (one for one in fields.of(*sections) if one.correctable and one.public)


def _item(key: str, row: Row, one: Field) -> Item:
    return Item(key=key, label=one.label, text=text_of(row, key))


def _of_indicator(one: Row, fiscal_year: int) -> list[Item]:
    goal = f"成果目標{circled(one['number'])}"
    cells = [
        Item(
            key=f"indicator:{one['number']}:{part.key}:{cell['fiscal_year']}",
            label=f"{goal} {fiscal_year_label(cell['fiscal_year'])} {part.label}",
            text=cell[part.key],
        )
        for cell in one["years"]
        for part in _correctable(Section.GOAL)
        if part.key != "actual" or cell["fiscal_year"] <= fiscal_year
    ]
    return [*cells, Item(key=f"indicator:{one['number']}:grade", label=f"{goal} {GRADE}", text=given(one))]


def word_of(key: str) -> str:
    """What the item is, in the city's words, without the 成果目標, the 年度 or the line of the schedule it belongs to."""
    one = field_of(key)
    return one.label if one else {"outcome": OUTCOME, "outcome_reason": OUTCOME_REASON}.get(key, GRADE)


def is_text(key: str) -> bool:
    """Whether the item is one of the form's texts."""
    return bool(fields.text(key)) or key.startswith(fields.OWN)


def field_of(key: str) -> Field | None:
    """The field of the form that the item is; None for 未提出・対象外, the plan's own items and for a person's own 達成区分."""
    if is_grade(key) or key.startswith(("outcome", fields.OWN)):
        return None
    if indicator_of(key) is not None:
        return fields.field(Section.GOAL, key.split(":")[2])
    if key.startswith("schedule:"):
        return fields.field(Section.SCHEDULE, key.split(":")[2])
    return fields.text(key) or fields.field(Section.HEAD, key)


def text_of(row: Row, key: str) -> str:
    """A field of the sheet itself as text; '' for one that the edition is older than."""
    if key == "related":
        return related_text(row["related"], every=row["related_all"], note=row["related_text"])
    return str((sheet_form.texts_of_row(row) if is_text(key) else row).get(key, ""))


def given(one: Row) -> str:
    """The 達成区分 that a person gave, '' where the computed one counts."""
    return str(one["grade"]) if one["given_reason"] else ""


def is_grade(key: str) -> bool:
    """Whether the item is a person's own 達成区分, which is chosen and not typed."""
    return key.endswith(":grade")


def indicator_of(key: str) -> int | None:
    """The number of the 成果目標 that the item belongs to; None for any other."""
    return int(key.split(":")[1]) if key.startswith("indicator:") else None


def year_of(key: str) -> int | None:
    """The year whose cell of a 成果目標 the item is; None for any other."""
    parts = key.split(":")
    return int(parts[3]) if len(parts) == 4 else None


def limit_of(key: str) -> int | None:
    """How many letters the item may have, where that is few."""
    one = field_of(key)
    return one.most if one else None


def write(row: MutableMapping[str, Any], key: str, text: str) -> None:
    """Put the text in its place. A 達成区分 belongs to the judgement and is not written here."""
    match key.split(":"):
        case ["schedule", place, "bars"]:
            row["schedule"][int(place) - 1]["bars"] = bars.read(text)
        case ["schedule", place, name]:
            row["schedule"][int(place) - 1][name] = text
        case ["indicator", number, name, year]:
            one = next(one for one in row["indicators"] if one["number"] == int(number))
            next(cell for cell in one["years"] if cell["fiscal_year"] == int(year))[name] = text
        case ["owner"]:
            row["owner"] = text
            row.pop("owner_now", None)
        case ["related"]:
            names, row["related_all"], row["related_text"] = read_related(text)
            row["related"] = list(names)
        case [name] if name.startswith(fields.OWN):
            next(one for one in row["items"] if one["key"] == name)["text"] = text
        case ["outcome"]:
            row["outcome"] = outcome_of(text)
        case [name] if name in fields.text_keys(Section.EVALUATION):
            row["evaluation"][name] = text
        case [name] if name in ("name", "outcome_reason", *fields.text_keys(Section.CONTENT)):
            row[name] = text
        case _:
            raise KeyError(key)


def outcome_of(text: str) -> str:
    """The code of 未提出 or 対象外, '' for neither."""
    return next((code for code, word in OUTCOMES.items() if word == text), "")


def reads_back(row: Row, key: str, text: str, fiscal_year: int) -> bool:
    """Whether the text, once written, is what can be read there: no office, year or word of it is lost."""
    trial = copy.deepcopy(dict(row))
    write(trial, key, text)
    return any(item.key == key and item.text == text for item in items_of(trial, fiscal_year))


def touched(keys: Iterable[str]) -> set[int]:
    """The numbers of the 成果目標 that the keys belong to."""
    return {number for key in keys if (number := indicator_of(key)) is not None}
