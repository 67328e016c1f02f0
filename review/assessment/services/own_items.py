"""The items of the plan's own: what may be written into them, and what the office and the deciding body write at their step."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from review import reader_words
from review.domain import sheet_form, text
from review.domain.fields import Field, Kind, Required, Writer
from review.domain.refusals import Invalid
from review.models import Cycle, MeasureReview, User
from review.trail.services import audit


def problem(cycle: Cycle, key: str, value: str) -> str:
    """Why the value cannot be stored, where it stands and what to do; '' where it can, and for every other item."""
    one = sheet_form.field(cycle.form, key)
    if one is None or not value.strip():
        return ""
    words = {"item": one.label, "text": value.strip()[:40], "levels": "、".join(one.levels)}
    if one.kind == Kind.LEVEL and value not in one.levels:
        return _("%(item)sの「%(text)s」は選べません。次から選んでください: %(levels)s") % words
    if one.kind == Kind.AMOUNT and sheet_form.number(value) is None:
        return (
            _("%(item)sの「%(text)s」は金額として読めません。千円を単位に、数字だけを入力してください(例: 33,474)。")
            % words
        )
    if one.kind == Kind.NUMBER and sheet_form.number(value) is None:
        return _("%(item)sの「%(text)s」は数として読めません。数字だけを入力してください(例: 1,250)。") % words
    return ""


def normalized(cycle: Cycle, key: str, value: str) -> str:
    """The text as it is stored: without spaces around it where it is chosen or a number, else as typed."""
    one = sheet_form.field(cycle.form, key)
    return value.strip() if one and one.kind != Kind.TEXT else text.normal_newlines(value)


def write(user: User, review: MeasureReview, writer: Writer, moment: Required, texts: Mapping[str, str]) -> None:
    """Store what the writer typed with a decision on a locked sheet, once all that the form asks for by then is there.

    Raises Invalid, naming each item that cannot be stored or is missing.
    """
    cycle, year = review.cycle, review.measure_year
    mine = {one.key for one in sheet_form.own(cycle.form, writer)}
    typed = {key: normalized(cycle, key, value) for key, value in texts.items() if key in mine}
    before = {key: year.text(key) for key in typed}
    after = {**year.texts, **typed}
    sentences = {key: problem(cycle, key, value) or reader_words.problem(value) for key, value in typed.items()}
    sentences |= {
        one.key: _missing(one)
        for one in sheet_form.own(cycle.form)
        if one.required == moment and not after.get(one.key, "").strip()
    }
    if problems := {key: sentence for key, sentence in sentences.items() if sentence}:
        raise Invalid(" ".join(problems.values()), problems)
    if before != typed:
        year.texts |= typed
        year.save(update_fields=["texts"])
        audit.write(user, "items.write", f"review:{review.pk}", before=before, after=typed)


def _missing(one: Field) -> str:
    if one.writer == Writer.DEPARTMENT:
        sentence = _("%(item)sが入力されていません。差し戻して、主管部署に入力してもらってください。")
    else:
        sentence = _("%(item)sを入力してください。施策シートの画面を開くと入力できます。")
    return sentence % {"item": one.label}
