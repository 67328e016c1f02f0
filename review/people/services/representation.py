"""The ends of representations that nobody took back: by the last day, or with a post. The sweep sends both people a notice.

Nobody acts when one ends, so the sweep writes a row of its own into the trail, and the event's key names that row.
The last such row is compared with the proxy: one that is in force again (the post was given again, or a wrong clock
ended it too early) gets a row for its new beginning, so that its next end is announced too. Every sweep uses the
database's clock, which is the same for all machines.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from review import clock, holders
from review.background.services import outbox
from review.domain.events import Event
from review.models import Appointment, AuditEntry, Proxy
from review.people.services import posts, proxies
from review.trail.services import audit

ENDED, RESUMED = "proxy.end", "proxy.resume"
#: An end that lies longer back is no news any more: so long at most everything may have stood still.
NEWS = timedelta(days=31)

BY_PERIOD = "期間の最終日が過ぎました。"
BY_POST = "代決される人が、この役割を離れました。"
BY_DEPUTY = "代決する人が、代決のできない役割に就いたか、利用を停止されました。"


def tell_ends() -> int:
    """Tell of every representation that has ended, and of every one that is in force again; how many. From the sweep, so
    it may run twice at once: each proxy is locked and checked again. One query where there is none."""
    rows = (
        Proxy.objects.filter(withdrawn_at=None).select_related("principal", "deputy").annotate(present=clock.shared())
    )
    recent = [(proxy, timezone.localdate(proxy.present)) for proxy in rows]
    recent = [(proxy, today) for proxy, today in recent if proxy.ends_on >= today - NEWS]
    last = _last_entries([proxy.pk for proxy, _ in recent]) if recent else {}
    untold = [proxy.pk for proxy, today in recent if _news(proxy, today, last.get(proxy.pk))]
    return sum(_tell(pk) for pk in untold)


def _last_entries(numbers: Sequence[int]) -> dict[int, str]:
    """{proxy: the last action about its end in the trail}. One query."""
    subjects = {f"proxy:{pk}": pk for pk in numbers}
    rows = AuditEntry.objects.filter(subject__in=subjects, action__in=(ENDED, RESUMED)).order_by("pk")
    return {subjects[subject]: action for subject, action in rows.values_list("subject", "action")}


def _news(proxy: Proxy, today: date, last: str | None) -> bool:
    """Whether the proxy has ended and the trail does not say so yet, or the other way round."""
    return bool(why_over(proxy, today)) != (last == ENDED)


def _tell(pk: int) -> bool:
    with transaction.atomic():
        locked = Proxy.objects.select_for_update(no_key=True, of=("self",)).select_related("principal", "deputy")
        proxy = locked.annotate(present=clock.shared()).get(pk=pk)
        today = timezone.localdate(proxy.present)
        if proxy.withdrawn_at or not _news(proxy, today, _last_entries([pk]).get(pk)):
            return False
        why = why_over(proxy, today)
        action, event = (ENDED, Event.PROXY_ENDED) if why else (RESUMED, Event.PROXY_RESUMED)
        facts = {**proxies.facts(proxy), "why": why}
        entry = audit.write(None, action, f"proxy:{pk}", after=facts)
        payload = {**proxies.notice_payload(proxy), "comment": why}
        outbox.announce(event, key=f"{pk}:{entry.pk}", payload=payload)
        return True


def why_over(proxy: Proxy, today: date) -> str:
    """Why the proxy represents nobody any more, in the city's words; '' while it does or may yet."""
    if _moved_on(proxy):
        return ""
    if proxy.ends_on < today:
        return BY_PERIOD
    post = posts.Post(role=proxy.role, department=proxy.department_id)
    if not proxy.principal.is_active or not posts.held_within(
        proxy.principal_id, post, max(today, proxy.starts_on), proxy.ends_on
    ):
        return BY_POST
    day = max(today, proxy.starts_on)
    never = Appointment.objects.filter(holders.held_on(day), user=proxy.deputy_id, role__in=holders.NEVER_DEPUTIES)
    return BY_DEPUTY if not proxy.deputy.is_active or never.exists() else ""


def _moved_on(proxy: Proxy) -> bool:
    """Whether a reorganisation let it go on in another office: that one's end is the end."""
    same = {name: getattr(proxy, name) for name in ("principal_id", "deputy_id", "role", "named_at")}
    return proxy.department_id is not None and (
        Proxy.objects.filter(**same, starts_on__gt=proxy.ends_on).exclude(pk=proxy.pk).exists()
    )
