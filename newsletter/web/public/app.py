"""What each public address shows, and all that stands before it."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from newsletter.errors import StoreUnavailable
from newsletter.web.guard import LOOPBACK, HostGuard
from newsletter.web.public.apart import apart
from newsletter.web.public.bodies import Bodies, Budget
from newsletter.web.public.events import Events
from newsletter.web.public.headers import AccessLog, SafeHeaders, log
from newsletter.web.public.health import health
from newsletter.web.public.issues import Issues
from newsletter.web.public.pages import Pages, asset
from newsletter.web.public.prefix import WithoutPrefix, prefix_of
from newsletter.web.public.site import Site
from newsletter.web.public.unsubscribe import Unsubscribing

_STRANGER = "This server does not answer to that host name."
_FORM = 16 * 1024
"""Bytes of a form: an unsubscription has 26, as multipart some 200."""
_EVENTS = 5 * 1024 * 1024
"""Bytes of a request with events."""
_WRITERS = 8
"""Threads of those who unsubscribe, and as many of the provider's events."""
_AGAIN = {"Retry-After": "30"}


def public_app(site: Site) -> ASGIApp:
    """The application, open to the name in `web_url`, and to this machine itself."""
    errors = _Errors(site.pages)
    unsubscribing, events, issues = Unsubscribing(site), Events(site), Issues(site)
    form = [Middleware(Bodies, limit=_FORM, budget=Budget())]
    signed = [Middleware(Bodies, limit=_EVENTS, budget=Budget(), admits=events.admits)]
    # Writers wait in the database; in threads of their own, lest they keep everybody else out.
    leave, take = apart(unsubscribing.answer, _WRITERS), apart(events.take, _WRITERS)
    app = Starlette(
        routes=[
            Route("/", issues.archive),
            Route("/healthz", lambda _: health(site.engine)),
            Route("/assets/{name}", lambda request: asset(request.path_params["name"])),
            Route("/u/preview", unsubscribing.specimen, methods=["GET", "POST"], middleware=form),
            Route("/u/{token}", unsubscribing.show),
            Route("/u/{token}", leave, methods=["POST"], middleware=form),
            Route("/webhooks/sendgrid", take, methods=["POST"], middleware=signed),
            Route("/{month}", issues.issue),
        ],
        exception_handlers={
            HTTPException: errors.refused,
            StoreUnavailable: errors.unavailable,
            Exception: errors.failed,
        },
    )
    app.router.redirect_slashes = False
    public = urlsplit(site.config.web_url)
    guarded = HostGuard(app, {*LOOPBACK, public.hostname or ""}, _STRANGER)
    safe = SafeHeaders(guarded, site.clients, tls=public.scheme == "https")
    return WithoutPrefix(AccessLog(safe), prefix_of(site.config.web_url))


class _Errors:
    """The pages for whatever goes wrong."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def refused(self, _: Request, refusal: Exception) -> Response:
        """No such page, a wrong method, too much, too slow."""
        status = refusal.status_code if isinstance(refusal, HTTPException) else 500
        headers = dict((isinstance(refusal, HTTPException) and refusal.headers) or {})
        return self._page(status, headers)

    def unavailable(self, _: Request, error: Exception) -> Response:
        """The database does not answer; the log says why, which names nobody."""
        log(logging.ERROR, event="error", error=type(error).__name__, said=str(error))
        return self._page(503, _AGAIN)

    def failed(self, _: Request, __: Exception) -> Response:
        """Whatever nobody thought of."""
        return self._page(500, {})

    def _page(self, status: int, headers: dict[str, str]) -> Response:
        answer = self._pages.page("error.html", status=status, error=str(status))
        answer.headers.update(headers)
        return answer
