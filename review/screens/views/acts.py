"""The page of an act: a form, and before anything irreversible what will happen to whom, with a second button."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from review.domain.refusals import Invalid
from review.screens.forms.fields import add_refusal

SURE = "sure"


def sure(request: HttpRequest) -> bool:
    """Whether the person saw the preview and pressed its button."""
    return request.POST.get(SURE) == "1"


@dataclass(frozen=True)
class Crumb:
    """One step of the way from ホーム to a page; without an address it is the page itself."""

    label: str
    url: str = ""


def crumbs(*places: tuple[str, str] | str) -> list[Crumb]:
    """ホーム > the places, (label, url) each > the page, by its label alone."""
    home = Crumb(_("ホーム"), reverse("meguri:home"))
    return [home, *(Crumb(one) if isinstance(one, str) else Crumb(*one) for one in places)]


def page(
    request: HttpRequest,
    template: str,
    title: str,
    *trail: tuple[str, str],
    form: forms.Form | None = None,
    status: int = 200,
    context: Mapping[str, Any] | None = None,
    **more: Any,
) -> HttpResponse:
    """The template with its title, under ホーム > the trail; 422 where a form that was sent is refused (a search is not sent)."""
    words = {"page_title": title, "breadcrumbs": crumbs(*trail, title), "form": form, **(context or {}), **more}
    refused = request.method == "POST" and form is not None and form.errors
    return render(request, template, words, status=422 if refused else status)


def previewed(
    request: HttpRequest, form: forms.Form, *, act: Callable[[], HttpResponse], effects: Callable[[], list[str]]
) -> HttpResponse | list[str]:
    """The act's answer once the person is sure, before that what it would do; a refusal goes to the form's fields."""
    answers: list[HttpResponse | list[str]] = []
    accepted(form, lambda: answers.append(act() if sure(request) else effects()))
    return answers[0] if answers else []


def accepted(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether the form was sent and what it asks for is done; a refusal goes to the form's fields."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        act()
    except Invalid as refusal:
        add_refusal(form, str(refusal), refusal.fields)
        return False
    return True


def act_page(
    request: HttpRequest,
    *,
    title: str,
    verb: str = "",
    back_url: str = "",
    trail: Sequence[tuple[str, str]],
    form: forms.Form | None = None,
    effects: Sequence[str] = (),
    warnings: Sequence[str] = (),
    lead: str = "",
    danger: bool = False,
    previewing: bool = False,
    **more: Any,
) -> HttpResponse:
    """Render it. `previewing` asks for the preview first; with `effects` the button does the act. Its words are the title's,
    and it leads back to the end of the trail, where nothing else is said."""
    more |= {"effects": effects, "warnings": warnings, "lead": lead, "danger": danger}
    more |= {"verb": verb or title, "back_url": back_url or trail[-1][1], "preview_first": previewing and not effects}
    return page(request, "screens/act.html", title, *trail, form=form, **more)


def previewed_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    act: Callable[[], HttpResponse],
    effects: Callable[[], list[str]],
    **shown: Any,
) -> HttpResponse:
    """The page of an act that is previewed, and its answer once it is done; `shown` as for `act_page`."""
    answer = previewed(request, form, act=act, effects=effects)
    if isinstance(answer, HttpResponse):
        return answer
    return act_page(request, form=form, effects=answer, previewing=True, **shown)
