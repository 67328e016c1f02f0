"""お知らせの受け取り方: how one person receives each kind of notice."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from review.domain.refusals import Invalid
from review.notices.forms.notices import ChoicesForm
from review.notices.services import notice_choices
from review.notices.views.notice_lines import Line, lines_of
from review.screens.views.acts import crumbs
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest


def settings(request: SignedInRequest) -> HttpResponse:
    """One choice for each kind of notice that can reach the person."""
    lines = lines_of(request.user)
    form = form_of(request, lines)
    if form.is_bound and form.is_valid():
        acting = {line.key: line.notice.to_act for line in lines}
        try:
            notice_choices.choose(user=request.user, choices=form.cleaned_data, acting=acting)
        except Invalid as refusal:
            for key, sentence in refusal.fields.items():
                form.add_error(key, sentence)
        else:
            messages.success(request, _("お知らせの受け取り方を保存しました。"))
            return see_other("meguri:notice_settings")
    context = {
        "page_title": _("お知らせの受け取り方"),
        "breadcrumbs": crumbs((_("お知らせ"), reverse("meguri:notices")), _("お知らせの受け取り方")),
        "form": form,
        "groups": groups(lines, form),
        "address": request.user.email,
    }
    return render(request, "notices/notice_settings.html", context, status=422 if form.errors else 200)


def form_of(request: SignedInRequest, lines: list[Line]) -> ChoicesForm:
    """The form with what is in force. One query."""
    chosen = notice_choices.chosen_by(request.user)
    rows = []
    for line in lines:
        channels = notice_choices.channels(to_act=line.notice.to_act)
        channel = chosen.get(line.key, "")
        rows.append((line.key, line.label, channels, channel if channel in channels else line.usual.value))
    return ChoicesForm(request.POST if request.method == "POST" else None, rows=rows)


def groups(lines: list[Line], form: ChoicesForm) -> list[dict[str, Any]]:
    """What asks for an act, and what only informs."""
    acting = [form[line.key] for line in lines if line.notice.to_act]
    informing = [form[line.key] for line in lines if not line.notice.to_act]
    sections = [
        {
            "title": _("対応をお願いするもの"),
            "text": _("必ずメールでも届きます。すぐに受け取るか、朝にまとめて受け取るかを選べます。"),
            "fields": acting,
        },
        {
            "title": _("お知らせするもの"),
            "text": _("メールを止めて、画面だけで受け取ることもできます。"),
            "fields": informing,
        },
    ]
    return [group for group in sections if group["fields"]]
