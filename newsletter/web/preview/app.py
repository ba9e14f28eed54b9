"""The preview's pages as an application: what each address shows."""

from __future__ import annotations

from collections.abc import Callable, Collection

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from newsletter.edition.message import build_message
from newsletter.issue.model import MONTH
from newsletter.web.guard import HostGuard
from newsletter.web.preview import pages
from newsletter.web.preview.approval import stamp_of, stamps_of
from newsletter.web.preview.desk import Closed, Desk
from newsletter.web.preview.events import Hub
from newsletter.web.preview.look import Look
from newsletter.web.preview.outlook import as_outlook
from newsletter.web.preview.proof import Proof, Sheet
from newsletter.web.preview.views import glimpses, in_scheme, without_styles

_STRANGER = "This preview does not answer to that host name; see --allow-host."


def preview_app(desk: Desk, hub: Hub, hosts: Collection[str]) -> ASGIApp:
    """The application, closed to all host names but those given."""
    site = _Site(desk, hub)
    routes = [
        Route("/", site.shelf),
        Route("/events", site.events),
        Route("/assets/{name}", site.asset),
        Route("/{month}", site.issue),
        Route("/{month}/{frame}.html", site.frame),
    ]
    app = Starlette(routes=routes, exception_handlers={404: site.not_found, Closed: site.closed})
    return HostGuard(app, hosts, _STRANGER)


class _Site:
    """The endpoints; plain functions, which Starlette runs in its thread pool."""

    def __init__(self, desk: Desk, hub: Hub) -> None:
        self._desk, self._hub, self._pages = desk, hub, pages.Pages()

    def shelf(self, _: Request) -> Response:
        """All issues."""
        shelf = self._desk.shelf()
        stamps = stamps_of(shelf.proofs, self._desk.records())
        return self._pages.page("shelf.html", shelf=shelf, stamps=stamps, config=self._desk.config)

    def issue(self, request: Request) -> Response:
        """One issue, as the query says."""
        proof, look = self._proof(request), Look.of(request.query_params)
        return self._pages.page(
            "issue.html",
            status=404 if proof.gone else 200,
            proof=proof,
            look=look,
            stamp=stamp_of(proof, self._desk.records()),
            was_here=self._desk.was_here(proof.month),
            shown=_VIEWS[look.view](proof.sheet, look) if proof.sheet else None,
        )

    def frame(self, request: Request) -> Response:
        """The mail itself, for a frame of the issue's page."""
        proof, look = self._proof(request), Look.of(request.query_params)
        frame = _FRAMES.get(request.path_params["frame"])
        if frame is None:
            raise HTTPException(404)
        if proof.sheet is None:
            return RedirectResponse(f"/{proof.month}")
        html = frame(proof.sheet.edition.html.fill(look.reader(proof.sheet.config)), look)
        if look.styles == "off":
            html = without_styles(html)
        return pages.mail(html, proof.digest, images=look.images == "on")

    def asset(self, request: Request) -> Response:
        """A file that the pages need."""
        return pages.asset(request.path_params["name"])

    async def events(self, _: Request) -> Response:
        """The stream that tells pages of changed files."""
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._hub.stream(), 200, headers, "text/event-stream")

    def not_found(self, _: Request, __: Exception) -> Response:
        """Any other address."""
        return self._pages.page("not_found.html", status=404)

    def closed(self, _: Request, __: Exception) -> Response:
        """Whatever was not laid out when the preview was stopped."""
        return PlainTextResponse("The preview has been stopped.\n", 503)

    def _proof(self, request: Request) -> Proof:
        month = request.path_params["month"]
        if not (month.isascii() and MONTH.fullmatch(month)):
            raise HTTPException(404)
        return self._desk.proof(month)


def _text(sheet: Sheet, look: Look) -> object:
    return sheet.edition.text.fill(look.reader(sheet.config))


def _source(sheet: Sheet, look: Look) -> object:
    return sheet.edition.html.fill(look.reader(sheet.config)).splitlines()


def _message(sheet: Sheet, look: Look) -> object:
    reader = look.reader(sheet.config)
    message = build_message(sheet.edition, sheet.file.issue, sheet.config, reader)
    head, _, body = message.decode("ascii").replace("\r\n", "\n").partition("\n\n")
    return {"head": head, "body": body}


def _inbox(sheet: Sheet, _: Look) -> object:
    return {"sender": sheet.config.sender.name, "glimpses": glimpses(sheet.edition)}


def _framed(_: Sheet, __: Look) -> object:
    return None


_VIEWS: dict[str, Callable[[Sheet, Look], object]] = {
    "mail": _framed,
    "outlook": _framed,
    "text": _text,
    "inbox": _inbox,
    "source": _source,
    "message": _message,
}
"""What a view's part of the page is given."""


def _mail(html: str, look: Look) -> str:
    return in_scheme(html, look.scheme)


def _outlook(html: str, _: Look) -> str:
    """Word has no dark scheme of its own; Outlook's inverts colours in its own way."""
    return as_outlook(in_scheme(html, "light"))


_FRAMES = {"mail": _mail, "outlook": _outlook}
