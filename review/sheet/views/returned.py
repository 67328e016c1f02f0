"""What a returned sheet begins with: each remark in its words, the way to its item, and whether it was dealt with."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from review import queries
from review.domain import items
from review.item_words import label_of
from review.models import ItemComment, MeasureReview, ReviewState
from review.sheet.services import remarks


@dataclass(frozen=True, kw_only=True)
class Task:
    """One remark on one item. `met` says whether the item was changed or answered since."""

    label: str
    comment: ItemComment
    url: str
    met: bool


def tasks(review: MeasureReview, texts: Mapping[str, str], labels: Mapping[str, str]) -> list[Task]:
    """The remarks of the return that is being worked on, in the order of the steps. Two queries, else none."""
    if review.state != ReviewState.RETURNED:
        return []
    thread, sent = queries.comments(review), queries.submissions(review)
    met = remarks.met(thread, sent, texts)
    rows = [one for one in thread if one.pk in met and one.round == review.round and one.item in texts]
    place = {key: number for number, key in enumerate(texts)}
    rows.sort(key=lambda one: (items.step_of(one.item), place[one.item]))
    return [
        Task(
            label=labels.get(one.item) or label_of(one.item, review.cycle.form),
            comment=one,
            url=f"{reverse('meguri:entry', args=[review.pk, items.step_of(one.item)])}#id_{one.item}",
            met=met[one.pk],
        )
        for one in rows
    ]
