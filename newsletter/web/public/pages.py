"""The public pages, in the publication's own language and look."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from newsletter.config import Config
from newsletter.web.public.words import words_in

_ASSETS = {"public.css": "text/css"}
_YEAR = 365 * 24 * 3600
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Pages:
    """Fills in the templates in `pages/`."""

    def __init__(self, config: Config) -> None:
        self._environment = Environment(
            loader=PackageLoader("newsletter.web.public", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "publication": config,
            "words": words_in(config.language),
            "style": f"/assets/public.css?{sha256(_content('public.css')).hexdigest()[:12]}",
        }

    def page(self, name: str, *, status: int = 200, **values: Any) -> Response:
        """A page; nothing of it is kept by a cache, and no script runs in it."""
        body = self._environment.get_template(name).render(**values)
        return HTMLResponse(body, status, {"Content-Security-Policy": PAGE_POLICY})


def asset(name: str) -> Response:
    """A style sheet or icon; its address changes with its content."""
    if name not in _ASSETS:
        raise HTTPException(404)
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
    return Response(_content(name), headers=headers, media_type=_ASSETS[name])


def _content(name: str) -> bytes:
    return (files(__package__) / "assets" / name).read_bytes()
