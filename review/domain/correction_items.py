"""What of a published sheet can be corrected: every typed text, each under one key, read and written in plain data.

A key is `name`, `owner`, `cause`, `schedule:1:bars`, `indicator:2:actual:2024` or `indicator:2:grade`. Keys are stored (the
errata of an edition), so they never change. `row` is one 施策 of a snapshot. What is no plain text there has one here that
reads back to the same: 関連部署 as in the form's cell, a bar as its years, 未提出 and 対象外 as those words.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from review.domain import bars
from review.domain.fiscal import fiscal_year_label
from review.domain.form_rows import read_related, related_text
from review.domain.items import Item, circled

Row = Mapping[str, Any]

HEAD = {
    "name": "施策名",
    "current_state": "現状と課題",
    "description": "施策内容詳細",
    "expected_effect": "施策の実施により期待される効果",
    "policy": "今後の取組方針・取組内容",
    "outcome_reason": "未提出・対象外の理由",
}
EVALUATION = {
    "cause": "要因",
    "response": "対応",
    "progress": "取組状況",
    "self_assessment": "自己評価",
    "board_opinion": "本部評価・意見",
    "change_reason": "目標や指標の変更とその理由",
}
CELL = {"name": "評価項目", "target": "目標", "actual": "実績"}
SCHEDULE = {"name": "取組内容", "progress": "取組状況"}
OWNER, RELATED, BARS, OUTCOME = "主管部署", "関連部署", "実施する年度", "未提出・対象外の扱い"
GRADE = "達成区分(判断)"
OUTCOMES = {"": "", "not_submitted": "未提出", "excluded": "対象外"}
#: how long a text may be where the sheet holds it in one line
SHORT = {"施策名": 200, "評価項目": 300, "取組内容": 300}


def items_of(row: Row, fiscal_year: int) -> list[Item]:
    """Everything that can be corrected, in the order of the sheet. 実績 of years to come do not exist yet."""
    found = [Item(key=key, label=label, text=row[key]) for key, label in HEAD.items() if key != "outcome_reason"]
    found[1:1] = [
        Item(key=key, label=label, text=text_of(row, key)) for key, label in (("owner", OWNER), ("related", RELATED))
    ]
    for place, one in enumerate(row["schedule"], start=1):
        found += [
            Item(key=f"schedule:{place}:{key}", label=f"取組内容{place} {label}", text=one[key])
            for key, label in SCHEDULE.items()
        ]
        years = bars.text_of(one["bars"])
        found.append(Item(key=f"schedule:{place}:bars", label=f"取組内容{place} {BARS}", text=years))
    for one in row["indicators"]:
        found += _of_indicator(one, fiscal_year)
    found += [Item(key=key, label=label, text=row["evaluation"][key]) for key, label in EVALUATION.items()]
    if row["outcome"]:
        found.append(Item(key="outcome", label=OUTCOME, text=OUTCOMES[row["outcome"]]))
        found.append(Item(key="outcome_reason", label=HEAD["outcome_reason"], text=row["outcome_reason"]))
    return found


def _of_indicator(one: Row, fiscal_year: int) -> list[Item]:
    goal = f"成果目標{circled(one['number'])}"
    found = [
        Item(
            key=f"indicator:{one['number']}:{key}:{cell['fiscal_year']}",
            label=f"{goal} {fiscal_year_label(cell['fiscal_year'])} {label}",
            text=cell[key],
        )
        for cell in one["years"]
        for key, label in CELL.items()
        if key != "actual" or cell["fiscal_year"] <= fiscal_year
    ]
    return [*found, Item(key=f"indicator:{one['number']}:grade", label=f"{goal} {GRADE}", text=given(one))]


def word_of(key: str) -> str:
    """What the item is, in the city's words, without the 成果目標, the 年度 or the line of the schedule it belongs to."""
    if indicator_of(key) is not None:
        return GRADE if is_grade(key) else CELL[key.split(":")[2]]
    if key.startswith("schedule:"):
        return {**SCHEDULE, "bars": BARS}[key.split(":")[2]]
    return {**HEAD, **EVALUATION, "owner": OWNER, "related": RELATED, "outcome": OUTCOME}[key]


def text_of(row: Row, key: str) -> str:
    """主管部署 (`owner`) or 関連部署 (`related`) as text."""
    if key == "owner":
        return str(row["owner"])
    return related_text(row["related"], every=row["related_all"], note=row["related_text"])


def given(one: Row) -> str:
    """The 達成区分 that a person gave, '' where the computed one stands."""
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


def limit_of(label: str) -> int | None:
    """How many letters the item may have, where that is few."""
    return next((most for word, most in SHORT.items() if label.endswith(word)), None)


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
        case ["outcome"]:
            row["outcome"] = outcome_of(text)
        case [name] if name in EVALUATION:
            row["evaluation"][name] = text
        case [name] if name in HEAD:
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
