"""`newsletter subscribers export`."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from newsletter.cli import publication, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(
    short_help="Write everybody as a list that can be imported again.",
    epilog="Example:  newsletter subscribers export --out subscribers.csv",
)
@click.option(
    "--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; by default stdout.",
)  # fmt: skip
@click.option("--excel", is_flag=True, help="With the mark by which Excel knows UTF-8.")
@click.pass_context
def export(ctx: click.Context, out: Path | None, excel: bool) -> None:
    """Write all subscribers but the erased as CSV, with their status.

    A cell that a spreadsheet would take for a formula gets an apostrophe, which an import
    removes. Importing the list brings nobody back who has left.
    """
    from newsletter.audience.exporting import export_list
    from newsletter.store import reading

    engine = publication.store(publication.load(ctx))
    with _table(out, "utf-8-sig" if excel else "utf-8") as file, reading(engine) as connection:
        count = export_list(connection, file)
    if out:
        click.echo(f"{out}: {terminal.count(count, 'subscriber')} written")


@contextmanager
def _table(out: Path | None, encoding: str) -> Iterator[TextIO]:
    """Where the table is written: stdout, or a file that is there whole or not at all."""
    if out is None:
        file = TextIOWrapper(sys.stdout.buffer, encoding, newline="")
        try:
            yield file
            file.flush()
        finally:
            file.detach()
        return
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding=encoding, newline="") as file:
            yield file
        part.replace(out)
    except OSError as error:
        if error.filename != str(part):
            raise
        raise type(error)(error.errno, error.strerror, str(out)) from error
    finally:
        part.unlink(missing_ok=True)
