"""Where an application listens: the options, and how an address is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def listening(port: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options --host and --port, with a port of the command's own."""

    def optional(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in (
            click.option(
                "--port",
                type=click.IntRange(0, 65535),
                default=port,
                show_default=True,
                help="Port to listen on; 0 picks a free one.",
            ),
            click.option(
                "--host", default="127.0.0.1", show_default=True, help="Address to listen on."
            ),
        ):
            command = option(command)
        return command

    return optional


def bracketed(host: str) -> str:
    """A host as addresses have it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
