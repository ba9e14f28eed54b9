"""What a large audience costs: planning a million, and memory from ten to two hundred thousand."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import mailing, smtp

FEW, MANY, MILLION = 10_000, 200_000, 1_000_000


def plan_seconds() -> float:
    """Seconds to freeze an audience of a million, in SQLite."""
    with TemporaryDirectory() as folder:
        planned = mailing.measure(Path(folder), MILLION, "{provider: outbox}", send=False)
    return float(planned["plan_seconds"])


def memory() -> float | None:
    """Megabytes of a process that plans and sends to two hundred thousand over SMTP."""
    return _memory(MANY)


def memory_growth() -> float | None:
    """Megabytes more for two hundred thousand recipients than for ten thousand."""
    many, few = _memory(MANY), _memory(FEW)
    return None if many is None or few is None else many - few


@cache
def _memory(recipients: int) -> float | None:
    sent = smtp.into_sink(recipients)
    return sent and float(sent["memory_mb"])
