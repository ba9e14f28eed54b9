"""Leaving in one click (RFC 8058), and coming back from a misclick."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.public.site import Site


class Unsubscribing:
    """The pages behind a reader's own link."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def specimen(self, request: Request) -> Response:
        """The link of specimens and test copies."""
        raise NotImplementedError

    def answer(self, request: Request) -> Response:
        """GET and HEAD change nothing; POST unsubscribes, or undoes that."""
        raise NotImplementedError
