"""The web versions of what was sent, and the list of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.public.site import Site


class Issues:
    """The pages of published issues."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def archive(self, request: Request) -> Response:
        """All published issues, newest first."""
        raise NotImplementedError

    async def issue(self, request: Request) -> Response:
        """One issue; 404 before its real mailing begins."""
        raise NotImplementedError
