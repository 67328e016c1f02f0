"""お知らせの受け取り方: how one person receives each kind of notice."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from review import holders
from review.domain.refusals import Invalid
from review.notices.forms.notices import ChoicesForm
from review.notices.services import notice_choices
from review.notices.services.notice import Notice
from review.notices.services.notice_table import ROWS
from review.screens.views.acts import page
from review.screens.views.answers import done
from review.screens.views.signed_in import SignedInRequest


def settings(request: SignedInRequest) -> HttpResponse:
    """One choice for each kind of notice that can reach the person."""
    roles = holders.standing(request.user).roles
    lines = [line for line in ROWS if line.reaches & roles]
    form = form_of(request, lines)
    if form.is_bound and form.is_valid():
        acting = {line.key: line.to_act for line in lines}
        try:
            notice_choices.choose(user=request.user, choices=form.cleaned_data, acting=acting)
        except Invalid as refusal:
            for key, sentence in refusal.fields.items():
                form.add_error(key, sentence)
        else:
            return done(request, _("お知らせの受け取り方を保存しました。"), "meguri:notice_settings")
    context = {"groups": groups(lines, form), "address": request.user.email}
    trail = _("お知らせ"), reverse("meguri:notices")
    return page(request, "notices/notice_settings.html", _("お知らせの受け取り方"), trail, form=form, context=context)


def form_of(request: SignedInRequest, lines: list[Notice]) -> ChoicesForm:
    """The form with what is in force. One query."""
    chosen = notice_choices.chosen_by(request.user)
    rows = []
    for line in lines:
        channels = notice_choices.channels(to_act=line.to_act)
        channel = chosen.get(line.key, "")
        rows.append((line.key, line.label, channels, channel if channel in channels else line.usual.value))
    return ChoicesForm(request.POST if request.method == "POST" else None, rows=rows)


def groups(lines: list[Notice], form: ChoicesForm) -> list[dict[str, Any]]:
    """What asks for an act, and what only informs."""
    acting = [form[line.key] for line in lines if line.to_act]
    informing = [form[line.key] for line in lines if not line.to_act]
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
