"""Why background work failed: in plain words for the operator, and how long to wait before the next try.

A cause outside the program (a full disk, a server that is away) ends without notice: the job is tried every minute,
so that it is done soon after. Anything else is tried more and more rarely, and never given up automatically.
"""

import errno
from collections.abc import Iterator
from datetime import timedelta

from django.db import InterfaceError, OperationalError

from review.background.services import tables

NO_SPACE = "ファイルを保存する空き容量が足りません。空きができると、自動で再実行します。"
NO_ANSWER = "接続先が応答しません。つながると、自動で再実行します。"
UNKNOWN = (
    "処理の途中で問題が起きました。プログラムの不具合かもしれません。間をあけて自動で再実行します。"
    "続く場合は、照会番号を添えて管理者に連絡してください。"
)
NO_SPACE_ERRORS = {errno.EFBIG, errno.ENOSPC, errno.EDQUOT}
# lxml reports a full disk in an error that is no OSError and carries the errno's name as its words.
NO_SPACE_NAMES = {f"IO_{errno.errorcode[number]}" for number in NO_SPACE_ERRORS}
OUTSIDE = (OSError, MemoryError, OperationalError, InterfaceError)
# A city without an object store has not its library: the errors are known by where they come from.
STORE = ("botocore", "boto3")

# The longest pauses between two tries, in seconds.
OUTSIDE_PAUSE, OTHER_PAUSE = 60, 900


def plain(error: BaseException) -> str:
    """The cause in plain words: that of the error, or of the error behind it."""
    return next(filter(None, map(_words, _chain(error))), UNKNOWN)


def pause(error: BaseException, attempts: int) -> timedelta:
    longest = OUTSIDE_PAUSE if is_outside(error) else OTHER_PAUSE
    return timedelta(seconds=min(longest, 2 ** min(attempts, 16)))


def is_store(error: BaseException) -> bool:
    """Whether the object store does not answer, or refuses."""
    return type(error).__module__.startswith(STORE)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and those behind it."""
    seen: list[BaseException] = []
    behind: BaseException | None = error
    while behind is not None and behind not in seen:
        seen.append(behind)
        yield behind
        behind = behind.__cause__ or behind.__context__


def is_outside(error: BaseException) -> bool:
    """Whether the cause, or one behind it, lies outside the program."""
    return any(isinstance(one, OUTSIDE) or str(one) in NO_SPACE_NAMES or is_store(one) for one in _chain(error))


def _words(error: BaseException) -> str:
    if words := tables.cause_of(error):
        return words
    if (isinstance(error, OSError) and error.errno in NO_SPACE_ERRORS) or str(error) in NO_SPACE_NAMES:
        return NO_SPACE
    away = isinstance(error, (ConnectionError, TimeoutError, OperationalError, InterfaceError)) or is_store(error)
    return NO_ANSWER if away else ""
