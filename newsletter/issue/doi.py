"""Digital object identifiers (ISO 26324): their spelling and their address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

_PREFIX = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*", re.IGNORECASE)
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")


def normalise_doi(text: str) -> str:
    """The bare DOI of `10.…`, `doi:10.…` or a doi.org address.

    Raises:
        ValueError: where it is none.
    """
    prefix = _PREFIX.match(text)
    bare = text[prefix.end() :] if prefix else text
    if prefix and prefix[0].endswith("/"):
        bare = unquote(re.split("[?#]", bare)[0])
    if bare.endswith((".", ",", ";")):
        raise ValueError(f"'{text}' ends in '{bare[-1]}', which is not part of the DOI; remove it")
    if not _DOI.fullmatch(bare) or not bare.isprintable() or "\ufffd" in bare:
        raise ValueError(f"'{text}' is not a DOI; write one such as 10.1037/cou0000708")
    return bare


def without_end(doi: str, ends: str, pairs: Mapping[str, str]) -> str:
    """A DOI found in a text, without the signs of the sentence and the brackets around it."""
    spare = {closing: doi.count(closing) - doi.count(opening) for opening, closing in pairs.items()}
    end = len(doi)
    while end and (doi[end - 1] in ends or spare.get(doi[end - 1], 0) > 0):
        if doi[end - 1] in spare:
            spare[doi[end - 1]] -= 1
        end -= 1
    return doi[:end]


def doi_url(doi: str) -> str:
    """The resolver's address, with everything percent-encoded that would end a link early."""
    return "https://doi.org/" + quote(doi, safe="/:;()._-+=@$!*',~")
