"""The web versions of what was sent, and the list of them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.edition.content import month_name
from newsletter.issue.model import MONTH
from newsletter.store import reading
from newsletter.web.public.published import Shelf, published_letter
from newsletter.web.public.site import Site
from newsletter.web.public.stored import Stored
from newsletter.web.public.web_version import Leak, web_version

_CACHED = {"Cache-Control": "public, max-age=300"}
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""MJML writes styles into the elements; nothing else of a page can do anything."""
_KEPT = 240
"""Pages in memory, of some 50 KB each: twenty years."""


class Issues:
    """The pages of published issues.

    A letter stays as it is once its mailing has begun, so a page is made once, and is then
    handed out from memory without the database.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._shelf = Shelf()
        self._pages: OrderedDict[str, Stored] = OrderedDict()
        self._leaks: dict[str, str] = {}
        """Months whose pages are not to be shown, so that nobody has them worked out again."""
        self._under_way: dict[str, asyncio.Task[Stored | None]] = {}

    def archive(self, _: Request) -> Response:
        """All published issues, newest first."""
        with reading(self._site.engine) as connection:
            found = self._shelf.issues(connection)
        named = [(self._month_name(each.month), each) for each in found]
        answer = self._site.pages.page("archive.html", issues=named)
        answer.headers.update(_CACHED)
        return answer

    async def issue(self, request: Request) -> Response:
        """One issue; 404 before its real mailing begins."""
        month = request.path_params["month"]
        page = self._pages.get(month)
        if page is None:
            page = await self._found(month) if MONTH.fullmatch(month) else None
        if page is None:
            raise HTTPException(404)
        return page.answer(request.headers)

    async def _found(self, month: str) -> Stored | None:
        """A page that is not in memory; many who ask for it together wait for one work."""
        if month in self._leaks:
            raise Leak(self._leaks[month])
        work = self._under_way.get(month)
        if work is None:
            work = asyncio.create_task(run_in_threadpool(self._made, month))
            self._under_way[month] = work
            work.add_done_callback(lambda _: self._under_way.pop(month, None))
        try:
            page = await asyncio.shield(work)
        except Leak as leak:
            self._leaks[month] = str(leak)
            raise
        if page is not None:
            self._pages[month] = page
            if len(self._pages) > _KEPT:
                self._pages.popitem(last=False)
        return page

    def _made(self, month: str) -> Stored | None:
        with reading(self._site.engine) as connection:
            letter = published_letter(connection, month)
        if letter is None:
            return None
        headers = {
            **_CACHED,
            "Content-Language": letter.language,
            "Content-Security-Policy": _POLICY,
        }
        return Stored(web_version(letter, self._site.config.web_url), headers)

    def _month_name(self, month: str) -> str:
        year, number = month.split("-")
        return month_name(int(year), int(number), self._site.config.language)
