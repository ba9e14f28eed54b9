"""`newsletter build`."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import publication

if TYPE_CHECKING:
    from newsletter.edition import Built


@click.command(epilog="Example:  newsletter build 2023-12 --out build")
@click.argument("issue")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build"),
    show_default=True,
    help="Folder to write to; made where it is missing.",
)
@click.option(
    "--as", "email", metavar="EMAIL", default="reader@example.org", show_default=True,
    help="The reader whose copy is built.",
)  # fmt: skip
@click.option("--mjml", is_flag=True, help="Write the MJML source as well.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def build(
    ctx: click.Context, issue: str, out: Path, email: str, mjml: bool, as_json: bool
) -> None:  # fmt: skip
    """Write ISSUE as HTML, plain text and a complete message.

    ISSUE is a month such as 2023-12, the path of an issue file, or 'latest'.
    """
    gc.disable()  # a sixth of this short process would be a search for garbage it has not
    from newsletter.edition import build_edition
    from newsletter.issue import find_issue, load_issue

    config = publication.load(ctx)
    address = publication.address(email)
    file = load_issue(find_issue(issue, config), config)
    built = build_edition(file.issue, config, address)
    files = _write(built, out / file.issue.month, mjml=mjml)
    if as_json:
        click.echo(_document(file.issue.month, built, files))
        return
    for path in files.values():
        click.echo(path)
    click.echo(f"“{built.edition.subject}”, {len(built.html) / 1024:.0f} KB of HTML", err=True)


def _write(built: Built, stem: Path, *, mjml: bool) -> dict[str, Path]:
    from newsletter.files import write

    contents = {"html": built.html, "txt": built.text, "eml": built.message}
    if mjml:
        contents["mjml"] = built.edition.mjml.encode()
    files = {kind: stem.with_name(f"{stem.name}.{kind}") for kind in contents}
    stem.parent.mkdir(parents=True, exist_ok=True)
    for kind, path in files.items():
        write(path, contents[kind])
    return files


def _document(month: str, built: Built, files: dict[str, Path]) -> str:
    document = {
        "issue": month,
        "subject": built.edition.subject,
        "preheader": built.edition.preheader,
        "html_bytes": len(built.html),
        "text_bytes": len(built.text),
        "files": {kind: str(path) for kind, path in files.items()},
    }
    return json.dumps(document, indent=2)
