"""When a session ends: after a working day, after an hour without anybody, and when the person's posts change.

A changed password ends every other session by itself (Django compares a hash of it at each request).
"""

import hashlib
from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from review import clock, holders
from review.models import User

LONGEST = timedelta(hours=8)
IDLE = timedelta(minutes=60)
# Writing the time of each request would cost a statement every time.
NOTED_EVERY = timedelta(minutes=1)

SIGNED_IN, SEEN, POSTS = "signed_in_at", "seen_at", "posts"
#: Why a session ended, as the sign-in page is called with it.
AGE, IDLENESS, CHANGED = "age", "idle", "posts"


def begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note when the session began and with which posts."""
    now = clock.now().timestamp()
    request.session[SIGNED_IN] = now
    request.session[SEEN] = now
    request.session[POSTS] = posts_of(user)


def posts_of(user: User) -> str:
    """A fingerprint of what the person may do today. No query where their standing was read already."""
    post = holders.standing(user)
    held = [sorted(post.roles), sorted(post.departments), sorted(post.headed)]
    return hashlib.sha256(repr(held).encode()).hexdigest()[:16]


def why_ended(request: HttpRequest, user: User) -> str:
    """Why the session of the signed-in person counts no longer; '' while it does. Notes that somebody is there."""
    session, now = request.session, clock.now().timestamp()
    seen = session.get(SEEN, 0)
    # A session that begins in the future was begun by a wrong clock, and would outlive its day.
    if not -clock.SLACK.total_seconds() <= now - session.get(SIGNED_IN, 0) <= LONGEST.total_seconds():
        return AGE
    if not -clock.SLACK.total_seconds() <= now - seen <= IDLE.total_seconds():
        return IDLENESS
    if session.get(POSTS) != posts_of(user):
        return CHANGED
    # A part of a page that refreshes itself is no person.
    by_itself = request.method == "GET" and "HX-Request" in request.headers
    if not by_itself and now - seen > NOTED_EVERY.total_seconds():
        session[SEEN] = now
    return ""
