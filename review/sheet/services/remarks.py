"""指摘: whether a return's request was met since. Computed from the texts and the answers, not from the pass."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from review import queries
from review.models import ItemComment, MeasureReview, Submission

Texts = Mapping[str, str]


def met(comments: Iterable[ItemComment], sent: Sequence[Submission], texts: Texts) -> dict[int, bool]:
    """{remark of a return: whether its item was changed or answered since}. No query.

    A remark on the whole sheet is met once anything was changed or answered.
    """
    thread = list(comments)
    remarks = [one for one in thread if one.kind == ItemComment.Kind.RETURN]
    return {one.pk: _answered(one, thread) or _changed(one, sent, texts) for one in remarks}


def _answered(remark: ItemComment, thread: Iterable[ItemComment]) -> bool:
    """Whether the department replied after it: what was done, or why it may stand (このままでよい理由)."""
    return any(
        one.kind == ItemComment.Kind.REPLY
        and (one.created_at, one.pk) > (remark.created_at, remark.pk)
        and remark.item in ("", one.item)
        for one in thread
    )


def _changed(remark: ItemComment, sent: Sequence[Submission], texts: Texts) -> bool:
    """Whether the item reads differently from what the remark was made on."""
    before = made_on(remark, sent)
    if before is None:
        return False
    old = before.content.get("items", {})
    keys = [remark.item] if remark.item else set(old) | set(texts)
    return any(old.get(key, "") != texts.get(key, "") for key in keys)


def made_on(remark: ItemComment, sent: Sequence[Submission]) -> Submission | None:
    """The submission that the remark speaks of: the latest before it. A pass may begin without one."""
    return max((one for one in sent if one.submitted_at <= remark.created_at), key=lambda one: one.pk, default=None)


def open_remarks(comments: Sequence[ItemComment], sent: Sequence[Submission], texts: Texts) -> dict[str, str]:
    """{item key: sentence} of the remarks on items of the latest submission that are neither met nor answered."""
    states = met(comments, sent, texts)
    latest = max(sent, key=lambda one: one.pk, default=None)
    sentence = _("差戻しの指摘がまだ残っています。内容を直すか、回答(このままでよい場合はその理由)を入力してください。")
    return {
        one.item: sentence
        for one in comments
        if one.item and one.pk in states and not states[one.pk] and made_on(one, sent) == latest
    }


def unmet(review: MeasureReview, texts: Texts) -> dict[str, str]:
    """The same, read for a sheet that came back. Two queries."""
    return open_remarks(queries.comments(review), queries.submissions(review), texts)
