"""How often something happened lately, counted in the database so that every process counts alike.

A span begins with the first hit, by the database's clock, and ends by itself: what is throttled gets free again without anybody's help.
"""

from datetime import timedelta

from django.db.models import F
from django.utils.crypto import salted_hmac

from review import clock
from review.models import Tally

# Longer than any span in use: what is older says nothing any more.
LIFETIME = timedelta(days=2)


def named(what: str, *whom: object) -> str:
    """The key of a tally. It holds only a digest of the person or address."""
    text = "|".join(str(each) for each in whom)
    return f"{what}:{salted_hmac('review.throttle', text, algorithm='sha256').hexdigest()}"


def hit(key: str, *, span: timedelta) -> int:
    """Count one more and return how many there are within the span. Two statements at most.

    Two first hits at the same instant may count as one: a throttle need not be exact.
    """
    if not Tally.objects.filter(clock.within("started_at", span), key=key).update(count=F("count") + 1):
        Tally.objects.update_or_create(key=key, defaults={"started_at": clock.shared(), "count": 1})
        return 1
    return count(key, span=span)


def count(key: str, *, span: timedelta) -> int:
    """How many there are within the span. One query."""
    number = Tally.objects.filter(clock.within("started_at", span), key=key).values_list("count", flat=True).first()
    return number or 0


def forget(*keys: str) -> None:
    Tally.objects.filter(key__in=keys).delete()


def remove_old() -> int:
    """Remove what no span reaches back to, and what a wrong clock put into the future. Returns how many."""
    return Tally.objects.exclude(clock.within("started_at", LIFETIME)).delete()[0]
