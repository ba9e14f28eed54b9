"""A page that is worked out once and handed to everybody who asks."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from starlette.datastructures import Headers
from starlette.responses import Response

_TAG = re.compile(r'(?:W/)?("[^"]*")')


class Stored:
    """A page in both of its codings, with what is answered to those who have it already."""

    def __init__(self, page: str, headers: Mapping[str, str]) -> None:
        """Take the page, and headers of all its answers."""
        content = page.encode()
        common = {**headers, "Vary": "Accept-Encoding"}
        self._plain = _Coding(content, common, "")
        self._zipped = _Coding(gzip.compress(content, mtime=0), common, "gzip")

    def answer(self, asked: Headers) -> Response:
        """The page in the coding that a client accepts, or 304 (RFC 9110 §13.1.2)."""
        coding = self._zipped if _takes_gzip(asked.get("accept-encoding", "")) else self._plain
        known = ",".join(asked.getlist("if-none-match"))
        return coding.unchanged if known and coding.is_among(known) else coding.whole


class _Coding:
    """One way to send a page; its responses hold nothing of a request, so they serve for all."""

    def __init__(self, content: bytes, headers: Mapping[str, str], coding: str) -> None:
        self._tag = f'"{sha256(content).hexdigest()[:32]}"'
        headers = {**headers, "ETag": self._tag}
        self.unchanged = Response(status_code=304, headers=headers)
        coded = {"Content-Encoding": coding} if coding else {}
        self.whole = Response(content, headers={**headers, **coded}, media_type="text/html")

    def is_among(self, known: str) -> bool:
        """Whether an If-None-Match names this; weak tags are as good (RFC 9110 §8.8.3.2)."""
        return known.strip() == "*" or self._tag in _TAG.findall(known)


@lru_cache(maxsize=64)
def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding allows gzip (RFC 9110 §12.5.3)."""
    weights = {}
    for item in accepted.lower().split(","):
        coding, _, parameters = item.partition(";")
        weights[coding.strip()] = _weight(parameters)
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if not parameters.strip():
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
