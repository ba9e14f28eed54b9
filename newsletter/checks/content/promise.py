"""How many studies the intro promises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject

_NUMBERS = dict(
    zip(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        range(2, 11),
        strict=True,
    )
)
_PROMISE = (
    r"\b(?:(?:this|in this) +(?:month|issue|digest|edition)(?:[’']s)?|here +are|you +will +find"
    r"|(?:I|we) +(?:blog|write|report|summari[sz]e|review|present|discuss|cover|describe))\b"
)
_BREAKS_OFF = (
    r"(?!(?:of|from|in|across|by|that|which|what|how|why|whether|when|where|who|than|over|between"
    r"|among|and|or|hundred|thousand|decades|years)\b)"
)
"""Words after which a number counts something else."""
_BETWEEN = rf"(?:[,:…]? +{_BREAKS_OFF}[\w’'-]+){{0,6}}?[,:…]? +"
_NUMBERED = (
    rf"(?P<number>{'|'.join(_NUMBERS)}|[2-9]|10) +(?:{_BREAKS_OFF}[\w’-]+ +){{0,3}}"
    r"(?P<noun>studies|articles|papers|summaries|publications"
    r"|(?:meta-)?analyses|reviews|surveys|trials)\b"
)
_COUNTED = re.compile(rf"(?:{_PROMISE}{_BETWEEN}|^\W*){_NUMBERED}", re.IGNORECASE)
_COUNTED_BEFORE = re.compile(
    rf"{_NUMBERED} +(?:(?:for|of|in) +)?this +(?:month|issue)\b", re.IGNORECASE
)
_ANY_STUDY = frozenset({"studies", "articles", "papers", "summaries", "publications"})
"""Nouns that count all studies of an issue; of the others it may hold some, and more besides."""
_ANOTHER = re.compile(
    r"\b(?:an?|one|another|plus|also|as +well +as) +(?:[\w’-]+ +){0,3}"
    r"(?:study|article|paper|review|trial|survey|analysis|meta-analysis|report|more)\b"
    r"|\band +(?:one|another)\b"
    r"|\b(?:two|three|four|\d) +(?:[\w’-]+ +){0,3}"
    r"(?:studies|reviews|trials|surveys|analyses|meta-analyses)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\bI +(?:will +)?(?:blog|write) +about +(?P<list>[^\s.:;?!][^.:;?!]*, +and +[^.:;?!]+)",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"^(?:which|who|whose|where|when|that|but|or|if|as|such)\b", re.IGNORECASE)


def promised_number(subject: Subject) -> Iterator[Remark]:
    """An intro that says "three studies" makes a reader look for the third.

    Only what is safe is counted, and in English only: "This month: two articles …", "I
    review three papers …", and the items of "I blog about A, B, and C".
    """
    if not subject.is_english:
        return
    count = len(subject.file.issue.summaries)
    for passage in subject.passages:
        for offset, promised, is_of_all in _promised(passage) if passage.kind == "intro" else ():
            if promised > count or (is_of_all and promised < count):
                message = f"the intro promises {promised} studies, the issue has {count}"
                yield Remark(passage.place(offset), f"{message}; make them agree")


def _promised(passage: Passage) -> Iterator[tuple[int, int, bool]]:
    """Offset, number, and whether it is that of all studies."""
    text = re.sub(r"\s", " ", passage.text)
    counted = _COUNTED.search(text) or _COUNTED_BEFORE.search(text)
    listed = _LISTED.search(text)
    if counted and not _ANOTHER.search(text[: counted.start("number")] + text[counted.end() :]):
        number = counted["number"].lower()
        of_all = counted["noun"].lower() in _ANY_STUDY
        yield counted.start("number"), _NUMBERS.get(number) or int(number), of_all
    elif listed:
        items = [item.strip() for item in listed["list"].split(",")]
        items[-1] = items[-1].removeprefix("and ")
        if not any(_RELATIVE.match(item) or " " not in item for item in items):
            yield listed.start("list"), len(items), True
