"""What SendGrid reports once it has the mail."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.public.site import Site


class Events:
    """Takes in the provider's events."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def take(self, request: Request) -> Response:
        """All events of a request in one transaction, then 204."""
        raise NotImplementedError
