"""What the cast plays again and again is played once in each process; afterwards its rows are put back.

The first time a test asks for `cast.open(1)`, the services really open the year, within a savepoint that is rolled back;
what they wrote (rows, files, mails) is kept. Then, and whenever a test asks for the same again, it is put back, so that
every test meets the same world in whatever order they run. `cast.submitted(1)` after `cast.open(1)` is a step on.

It is played really where anything is different from the first time: rows that somebody else wrote meanwhile (this
connection, a thread's, a server's), a moved clock, another day, settings or language of the test's own, or a worker
that listens. Outside pytest nothing is kept.
"""

from __future__ import annotations

import copy
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from unittest.mock import patch

from django.apps import apps
from django.conf import UserSettingsHolder, settings
from django.core import mail
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import translation

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound="Remembering")

Rows = dict[str, dict[str, str]]

READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "PRAGMA", "BEGIN")
#: Overridden for every test: where its files and kept pages lie.
ALWAYS_OVERRIDDEN = {"STORAGES", "MEGURI_PAGES_ROOT"}
#: The kept answer of an act that answers the cast.
ITSELF = "the cast itself"
#: Written by a trigger of the trail, which writes them again.
BY_TRIGGER = {"review_auditlink"}


@dataclass
class _Step:
    """What one act wrote."""

    statements: list[str]
    rows: Rows
    files: dict[str, bytes]
    mails: list[Any]
    #: The cast's own fields and the answer, pickled together, so that the same object stays the same.
    left: bytes


@dataclass
class _State:
    active: bool = False
    #: Within an act that is played to be kept.
    playing: bool = False
    writes: int = 0
    steps: dict[tuple, _Step] = field(default_factory=dict)


_state = _State()


class Remembering:
    """Keeps whether its world still is the one that its acts led to."""

    #: The acts so far; None once the world went its own way.
    acts: tuple | None = None
    seen: int = -1
    #: The newest rows after the last act, as `_newest()` tells them.
    newest: tuple = ()

    def changeable(self) -> dict[str, Any]:
        """The fields that an act may change."""
        raise NotImplementedError


@contextmanager
def remembering() -> Iterator[None]:
    """Within the block (the whole run of the tests) acts are remembered."""
    # On the class, not among a connection's wrappers: it counts every thread's, and no connection made anew forgets it.
    with patch.object(CursorWrapper, "_execute_with_wrappers", _counting):
        _state.active = True
        try:
            yield
        finally:
            _state.active = False


@contextmanager
def really() -> Iterator[None]:
    """Within the block acts are played and not put back: for a test of the playing itself."""
    active, _state.active = _state.active, False
    try:
        yield
    finally:
        _state.active = active


def remembered(act: Callable[Concatenate[C, P], R]) -> Callable[Concatenate[C, P], R]:
    """Decorates an act of the cast, or a file's own `def ready(cast)`: put back from memory where it may be, else played.

    What it leaves is in rows, files, mails and the cast's own fields, and it answers what can be pickled, or the cast.
    """

    @wraps(act)
    def again(cast: C, *args: P.args, **kwargs: P.kwargs) -> R:
        if not _state.active or not _as_usual(cast):
            cast.acts = None
            return act(cast, *args, **kwargs)
        assert cast.acts is not None
        before, acts = cast.acts, (*cast.acts, (_named(act), repr(args), repr(sorted(kwargs.items()))))
        # An act within an act is part of it: put back if it was played before, and not kept by itself.
        if acts not in _state.steps:
            if _state.playing:
                return act(cast, *args, **kwargs)
            if _stands(before):
                with suppress(_Failed):  # what it wrote until it failed is to stay: played below
                    _state.steps[acts] = _play(lambda: act(cast, *args, **kwargs), cast, before)
        try:
            answer = _put_back(_state.steps[acts], cast)
        except (KeyError, DatabaseError):  # somebody else's rows stand there, a running worker's for one
            cast.acts = None
            return act(cast, *args, **kwargs)
        cast.acts, cast.seen, cast.newest = acts, _state.writes, _newest()
        return answer

    return again


def _named(act: Callable[..., Any]) -> str:
    """Two files may have an act of the same name."""
    return f"{act.__module__}.{act.__qualname__}"


_executed = CursorWrapper._execute_with_wrappers


def _counting(cursor: CursorWrapper, sql: Any, *args: Any, **kwargs: Any) -> Any:
    if not str(sql).lstrip().startswith(READS):
        _state.writes += 1
    return _executed(cursor, sql, *args, **kwargs)


def _as_usual(cast: Remembering) -> bool:
    """Whether nothing stands between the cast's last act and this one, and the world around is the usual one."""
    from review import clock
    from review.background.services import doorbell

    overridden: set[str] = set()
    wrapped = settings._wrapped
    while isinstance(wrapped, UserSettingsHolder):
        overridden |= vars(wrapped).keys() - {"default_settings", "_deleted"}
        wrapped = wrapped.default_settings
    if (
        doorbell._registered
        or overridden - ALWAYS_OVERRIDDEN - _ENVIRONMENT
        or abs(clock.now().timestamp() - time.time()) > 1
    ):
        return False
    if cast.acts is None and cast.seen < 0:
        cast.acts, cast.seen = (str(clock.today()), translation.get_language()), _state.writes
        return _empty()
    same = cast.acts is not None and cast.seen == _state.writes and cast.acts[0] == str(clock.today())
    return same and (not cast.newest or cast.newest == _newest())


#: What the test runner itself overrides for the whole run.
_ENVIRONMENT = {"ALLOWED_HOSTS", "DEBUG", "EMAIL_BACKEND", "TEST_RUNNER"}


# --- playing and putting back ---------------------------------------------------------------------------


class _Failed(Exception):
    """The act raised."""


def _play(act: Callable[[], Any], cast: Remembering, before: tuple) -> _Step:
    """Do it, note what it wrote, and take it all away again."""
    rows = _state.steps[before].rows if before in _state.steps else {}
    files, mails, fields = _files(), len(mail.outbox), dict(vars(cast))
    try:
        with transaction.atomic(), _playing():
            try:
                answer = act()
            except Exception as failure:
                raise _Failed from failure
            after = _rows()
            transaction.set_rollback(True)
        written = {name: (Path(default_storage.location) / name).read_bytes() for name in _files() - files}
        left = pickle.dumps((cast.changeable(), answer if answer is not cast else ITSELF))
        return _Step(_statements(rows, after), after, written, mail.outbox[mails:], left)
    finally:
        del mail.outbox[mails:]
        vars(cast).clear()
        vars(cast).update(fields)


@contextmanager
def _playing() -> Iterator[None]:
    _state.playing = True
    try:
        yield
    finally:
        _state.playing = False


def _put_back(step: _Step, cast: Remembering) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in step.statements:
            cursor.execute(statement)
    for name, content in step.files.items():
        path = Path(default_storage.location) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    mail.outbox.extend(copy.copy(each) for each in step.mails)
    fields, answer = pickle.loads(step.left)  # noqa: S301 - our own, of this process
    vars(cast).update(fields)
    return cast if answer == ITSELF else answer


def _files() -> set[str]:
    root = Path(default_storage.location)
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


# --- rows as texts of SQL ---------------------------------------------------------------------------------


@lru_cache
def _tables() -> dict[str, tuple[str, list[str]]]:
    """{table: (its key, its columns)} of everything that an act may write."""
    tables: dict[str, tuple[str, list[str]]] = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        ours = meta.app_label in ("review", "workflow", "viewflow", "tasks")
        if ours and meta.managed and not meta.proxy and meta.db_table not in BY_TRIGGER:
            assert isinstance(meta.pk, models.Field)
            tables[meta.db_table] = (meta.pk.column, [each.column for each in meta.local_concrete_fields])
    return tables


def _empty() -> bool:
    """Whether no row stands anywhere."""
    with connection.cursor() as cursor:
        some = (f'EXISTS(SELECT 1 FROM "{table}"{_but_processes(table)})' for table in _tables())  # noqa: S608
        cursor.execute("SELECT " + " OR ".join(some))
        return not cursor.fetchone()[0]


def _newest() -> tuple:
    """The newest row of what every change of the record writes to: a change by another connection shows here."""
    with connection.cursor() as cursor:
        newest = (f'(SELECT max(id) FROM "{table}")' for table in ("review_auditentry", "review_outboxevent"))  # noqa: S608
        cursor.execute("SELECT " + ", ".join(newest))
        return cursor.fetchone()


def _stands(acts: tuple) -> bool:
    """Whether the rows are those that the acts led to."""
    return _rows() == (_state.steps[acts].rows if acts in _state.steps else _nothing())


def _nothing() -> Rows:
    return {table: {} for table in _tables()}


def _but_processes(table: str) -> str:
    """Without the signs of life of a worker that is alive in the background."""
    return " WHERE name NOT LIKE 'worker:%'" if table == "review_heartbeat" else ""


def _rows() -> Rows:
    quoted = 'quote_nullable("{}"::text)' if connection.vendor == "postgresql" else 'quote("{}")'
    rows: Rows = {}
    with connection.cursor() as cursor:
        for table, (key, columns) in _tables().items():
            texts = " || ',' || ".join(quoted.format(column) for column in columns)
            rest = f'"{table}"{_but_processes(table)} ORDER BY "{key}"'
            cursor.execute(f"SELECT {quoted.format(key)}, {texts} FROM {rest}")  # noqa: S608
            rows[table] = dict(cursor.fetchall())
    return rows


def _statements(before: Rows, after: Rows) -> list[str]:
    """What leads from the one to the other, without a parameter."""
    away, changed, new = [], [], []
    for table, (key, columns) in _tables().items():
        old, now = before.get(table, {}), after[table]
        names = ",".join(f'"{column}"' for column in columns)
        if gone := old.keys() - now.keys():
            away.append(f'DELETE FROM "{table}" WHERE "{key}" IN ({",".join(sorted(gone))})')  # noqa: S608
        changed += [
            f'UPDATE "{table}" SET ({names}) = ({now[pk]}) WHERE "{key}" = {pk}'  # noqa: S608
            for pk in old.keys() & now.keys()
            if old[pk] != now[pk]
        ]
        if added := [f"({row})" for pk, row in now.items() if pk not in old]:
            new.append(f'INSERT INTO "{table}" ({names}) VALUES {",".join(added)}')  # noqa: S608
    return away + changed + new
