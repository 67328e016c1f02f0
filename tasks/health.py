"""Is each part able to work? Every check returns an empty string, or one plain sentence; none raises."""

import logging
import socket
from datetime import datetime

import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from review import clock, queries
from review.models import Heartbeat
from review.operations.services import signs
from review.trail.services import database_roles

log = logging.getLogger(__name__)


def database() -> str:
    """Costs one query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.exception("database check failed")
        return "データベースに接続できません"
    return ""


def migrations() -> str:
    """Costs one query and a walk over the migration files."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "データベースに接続できません"
    return f"未適用のマイグレーションが {len(plan)} 件あります" if plan else ""


def app_role() -> str:
    """Costs one query, where the operator named a role for web and worker."""
    name = settings.MEGURI_APP_DATABASE_ROLE
    if not name or connection.vendor != "postgresql":
        return ""
    try:
        ready = database_roles.is_ready(name)
    except DatabaseError:
        return "データベースに接続できません"
    return "" if ready else f"データベースの役割 {name} の権限がまだ設定されていません"


def migrated() -> str:
    """The tables are up to date, and the role that works on them has its rights."""
    return migrations() or app_role()


def broker() -> str:
    """Waits a second at most."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "ブローカー(Redis)に接続できません"
    return ""


def worker(name: str = "celery", timeout: float = 5) -> str:
    """Asks the worker of that name on this machine or container over the broker; it answers even with every child at work."""
    problem = broker()
    if problem:
        return problem
    answers = current_app.control.ping(destination=[f"{name}@{socket.gethostname()}"], timeout=timeout)
    return "" if answers else "ワーカーが応答しません"


def delivery(now: datetime | None = None) -> str:
    """Costs three queries. Nothing that a web process could mend: it is reported, and makes nothing unready."""
    try:
        since = signs.oldest_late(queries.backlog(), now or clock.now())
    except DatabaseError:
        return "データベースに接続できません"
    return f"{timezone.localtime(since):%Y-%m-%d %H:%M} から待っているものがあります" if since else ""


def sweep(now: datetime | None = None) -> str:
    """The age of the last sweep, which beat asks for and a worker makes: one row shows both."""
    try:
        beat = Heartbeat.objects.filter(name="sweep").first()
    except DatabaseError:
        return "データベースに接続できません"
    if beat is None:
        return "自動点検がまだ一度も行われていません"
    age = (now or timezone.now()) - beat.at
    if age < -clock.SLACK:
        return f"最後の自動点検の時刻が {int(-age.total_seconds())} 秒先です。機械の時計を確かめてください"
    return f"最後の自動点検から {int(age.total_seconds())} 秒たっています" if age > signs.patience() else ""
