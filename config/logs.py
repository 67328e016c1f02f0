"""Log lines as one JSON object each, in the city's time, with the numbers of request and task, without what people typed."""

import json
import logging
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from celery import current_task
from django.apps import apps

TIME_ZONE = "Asia/Tokyo"


def config(level: str, **loggers: Any) -> dict[str, Any]:
    """For logging.config: everything on stdout, one line an event."""
    stdout = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line", "filters": ["quiet"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": LineFormatter}},
        "filters": {"quiet": {"()": Quiet}},
        "handlers": {"stdout": stdout},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {name.replace("__", "."): how for name, how in loggers.items()},
    }


class LineFormatter(logging.Formatter):
    """One event, one line: time, level, logger, message, whose work it was, and the traceback's lines joined by ` | `."""

    def format(self, record: logging.LogRecord) -> str:
        words = {
            "time": datetime.fromtimestamp(record.created, ZoneInfo(TIME_ZONE)).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": single_line(record.getMessage()),
            "request": _request(),
            "task": current_task.request.id if current_task else "",
        }
        if record.exc_info:
            words["traceback"] = single_line(without_values(self.formatException(record.exc_info)))
        return json.dumps({name: word for name, word in words.items() if word}, ensure_ascii=False)


def _request() -> str:
    """The number that the error pages show and the trail stores; '' outside a request, and before all is loaded."""
    if not apps.models_ready:
        return ""
    from review.trail.services import audit

    return audit.request_id()


def single_line(text: str) -> str:
    """The text with its line ends made visible, so that nobody can forge a second log line."""
    return " | ".join(part.strip() for part in text.splitlines() if part.strip())


def without_values(traceback: str) -> str:
    """The traceback without PostgreSQL's DETAIL lines, which quote the row's values."""
    return "\n".join(line for line in traceback.splitlines() if not line.startswith("DETAIL:"))


class Quiet(logging.Filter):
    """Lets nothing through of a task that runs every half minute and went well. What fails is told, and beat's own line stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO or not record.getMessage().startswith("Task tasks.sweep.")
