"""The column 計画 of a list of people: in which plan a 確認者 or 承認者 holds the post."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from review.domain.people_list import Line, folded
from review.models import Plan, Role
from review.models.organization import PLAN_ROLES
from review.people.services import people
from review.people.services.posts import Post

#: 確認者 or 承認者 of every plan, also of later ones
EVERY_PLAN = "すべて"


def in_plan(
    line: Line, post: Post | None, plans: Sequence[Plan], everywhere: bool, adding: bool, problems: list[str]
) -> Post | None:
    """The post in the plan of the line. Blank is the one plan that there is, or as it is held already (`everywhere`).

    Who is added to a list keeps a post of every plan; a transfer takes them out of it."""
    if post is None or post.role not in PLAN_ROLES:
        problems.append(_("計画の列: %(why)s") % {"why": people.ONLY_OF_PLANS})
        return post
    name = folded(line.plan)
    if name == folded(EVERY_PLAN) or (everywhere and (not name or adding)) or not (name or plans):
        return post
    named = [plan for plan in plans if name in (folded(plan.short_name), folded(plan.name))] if name else plans
    if len(named) == 1:
        return replace(post, plan=named[0].pk)
    problems.append(
        _("計画の列: 「%(plan)s」という計画はありません。%(plans)sのどれか、または「%(every)s」と書いてください。")
        % {
            "plan": line.plan,
            "plans": _("、").join(_("「%(name)s」") % {"name": plan.short_name} for plan in plans),
            "every": EVERY_PLAN,
        }
        if name
        else _("計画の列: 計画が複数あります。どの計画の%(role)sかを、計画の短い名前で書いてください。")
        % {"role": Role(post.role).label}
    )
    return post
