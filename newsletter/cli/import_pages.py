"""`newsletter import`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli import publication, terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.config import Config
    from newsletter.issue.blog import Gathered, MonthPlan, Page

_VERBS = {
    "created": ("written", "would be written"),
    "merged": ("articles added", "articles would be added"),
}


@click.command(
    "import",
    short_help="Turn saved pages of the old blog into issue files.",
    epilog="Example:  newsletter import page-1.txt page-2.html --dry-run",
)
@click.argument("pages", metavar="PAGE...", nargs=-1, required=True)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; by default the publication's issues.",
)
@click.option("--merge", is_flag=True, help="Add articles that are missing in an existing file.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def import_pages(
    ctx: click.Context,
    pages: tuple[str, ...],
    out: Path | None,
    merge: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Turn saved pages of the blog, text or HTML, into issue files, one a month.

    Pages may overlap; an article is taken once. An existing file is never overwritten: it is
    compared, and --merge adds what it lacks, leaving the rest of it as it is.

    Exits with 1 where text of an article could not be placed, or a month differs from its file.
    """
    from newsletter.issue.blog import gather, plan

    config = publication.load(ctx)
    gathered = gather(_read(pages))
    planned = plan(gathered, out or config.issues_path, config, merge=merge)
    if not dry_run:
        _write(planned, config)
    if as_json:
        click.echo(json.dumps(_document(planned, gathered, config), indent=2, ensure_ascii=False))
    else:
        _tell(planned, gathered, config, dry_run=dry_run)
    if gathered.unplaced or any(month.differences for month in planned):
        ctx.exit(1)


def _read(names: Sequence[str]) -> list[Page]:
    """All pages, each named once.

    Raises:
        UnreadablePage: with a line for each that cannot be read.
    """
    from newsletter.errors import UnreadablePage
    from newsletter.issue.blog import read_page

    pages, problems = [], []
    for name in dict.fromkeys(names):
        try:
            pages.append(read_page(Path(name), name))
        except UnreadablePage as error:
            problems.append(str(error))
    if problems:
        raise UnreadablePage("\n".join(problems))
    return pages


def _write(planned: Sequence[MonthPlan], config: Config) -> None:
    """Write what is to be written, each file whole.

    Raises:
        AlreadyThere: where a new file's name has been taken meanwhile.
    """
    from newsletter.errors import AlreadyThere
    from newsletter.files import create, write

    for month in planned:
        if month.content is None:
            continue
        month.path.parent.mkdir(parents=True, exist_ok=True)
        put = create if month.action == "created" else write
        try:
            put(month.path, month.content)
        except FileExistsError as error:
            shown = config.shown(month.path)
            raise AlreadyThere(
                f"{shown}: error: has come into being meanwhile, and is left as it is; "
                "run the import again to compare"
            ) from error


def _tell(
    planned: Sequence[MonthPlan], gathered: Gathered, config: Config, *, dry_run: bool
) -> None:
    for month in planned:
        verb = _VERBS.get(month.action, (month.action, month.action))[dry_run]
        articles = terminal.count(len(month.articles), "article")
        click.echo(f"{config.shown(month.path)}: {verb} ({articles})")
    for note in gathered.notes:
        terminal.say(f"{note.page}:{note.line}: note: {note.text}")
    for month in planned:
        shown = config.shown(month.path)
        for each in month.differences:
            terminal.say(f"{shown}:{each.line}:{each.column}: warning: {each.text}")
    for stray in gathered.unplaced:
        terminal.say(
            f"{stray.page}:{stray.line}: error: not imported, since its article is not whole; "
            f"add it by hand: {_cut(stray.text)}"
        )


def _cut(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:99]}…"


def _document(planned: Sequence[MonthPlan], gathered: Gathered, config: Config) -> dict[str, Any]:
    return {
        "months": [_month(month, config) for month in planned],
        "unplaced": [vars(stray) for stray in gathered.unplaced],
        "notes": [vars(note) for note in gathered.notes],
    }


def _month(month: MonthPlan, config: Config) -> dict[str, Any]:
    return {
        "month": month.month,
        "file": config.shown(month.path),
        "action": month.action,
        "articles": [
            {"title": each.title, "doi": each.doi, "page": each.page, "line": each.line}
            for each in month.articles
        ],
        "differences": [
            {"line": each.line, "column": each.column, "text": each.text}
            for each in month.differences
        ],
    }
