"""`newsletter new`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import publication, terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from newsletter.config import Config
    from newsletter.issue.lookup import Study


@click.command(
    short_help="Begin a new issue.",
    epilog="Example:  newsletter new 2024-01 --doi 10.1037/cou0000708",
)
@click.argument("month")
@click.option(
    "--doi",
    "dois",
    metavar="DOI",
    multiple=True,
    help="A study to tell about; its title and citation are looked up. May be given several times.",
)
@click.pass_context
def new(ctx: click.Context, month: str, dois: tuple[str, ...]) -> None:
    """Write the file of a new MONTH, such as 2024-01, for you to fill in.

    With --doi there is a summary for each study, its title and citation filled in. They come
    from Crossref and doi.org, and are kept in .cache/citations for the next time. What could
    not be found is told, and left for you to write; then the exit code is 1.
    """
    from newsletter.files import create
    from newsletter.issue.compose import SCHEMA_FILE, schema_address
    from newsletter.issue.skeleton import skeleton

    month = _month(month)
    wanted = _without_duplicates(_dois(dois))
    config = publication.load(ctx)
    path = config.issues_path / f"{month}.yaml"
    _refuse_existing(path, config)
    studies = _look_up(wanted, config) if wanted else []
    text = skeleton(month, studies, config, schema_address(path, config))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        create(path, text.encode())
    except FileExistsError:
        _refuse_existing(path, config)
        raise
    shown = config.shown(path)
    click.echo(shown)
    click.echo(f"Write over each TODO in it, and see it with: newsletter preview {month}")
    if not (config.root / SCHEMA_FILE).is_file():
        terminal.say(f"for completion in your editor: newsletter schema --out {SCHEMA_FILE}")
    if any(study.problems for study in studies):
        terminal.say(
            f"{shown} is written, but not all was found: fill in the rest by hand, "
            "or remove the file and try again"
        )
        ctx.exit(1)


def _month(typed: str) -> str:
    from newsletter.errors import UsageError
    from newsletter.issue.model import MONTH

    if not MONTH.fullmatch(typed):
        raise UsageError(f"'{typed}' is not a month; write one such as 2023-12")
    return typed


def _dois(typed: Sequence[str]) -> list[str]:
    """The bare DOIs.

    Raises:
        UsageError: with a sentence for each that is none.
    """
    from newsletter.errors import UsageError
    from newsletter.issue.doi import normalise_doi

    dois, problems = [], []
    for each in typed:
        try:
            dois.append(normalise_doi(each.strip()))
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("; ".join(problems))
    return dois


def _without_duplicates(dois: Sequence[str]) -> list[str]:
    """Each once, as it was typed first; letter case makes no other DOI."""
    once: dict[str, str] = {}
    for doi in dois:
        if doi.casefold() in once:
            terminal.say(f"{doi} is given twice; there is one summary for it")
        once.setdefault(doi.casefold(), doi)
    return list(once.values())


def _refuse_existing(path: Path, config: Config) -> None:
    from newsletter.errors import AlreadyThere

    if path.is_symlink() or path.exists():
        shown = config.shown(path)
        raise AlreadyThere(f"{shown} is there already, and left as it is; edit or remove it")


def _look_up(dois: Sequence[str], config: Config) -> list[Study]:
    from datetime import date

    from newsletter.issue.lookup import look_up

    studies = []
    for study in look_up(dois, config, date.today()):
        _tell(study)
        studies.append(study)
    return studies


def _tell(study: Study) -> None:
    """What was found, so that a slip in the DOI is seen at once."""
    from newsletter.issue.lookup import is_grave, notice_lines

    year = f" ({study.year})" if study.year else ""
    if study.title:
        terminal.say(f"{study.doi}: {study.title}{year}")
    for problem in study.problems:
        terminal.say(problem)
    if study.other_doi:
        terminal.say(f"{study.doi}: its citation names {study.other_doi}; see which is right")
    for sentence in notice_lines(study.notices):
        terminal.say(f"{study.doi}: {sentence}")
    if study.asked_on and not any(map(is_grave, study.notices)):
        terminal.say(f"{study.doi}: no notice of a retraction found on {study.asked_on}")
