"""個人情報の取扱い: what is stored of whom and for how long, and taking away the names of people who left."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import permissions
from review.models import Appointment, Mail, Notification, Submission, User
from review.operations.services import personal_data, retention
from review.screens.forms.fields import ReasonForm
from review.screens.views import sessions
from review.screens.views.acts import page
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.sign_in.services import second_factor

#: What each row of holdings.html speaks of: the models that hold it, of `review` where no app is named. A test compares
#: them with every model that points to a person.
HOLDINGS = (
    "User",
    "Appointment Proxy",
    "SecondFactor RecoveryCode LinkedIdentity",
    "FirstPassword",
    "sessions.Session Tally",
    "Notification NoticeChoice Mail",
    "MeasureReview Submission Decision ItemComment Rating IndicatorYear Indicator Meeting Evidence EntryBook Upload PlanUpload"
    " Correction CorrectionDecision TargetChange Opinion PlanSummary SummaryDecision PlanChange Reorganisation LaterReading"
    " Concurrence RecordedDecision Extension ReminderPause ClosingDay NoticeText OutboxEvent viewflow.Task",
    "Edition",
    "AuditEntry",
    "admin.LogEntry",
)


@require_safe
def personal_data_page(request: SignedInRequest) -> HttpResponse:
    """What is stored and for how long, for everybody signed in; what is stored of oneself; who left, for administrators."""
    may = permissions.may_manage_people(request.user)
    context = {
        "days": retention.LETTERS_KEPT.days,
        "tally_days": retention.TALLIES_KEPT.days,
        "hours": int(sessions.LONGEST.total_seconds()) // 3600,
        "mine": list(stored_of(request.user)),
        "may_anonymise": may,
        "leavers": list(personal_data.who_left()) if may else [],
    }
    return page(request, "operations/personal_data.html", _("個人情報の取扱い"), context=context)


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
    may = personal_data.who_left().filter(pk=person.pk).exists()
    return page(request, "operations/anonymise.html", _("匿名化する"), form=form, person=person, may=may)
