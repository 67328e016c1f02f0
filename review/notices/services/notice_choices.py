"""How each person receives notices: by mail at once, in the morning's digest, or only in the application."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from review.domain.refusals import Invalid
from review.models import NoticeChoice, User
from review.trail.services import audit

Channel = NoticeChoice.Channel


def channels(*, to_act: bool) -> list[Channel]:
    """What may be chosen: a notice that asks for an act reaches everybody by mail, at once or in the digest."""
    return [Channel.NOW, Channel.DIGEST] if to_act else [Channel.NOW, Channel.DIGEST, Channel.APP]


def usual(*, urgent: bool) -> Channel:
    """The default for those who have chosen nothing."""
    return Channel.NOW if urgent else Channel.DIGEST


def chosen_for(key: str) -> dict[int, str]:
    """{user id: channel} of everybody who chose for this notice. One query."""
    return dict(NoticeChoice.objects.filter(notice=key).values_list("user_id", "channel"))


def chosen_by(user: User) -> dict[str, str]:
    """{notice: channel} of one person. One query."""
    return dict(NoticeChoice.objects.filter(user=user).values_list("notice", "channel"))


def choose(*, user: User, choices: Mapping[str, str], acting: Mapping[str, bool]) -> int:
    """Keep the person's choices; `acting` says of every notice whether it asks for an act. Returns how many changed.

    Raises Invalid, and keeps nothing, where one is not to be chosen.
    """
    problems = {
        key: _("対応をお願いするお知らせは、メールを止めることができません。")
        if acting.get(key)
        else _("選び直してください。")
        for key, channel in choices.items()
        if key not in acting or channel not in channels(to_act=acting[key])
    }
    if problems:
        raise Invalid(_("受け取り方を確かめてください。"), problems)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        before = chosen_by(user)
        changed = {key: channel for key, channel in choices.items() if before.get(key) != channel}
        for key, channel in changed.items():
            NoticeChoice.objects.update_or_create(user=user, notice=key, defaults={"channel": channel})
        if changed:
            old = {key: before.get(key, "") for key in changed}
            audit.write(user, "notice.choose", f"user:{user.key}", before=old, after=changed)
        return len(changed)
