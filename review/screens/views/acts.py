"""The page of an act: a form, and before anything irreversible what will happen to whom, with a second button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

SURE = "sure"


def sure(request: HttpRequest) -> bool:
    """Whether the person saw the preview and pressed its button."""
    return request.POST.get(SURE) == "1"


def crumbs(*places: tuple[str, str]) -> list[dict[str, str]]:
    """ホーム > the places, (label, url) each."""
    return [{"label": _("ホーム"), "url": reverse("meguri:home")}] + [
        {"label": label, "url": url} for label, url in places
    ]


def act_page(
    request: HttpRequest,
    *,
    title: str,
    verb: str,
    back_url: str,
    trail: Sequence[tuple[str, str]],
    form: forms.Form | None = None,
    effects: Sequence[str] = (),
    warnings: Sequence[str] = (),
    lead: str = "",
    danger: bool = False,
    previewing: bool = False,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Render it. `previewing` asks for the preview first; with `effects` the button does the act."""
    context = {
        "page_title": title,
        "verb": verb,
        "back_url": back_url,
        "breadcrumbs": crumbs(*trail, (title, "")),
        "form": form,
        "effects": effects,
        "warnings": warnings,
        "lead": lead,
        "danger": danger,
        "preview_first": previewing and not effects,
        **more,
    }
    return render(request, "screens/act.html", context, status=422 if form is not None and form.errors else status)
