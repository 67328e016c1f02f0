"""A signature under each entry of the trail, by the application's key.

The application's database role may add entries: whoever has only that role's password could write one in another's name
or for another time. Without SECRET_KEY they cannot sign it, and neither can the database's owner. A web process that is
taken over can; against that stand the anchors outside.
"""

import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_address

from django.conf import settings
from django.utils.crypto import salted_hmac

from review.domain.plain_data import digest
from review.models import AuditEntry

PURPOSE = "review.audit"
#: A process of the release before may go on for so long after the first signed entry, until it is replaced.
UPGRADE = timedelta(hours=1)


def sign(entry: AuditEntry) -> str:
    """What is stored in the entry: which key, and the signature over its fields."""
    texts: list[str | None] = [entry.at.astimezone(UTC).replace(tzinfo=None).isoformat(), str(entry.actor_key or "")]
    texts += [entry.action, entry.subject, json.dumps(entry.before), json.dumps(entry.after)]
    return _signature(settings.SECRET_KEY, _plain([*texts, entry.address, entry.request_id]))


def _signature(key: str, content: str) -> str:
    return f"{_mark(key)}:{salted_hmac(PURPOSE, content, secret=key, algorithm='sha256').hexdigest()}"


@lru_cache
def _mark(key: str) -> str:
    """Tells one key from another, and nothing of it."""
    return salted_hmac(PURPOSE, "mark", secret=key, algorithm="sha256").hexdigest()[:8]


def _plain(texts: Sequence[str | None]) -> str:
    """The fields in a form that is the same however a database writes times, numbers, keys and addresses."""
    at, actor, action, subject, before, after, address, request_id = texts
    return digest(
        {
            "at": moment_of(at).isoformat(),
            "actor": (actor or "").replace("-", ""),
            "act": [action, subject, request_id],
            "values": [_same_numbers(each) for each in (before, after)],
            "address": str(ip_address(address)) if address else "",
        }
    )


def _same_numbers(text: str | None) -> object:
    def same(number: str) -> str:
        return f"{Decimal(number).normalize():f}"

    return json.loads(text or "null", parse_int=same, parse_float=same)


def moment_of(text: object) -> datetime:
    """When it was, in UTC, as either database tells it."""
    return datetime.fromisoformat(str(text))


class Reading:
    """Goes along the entries in the order of the chain. `unknown` counts those whose key is not among ours any more."""

    def __init__(self) -> None:
        self.marks = {_mark(key): key for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)}
        self.signed_since: datetime | None = None
        self.known, self.unknown = False, 0

    def flaw(self, signature: str | None, texts: Sequence[str | None]) -> str:
        """What does not hold of the next entry; '' where nothing does. Entries from before there were signatures have none."""
        at = moment_of(texts[0])
        if not signature:
            late = self.signed_since and at > self.signed_since + UPGRADE
            return "署名のない記録です(めぐりを通さずに書かれています)" if late else ""
        self.signed_since = self.signed_since or at
        key = self.marks.get(signature.partition(":")[0])
        if key is None:
            self.unknown += 1
            return "知らない鍵で署名された記録です(めぐりを通さずに書かれています)" if self.known else ""
        self.known = True
        fits = hmac.compare_digest(signature, _signature(key, _plain(texts)))
        return "" if fits else "署名が合わない記録です(人、時刻、内容のどれかが、めぐりの書いたものではありません)"
