"""`python -m benchmarks`: every measure beside its bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks import checking, preview, rendering


class Measure(NamedTuple):
    """Something measured, and what it may be at most."""

    name: str
    take: Callable[[], float | None]
    most: float
    unit: str


MEASURES = (
    Measure("render of a three-summary issue, warm", rendering.warm_render, 10, "ms"),
    Measure("HTML of three summaries", rendering.html_kilobytes, 60, "KB"),
    Measure("build, of npx mjml", rendering.build_against_mjml, 0.6, "×"),
    Measure("newsletter --help, of import click", rendering.help_against_click, 1.8, "×"),
    Measure("check of one issue, as a process", checking.check_one, 800, "ms"),
    Measure("check of 120 issues", checking.check_120, 5, "s"),
    Measure("save to event in the browser", preview.save_to_event, 50, "ms"),
    Measure("list of 120 issues", preview.list_120, 300, "ms"),
)


def run() -> None:
    """Take every measure and print the table."""
    table = Table("measure", "median", "bar", "")
    for measure in MEASURES:
        value = measure.take()
        shown = "needs Node.js" if value is None else f"{value:.2f} {measure.unit}"
        verdict = "" if value is None else "met" if value <= measure.most else "NOT met"
        table.add_row(measure.name, shown, f"{measure.most:g} {measure.unit}", verdict)
    Console().print(table)


run()
