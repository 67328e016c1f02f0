"""How a screen answers: on to the next page after a deed, and in plain words where a service refuses."""

import logging
import re
import secrets
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.files import File
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.template import loader
from django.utils.translation import gettext_lazy as _

from review.domain.fields import OWN
from review.domain.refusals import AlreadyDecided, NotAllowed, Stale
from review.item_words import label_of
from review.models import Artifact, Evidence
from review.trail.services import whole_files

log = logging.getLogger("meguri.errors")

REMARK = "remark:"
RECEIPT = re.compile(r"[0-9a-z]{6,40}")
# What a person may have typed into a decision's form, by the name of its field.
_WORDS = {
    "comment": _("コメント・理由"),
    "body": _("コメント"),
    "reason": _("理由"),
    "minute": _("議事"),
    "opinion": _("本部評価・意見"),
    "overall_reason": _("総合評価の理由"),
}


class SeeOther(HttpResponseRedirect):
    """303: the deed is done, look there. Pressing "reload" repeats nothing."""

    status_code = 303


def see_other(to: Any, *args: Any, query: str = "", fragment: str = "") -> SeeOther:
    """On to a named page, a path or a model's page."""
    address = resolve_url(to, *args) + (f"?{query}" if query else "")
    return SeeOther(address + (f"#{fragment}" if fragment else ""))


def done(request: HttpRequest, sentence: str, to: Any, *args: Any, query: str = "", fragment: str = "") -> SeeOther:
    """On to the next page, which says what was done."""
    messages.success(request, sentence)
    return see_other(to, *args, query=query, fragment=fragment)


def whole(row: Artifact | Evidence) -> "File[bytes]":
    """The stored file's bytes, for an attachment. Raises Http404 where it is gone, or another one than was stored."""
    try:
        return whole_files.opened(row)
    except FileNotFoundError:
        raise Http404 from None


def receipted(request: HttpRequest, response: HttpResponse) -> None:
    """Put the form's receipt on the answer to a form that was saved: the tab that still keeps its words may forget them.

    The script of the page reads it, so it is no HttpOnly cookie; it says nothing and opens nothing.
    """
    receipt = request.POST.get("receipt", "")
    if RECEIPT.fullmatch(receipt):
        response.set_cookie("receipt", receipt, samesite="Strict", secure=request.is_secure())


def refused(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """A service's refusal with its sentence: 403, or 409 with what the person had typed. None for any other error."""
    if isinstance(error, NotAllowed):
        return forbidden(request, str(error))
    return conflict(request, str(error)) if isinstance(error, AlreadyDecided | Stale) else None


def forbidden(request: HttpRequest, sentence: str, *, next_url: str = "") -> HttpResponse:
    return render(request, "403.html", {"detail": sentence, "next_url": next_url}, status=403)


def conflict(request: HttpRequest, sentence: str) -> HttpResponse:
    """409: who was first, and the person's own words to copy."""
    words = {"detail": sentence, "texts": list(typed_texts(request)), "next_url": request.path}
    return render(request, "409.html", words, status=409)


def error_page(request: HttpRequest, status: int, template: str, **facts: Any) -> HttpResponse:
    """The page with the request's reference number. Asks neither session nor database, which may be what failed."""
    words = {"reference": noted(request, status), **facts}
    return HttpResponse(loader.get_template(template).render(words), status=status)


def noted(request: HttpRequest, status: int) -> str:
    """The request's reference number, written to the log beside what happened."""
    reference = getattr(request, "reference", "") or secrets.token_hex(4)
    log.warning("status=%d reference=%s method=%s path=%s", status, reference, request.method, request.path)
    return reference


def typed_texts(request: HttpRequest) -> Iterator[dict[str, str]]:
    """What the person had typed, by label."""
    for name, value in request.POST.items():
        if not isinstance(value, str) or not value.strip():
            continue
        known = _WORDS.get(name.partition("-")[0])  # the year's decision has a reason for each sheet: comment-12
        if known:
            yield {"label": str(known), "text": value}
        elif name.startswith(OWN):
            yield {"label": label_of(name, None), "text": value}
        elif name.startswith(REMARK):
            yield {"label": label_of(name.removeprefix(REMARK), None), "text": value}
