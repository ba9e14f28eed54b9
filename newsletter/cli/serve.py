"""`newsletter serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import publication
from newsletter.cli.listening import bracketed, listening

if TYPE_CHECKING:
    from newsletter.config import Config
    from newsletter.web.public.site import Site


@click.command(
    short_help="The public pages: unsubscribing, web versions, events.",
    epilog="Example:  newsletter serve --port 8080",
)
@listening(port=8080)
@click.pass_context
def serve(ctx: click.Context, host: str, port: int) -> None:
    """Run the application that a publication puts on the internet, behind a proxy with TLS.

    Readers unsubscribe here, each issue sent has its web version, and SendGrid reports what
    became of the mail. A line of JSON on stderr tells of each request.
    """
    from newsletter.web.public import Public
    from newsletter.web.serving import listen

    site = _site(publication.load(ctx))
    with listen(host, port) as socket:
        bound = socket.getsockname()[1]
        here = f"http://{bracketed(host)}:{bound}"
        click.echo(f"Serving {here} for {site.config.web_url} (Ctrl-C to stop)")
        _log_to_stderr()
        Public(site).run(socket)


def _site(config: Config) -> Site:
    from newsletter.audience.keys import keyring
    from newsletter.web.public.clients import Clients
    from newsletter.web.public.pages import Pages
    from newsletter.web.public.signature import WebhookKey
    from newsletter.web.public.site import Site

    secrets = publication.secrets()
    ring, told = keyring(config, secrets)
    if told:
        click.echo(told, err=True)
    key = secrets.sendgrid_webhook_key
    return Site(
        config=config,
        engine=publication.store(config),
        keyring=ring,
        webhook_key=WebhookKey(key) if key else None,
        pages=Pages(config),
        clients=Clients(config.trusted_proxies),
    )


def _log_to_stderr() -> None:
    """One line an event, as it is; where nobody reads them any more, that stops nothing."""
    import logging
    import sys

    from newsletter.log import JsonLines, to_stream

    to_stream(logging.getLogger("newsletter.web"), sys.stderr, JsonLines())
