"""Error pages: a plain sentence and a reference number, which the log line carries too; never a detail."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

log = logging.getLogger("meguri.errors")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        400,
        _("送られた内容を読み取れませんでした"),
        _("前の画面に戻り、もう一度お試しください。"),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        403,
        _("この操作はできません"),
        _("あなたの役割では開けない画面か、担当が変わった可能性があります。"),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django names the reason; the person needs only to know what to do."""
    return error_page(
        request,
        403,
        _("画面の有効期限が切れました"),
        _("入力内容を控えてから画面を開き直し、もう一度お試しください。"),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        404,
        _("ページが見つかりません"),
        _("アドレスが変わったか、あなたの担当ではない可能性があります。"),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(
        request,
        500,
        _("処理を完了できませんでした"),
        _("時間をおいてお試しください。続くときは、下の番号を管理者にお伝えください。"),
    )


def error_page(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    """The page with a fresh reference number. Uses neither session nor database, which may be what failed."""
    reference = secrets.token_hex(4)
    log.warning("status=%d reference=%s method=%s path=%s", status, reference, request.method, request.path)
    page = loader.get_template("error.html").render(
        {"status": status, "title": title, "advice": advice, "reference": reference}
    )
    return HttpResponse(page, status=status)
