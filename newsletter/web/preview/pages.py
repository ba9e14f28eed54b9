"""The preview's own pages and files, with the headers that keep the mail in its frame."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from newsletter.checks import GMAIL_CLIP, NEARLY_CLIPPED
from newsletter.web.preview.look import VIEWS
from newsletter.web.preview.problem import as_problems

_ASSETS = {
    "preview.css": "text/css",
    "preview.js": "text/javascript",
    "events.js": "text/javascript",
    "live.js": "text/javascript",
    "lines.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_PRIVATE = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {images}; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)


class Pages:
    """Fills in the templates in `pages/`."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("newsletter.web.preview", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "kilobytes": kilobytes,
            "grouped": grouped,
            "problems": as_problems,
        }
        self._environment.globals |= {
            "views": VIEWS,
            "gmail_clip": GMAIL_CLIP,
            "nearly_clipped": NEARLY_CLIPPED,
        }

    def page(self, name: str, *, status: int = 200, **values: Any) -> Response:
        """A page of the preview itself; no script but its own runs in it."""
        body = self._environment.get_template(name).render(**values)
        headers = _PRIVATE | {"Content-Security-Policy": _PAGE_POLICY}
        return HTMLResponse(body, status, headers)


_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


def mail(html: str, digest: str, *, images: bool) -> Response:
    """A mail for a frame: no script, no form, and nothing loaded but images.

    The digest it was made of stands in it, so that the page knows whether it is current.
    """
    meta = f'<meta name="preview-digest" content="{digest}">'
    html = _HEAD.sub(lambda opening: opening[0] + meta, html, count=1)
    policy = _MAIL_POLICY.format(images="https: data:" if images else "'none'")
    return HTMLResponse(html, headers=_PRIVATE | {"Content-Security-Policy": policy})


def asset(name: str) -> Response:
    """A style sheet, script or icon of the pages."""
    if name not in _ASSETS:
        raise HTTPException(404)
    content = (files(__package__) / "assets" / name).read_bytes()
    return Response(content, headers=_PRIVATE, media_type=_ASSETS[name])


def kilobytes(size: int) -> str:
    """`36.2 KB`, on one line."""
    return f"{size / 1024:.1f}\N{NO-BREAK SPACE}KB"


def grouped(parts: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """Parts under their headings, in their own order."""
    return [(group, list(each)) for group, each in groupby(parts, lambda part: part.group)]
