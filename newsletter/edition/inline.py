"""Style sheets → `style=` attributes, for clients that drop `<style>`, through premailer."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

_QUOTED_CONDITION = re.compile(r"\[if(?<!<!--\[if)|\[endif(?<!<!\[endif)")
"""A conditional comment in an author's words; programs that look for these by pattern, as
mail gateways do, must not find one there."""


@lru_cache(maxsize=8)
def inline_styles(html: str) -> str:
    """The HTML with its rules written into the elements.

    Kept for a few documents, since an edit of the plain text's templates leaves them as they are.

    Sheets marked `data-premailer="ignore"` are kept byte for byte: dark mode, media queries
    and all else that premailer's parser drops or breaks.
    """
    inlined = str(
        _inliner()(
            html,
            strip_important=False,
            keep_style_tags=False,
            remove_classes=False,
            disable_validation=True,
            allow_network=False,
            cssutils_logging_level=logging.CRITICAL,
        ).transform()
    )
    return _QUOTED_CONDITION.sub(lambda found: f"&#91;{found[0][1:]}", inlined)


@cache
def _inliner() -> Any:
    """premailer, quiet on stderr, and parsing a sheet once.

    It caches cssutils' syntax tree, but turns that into text again for every document, which
    is half of its time.
    """
    import cssutils

    with _empty_module("requests"):
        from premailer import Premailer

    cssutils.log.setLevel(logging.CRITICAL)
    cssutils.profile.removeProfile(all=True)  # compiled for a validation that we switch off

    class Inliner(Premailer):  # type: ignore[misc]
        def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:
            rules, leftover = _parsed(css_body, ruleset_index)
            return list(rules), list(leftover)

    @lru_cache(maxsize=16)
    def _parsed(css_body: str, ruleset_index: int) -> Any:
        sheet = Premailer("", disable_validation=True, strip_important=False)
        return sheet._parse_style_rules(css_body, ruleset_index)

    return Inliner


@contextmanager
def _empty_module(name: str) -> Iterator[None]:
    """Let an import find a module without content, unless the real one is there already.

    premailer imports requests to fetch style sheets, which we forbid; it is a seventh of all
    that `newsletter build` would import.
    """
    stand_in = ModuleType(name)
    present = sys.modules.setdefault(name, stand_in)
    try:
        yield
    finally:
        if present is stand_in:
            del sys.modules[name]
