"""The demo's first page: one button a role, and five steps through its screens. Served under the demo's settings alone.

Everybody may enter as anybody here, and the city's image holds no config/local at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from review.models import Edition, MeasureReview, ReviewState, User
from workflow.demo.people import DEMO_SETTINGS, FIRST, OFFICE, PASSWORD, SECOND, one_a_role, sheet_to_show

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One step of a tour: what is seen there, and where that is."""

    words: Any
    path: str


@dataclass(frozen=True, kw_only=True)
class Tour:
    """A role: who enters ('' for a citizen, who signs in nowhere), what it is, and its steps."""

    username: str
    title: Any
    about: Any
    stops: tuple[Stop, ...]

    @property
    def first(self) -> str:
        """The address at which the role begins."""
        return self.stops[0].path


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Who one can be, and what each of them sees."""
    names = dict(User.objects.values_list("username", "display_name"))
    tours = [{"tour": tour, "name": names.get(tour.username, "")} for tour in tours_of_the_demo()]
    context = {
        "page_title": _("デモの案内"),
        "tours": tours,
        "password": PASSWORD,
        "people": len(names),
        "office": OFFICE,
    }
    return render(request, "demo/start.html", context)


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Signs in as the person of a tour and goes to the step. Raises Http404 for anybody and anything else."""
    who, to = request.POST.get("who", ""), request.POST.get("to", "")
    tour = next((tour for tour in tours_of_the_demo() if tour.username == who != ""), None)
    if tour is None or to not in {stop.path for stop in tour.stops}:
        raise Http404
    login(request, User.objects.get(username=who), backend=BACKEND)
    return HttpResponseRedirect(to)


def tours_of_the_demo() -> list[Tour]:
    """Every role, in the order of the year. Empty where no demo year is open."""
    if settings.SETTINGS_MODULE not in DEMO_SETTINGS:
        raise Http404
    return list(_tours()) if MeasureReview.objects.exists() else []


def _tours() -> Iterator[Tour]:
    clerk, head, reviewer, approver, administrator, auditor = (one.username for one in one_a_role())
    returned, sent, at_approval = (
        sheet_to_show(FIRST, state) for state in (ReviewState.RETURNED, ReviewState.SUBMITTED, ReviewState.REVIEWED)
    )
    year = {"plan": FIRST, "year": returned.cycle.fiscal_year}
    yield _clerk(clerk, year, returned)
    yield _head(head, year)
    yield _reviewer(reviewer, year, sent)
    yield _approver(approver, year, at_approval)
    yield _administrator(administrator)
    yield _auditor(auditor, year, returned)
    published = Edition.objects.filter(cycle__plan__short_name=FIRST, current=True).order_by("-cycle__fiscal_year")
    years = published.values_list("cycle__fiscal_year", flat=True)
    yield from (_citizen(number, returned.measure_year.measure.code) for number in years[:1])


def _clerk(username: str, year: dict[str, Any], returned: MeasureReview) -> Tour:
    return Tour(
        username=username,
        title=_("担当者"),
        about=_("主管部署で、施策の実績を入力して提出します。"),
        stops=(
            Stop(words=_("ホーム: 今しなければならないことが先頭にあります"), path=reverse("meguri:home")),
            Stop(words=_("差し戻された施策: 指摘から始まります"), path=reverse("meguri:entry", args=[returned.pk, 1])),
            Stop(words=_("来年度の目標を変えてみる"), path=reverse("meguri:entry", args=[returned.pk, 4])),
            Stop(words=_("確認・提出: 送る内容の一覧"), path=reverse("meguri:submit", args=[returned.pk])),
            Stop(words=_("Excelで記入する"), path=reverse("meguri:upload", kwargs=year)),
        ),
    )


def _head(username: str, year: dict[str, Any]) -> Tour:
    """The head of the office whose sheet of the second plan waits for them; the first plan asks no head."""
    waiting = sheet_to_show(SECOND, ReviewState.ENDORSING)
    return Tour(
        username=username,
        title=_("所属長"),
        about=_("自分の部署の提出を確かめ、次に進めます(所属長の確認を行う計画だけ)。"),
        stops=(
            Stop(words=_("ホーム: 確かめる施策があります"), path=reverse("meguri:home")),
            Stop(words=_("提出された内容を確かめる"), path=reverse("meguri:sheet", args=[waiting.pk])),
            Stop(words=_("自分の部署の施策が今どこにあるか"), path=reverse("meguri:progress", kwargs=year)),
            Stop(words=_("不在のあいだの代決者を指名する"), path=reverse("meguri:proxies")),
            Stop(words=_("お知らせの受け取り方を選ぶ"), path=reverse("meguri:notice_settings")),
        ),
    )


def _reviewer(username: str, year: dict[str, Any], sent: MeasureReview) -> Tour:
    return Tour(
        username=username,
        title=_("確認者"),
        about=_("計画の事務局として、提出された内容を確認するか差し戻します。"),
        stops=(
            Stop(words=_("確認待ち: 疑問点の多い順に並びます"), path=reverse("meguri:queue", kwargs=year)),
            Stop(words=_("1つの施策を確認する"), path=reverse("meguri:review", args=[sent.pk])),
            Stop(words=_("見比べて、まとめて確認する"), path=reverse("meguri:together", kwargs=year)),
            Stop(words=_("進行状況: 全施策が今どこにあるか"), path=reverse("meguri:progress", kwargs=year)),
            Stop(words=_("計画のページ: 年度、様式、施策"), path=reverse("meguri:plan", args=[FIRST])),
        ),
    )


def _approver(username: str, year: dict[str, Any], waiting: MeasureReview) -> Tour:
    return Tour(
        username=username,
        title=_("承認者"),
        about=_("推進本部として、確認された施策を審議し、公表を決めます。"),
        stops=(
            Stop(words=_("審議: 先に見るものから並びます"), path=reverse("meguri:board", kwargs=year)),
            Stop(
                words=_("1施策を1画面で映す(矢印キーで次へ)"),
                path=reverse("meguri:present", kwargs={**year, "code": waiting.measure_year.measure.code}),
            ),
            Stop(words=_("1つの施策を承認する"), path=reverse("meguri:approve", args=[waiting.pk])),
            Stop(words=_("集約表と本部会議資料"), path=reverse("meguri:files", kwargs=year)),
            Stop(words=_("計画の変更を決める"), path=reverse("meguri:plan_changes", kwargs=year)),
        ),
    )


def _administrator(username: str) -> Tour:
    return Tour(
        username=username,
        title=_("管理者"),
        about=_("利用者、部署、運用を受け持ちます。評価の内容は決めません。"),
        stops=(
            Stop(words=_("利用者の一覧"), path=reverse("meguri:people")),
            Stop(words=_("CSV か Excel でまとめて登録する"), path=reverse("meguri:people_import")),
            Stop(words=_("部署と組織改正"), path=reverse("meguri:departments")),
            Stop(words=_("処理の状況: 止まったものをやり直す"), path=reverse("meguri:jobs")),
            Stop(words=_("権限の一覧: 誰が何をできるか"), path=reverse("meguri:access")),
        ),
    )


def _auditor(username: str, year: dict[str, Any], sheet: MeasureReview) -> Tour:
    return Tour(
        username=username,
        title=_("監査"),
        about=_("すべてを読み、何も変えません。"),
        stops=(
            Stop(words=_("監査記録: 誰が、いつ、何をしたか"), path=reverse("meguri:audit")),
            Stop(words=_("1つの施策の経過"), path=reverse("meguri:sheet", args=[sheet.pk])),
            Stop(words=_("進行状況"), path=reverse("meguri:progress", kwargs=year)),
            Stop(words=_("個人情報の取扱い"), path=reverse("meguri:personal_data")),
            Stop(words=_("権限の一覧: 誰が何をできるか"), path=reverse("meguri:access")),
        ),
    )


def _citizen(published: int, code: str) -> Tour:
    edition = {"plan": FIRST, "year": published}
    return Tour(
        username="",
        title=_("市民"),
        about=_("サインインせずに、公表された評価結果を読みます。"),
        stops=(
            Stop(words=_("公表された年度の結果"), path=reverse("publication:year", kwargs=edition)),
            Stop(words=_("1つの施策"), path=reverse("publication:measure", kwargs={**edition, "code": code})),
            Stop(words=_("計画期間の推移"), path=reverse("publication:run", kwargs={"plan": FIRST, "code": code})),
            Stop(words=_("評価の方法"), path=reverse("publication:method", args=[FIRST])),
            Stop(words=_("オープンデータ"), path=reverse("publication:open_data")),
        ),
    )
