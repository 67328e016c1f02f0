"""Log lines as `key=value` pairs: plain to read, easy to cut, and without what people typed."""

import json
import logging
from datetime import UTC, datetime


class LineFormatter(logging.Formatter):
    """One event, one line: time, level, logger, message, and the traceback's lines joined by ` | `."""

    def format(self, record: logging.LogRecord) -> str:
        pairs = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": single_line(record.getMessage()),
        }
        if record.exc_info:
            pairs["traceback"] = single_line(without_values(self.formatException(record.exc_info)))
        return " ".join(f"{key}={quoted(value)}" for key, value in pairs.items())


def single_line(text: str) -> str:
    """The text with its line ends made visible, so that nobody can forge a second log line."""
    return " | ".join(part.strip() for part in text.splitlines() if part.strip())


def without_values(traceback: str) -> str:
    """The traceback without PostgreSQL's DETAIL lines, which quote the row's values."""
    return "\n".join(line for line in traceback.splitlines() if not line.startswith("DETAIL:"))


def quoted(value: object) -> str:
    """The value as it is, in JSON's quotes where a space or a quote would break the pairs."""
    text = str(value)
    plain = text and not any(sign in text for sign in ' "=\\')
    return text if plain else json.dumps(text, ensure_ascii=False)
