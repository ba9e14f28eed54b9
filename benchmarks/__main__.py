"""`python -m benchmarks`: every measure beside its bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks import (
    audience,
    checking,
    events,
    preview,
    rendering,
    scale,
    scheduling,
    sendgrid,
    smtp,
    splicing,
    web,
)


class Measure(NamedTuple):
    """Something measured, and what it may be at most, or at least."""

    name: str
    take: Callable[[], float | None]
    bar: float
    unit: str
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a value is good enough."""
        return value >= self.bar if self.at_least else value <= self.bar


MEASURES = (
    Measure("render of a three-summary issue, warm", rendering.warm_render, 10, "ms"),
    Measure("HTML of three summaries", rendering.html_kilobytes, 60, "KB"),
    Measure("build, of npx mjml", rendering.build_against_mjml, 0.6, "×"),
    Measure("newsletter --help, of import click", rendering.help_against_click, 1.8, "×"),
    Measure("check of one issue, as a process", checking.check_one, 800, "ms"),
    Measure("check of 120 issues", checking.check_120, 5, "s"),
    Measure("save to event in the browser", preview.save_to_event, 50, "ms"),
    Measure("list of 120 issues", preview.list_120, 300, "ms"),
    Measure("look of the scheduler at 120 issues sent", scheduling.look_at_120, 100, "ms"),
    Measure("a spliced message", splicing.microseconds_a_message, 100, "µs"),
    Measure("import of 1,000,000 subscribers", audience.import_seconds, 15, "s"),
    Measure("memory of that", audience.import_megabytes, 150, "MB"),
    Measure("planning 1,000,000 recipients", scale.plan_seconds, 10, "s"),
    Measure("SMTP, of smtp-source", smtp.against_smtp_source, 0.8, "×", at_least=True),
    Measure("SMTP, of nodemailer's pool", smtp.against_nodemailer, 5, "×", at_least=True),
    Measure("CPU for 1,000 messages", smtp.cpu_seconds_a_thousand, 0.3, "s"),
    Measure("pipelined at 20 ms, of unpipelined", smtp.pipelining_gain, 1.6, "×", at_least=True),
    Measure(
        "SendGrid, recipients a second", sendgrid.recipients_a_second, 5000, "/s", at_least=True
    ),
    Measure("web versions a second", web.versions_a_second, 2000, "/s", at_least=True),
    Measure("the slowest hundredth of them", web.p99_milliseconds, 100, "ms"),
    Measure("events a second", events.events_a_second, 5000, "/s", at_least=True),
    Measure("memory with 200,000 recipients", scale.memory, 110, "MB"),
    Measure("growth of that from 10,000", scale.memory_growth, 8, "MB"),
)


def run() -> None:
    """Take every measure and print the table."""
    table = Table("measure", "median", "bar", "")
    for measure in MEASURES:
        value = measure.take()
        shown = "its tools are missing" if value is None else f"{value:,.2f} {measure.unit}"
        verdict = "" if value is None else "met" if measure.is_met(value) else "NOT met"
        bar = f"{'≥' if measure.at_least else '≤'} {measure.bar:,g} {measure.unit}"
        table.add_row(measure.name, shown, bar, verdict)
    Console().print(table)


run()
