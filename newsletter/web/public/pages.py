"""The public pages, in the publication's own language and look."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from newsletter.config import Config
from newsletter.web.public.prefix import prefix_of
from newsletter.web.public.words import WORDS, language_of

_ASSETS = {"public.css": "text/css", "icon.svg": "image/svg+xml"}
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
        home, language = prefix_of(config.web_url), language_of(config.language)
        direction = _direction(config.language)
        self._words = WORDS[language]
        self._environment.globals |= {
            "publication": config,
            "home": home,
            "direction": direction,
            "words": self._words,
            "said": self._said,
            "spoken": _spoken(language, config.language, direction),
            "style": home + _address("public.css"),
            "icon": home + _address("icon.svg"),
        }

    def page(self, name: str, *, status: int = 200, **values: Any) -> Response:
        """A page; nothing of it is kept by a cache, and no script runs in it."""
        body = self._environment.get_template(name).render(**values)
        return HTMLResponse(body, status, {"Content-Security-Policy": PAGE_POLICY})

    def _said(self, key: str, **values: str) -> Markup:
        """A sentence; what is filled in keeps its own direction of writing."""
        shown = {
            name: Markup('<bdi class="{}">{}</bdi>').format(name, value)
            for name, value in values.items()
        }
        return escape(self._words[key]).format(**shown)


def _direction(language: str) -> str:
    try:
        return Locale.parse(language, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


def _spoken(words: str, publication: str, direction: str) -> Markup:
    """The attributes of what is said in another language than the publication's."""
    if publication.lower().split("-")[0] == words:
        return Markup("")
    turned = "" if direction == _direction(words) else ' dir="ltr"'
    return Markup(f' lang="{words}"{turned}')  # noqa: S704, both are ours


def asset(name: str) -> Response:
    """A style sheet or icon; its address changes with its content."""
    if name not in _ASSETS:
        raise HTTPException(404)
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
    return Response(_content(name), headers=headers, media_type=_ASSETS[name])


def _address(name: str) -> str:
    return f"/assets/{name}?{sha256(_content(name)).hexdigest()[:12]}"


def _content(name: str) -> bytes:
    return (files(__package__) / "assets" / name).read_bytes()
