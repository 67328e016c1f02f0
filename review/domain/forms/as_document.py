"""A proposal as the document that an import stores: 施策ID and numbers of goals are given, years outside the plan left out.

What the plan holds already is found again by its name, so that next year's list with other numbers changes no identity.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from review.domain import fields, measure_codes
from review.domain.doubt_words import IN_SHEET, PLACED, SHEET
from review.domain.fiscal import fiscal_year_label
from review.domain.forms import city_form
from review.domain.forms.proposal import squeezed
from review.domain.forms.sections import JOINED
from review.domain.sheet import DocumentError, Doubt, IndicatorBlock, IndicatorCell, PlanDocument, Sheet

NOBODY = "担当未定"
EVERYBODY = "全課等"
LONGEST_NAME, LONGEST_GOAL, LONGEST_DEPARTMENT, LEVELS = 200, 300, 60, 3
_LEADING = re.compile(
    r"[(（\[]?\s*((?:[0-9０-９]+|[Ⅰ-Ⅻ]|[①-⑳])(?:[-.‐－ー―][0-9０-９①-⑳()（）]+)*)\s*[)）\]]?[\s.、．:：]*(.*)", re.S
)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the plan holds: its years, {name: 施策ID}, {(施策ID, name): number of the goal}, all empty for a plan without
    施策; `called` are the product's words for the labels of its own form."""

    years: Sequence[int] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[tuple[str, str], int] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)


def document_in(read: Mapping[str, Any], known: Known) -> PlanDocument:
    """The document of a file that was read: the city's form's own, else the sheets of its proposal. Raises DocumentError."""
    return city_form.document_from(read["document"]) if "document" in read else document_of(read, known)


def document_of(proposal: Mapping[str, Any], known: Known) -> PlanDocument:
    """The sheets of a proposal's data. Raises DocumentError for a name that is too long to be stored."""
    measures: list[Mapping[str, Any]] = proposal["measures"]
    named = {int(y) for m in measures for g in m["indicators"] for kind in _KINDS for y in g[kind]}
    inside = sorted(year for year in named if year in known.years) if known.years else sorted(named)
    if not inside:
        raise _no_years(named, known)
    making = _Making(
        known, range(known.years[0], known.years[-1] + 1) if known.years else range(inside[0], inside[-1] + 1)
    )
    making.doubts += [doubt_of(one) for one in proposal["doubts"] if one["code"] not in ("no_department", "no_goal")]
    for year in sorted(named - set(inside)):
        making.doubts.append(Doubt.of("year_outside_plan", year=fiscal_year_label(year)))
    codes = making.codes(measures)
    groups = _Groups()
    sorts = proposal.get("sorts") or [[""] * len(one["indicators"]) for one in measures]
    sheets = tuple(
        making.sheet(one, code, groups.path(one.get("group", "")), of_goals)
        for one, code, of_goals in zip(measures, codes, sorts, strict=True)
    )
    return PlanDocument(years=tuple(inside), sheets=sheets, doubts=tuple(making.doubts))


_KINDS = ("targets", "actuals")


class _Making:
    """One document in the making, with the doubts that come of it."""

    def __init__(self, known: Known, years: range) -> None:
        self.known, self.years = known, years
        self.doubts: list[Doubt] = []

    # --- 施策ID -------------------------------------------------------------------------------------------------------

    def codes(self, measures: Sequence[Mapping[str, Any]]) -> list[str]:
        """A 施策ID for each: the plan's own for a name it has, else the file's, the name's leading number, or a count."""
        proposed = _proposed(measures)
        taken = {measure_codes.same(code) for code in self.known.codes.values()}
        codes: list[str] = []
        for measure, code in zip(measures, proposed, strict=True):
            own = self.known.codes.get(squeezed(measure["name"]), "")
            given = measure.get("code", "")
            if own and own not in codes and (not given or given == own or given not in proposed):
                codes.append(own)
                continue
            if not code or measure_codes.same(code) in {measure_codes.same(one) for one in codes}:
                others = taken | {measure_codes.same(one) for one in codes}
                code = next(free for count in range(1, len(others) + 2) if (free := f"{count:02d}") not in others)
            codes.append(code)
            if code != given:
                says, facts = f"code_made{':instead' if given else ''}", {"name": measure["name"], "given": given}
                self.doubts.append(Doubt.of(says, measure=code, proposal=code, made=code, **facts))
        return codes

    # --- one sheet ----------------------------------------------------------------------------------------------------

    def sheet(
        self, measure: Mapping[str, Any], code: str, group: tuple[tuple[str, str], ...], sorts: Sequence[str]
    ) -> Sheet:
        refuse_long(measure["name"], LONGEST_NAME, "施策名")
        offices = [re.sub(r"\s*\n\s*", "", name) for name in measure["departments"]]
        for name in offices:
            refuse_long(name, LONGEST_DEPARTMENT, "部署名")
        if not offices:
            facts = {"name": measure["name"], "nobody": NOBODY}
            self.doubts.append(Doubt.of("no_department:nobody", measure=code, proposal=NOBODY, **facts))
        texts, left = sheet_texts(measure.get("texts", {}), self.known.called)
        for label in left:
            self.doubts.append(Doubt.of("text_left_out", measure=code, label=label))
        return Sheet(
            code=code,
            name=measure["name"],
            owner=offices[0] if offices else NOBODY,
            group=group,
            related=tuple(name for name in offices[1:] if name != EVERYBODY),
            related_all=EVERYBODY in offices[1:],
            texts=texts,
            indicators=self._blocks(measure["indicators"], code, sorts),
        )

    def _blocks(
        self, goals: Iterable[Mapping[str, Any]], code: str, sorts: Sequence[str]
    ) -> tuple[IndicatorBlock, ...]:
        numbers = {name: number for (owner, name), number in self.known.numbers.items() if owner == code}
        used = set(numbers.values())
        blocks: list[IndicatorBlock] = []
        for goal, sort in zip(goals, sorts, strict=True):
            refuse_long(goal["name"], LONGEST_GOAL, "指標の名前")
            number = numbers.pop(squeezed(goal["name"]), 0)
            if not number:
                number = next(count for count in range(1, len(used) + 2) if count not in used)
                used.add(number)
            blocks.append(self._block(number, goal, sort))
        return tuple(blocks)

    def _block(self, number: int, goal: Mapping[str, Any], sort: str) -> IndicatorBlock:
        years = tuple(
            IndicatorCell(
                fiscal_year=year,
                name=goal["name"],
                target=goal["targets"].get(str(year), ""),
                actual=goal["actuals"].get(str(year), ""),
            )
            for year in self.years
        )
        facts = {"unit": goal["unit"], "baseline": goal["baseline"], "sort": sort}
        return IndicatorBlock(number=number, years=years, **facts)


# --- numbers ---------------------------------------------------------------------------------------------------------


def _proposed(measures: Sequence[Mapping[str, Any]]) -> list[str]:
    """The file's codes where it has one for each; else the numbers that all names begin with, where they differ."""
    groups = [leading_number(measure.get("group", "").split(JOINED)[-1])[0] for measure in measures]
    for codes in (
        [measure.get("code", "") for measure in measures],
        [leading_number(measure["name"])[0] for measure in measures],
    ):
        in_groups = [f"{group}-{code}" if group and code else "" for group, code in zip(groups, codes, strict=True)]
        for candidates in (codes, in_groups):
            same = {measure_codes.same(code) for code in candidates}
            if all(map(measure_codes.is_code, candidates)) and len(same) == len(candidates):
                return candidates
    return [code if measure_codes.is_code(code) else "" for code in (one.get("code", "") for one in measures)]


def leading_number(text: str) -> tuple[str, str]:
    """(number, the rest) of 1-1 企業の立地, (2) 農業 or Ⅲ 人; ("", the text) where it begins with none."""
    match = _LEADING.fullmatch(text.strip())
    if not match or not match[2].strip() or re.match(r"[年月日歳%%時人件回割]", match[2]):
        return "", text.strip()
    return unicodedata.normalize("NFKC", match[1]) if match[1].isdigit() else match[1], match[2].strip()


class _Groups:
    """The 分野 of the file as (number, name), with a number for those that have none: its place among their like."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], str] = {}

    def path(self, group: str) -> tuple[tuple[str, str], ...]:
        parts = [part.strip() for part in re.sub(r"\s*\n\s*", "", group).split(JOINED.strip()) if part.strip()]
        if len(parts) > LEVELS:
            parts = [*parts[: LEVELS - 1], JOINED.join(parts[LEVELS - 1 :])]
        return tuple(
            (self._number(tuple(parts[: place + 1])), leading_number(part)[1]) for place, part in enumerate(parts)
        )

    def _number(self, path: tuple[str, ...]) -> str:
        if path not in self._numbers:
            beside = {number for other, number in self._numbers.items() if other[:-1] == path[:-1]}
            own = leading_number(path[-1])[0]
            counted = (str(count) for count in range(1, len(beside) + 2))
            self._numbers[path] = (
                own if own and own not in beside else next(one for one in counted if one not in beside)
            )
        return self._numbers[path]


# --- sentences -------------------------------------------------------------------------------------------------------


def refuse_long(text: str, most: int, what: str) -> None:
    """Raise DocumentError, naming `what` the text is, where it is longer than can be stored."""
    if len(text) > most:
        raise DocumentError("too_long", what_item=what, text=text[:20], most_n=most, now_n=len(text))


def _no_years(named: Collection[int], known: Known) -> DocumentError:
    if not named:
        return DocumentError("no_years")
    first, last = fiscal_year_label(known.years[0]), fiscal_year_label(known.years[-1])
    years = "、".join(map(fiscal_year_label, sorted(named)))
    return DocumentError("no_years:outside", file_years=years, first_year=first, last_year=last)


def doubt_of(doubt: Mapping[str, str]) -> Doubt:
    """A proposal's doubt as the document has it."""
    facts = {"title": doubt["sheet"], "cell": doubt["cell"]}
    place = (IN_SHEET if doubt["cell"] else SHEET) % facts if doubt["sheet"] else doubt["cell"]
    row = re.search(r"\d+$", doubt["cell"])
    detail = PLACED % {"place_item": place, "doubt_sentence": doubt["detail"]} if place else doubt["detail"]
    return Doubt(
        code=doubt["code"], measure="", line=int(row[0]) if row else 0, detail=detail, proposal=doubt["proposal"]
    )


# --- texts -----------------------------------------------------------------------------------------------------------

#: (key of `domain.fields`, words that a label of it contains); the first that fits decides
_PLACES: tuple[tuple[str, str], ...] = (
    ("cause", r"要因|原因|分析|理由"), ("current_state", r"課題|現状|問題|背景|必要性"),
    ("progress", r"取組状況|実施状況|取組実績|取組と成果|実績と成果|実施結果"), ("response", r"改善|対応|対策"), ("policy", r"今後|方向|方針|見通し"),
    ("expected_effect", r"効果|期待"), ("description", r"概要|内容|目的|説明|手段|手法|対象|事業期間|計画期間"),
)  # fmt: skip


def sheet_texts(labelled: Mapping[str, str], called: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """({key: text}, the labels without a place). Several labels of one key follow each other, each with its label. A label of
    the plan's own form (`called`) stands before what its words seem to say."""
    own = {one.label: one.key for one in fields.texts()}
    places: dict[str, list[tuple[str, str]]] = {}
    left: list[str] = []
    for label, text in labelled.items():
        key = own.get(called.get(label, "")) or next((key for key, words in _PLACES if re.search(words, label)), "")
        if key:
            places.setdefault(key, []).append((label, text))
        else:
            left.append(label)
    texts_of = {
        key: [f"【{label}】{text}" if parts[1:] else text for label, text in parts] for key, parts in places.items()
    }
    return {key: "\n".join(texts) for key, texts in texts_of.items()}, left
