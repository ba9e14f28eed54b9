"""`newsletter preview`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import publication

if TYPE_CHECKING:
    from newsletter.config import Config

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - hosts to be refused
"""Hosts that mean every address, and the loopback one among them."""


@click.command(epilog="Example:  newsletter preview 2023-12")
@click.argument("issue", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--allow-host",
    "allowed",
    metavar="NAME",
    multiple=True,
    help="Another name that browsers may use for this machine; may be given several times.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.pass_context
def preview(
    ctx: click.Context,
    issue: str | None,
    host: str,
    port: int,
    allowed: tuple[str, ...],
    no_browser: bool,
) -> None:
    """Show ISSUE, or the list of all issues, in the browser while it is being written.

    Saving the issue, a template or newsletter.yaml updates the page.

    ISSUE is a month such as 2023-12, the path of an issue file, or 'latest'.
    """
    import os

    from newsletter.config import load_config
    from newsletter.web.preview import Preview, listen
    from newsletter.web.preview.guard import LOOPBACK

    config = publication.load(ctx)
    path = f"/{_month(issue, config)}" if issue else "/"
    _refuse_strangers(host, allowed)
    try:
        with listen(host, port) as listening:
            bound = listening.getsockname()[1]
            url = f"http://{_named(host, allowed)}:{bound}{path}"
            click.echo(f"Previewing {url} (Ctrl-C to stop)")
            if not no_browser:
                _open(url)
            own = {host} if _is_loopback(host) else set()
            hosts = LOOPBACK | {_bracketed(name) for name in (*own, *allowed)}
            Preview(config, lambda: load_config(config.file, os.environ)).run(listening, hosts)
    except KeyboardInterrupt:  # before the server took over the signal
        return


def _month(issue: str, config: Config) -> str:
    """The month of an issue of this publication.

    Raises:
        UsageError: where it is not in the publication.
    """
    from newsletter.errors import UsageError
    from newsletter.issue import find_issue, issue_paths

    path = find_issue(issue, config).resolve()
    if path not in {each.resolve() for each in issue_paths(config).values()}:
        folder = config.shown(config.issues_path)
        raise UsageError(f"{issue}: not an issue of this publication; move it into {folder}/")
    return path.stem


def _refuse_strangers(host: str, allowed: tuple[str, ...]) -> None:
    """Other machines come by a name, which has to be told."""
    from newsletter.errors import UsageError

    if not _is_loopback(host) and not allowed:
        raise UsageError(
            f"--host {host} lets other machines in; "
            "add --allow-host NAME with the name they will use, or leave out --host"
        )


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _named(host: str, allowed: tuple[str, ...]) -> str:
    """The host of the address to open: the loopback one where it is listened on."""
    host = _WILDCARDS.get(host, host)
    return _bracketed(host) if _is_loopback(host) else allowed[0]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _open(url: str) -> None:
    """In a thread, because some browsers keep their caller waiting."""
    import webbrowser
    from threading import Thread

    Thread(target=webbrowser.open, args=(url,), daemon=True).start()
