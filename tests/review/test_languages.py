"""An English page is English: what stands there in Japanese is a name, what somebody typed, or kept as it was sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from review.domain import values
from review.domain.values.reading import Quantity
from tests.cast import Cast
from tests.names import ROOT
from tests.review import test_years_said as worlds

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
#: Read aloud, or shown where a mouse rests.
ATTRIBUTES = ("alt", "aria-label", "title", "placeholder", "data-key-label", "label")
#: Rows of what people named and typed. What the product words (notices, jobs, scales, forms) is not among them, nor how a
#: value was read and judged (`JUDGED`).
TYPED = [
    "User",
    "Department",
    "Plan",
    "PlanField",
    "Measure",
    "MeasureYear",
    "Indicator",
    "IndicatorYear",
    "ScheduleItem",
    "ItemComment",
    "Meeting",
    "Decision",
    "Concurrence",
    "Extension",
    "Proxy",
    "ClosingDay",
    "ReminderPause",
    "CorrectionItem",
    "TargetChange",
    "Evidence",
    "RecordedDecision",
]
JUDGED = {("IndicatorYear", name) for name in ("reason", "reading", "rate_text")}
#: (pages, what stands there in the city's words, why)
KEPT_AS_SENT = (
    (("meguri:notices", "meguri:home"), re.compile(""), "notices are kept as they were sent"),
    (("meguri:notice_texts", "meguri:notice_text", "meguri:notice_settings"), re.compile(""), "the text of the city's mails"),
    (("meguri:files", "meguri:sheet", "meguri:audit"), re.compile(r"_\S+[.](xlsx|pdf)"), "names of files"),
    (("meguri:help", "meguri:form_preview", "meguri:entry", "publication_en:method"), re.compile(r'["“]1,200人["”]|千円|※|■|集計中'),
     "examples of what is typed in Japanese"),
    (("publication_en:open_data",), re.compile(
        "大きいほどよい higher|確定 final|対象外 excluded|以上 at least|第1版 is|令和6年度|活動指標 activity|未達成\\(率なし|千円"
    ), "what the cells of the tables hold, with its English"),
    (("meguri:people_import", "meguri:personal_data", "meguri:correction_items"), re.compile("計画|離任した職員|、"),
     "what must be typed, or is printed, in Japanese"),
)  # fmt: skip
#: A city and a licence are names; they stand on every public page.
NAMES = ("クリエイティブ・コモンズ 表示 4.0 国際 (CC BY 4.0)", "自治体")


class Texts(HTMLParser):
    """The words of a page: its text, and what is read aloud; not what is marked as Japanese, nor what is sent back."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._left_out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("script", "style", "textarea") or values.get("lang") == "ja" or self._left_out:
            if tag not in ("input", "br", "img", "meta", "link", "hr", "path", "use"):
                self._left_out.append(tag)
            return
        self.texts += [value for name in ATTRIBUTES if (value := values.get(name))]
        if tag == "input" and values.get("type") in ("submit", "button"):
            self.texts.append(values.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if self._left_out and self._left_out[-1] == tag:
            self._left_out.pop()

    def handle_data(self, data: str) -> None:
        if not self._left_out and data.strip():
            self.texts.append(" ".join(data.split()))


def strings(value: Any) -> Iterator[str]:
    """Every text within what a row holds."""
    if isinstance(value, str):
        yield from (" ".join(line.split()) for line in [value, *value.split("\n")])
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def typed() -> list[str]:
    """What people named and typed, the longest first."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    rows = set(NAMES)
    for model in apps.get_app_config("review").get_models():
        if model.__name__ in TYPED:
            names = {field.name for field in model._meta.fields if isinstance(field, kinds)}
            names -= {name for owner, name in JUDGED if owner == model.__name__}
            for row in model._default_manager.values_list(*names):
                rows |= {text for value in row for text in strings(value) if JAPANESE.search(text)}
    rows |= {with_unit(part) for text in rows for part in values.read(text).parts}
    return sorted(rows, key=len, reverse=True)


def with_unit(part: Quantity) -> str:
    """The number and the unit of a value as typed, as a page that reads it writes them: 1,200人 of 約１２００人以上."""
    return re.sub("以上|以下|以内|未満|超|約", "", part.phrase)


def left_in_japanese(page: str, known: list[str]) -> list[str]:
    """The texts of a page that are Japanese and nobody's."""
    reader = Texts()
    reader.feed(page)
    left = []
    for text in reader.texts:
        rest = text
        for one in known:
            rest = rest.replace(one, "")
        if JAPANESE.search(rest):
            left.append(text)
    return left


@pytest.mark.drill
@pytest.mark.once
@pytest.mark.parametrize("world", [worlds.running, worlds.published])
def test_no_japanese_of_the_product_stands_on_an_english_page(cast: Cast, world: Callable[[Cast], None]) -> None:
    world(cast)
    known, hits = typed(), {}
    for who in (*worlds.WHO, "head"):
        for name, page in worlds.pages(cast, who, "en"):
            for text in left_in_japanese(page.content.decode(), known):
                if not any(name in names and pattern.search(text) for names, pattern, _why in KEPT_AS_SENT):
                    hits.setdefault(text[:140], set()).add(name)
    assert hits == {}


def test_what_a_page_lists_is_joined_as_its_reader_joins() -> None:
    """Under 50%, Missed: the comma of a list is a word of the page as well."""
    pages = [
        *ROOT.glob("review/*/views/*.py"),
        *ROOT.glob("workflow/views/*.py"),
        *ROOT.glob("review/templatetags/*.py"),
    ]
    assert [path.name for path in pages if '"、".join(' in path.read_text("utf-8")] == []
