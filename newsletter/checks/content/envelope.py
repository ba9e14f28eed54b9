"""What an inbox shows before a reader opens anything: subject and preheader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject
from newsletter.yaml_source import Scalar

_LONGEST_SUBJECT = 70
_SHORTEST_PREHEADER, _LONGEST_PREHEADER = 25, 140
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]+")
_LOUD = re.compile(r"([!?$])\1")
_NO_ACRONYM = 6
"""Letters from which on a word in capitals is no acronym; BIPOC has five."""
_SMALL_WORDS = frozenset("A AN AND AT FOR FROM IN IS NEW OF ON OR OUR THE THIS TO WITH YOU".split())


def length_of_subject(subject: Subject) -> Iterator[Remark]:
    """Inboxes cut a subject at 50 to 70 characters; what it is about must come before."""
    for passage in _written(subject, "subject"):
        count = len(passage.text.strip())
        if count > _LONGEST_SUBJECT:
            message = f"the subject has {count} characters; inboxes cut it at {_LONGEST_SUBJECT}"
            yield Remark(passage.place(), f"{message}, so shorten it")


def length_of_preheader(subject: Subject) -> Iterator[Remark]:
    """A preheader has 25 to 140 characters.

    A longer one is cut off. After a shorter one mail programs go on with whatever the mail
    says next.
    """
    for passage in _written(subject, "preheader"):
        count = len(passage.text.strip())
        if count > _LONGEST_PREHEADER:
            message = f"inboxes cut it at {_LONGEST_PREHEADER}, so shorten it"
        elif count < _SHORTEST_PREHEADER:
            message = f"below {_SHORTEST_PREHEADER} inboxes fill up with other text, so say more"
        else:
            continue
        yield Remark(passage.place(), f"the preheader has {count} characters; {message}")


def empty_text(subject: Subject) -> Iterator[Remark]:
    """A key without a text counts as not written; then the default stands, or nothing."""
    source = subject.file.source
    keys: list[tuple[str | int, ...]] = [(key,) for key in ("subject", "preheader", "intro")]
    keys += [("summaries", at, "citation") for at in range(len(subject.file.issue.summaries))]
    for key in keys:
        node = source.node(*key)
        if isinstance(node, Scalar) and not node.text.strip():
            message = f"'{key[-1]}' is empty; write it, or remove the key"
            yield Remark(source.key_place(*key), message)


def default_subject(subject: Subject) -> Iterator[Remark]:
    """Without `subject` an issue goes out as `Practice Digest: December 2023`.

    A subject that tells what is in it is opened more often.
    """
    if not subject.file.issue.subject:
        message = f"no 'subject'; it goes out as '{subject.edition.subject}'"
        yield Remark(subject.file.source.key_place("month"), message)


def shouting_subject(subject: Subject) -> Iterator[Remark]:
    """Capitals throughout, `!!` or `$$` make spam filters, and readers, suspicious.

    A subject of acronyms alone is fine.
    """
    for passage in (*_written(subject, "subject"), *_written(subject, "preheader")):
        loud = _LOUD.search(passage.text)
        if loud:
            message = f"'{loud[0]}' in the {passage.kind} is what spam has; leave it out"
            yield Remark(passage.place(loud.start()), message)
        elif _is_all_capitals(passage.text):
            message = f"the {passage.kind} is all in capitals, as spam is; write it in lower case"
            yield Remark(passage.place(), message)


def _is_all_capitals(text: str) -> bool:
    words = _LETTERS.findall(text)
    is_upper = len(words) > 1 and text == text.upper() and text != text.lower()
    return is_upper and any(len(word) >= _NO_ACRONYM or word in _SMALL_WORDS for word in words)


def repeated_envelope(subject: Subject) -> Iterator[Remark]:
    """A preheader stands right after the subject, and the intro right after both.

    Where two say the same, one is wasted.
    """
    seen: dict[tuple[str, ...], str] = {}
    for kind in ("subject", "preheader", "intro"):
        for passage in _written(subject, kind):
            words = tuple(word.casefold() for word in _WORD.findall(passage.text))
            if words in seen:
                message = f"the {kind} says the same as the {seen[words]}; let it say more"
                yield Remark(passage.place(), message)
            seen.setdefault(words, kind)


def _written(subject: Subject, kind: str) -> Iterator[Passage]:
    return (each for each in subject.passages if each.kind == kind)
