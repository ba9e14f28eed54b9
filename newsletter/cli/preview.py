"""`newsletter preview`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from newsletter.cli import publication
from newsletter.cli.listening import bracketed, listening

if TYPE_CHECKING:
    from newsletter.config import Config

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - hosts to be refused
"""Hosts that mean every address, and the loopback one among them."""


def _host_names(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The names of --allow-host as browsers send them.

    Raises:
        UsageError: where one is none.
    """
    return tuple(map(_host_name, values))


def _host_name(typed: str) -> str:
    from newsletter.errors import UsageError

    name = typed[1:-1] if typed[:1] == "[" and typed[-1:] == "]" else typed
    if _is_address(name) and "%" not in name:
        from ipaddress import ip_address

        return bracketed(str(ip_address(name)))
    name = _in_ascii(typed.removesuffix(".").lower())
    *_, last = labels = name.split(".")
    if len(name) > 253 or last.isdigit() or not all(map(_LABEL.fullmatch, labels)):
        raise UsageError(
            f"--allow-host '{typed}' is not a host name; "
            "write the name alone, without http:// or a port"
        )
    return name


def _in_ascii(name: str) -> str:
    """An internationalised name as browsers send it (RFC 5891)."""
    import idna

    try:
        return name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return name


@click.command(
    short_help="Show issues in the browser, live while you write.",
    epilog="Example:  newsletter preview 2023-12",
)
@click.argument("issue", required=False)
@listening(port=8000)
@click.option(
    "--allow-host",
    "allowed",
    metavar="NAME",
    multiple=True,
    callback=_host_names,
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
    from newsletter.web.guard import LOOPBACK
    from newsletter.web.preview import Preview
    from newsletter.web.serving import listen

    config = publication.load(ctx)
    path = f"/{_month(issue, config)}" if issue is not None else "/"
    _refuse_strangers(host, allowed)
    try:
        with listen(host, port) as socket:
            bound = socket.getsockname()[1]
            url = f"http://{_named(host, allowed)}:{bound}{path}"
            _say(f"Previewing {url} (Ctrl-C to stop)")
            if not no_browser:
                _open(url)
            own = {host} if _is_loopback(host) else set()
            hosts = LOOPBACK | {*map(bracketed, own), *allowed}
            Preview(config, lambda: load_config(config.file, os.environ)).run(socket, hosts)
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
    for month, each in issue_paths(config).items():
        if each.resolve() == path:
            return month
    folder = config.shown(config.issues_path)
    raise UsageError(f"{issue}: not an issue of this publication; move it into {folder}/")


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

    return ip_address(host).is_loopback if _is_address(host) else host == "localhost"


def _is_address(host: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _named(host: str, allowed: tuple[str, ...]) -> str:
    """The host of the address to open: the loopback one where it is listened on."""
    host = _WILDCARDS.get(host, host)
    return bracketed(host) if _is_loopback(host) else allowed[0]


def _say(sentence: str) -> None:
    """On stdout; that nobody reads it any more is no reason to stop."""
    import os
    import sys

    try:
        click.echo(sentence)
    except OSError:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device; the rest goes there
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _open(url: str) -> None:
    """In a thread, because some browsers keep their caller waiting."""
    from threading import Thread

    Thread(target=_open_now, args=(url,), daemon=True).start()


def _open_now(url: str) -> None:
    import webbrowser
    from contextlib import suppress

    if not webbrowser.open(url):
        with suppress(OSError):
            click.echo("no browser could be opened; open the address above yourself", err=True)
