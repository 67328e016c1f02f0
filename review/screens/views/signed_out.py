"""A session that ended while somebody wrote: their words, to copy, and the way back through sign-in."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from review.domain import fields
from review.item_words import label_of
from review.screens.views.answers import typed_texts

# Only a sheet's own fields and what is said about it: whatever else a form holds (a password, a choice) is not shown
# again.
_KINDS = ("indicator:", "schedule:")
_REPLY = "reply:"


def typed(request: HttpRequest) -> Iterator[dict[str, str]]:
    """The sheet's texts in a form that was sent without a session, each with its label."""
    for name, text in request.POST.items():
        if (name in fields.typed() or name.startswith(_KINDS)) and str(text).strip():
            yield {"label": label_of(name, None), "text": str(text)}
        elif name.startswith(_REPLY) and str(text).strip():
            label = _("指摘への回答: %(item)s") % {"item": label_of(name.removeprefix(_REPLY), None)}
            yield {"label": label, "text": str(text)}
    yield from typed_texts(request)


def page(request: HttpRequest, texts: Sequence[dict[str, str]], sign_in_url: str) -> HttpResponse:
    """401: a line beside the form that saves itself, or a page with the words."""
    part = bool(request.headers.get("HX-Request"))
    template = "screens/signed_out.html" if part else "401.html"
    response = render(request, template, {"texts": texts, "next_url": sign_in_url}, status=401)
    response.headers["X-Unsaved"] = "1"
    return response
