"""The city's own closing days, entered and taken back by whoever looks after the year; digests that wait follow them."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from review import calendar, clock, holders, permissions
from review.domain.refusals import Invalid
from review.models import ClosingDay, User
from review.notices.services import notifications
from review.reader_words import problem
from review.trail.services import audit
from review.transition import require


def close(*, user: User, day: date, name: str) -> ClosingDay:
    """Enter a day on which the city hall is closed. Raises Invalid where it stands already or has no name."""
    with transaction.atomic():
        holders.standing(user, fresh=True)
        require(permissions.may_manage_cycle(user), _("閉庁日は確認者または管理者が登録します。"))
        problems = {}
        if not name.strip() or problem(name) or len(name) > 60:
            problems["name"] = problem(name) or _("名称を60文字以内で入力してください。")
        if ClosingDay.objects.filter(day=day).exists():
            problems["day"] = _("この日はもう登録されています。")
        elif not calendar.city().is_open(day):
            problems["day"] = _("この日は、登録しなくても閉庁日です。")
        if problems:
            raise Invalid(_("閉庁日を確かめてください。"), problems)
        made = ClosingDay.objects.create(day=day, name=name.strip(), added_by=user, added_at=clock.now())
        calendar.changed()
        notifications.follow_calendar()
        audit.write(user, "closing_day.add", f"closing_day:{day}", after={"day": str(day), "name": made.name})
        return made


def reopen(*, user: User, pk: int) -> bool:
    """Take a closing day back; False where it is gone already."""
    with transaction.atomic():
        holders.standing(user, fresh=True)
        require(permissions.may_manage_cycle(user), _("閉庁日は確認者または管理者が登録します。"))
        row = ClosingDay.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if row is None:
            return False
        audit.write(
            user, "closing_day.remove", f"closing_day:{row.day}", before={"day": str(row.day), "name": row.name}
        )
        row.delete()
        calendar.changed()
        notifications.follow_calendar()
        return True
