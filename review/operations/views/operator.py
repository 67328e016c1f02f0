"""What an operator does and looks up beside the jobs: a mail to try, the sentence on every screen, refused sign-ins."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from review import clock
from review.mail.services import trial
from review.models import AuditEntry
from review.operations.forms.operator import AnnouncementForm
from review.operations.views.audit import names_of
from review.screens.services import announcement
from review.screens.views.acts import accepted, page
from review.screens.views.questions import page_of
from review.screens.views.signed_in import SignedInRequest
from review.sign_in.services import second_factor, sign_in

REFUSED_DAYS = 30


@require_POST
def mail_test(request: SignedInRequest) -> HttpResponse:
    """Send a mail to whoever presses, and say what came of it."""
    refusal = trial.send(user=request.user)
    if refusal:
        messages.error(request, refusal)
    else:
        words = _("%(address)s に送り、メールサーバーが受け取りました。届いたことを確かめてください。")
        messages.success(request, words % {"address": request.user.email})
    return redirect("meguri:jobs")


def announce(request: SignedInRequest) -> HttpResponse:
    """The form of the sentence that every screen shows; an empty one takes it down."""
    standing = announcement.standing()
    form = AnnouncementForm(request.POST if request.method == "POST" else None, initial={"sentence": standing})
    if accepted(form, lambda: announcement.put(user=request.user, **form.cleaned_data)):
        put = form.cleaned_data["sentence"]
        messages.success(request, _("すべての画面に出しました。") if put else _("お知らせを下ろしました。"))
        return redirect("meguri:jobs")
    trail = _("処理の状況"), reverse("meguri:jobs")
    return page(request, "operations/announce.html", _("全員へのお知らせの文"), trail, form=form, standing=standing)


@require_safe
def refused(request: SignedInRequest) -> HttpResponse:
    """Who was refused at the sign-in, when, from where and why: the newest first, so many days back."""
    rows = AuditEntry.objects.filter(
        at__gt=clock.now() - timedelta(days=REFUSED_DAYS), action__in=(sign_in.FAILED, second_factor.FAILED)
    )
    entries = page_of(request, rows.order_by("-pk"))
    named = {**names_of({entry.subject for entry in entries}), sign_in.NOBODY: ""}
    context = {
        "days": REFUSED_DAYS,
        "page_obj": entries,
        "rows": [{"entry": entry, "who": named[entry.subject], "why": _why(entry)} for entry in entries],
    }
    trail = _("監査記録"), reverse("meguri:audit")
    return page(request, "operations/refused.html", _("断ったサインイン"), trail, context=context)


def _why(entry: AuditEntry) -> str:
    """In words; rows from before the reason was noted say only whether the name is one of ours."""
    usual = sign_in.UNKNOWN if entry.subject == sign_in.NOBODY else sign_in.WRONG
    noted = sign_in.CODE if entry.action == second_factor.FAILED else entry.after.get("why", usual)
    return str(sign_in.REASONS.get(noted, noted))
