"""Leaving in one click (RFC 8058), and coming back from a misclick."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.audience.tokens import LinkToken, read_token, read_undo, undo_value
from newsletter.audience.withdrawal import (
    Channel,
    Reader,
    reader_of,
    revocable,
    take_back,
    withdraw,
)
from newsletter.store import now_utc, reading, writing
from newsletter.web.public.bodies import body_of
from newsletter.web.public.forms import ONE_CLICK, PAGE, UNDO, fields_of
from newsletter.web.public.masking import masked_address
from newsletter.web.public.site import Site

_CHANNELS: dict[tuple[str, str], Channel] = {ONE_CLICK: "one-click", PAGE: "page"}
_LATER = {"Retry-After": "60"}
"""Seconds, after which a client may guess again."""


class Unsubscribing:
    """The pages behind a reader's own link."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def specimen(self, _: Request) -> Response:
        """The link of specimens and test copies, which does nothing."""
        return self._site.pages.page("notice.html", notice="specimen")

    def show(self, request: Request) -> Response:
        """GET and HEAD change nothing."""
        token = self._token(request)
        return self._damaged(request) if token is None else self._show(token)

    def answer(self, request: Request) -> Response:
        """POST unsubscribes, or undoes that."""
        token = self._token(request)
        return self._damaged(request) if token is None else self._post(request, token)

    def _token(self, request: Request) -> LinkToken | None:
        return read_token(self._site.keyring, request.path_params["token"])

    def _damaged(self, request: Request) -> Response:
        """Not found; and asked for too often, not even looked for."""
        if not self._site.clients.may_guess(request):
            raise HTTPException(429, headers=_LATER)
        return self._site.pages.page("notice.html", status=404, notice="damaged")

    def _show(self, token: LinkToken) -> Response:
        with reading(self._site.engine) as connection:
            reader = reader_of(connection, token.subscriber)
        if reader is None or reader.is_out:
            return self._done(reader)
        return self._site.pages.page("confirm.html", address=_masked(reader))

    def _post(self, request: Request, token: LinkToken) -> Response:
        fields = fields_of(request.headers.get("content-type"), body_of(request)) or []
        channels = [_CHANNELS[each] for each in fields if each in _CHANNELS]
        if channels:
            return self._unsubscribe(token, channels[0])
        values = [value for name, value in fields if name == UNDO]
        if values:
            return self._undo(token, values[0])
        raise HTTPException(400)

    def _unsubscribe(self, token: LinkToken, channel: Channel) -> Response:
        with writing(self._site.engine) as connection:
            withdraw(connection, token, channel, now_utc())
            reader = reader_of(connection, token.subscriber)
            undo = self._offer(connection, reader) if reader else None
        return self._done(reader, undo)

    def _offer(self, connection: Connection, reader: Reader) -> str | None:
        """The value that undoes the withdrawal by which a reader is out, while it may be."""
        last = revocable(connection, reader)
        if last is None or last.until < datetime.now(UTC):
            return None
        return undo_value(self._site.keyring, reader.id, last.id, last.until)

    def _undo(self, token: LinkToken, value: str) -> Response:
        now = datetime.now(UTC)
        withdrawal = read_undo(self._site.keyring, value, token.subscriber, now)
        if withdrawal is None:
            return self._late()
        with writing(self._site.engine) as connection:
            subscribed = take_back(connection, token, withdrawal, now_utc())
            reader = reader_of(connection, token.subscriber)
        if reader is None or not subscribed:
            return self._late()
        return self._site.pages.page("undone.html", address=_masked(reader))

    def _late(self) -> Response:
        return self._site.pages.page("notice.html", status=400, notice="late")

    def _done(self, reader: Reader | None, undo: str | None = None) -> Response:
        address = _masked(reader) if reader else None
        return self._site.pages.page("done.html", address=address, undo=undo)


def _masked(reader: Reader) -> str | None:
    return masked_address(reader.email) if reader.email else None
