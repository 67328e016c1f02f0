"""個人情報の取扱い: what is stored of whom and for how long, and taking away the names of people who left."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from review import permissions
from review.models import Appointment, Mail, Notification, Submission, User
from review.operations.services import personal_data, retention
from review.screens.forms.fields import ReasonForm
from review.screens.views import sessions
from review.screens.views.acts import crumbs
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.sign_in.services import second_factor


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One kind of personal data: where it lies, what it is, who reads it, how long it stays and how it goes."""

    label: Any
    what: Any
    readers: Any
    period: Any
    #: The models that hold it; a test compares them with every model that points to a person.
    models: frozenset[str]


def _of(label: Any, what: Any, readers: Any, period: Any, models: str) -> Holding:
    """`models` are those of `review`, where they name no other app."""
    names = frozenset(name if "." in name else f"review.{name}" for name in models.split())
    return Holding(label=label, what=what, readers=readers, period=period, models=names)


UNTIL_ANONYMISED = gettext_lazy("離任するまで。離任した後、管理者が匿名化すると消えます。")
WITH_THE_RECORD = gettext_lazy("評価の記録と同じ期間。匿名化すると氏名が消え、「離任した職員」と表示されます。")
PEOPLE_AT_WORK = gettext_lazy("同じシートを見られる職員")
ADMINISTRATORS = gettext_lazy("管理者")
LETTERS = gettext_lazy("%(days)s日。その後は自動で消えます。匿名化するとすぐに消えます。")

HOLDINGS = (
    _of(
        gettext_lazy("アカウント"),
        gettext_lazy("利用者名、氏名、メールアドレス、パスワード(元に戻せない形)、最後にサインインした日時"),
        gettext_lazy("氏名は職員、ほかは管理者"),
        UNTIL_ANONYMISED,
        "User",
    ),
    _of(
        gettext_lazy("役割"),
        gettext_lazy("担当者や確認者などの役割、部署、代決、その期間"),
        ADMINISTRATORS,
        WITH_THE_RECORD,
        "Appointment Proxy",
    ),
    _of(
        gettext_lazy("二段階認証とシングルサインオン"),
        gettext_lazy("認証アプリの秘密(暗号化)、回復コード(元に戻せない形)、認証基盤での番号"),
        gettext_lazy("だれも読めません"),
        gettext_lazy("無効にするまで。匿名化すると消えます。"),
        "SecondFactor RecoveryCode LinkedIdentity",
    ),
    _of(
        gettext_lazy("仮のパスワード"),
        gettext_lazy("一覧で受け取るまでの仮のパスワード(暗号化)"),
        ADMINISTRATORS,
        gettext_lazy("管理者が受け取るまで、長くて14日。その後は自動で消えます。"),
        "FirstPassword",
    ),
    _of(
        gettext_lazy("サインインの状態"),
        gettext_lazy("サインイン中の印と、その時刻。失敗の回数は、だれのものか読めない形で数えます。"),
        gettext_lazy("だれも読めません"),
        gettext_lazy("サインインは最長%(hours)s時間、失敗の回数は%(tally_days)s日。その後は自動で消えます。"),
        "sessions.Session Tally",
    ),
    _of(
        gettext_lazy("お知らせとメール"),
        gettext_lazy("届いたお知らせとメールの宛先、件名、本文(提出した人の氏名を含みます)"),
        gettext_lazy("本人。配達に失敗したメールの宛先は管理者"),
        LETTERS,
        "Notification NoticeChoice Mail",
    ),
    _of(
        gettext_lazy("評価の記録"),
        gettext_lazy("提出、確認、承認、コメント、評価、会議の記録、根拠資料、記入用ブックの、だれがいつ行ったか"),
        PEOPLE_AT_WORK,
        WITH_THE_RECORD,
        "MeasureReview Submission Decision ItemComment Rating IndicatorYear Indicator Meeting Evidence EntryBook Upload PlanUpload "
        "Correction CorrectionDecision TargetChange Opinion PlanSummary SummaryDecision PlanChange Reorganisation "
        "LaterReading Concurrence RecordedDecision Extension ReminderPause ClosingDay NoticeText OutboxEvent "
        "viewflow.Task",
    ),
    _of(
        gettext_lazy("公表版"),
        gettext_lazy("公表を決定した人の番号。公表されるページとファイルには部署名だけが載り、氏名は載りません。"),
        gettext_lazy("氏名は、だれにも表示しません"),
        WITH_THE_RECORD,
        "Edition",
    ),
    _of(
        gettext_lazy("監査記録"),
        gettext_lazy("だれが(氏名ではなく、意味のない番号で)、いつ、どこから(接続元)、何をしたか"),
        gettext_lazy("監査、管理者"),
        gettext_lazy("消しません。匿名化すると、番号がだれのものか分からなくなります。"),
        "AuditEntry",
    ),
    _of(
        gettext_lazy("管理画面の履歴"),
        gettext_lazy("管理者が利用者や役割を変えた日時と、変えた項目の名前"),
        ADMINISTRATORS,
        WITH_THE_RECORD,
        "admin.LogEntry",
    ),
)


def spans() -> dict[str, int]:
    """The figures in the sentences above, from where they are in force."""
    return {
        "days": retention.LETTERS_KEPT.days,
        "tally_days": retention.TALLIES_KEPT.days,
        "hours": int(sessions.LONGEST.total_seconds()) // 3600,
    }


@require_safe
def personal_data_page(request: SignedInRequest) -> HttpResponse:
    """What is stored and for how long, for everybody signed in; what is stored of oneself; who left, for administrators."""
    figures = spans()
    may = permissions.may_manage_people(request.user)
    context = {
        **frame(_("個人情報の取扱い")),
        "holdings": [{"row": holding, "period": str(holding.period) % figures} for holding in HOLDINGS],
        "mine": list(stored_of(request.user)),
        "may_anonymise": may,
        "leavers": list(personal_data.who_left()) if may else [],
    }
    return render(request, "operations/personal_data.html", context)


def stored_of(user: User) -> Iterator[dict[str, Any]]:
    """What is stored of the person, line by line. Five queries."""
    yield {"label": _("利用者名"), "text": user.username}
    yield {"label": _("氏名"), "text": user.display_name}
    yield {"label": _("メールアドレス"), "text": user.email}
    yield {"label": _("最後のサインイン"), "moment": user.last_login}
    yield {"label": _("二段階認証"), "text": _("有効") if second_factor.is_on(user) else _("無効")}
    yield {"label": _("役割の数"), "text": Appointment.objects.filter(user=user).count()}
    yield {"label": _("提出の数"), "text": Submission.objects.filter(submitted_by=user).count()}
    yield {"label": _("お知らせの数"), "text": Notification.objects.filter(recipient=user).count()}
    yield {"label": _("メールの数"), "text": Mail.objects.filter(recipient=user).count()}
    yield {"label": _("監査記録での番号"), "text": str(user.key)}


def anonymise(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take away what names a person who left; a page of its own says what that means."""
    person = get_object_or_404(User, pk=pk)
    if personal_data.is_anonymous(person):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = str(person)
        personal_data.anonymise(user_id=person.pk, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)sさんを匿名化しました。理由を監査記録に残しました。") % {"name": name})
        return see_other("meguri:personal_data")
    context = {**frame(_("匿名化する")), "person": person, "form": form}
    context["may"] = personal_data.who_left().filter(pk=person.pk).exists()
    return render(request, "operations/anonymise.html", context, status=422 if form.is_bound else 200)


def frame(title: str) -> dict[str, Any]:
    """Title and way back of these screens."""
    return {"page_title": title, "breadcrumbs": crumbs(title)}
