"""People who left: everything that names them goes, what they did stays.

The trail knows a person by an opaque key alone, and decisions, submissions and files point to the row, not to the name:
so the row stays and loses what says who it was. No hash of the trail covers any of it.
"""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext as _

from review import clock
from review.domain.refusals import Invalid, NotAllowed
from review.models import Appointment, LinkedIdentity, Mail, Notification, SecondFactor, User
from review.reader_words import reason_problem
from review.trail.services import audit
from review.transition import require_administrator

ACTION = "user.anonymise"
#: What stands in place of a name from then on.
NAMELESS = "離任した職員"
PREFIX = "left-"


def is_anonymous(user: User) -> bool:
    """Whether the row names nobody any more."""
    return user.username == _username(user)


def who_left() -> QuerySet[User]:
    """The people without any post, now or to come, whose rows still name them. One query."""
    held = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()), user=OuterRef("pk"))
    people = User.objects.filter(~Exists(held)).exclude(username__startswith=PREFIX)
    return people.exclude(is_superuser=True, is_active=True).order_by("display_name", "pk")


@transaction.atomic
def anonymise(*, user_id: int, by: User, reason: str) -> User:
    """Take away what names the person, for good.

    Raises NotAllowed for somebody who still holds a post or is the one who asks, and Invalid without a reason.
    """
    require_administrator(by, _("匿名化は管理者が行います。"))
    if sentence := reason_problem(reason):
        raise Invalid(sentence, {"reason": sentence})
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if is_anonymous(user):
        return user
    if user.pk == by.pk:
        raise NotAllowed(_("ご自分を匿名化することはできません。"))
    if not who_left().filter(pk=user.pk).exists():
        raise NotAllowed(_("役割が残っている人は匿名化できません。先にすべての役割を終わらせてください。"))
    name, address = user.display_name, user.email
    _empty(user)
    _forget_sign_in(user)
    Notification.objects.filter(recipient=user).delete()
    Mail.objects.filter(recipient=user).delete()
    _take_out_of_texts(user, name)
    # The reason is stored; the removed name and address are not.
    audit.write(
        by,
        ACTION,
        f"user:{user.key}",
        before={"named": bool(name), "address": bool(address)},
        after={"reason": reason.strip()},
    )
    return user


def _username(user: User) -> str:
    return f"{PREFIX}{str(user.key)[:8]}"


def _empty(user: User) -> None:
    user.username, user.display_name = _username(user), NAMELESS
    user.email = user.first_name = user.last_name = ""
    user.is_active = user.is_staff = user.is_superuser = user.must_change_password = False
    user.last_login = None
    user.set_unusable_password()
    user.save()


def _forget_sign_in(user: User) -> None:
    SecondFactor.objects.filter(user=user).delete()
    LinkedIdentity.objects.filter(user=user).delete()
    for session in Session.objects.filter(expire_date__gt=clock.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def _take_out_of_texts(user: User, name: str) -> None:
    """Notices to others name who acted, and the admin's own log names whom it changed."""
    rows = {User: [user.pk], Appointment: user.appointments.values_list("pk", flat=True)}
    for model, numbers in rows.items():
        log = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
        log.filter(object_id__in=[str(pk) for pk in numbers]).update(object_repr=NAMELESS)
    if not name:
        return
    # With the title that our own sentences give: a short name may be part of another word.
    spoken, instead = Value(f"{name}さん"), Value(NAMELESS)
    tables: tuple[tuple[Any, tuple[str, ...]], ...] = ((Notification, ("title", "body")), (Mail, ("subject", "body")))
    for table, columns in tables:
        for column in columns:
            texts = table.objects.filter(**{f"{column}__contains": f"{name}さん"})
            texts.update(**{column: Replace(column, spoken, instead)})
