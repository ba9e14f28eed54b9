"""What an author is told of retractions and corrections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from newsletter.issue.lookup.record import Notice

_GRAVE = {
    "retraction": "was retracted",
    "partial_retraction": "was retracted in part",
    "withdrawal": "was withdrawn",
    "removal": "was removed",
    "expression_of_concern": "has an expression of concern",
}
"""Crossref's words for what makes a study unfit to be told as it stands."""
_ADVICE = {
    True: "warning: this study {}; tell readers so, or choose another",
    False: "note: this study {}; see whether its figures still hold",
}
_SOURCES = {"retraction-watch": "from Retraction Watch", "publisher": "from the publisher"}


def is_grave(notice: Notice) -> bool:
    """Whether it is a retraction or comes near one."""
    return notice.kind in _GRAVE


def notice_lines(notices: Iterable[Notice]) -> Iterator[str]:
    """A sentence for each; the publisher and Retraction Watch often report the same one."""
    seen = set()
    for notice in notices:
        key = (notice.kind, notice.doi.casefold())
        if key not in seen:
            seen.add(key)
            yield _ADVICE[is_grave(notice)].format(_event(notice))


def _event(notice: Notice) -> str:
    kind = notice.kind.replace("_", " ") or "notice without a type"
    details = (notice.doi, notice.on, _SOURCES.get(notice.source, notice.source))
    known = ", ".join(filter(None, details))
    return _GRAVE.get(notice.kind, f"has a later {kind}") + (f" ({known})" if known else "")
