"""`newsletter subscribers import`: what a list has become, told to a person or a program."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import publication, terminal
from newsletter.cli.subscribers.asked import keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader

    from newsletter.audience.entry import Blanket
    from newsletter.audience.tally import Tally

_MOST_SHOWN = 20
"""Rows told on a terminal of each kind; --json tells all."""
_CONSENT = ("consent", "consent_basis", "consent_date", "consent_source")
"""Options in the order of a `Blanket`."""


@click.command(
    "import",
    short_help="Add and update subscribers from a list.",
    epilog="Example:  newsletter subscribers import subscribers.example.csv --dry-run",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--consent", metavar="KIND", help="For rows whose own is weaker: express or implied.")
@click.option("--consent-basis", metavar="BASIS", help="Of implied consent: customer or inquiry.")
@click.option("--consent-date", metavar="DATE", help="When it was given, such as 2024-01-31.")
@click.option("--consent-source", metavar="TEXT", help="How and where it was given.")
@click.option("--encoding", metavar="NAME", help="Where it is not UTF-8: windows-1252, say.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def import_subscribers(
    ctx: click.Context,
    /,
    file: Path,
    encoding: str | None,
    dry_run: bool,
    as_json: bool,
    **consent: str | None,
) -> None:
    """Add the subscribers of FILE, a CSV with a row of column names, and update known ones.

    With - as FILE the list comes from another program.

    Columns: email, and where known first_name, last_name, topics (separated by |), language,
    consent (express or implied), consent_basis (customer or inquiry), consent_date,
    consent_source; others are kept as attributes. Empty cells change nothing. Whoever has
    unsubscribed, bounced, complained or been erased stays so.

    --consent is for those who have none in the list or the store, or implied consent that it
    outlasts; express consent stays as it is.

    Exits with 1 where a row was not valid; the others are taken in all the same. A file that
    cannot be read to its end changes nothing.
    """
    from newsletter.audience.importing import Source, Terms, import_list
    from newsletter.store import today_in

    config = publication.load(ctx)
    today = today_in(config.zone)
    most_told = None if as_json else _MOST_SHOWN
    terms = Terms(today, _blanket(consent, today), config.topics, dry_run, most_told)
    with _opened(file) as opened, _progress(opened) as progress:
        tally = import_list(
            publication.store(config),
            Source(opened, _name(file), encoding),
            terms,
            keys_of(config),
            progress,
        )
    if as_json:
        _print(tally)
    else:
        _tell(tally, _name(file), dry_run=dry_run)
    if tally.invalid:
        ctx.exit(1)


def _name(file: Path) -> str:
    return "stdin" if str(file) == "-" else str(file)


def _stdin() -> BufferedReader:
    return open(0, "rb", closefd=False)


@contextmanager
def _opened(file: Path) -> Iterator[BufferedReader]:
    """The list, to read its bytes.

    Raises:
        UnreadableList: where it cannot be opened, with what to do.
    """
    from newsletter.errors import UnreadableList

    try:
        opened = _stdin() if str(file) == "-" else file.open("rb")
    except FileNotFoundError as error:
        raise UnreadableList(
            f"{file}: error: there is no such file; name a list in CSV, or - for stdin"
        ) from error
    except IsADirectoryError as error:
        raise UnreadableList(f"{file}: error: this is a folder; name a list in it") from error
    except OSError as error:
        what = f"it cannot be read ({error.strerror})"
        raise UnreadableList(f"{_name(file)}: error: {what}") from error
    with opened:
        yield opened


def _blanket(given: dict[str, str | None], today: str) -> Blanket:
    """Consent for all who have none or a weaker one, which must be able to be shown.

    Raises:
        UsageError: where it is not whole.
    """
    from newsletter.audience.consent import read_consent
    from newsletter.audience.entry import Blanket

    blanket = Blanket(*((given[name] or "").strip() for name in _CONSENT))
    if not any(blanket):
        return blanket
    needed = {
        "--consent": blanket.kind, "--consent-date": blanket.date,
        "--consent-source": blanket.source,
    }  # fmt: skip
    missing = [option for option, given in needed.items() if not given]
    if missing:
        raise click.UsageError(f"consent must be shown to hold, so add {' and '.join(missing)}")
    try:
        read_consent(*blanket, today)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return blanket


@contextmanager
def _progress(file: BufferedReader) -> Iterator[Callable[[int], object]]:
    """A bar on stderr, where that is a terminal."""
    import os

    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("import", total=os.fstat(file.fileno()).st_size or None)
        yield lambda read: progress.update(task, completed=read)


def _print(tally: Tally) -> None:
    """One JSON document, written as it is made: a list may have a million bad rows."""
    counts = json.dumps(_counts(tally), indent=2)
    click.echo(counts.removesuffix("\n}"), nl=False)
    for name, findings in (("duplicates", tally.duplicates), ("invalid", tally.invalid)):
        click.echo(f',\n  "{name}": [', nl=False)
        between = "\n    "
        for each in findings:
            click.echo(between + json.dumps(each._asdict(), ensure_ascii=False), nl=False)
            between = ",\n    "
        click.echo("\n  ]" if findings else "]", nl=False)
    notes = json.dumps(tally.notes, indent=2, ensure_ascii=False).replace("\n", "\n  ")
    click.echo(f',\n  "notes": {notes}\n}}')


def _counts(tally: Tally) -> dict[str, int]:
    return {
        "added": tally.added,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "suppressed": tally.suppressed,
        "without_consent": tally.without_consent,
        "ran_out": tally.ran_out,
        "upgraded": tally.upgraded,
    }


def _tell(tally: Tally, name: str, *, dry_run: bool) -> None:
    for invalid in tally.invalid:
        terminal.say(f"{name}:{invalid.line}: error: {invalid.reason}")
    _say_more(len(tally.invalid))
    for each in tally.duplicates:
        terminal.say(
            f"{name}:{each.line}: warning: {each.email} stands in line {each.first_line} already, "
            "and that row counts"
        )
    _say_more(len(tally.duplicates))
    for note in tally.notes[:_MOST_SHOWN]:
        terminal.say(f"{name}: note: {note}")
    _say_more(len(tally.notes))
    for line in _summary(tally):
        click.echo(line)
    if dry_run:
        click.echo("this was a dry run: nothing has changed")


def _say_more(number: int) -> None:
    if number > _MOST_SHOWN:
        terminal.say(f"… and {number - _MOST_SHOWN:,} more; --json names all")


def _summary(tally: Tally) -> Iterator[str]:
    yield f"{tally.added:,} added, {tally.updated:,} updated, {tally.unchanged:,} unchanged"
    wrong = (len(tally.duplicates), "duplicate"), (len(tally.invalid), "invalid row")
    left_out = [terminal.count(number, noun) for number, noun in wrong if number]
    if left_out:
        yield f"{' and '.join(left_out)} left out"
    for number, what in (
        (tally.upgraded, "whose implied consent gave way to that of --consent"),
        (tally.suppressed, "suppressed: they have left, and get no mail whatever the list says"),
        (tally.without_consent, "without consent on record: skipped when sending"),
        (tally.ran_out, "whose implied consent has run out: skipped when sending"),
    ):
        if number:
            yield f"{number:,} {what}"
