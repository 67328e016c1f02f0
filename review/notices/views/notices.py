"""お知らせ: a person's notices, and which of them they have read."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from review import clock
from review.models import MailState, Notification
from review.screens.views import acts
from review.screens.views.questions import whole
from review.screens.views.signed_in import SignedInRequest

PAGE = 30


def mine(request: SignedInRequest) -> QuerySet[Notification]:
    """The person's own notices; nobody else's are there."""
    return Notification.objects.filter(recipient=request.user)


@require_safe
def notices(request: SignedInRequest) -> HttpResponse:
    """The list, newest first. `?open=` leads on to what the notice is about, and marks it as read."""
    number = whole(request.GET.get("open"))
    if number is not None:
        return follow(request, number)
    only_unread = request.GET.get("show") == "unread"
    rows = mine(request).select_related("mail").order_by("-created_at", "-pk")
    unread = mine(request).filter(read_at=None, settled_at=None).count()
    page = Paginator(rows.filter(read_at=None, settled_at=None) if only_unread else rows, PAGE).get_page(
        request.GET.get("page")
    )
    here = reverse("meguri:notices")
    context = {
        "page_obj": page,
        "unread": unread,
        "sent": MailState.SENT,
        "tabs": [
            {"label": _("すべて"), "url": here, "count": None, "current": not only_unread},
            {"label": _("未読"), "url": f"{here}?show=unread", "count": unread, "current": only_unread},
        ],
    }
    return acts.page(request, "notices/notices.html", _("お知らせ"), context=context)


def follow(request: SignedInRequest, pk: int) -> HttpResponse:
    """To the page that the notice is about. Reading one's own notice is no change to anything but its mark."""
    notice = mine(request).filter(pk=pk).first()
    if notice is None:
        raise Http404
    mine(request).filter(pk=pk, read_at=None).update(read_at=clock.now())
    safe = url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None)
    return redirect(notice.link if notice.link and safe else "meguri:notices")


@require_POST
def notices_read(request: SignedInRequest) -> HttpResponse:
    """Mark one (`notice`), or all, as read."""
    chosen = whole(request.POST.get("notice"))
    rows = mine(request).filter(read_at=None)
    if chosen is not None:
        rows = rows.filter(pk=chosen)
    count = rows.update(read_at=clock.now())
    text = ngettext("%(n)s件を既読にしました。", "%(n)s件を既読にしました。", count) % {"n": count}
    messages.success(request, text)
    return redirect("meguri:notices")
