"""The fields of a sheet, defined once for all that shows, reads, writes, compares or publishes them.

A text of the sheet is stored under its key (`MeasureYear.texts`), so another one is one more line in FIELDS. Keys are
stored in submissions, remarks, seals and editions: they never change, and none is used twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


def gettext_noop(label: str) -> str:
    """The mark by which the catalogue finds the words of this module; nothing below the screens translates."""
    return label


class Section(StrEnum):
    """The part of the form that a field belongs to."""

    HEAD = "head"
    CONTENT = "content"
    SCHEDULE = "schedule"
    GOAL = "goal"
    NEXT = "next"
    EVALUATION = "evaluation"


class Kind(StrEnum):
    """What can be written there: a text of any length, one line, a value to be judged, offices, the years of a bar;
    in items of the plan's own also one of some levels, a number, an amount in 千円."""

    TEXT = "text"
    LINE = "line"
    VALUE = "value"
    OFFICES = "offices"
    BAR = "bar"
    LEVEL = "level"
    NUMBER = "number"
    AMOUNT = "amount"


class Writer(StrEnum):
    """Who writes it in the year: nobody (it is the plan's), the department, the reviewing office, or the deciding body."""

    PLAN = "plan"
    DEPARTMENT = "department"
    OFFICE = "office"
    DECIDERS = "deciders"


class Required(StrEnum):
    """When a sheet cannot be submitted without it; in items of the plan's own also: not confirmed, not approved."""

    NEVER = "never"
    ALWAYS = "always"
    AT_REVIEW = "review"
    AT_DECISION = "decision"
    WHERE_MISSED = "missed"
    WHERE_PLAN_CHANGES = "changes"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. `step` is the guided step on which the department writes it (0: none), `most` how many letters it may have.

    `with_plan`: a next year begins with this year's words. `in_book`: it is in workbooks and papers. `public`: an
    edition holds it, with all that is made from one. `correctable`: an erratum may name it. `since`: the version of
    the editions' schema that brought it. `column`: its title in the open data, `about` and `english` its meaning.
    """

    key: str
    label: str
    section: Section
    kind: Kind = Kind.TEXT
    writer: Writer = Writer.PLAN
    step: int = 0
    required: Required = Required.NEVER
    help: str = ""
    with_plan: bool = False
    in_book: bool = True
    public: bool = True
    correctable: bool = True
    since: int = 1
    most: int | None = None
    column: str = ""
    about: str = ""
    english: str = ""
    levels: tuple[str, ...] = ()


def _content(key: str, label: str, english: str, *, column: str = "") -> Field:
    about = "施策シートの文章(書かれたとおり)"
    return Field(
        key=key,
        label=label,
        section=Section.CONTENT,
        with_plan=True,
        column=column or label,
        about=about,
        english=english,
    )


def _head(key: str, label: str, kind: Kind = Kind.LINE, most: int | None = None, *, correctable: bool = True) -> Field:
    return Field(key=key, label=label, section=Section.HEAD, kind=kind, most=most, correctable=correctable)


#: The key of the deciding body's opinion on a sheet: it writes it with its decision.
OPINION = "board_opinion"
#: The key of the reason for what a sheet changes in the year to come.
CHANGE_REASON = "change_reason"
#: How the keys of items begin that are not here but in a plan's own form (`domain.sheet_form`).
OWN = "x-"
_EVALUATION, _BY_DEPARTMENT = "評価の文章", Writer.DEPARTMENT

#: In the order of the form.
FIELDS: tuple[Field, ...] = (
    _head("code", gettext_noop("施策ID"), correctable=False),
    _head("name", gettext_noop("施策名"), most=200),
    _head("owner", gettext_noop("主管部署"), Kind.OFFICES),
    _head("related", gettext_noop("関連部署"), Kind.OFFICES),
    _content("current_state", gettext_noop("現状と課題"), "Present state and issues, as written by the city"),
    _content("description", gettext_noop("施策内容詳細"), "Description of the measure, as written by the city"),
    _content("expected_effect", gettext_noop("施策の実施により期待される効果"), "Expected effect, as written by the city", column="期待される効果"),
    Field(
        key="policy", label=gettext_noop("今後の取組方針・取組内容"), section=Section.CONTENT, writer=_BY_DEPARTMENT, step=4,
        with_plan=True, help=gettext_noop("これからの取組方針です。前年度のままでよければ、変更はいりません。"),
        column="今後の取組方針・取組内容", about="施策シートの文章(書かれたとおり)", english="Future policy and activities, as written by the city",
    ),
    Field(key="name", label=gettext_noop("取組内容"), section=Section.SCHEDULE, kind=Kind.LINE, most=300),
    Field(
        key="progress", label=gettext_noop("取組状況"), section=Section.SCHEDULE, writer=_BY_DEPARTMENT, step=3,
        help=gettext_noop("この年度に行ったことを短く書きます。"),
    ),
    Field(key="bars", label=gettext_noop("実施する年度"), section=Section.SCHEDULE, kind=Kind.BAR, writer=_BY_DEPARTMENT, step=3),
    Field(key="name", label=gettext_noop("評価項目"), section=Section.GOAL, kind=Kind.LINE, most=300),
    Field(key="target", label=gettext_noop("目標"), section=Section.GOAL, kind=Kind.VALUE),
    Field(
        key="actual", label=gettext_noop("実績"), section=Section.GOAL, kind=Kind.VALUE, writer=_BY_DEPARTMENT, step=1,
        required=Required.ALWAYS,
        help=gettext_noop("数字と単位を入力します(例: 33,474千円、75.5%)。測定していない場合は「-」と理由を入力します。"),
    ),
    Field(
        key="doubt", label=gettext_noop("値の状態・疑問点への回答"), section=Section.GOAL, kind=Kind.LINE, writer=_BY_DEPARTMENT, step=1,
        in_book=False, correctable=False, since=3, most=500,
    ),
    Field(
        key="next_name", label=gettext_noop("来年度の評価項目"), section=Section.NEXT, kind=Kind.LINE, writer=_BY_DEPARTMENT, step=4,
        most=300, help=gettext_noop("何を測るかです。計画のままでよければ、変更はいりません。"),
    ),
    Field(
        key="next_target", label=gettext_noop("来年度の目標"), section=Section.NEXT, kind=Kind.VALUE, writer=_BY_DEPARTMENT, step=4,
        help=gettext_noop("計画の値が入っています。変えるときは、下の欄に理由を書きます。"),
    ),
    Field(
        key="cause", label=gettext_noop("要因"), section=Section.EVALUATION, writer=_BY_DEPARTMENT, step=2,
        required=Required.WHERE_MISSED, help=gettext_noop("目標に届かなかった理由を、事実に沿って書きます。"),
        column="要因", about=_EVALUATION, english="Causes of the result",
    ),
    Field(
        key="response", label=gettext_noop("対応"), section=Section.EVALUATION, writer=_BY_DEPARTMENT, step=2,
        required=Required.WHERE_MISSED, help=gettext_noop("目標に近づけるために、これから行うことを書きます。"),
        column="対応", about=_EVALUATION, english="Response: what the department will do",
    ),
    Field(
        key="progress", label=gettext_noop("取組状況"), section=Section.EVALUATION, writer=_BY_DEPARTMENT, step=3,
        help=gettext_noop("この年度に行ったことを、全体として書きます。"),
        column="取組状況", about=_EVALUATION, english="Progress of activities",
    ),
    Field(
        key="self_assessment", label=gettext_noop("自己評価"), section=Section.EVALUATION, writer=_BY_DEPARTMENT, step=2,
        help=gettext_noop("取組全体を振り返った評価を書きます。"),
        column="自己評価", about=_EVALUATION, english="Self-assessment",
    ),
    Field(
        key=OPINION, label=gettext_noop("本部評価・意見"), section=Section.EVALUATION, writer=Writer.DECIDERS,
        column="本部評価・意見", about=_EVALUATION, english="Headquarters' assessment and opinion",
    ),
    Field(
        key=CHANGE_REASON, label=gettext_noop("目標や指標の変更とその理由"), section=Section.EVALUATION, writer=_BY_DEPARTMENT,
        step=4, required=Required.WHERE_PLAN_CHANGES,
        help=gettext_noop("目標や指標を変えたい場合に、その内容と理由を書きます。変更がなければ空欄のままにします。"),
        column="目標や指標の変更とその理由", about=_EVALUATION, english="Changes of targets or indicators, and why",
    ),
)  # fmt: skip

_TEXT_SECTIONS = (Section.CONTENT, Section.EVALUATION)


def of(*sections: Section) -> Iterator[Field]:
    """The fields of these sections, in the order of the form."""
    return (one for one in FIELDS if one.section in sections)


def field(section: Section, key: str) -> Field:
    """One field. Raises KeyError where the form has none of that key."""
    for one in of(section):
        if one.key == key:
            return one
    raise KeyError(key)


def label(section: Section, key: str) -> str:
    """The field's label, in the city's words."""
    return field(section, key).label


def texts() -> tuple[Field, ...]:
    """The texts of the sheet, each stored under its key, in the order of the form."""
    return tuple(of(*_TEXT_SECTIONS))


def text(key: str) -> Field | None:
    """The text with that key, None where the form has none."""
    return next((one for one in texts() if one.key == key), None)


def text_keys(*sections: Section) -> tuple[str, ...]:
    """The keys of the texts of these sections (default: of all), in the order of the form."""
    return tuple(one.key for one in of(*(sections or _TEXT_SECTIONS)))


def typed() -> dict[str, Field]:
    """{key: field} of the texts that the department writes in the year, in the order of its steps."""
    own = [one for one in texts() if one.writer == Writer.DEPARTMENT]
    return {one.key: one for one in sorted(own, key=lambda one: one.step)}


def required(rule: Required) -> list[str]:
    """The keys of the department's texts that are required under this rule."""
    return [key for key, one in typed().items() if one.required == rule]
