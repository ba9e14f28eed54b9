"""What SendGrid reports once it has the mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Lock
from time import time

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.delivery.events import Report, read, take_in
from newsletter.errors import StoreUnavailable
from newsletter.web.public.bodies import body_of
from newsletter.web.public.signature import SIGNATURE, TIMESTAMP, is_fresh
from newsletter.web.public.site import Site

_PATIENCE = 20.0
"""Seconds that a request waits for those before it."""


class Events:
    """Takes in the provider's events."""

    def __init__(self, site: Site) -> None:
        self._site, self._turn = site, Lock()

    def take(self, request: Request) -> Response:
        """All events of a request in one transaction, then 204.

        Raises HTTPException, for the application's own pages: 403 where the provider did not
        sign it, 400 where it is no list of events. Where the database does not let it be kept,
        StoreUnavailable becomes a 503, after which the provider tries again, for a day.
        """
        body = body_of(request)
        if not self._is_signed(body, request):
            raise HTTPException(403)
        try:
            reports = read(body, datetime.now(UTC))
        except ValueError as error:
            raise HTTPException(400) from error
        self._keep(reports)
        return Response(status_code=204)

    def _keep(self, reports: Sequence[Report]) -> None:
        """One request after the other: together they would only wait in the database.

        SQLite lets its writers in by chance, and each holds a connection that pages need.
        """
        if not self._turn.acquire(timeout=_PATIENCE):
            raise StoreUnavailable("the database takes events too slowly; they will come again")
        try:
            take_in(self._site.engine, reports)
        finally:
            self._turn.release()

    def admits(self, headers: Headers) -> bool:
        """Whether a request's body may be worth reading: it says that it is signed, and when."""
        fresh = is_fresh(headers.get(TIMESTAMP, ""), time())
        return self._site.webhook_key is not None and fresh and SIGNATURE in headers

    def _is_signed(self, body: bytes, request: Request) -> bool:
        """Whether the provider's key made the signature; without a key nobody is believed."""
        key, told = self._site.webhook_key, request.headers
        return key is not None and key.signed(
            body, told.get(TIMESTAMP, ""), told.get(SIGNATURE, ""), time()
        )
