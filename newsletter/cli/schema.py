"""`newsletter schema`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import publication

if TYPE_CHECKING:
    from newsletter.config import Config


@click.command(
    short_help="Print the JSON Schema of issue files.",
    epilog="Example:  newsletter schema --out schema/issue.schema.json",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="File to write to, in place of printing.",
)
@click.pass_context
def schema(ctx: click.Context, out: Path | None) -> None:
    """Print the JSON Schema of issue files, by which an editor completes keys and topics.

    It has the topics and research types of the publication; outside of any, it takes all.
    """
    from newsletter.files import write
    from newsletter.issue.schema import schema_text

    content = schema_text(_config(ctx)).encode()
    if out is None or str(out) == "-":
        click.echo(content, nl=False)  # bytes: JSON is UTF-8, whatever the terminal is
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    write(out, content)
    click.echo(f"{out}: written")


def _config(ctx: click.Context) -> Config | None:
    """The publication's configuration, or None outside of any."""
    from newsletter.config import find_config
    from newsletter.errors import ConfigurationError

    if ctx.obj.config_path is None:
        try:
            find_config(Path.cwd())
        except ConfigurationError:
            return None
    return publication.load(ctx)
