"""The log: one line an event, for people or, as JSON, for programs.

No mail address stands in an event above the level DEBUG; what providers answer often has one.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import IO

_ADDRESS = re.compile(
    r"""(?:"(?:[^"\\]|\\.){0,128}"|(?<![^\s@<>()",;:])[^\s@<>()",;:]+)@[^\s@<>()"',;:=]+"""
)


def note(logger: logging.Logger, level: int, event: str, **fields: object) -> None:
    """Write one event down; the record's message is its JSON object.

    `at`, `level` and `event` are the line's own, and no field has their names.
    """
    if level > logging.DEBUG:
        fields = {name: _masked(value) for name, value in fields.items()}
    own = {"at": _now(), "level": logging.getLevelName(level).lower(), "event": event}
    entry = json.dumps({**own, **fields, **own}, ensure_ascii=False, default=str)
    logger.log(level, "%s", entry, extra={"newsletter": (event, fields)})


def place_of(error: Exception) -> str:
    """The file and line where an error arose; its message may quote anything."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"


class JsonLines(logging.Formatter):
    """Each event as one JSON object; what other libraries say, too."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        if hasattr(record, "newsletter"):
            return record.getMessage()
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        level = record.levelname.lower()
        event = {"at": at, "level": level, "event": "message", "from": record.name}
        event["text"] = _said(record)
        if record.exc_info:
            event["traceback"] = _ADDRESS.sub("…@…", self.formatException(record.exc_info))
        return json.dumps(event, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """`2023-12-05T09:00:01-05:00 info sending issue=2023-12 recipients=812`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        at = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds")
        event, fields = getattr(record, "newsletter", (_on_one_line(_said(record)), {}))
        told = [f"{name}={_quoted(value)}" for name, value in fields.items()]
        line = " ".join([at, record.levelname.lower(), event, *told])
        if record.exc_info:
            line += "\n" + _ADDRESS.sub("…@…", self.formatException(record.exc_info))
        return line


def to_stream(
    logger: logging.Logger, stream: IO[str], formatter: logging.Formatter, level: int = logging.INFO
) -> None:
    """Send a logger's events from a level on to a stream, and nowhere else.

    Where nobody reads them any more, that stops nothing.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False
    logging.raiseExceptions = False


def to_nowhere(logger: logging.Logger) -> None:
    """Keep a logger's events from stderr, where Python puts them if nobody takes them."""
    logger.addHandler(logging.NullHandler())
    logger.propagate = False


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _said(record: logging.LogRecord) -> str:
    """What another library says."""
    return _ADDRESS.sub("…@…", record.getMessage())


def _masked(value: object) -> object:
    return _ADDRESS.sub("…@…", value) if isinstance(value, str) else value


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(value: object) -> str:
    """A value as one word; what holds a space, a quote or '=' stands in quotes."""
    text = _on_one_line(str(value))
    plain = text and text.isprintable() and not any(char in ' "=' for char in text)
    return text if plain else json.dumps(text, ensure_ascii=False)
