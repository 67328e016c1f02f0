"""手引き: a page for everybody, and one for each role, with the pictures of its screens. Each prints as it stands."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from review import holders, names, queries
from review.assessment.services import judging
from review.models import Role
from review.workbook import findings

#: what each role's guide is about, in the order of the year
GUIDES = {
    Role.CONTRIBUTOR: gettext_lazy("実績を入力して提出する"),
    Role.HEAD: gettext_lazy("課の提出を確かめる"),
    Role.REVIEWER: gettext_lazy("提出された内容を確認し、年度を進める"),
    Role.APPROVER: gettext_lazy("審議して承認し、公表を決める"),
    Role.ADMINISTRATOR: gettext_lazy("利用者と部署を登録し、運用を見守る"),
    Role.AUDITOR: gettext_lazy("記録を読み、確かさを調べる"),
}


@require_safe
def handbook(request: HttpRequest, role: str = "") -> HttpResponse:
    """The guide of the role, else what everybody should know; it names the year's own deadlines and grades."""
    if role and role not in GUIDES:
        raise Http404
    cycle = queries.cycle_now()
    title = _("%(role)sの手引き") % {"role": Role(role).label} if role else _("手引き")
    context = {
        "page_title": title,
        "breadcrumbs": breadcrumbs(title if role else ""),
        "cycle": cycle,
        **(names.of(cycle) if cycle else names.usual()),
        "scale": judging.scale_of(cycle) if cycle else None,
        "shown": role,
        "guides": guides(role, holders.standing(request.user).roles),
        "refusals": [(code.value, advice) for code, advice in findings.ADVICE.items() if code is not findings.Code.OK],
    }
    return render(request, f"assessment/help/{role or 'base'}.html", context)


def guides(shown: str, mine: Any) -> list[dict[str, Any]]:
    """The page for everybody and one a role, with those of the reader's own roles marked."""
    rows: list[dict[str, Any]] = [{"role": "", "label": _("みなさんへ"), "url": reverse("meguri:help")}]
    rows += [
        {"role": role, "label": role.label, "about": about, "url": reverse("meguri:help", args=[role.value])}
        for role, about in GUIDES.items()
    ]
    return [{**row, "current": row["role"] == shown, "mine": row["role"] in mine} for row in rows]


def breadcrumbs(role: str) -> list[dict[str, str]]:
    """The way back: home, and the page for everybody above a role's guide."""
    home = {"label": _("ホーム"), "url": reverse("meguri:home")}
    if not role:
        return [home, {"label": _("手引き"), "url": ""}]
    return [home, {"label": _("手引き"), "url": reverse("meguri:help")}, {"label": role, "url": ""}]
