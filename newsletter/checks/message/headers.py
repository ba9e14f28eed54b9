"""Values of the mail's header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from newsletter.checks.check import Remark
from newsletter.checks.message.origin import TOP
from newsletter.checks.subject import Subject
from newsletter.edition import headers
from newsletter.yaml_source import Place

_LONGEST = 998
"""Characters of a line that mail may have (RFC 5322 §2.1.1)."""
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+|https?://\S+|\bwww\.\S+", re.IGNORECASE)


def invalid_header(subject: Subject) -> Iterator[Remark]:
    """A header that mail servers refuse, or that smuggles in another, stops a mailing.

    No value may hold control characters or line breaks, and none 998 characters or more.
    """
    for place, name, value, write in _values(subject):
        try:
            write(name, value)
        except ValueError:
            yield Remark(place, f"{name} holds a control character; delete it")
        else:
            if len(value) >= _LONGEST:
                yield Remark(place, f"{name} has {len(value)} characters; shorten it")


def _values(subject: Subject) -> Iterator[tuple[Place, str, str, Callable[[str, str], object]]]:
    config, edition = subject.config, subject.edition
    yield subject.file.source.place("subject"), "Subject", edition.subject, headers.unstructured
    yield subject.file.source.place("language"), "Content-Language", edition.language, headers.token
    yield TOP, "From (sender.name)", config.sender.name, headers.unstructured
    yield TOP, "List-Id (name)", config.name, headers.unstructured


def misleading_sender(subject: Subject) -> Iterator[Remark]:
    """A From name that looks like an address hides the real one, as phishing does.

    Filters score it unless it is the sender's own.
    """
    sender = subject.config.sender
    domain = sender.email.rpartition("@")[2]
    for found in _ADDRESS.finditer(sender.name):
        if domain not in found[0].lower():
            message = f"newsletter.yaml: sender.name holds '{found[0]}', which is not the sender's"
            yield Remark(TOP, f"{message} address; use a name")
