"""The page of a published 計画期間の総括, made from the edition's frozen snapshot alone."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from review.domain.rating import Scale
from review.models import SummaryEdition
from review.publication.services import summary_tables
from review.publication.views.public_frame import Page, crumbs, frame
from review.publication.views.shelf import Site
from review.templatetags.words import day_text


def edition_of(site: Site, short_name: str, number: int | None) -> SummaryEdition | None:
    """The edition with that number, or the plan's newest; None where there is none."""
    of_plan = [one for one in site.summaries if one.plan.short_name == short_name]
    return next((one for one in of_plan if number in (None, one.number)), None)


def summary(site: Site, short_name: str, number: int | None = None) -> Page | None:
    """The whole 総括."""
    edition = edition_of(site, short_name, number)
    if edition is None:
        return None
    snapshot = edition.snapshot
    title = _("%(plan)sの計画期間の総括") % {"plan": snapshot["plan"]}
    path: list[Any] = [short_name] if number is None else [short_name, number]
    context = {
        **frame(site, title, here="summary", plan=short_name, path=("summary", *path)),
        "breadcrumbs": crumbs(site, short_name, (title, "")),
        "snapshot": snapshot,
        "first": snapshot["years"][0],
        "last": snapshot["years"][-1],
        "totals": totals_of(snapshot),
        "label": label_of(edition),
        "day": day_text(edition.published_at),
        "sha256": edition.sha256,
        "current_url": "" if edition == edition_of(site, short_name, None) else site.url("summary", short_name),
        "editions": [
            {"label": label_of(one), "url": site.url("summary", short_name, one.number)}
            for one in site.summaries
            if one.plan_id == edition.plan_id
        ],
        "files": [
            {"name": name, "url": site.url("summary_data", short_name, edition.number, name)} for name in summary_tables.FILES
        ],
    }  # fmt: skip
    return Page(template="publication/summary.html", context=context)


def label_of(edition: SummaryEdition) -> str:
    """第1版."""
    return _("第%(n)s版") % {"n": edition.number}


def totals_of(snapshot: dict[str, Any]) -> list[dict[str, Any]]:
    """{grade, name, count} in the order of the scale."""
    grades = Scale.from_data(snapshot["scale"]).grades
    return [{"grade": one.letter, "name": one.name, "count": snapshot["totals"].get(one.letter, 0)} for one in grades]
