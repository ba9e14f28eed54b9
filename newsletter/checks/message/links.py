"""Links: broken, insecure, or text that was meant to be one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from newsletter.checks.check import Remark
from newsletter.checks.message.address import fault_of, is_example
from newsletter.checks.message.origin import remark_on
from newsletter.checks.message.page import page_of
from newsletter.checks.subject import Subject
from newsletter.config import Config

_LABELLED = re.compile(
    r"!?\[(?P<label>[^\[\]]*)\]\((?P<target>[^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)"
)
_ADDRESS = re.compile(
    r"\s*(?:<\s*>\s*)?$|\s*<?(?:[a-z][a-z0-9+.-]*:\S|//|\.{0,2}/|#|\?\w|10\.\d{4}|(?:mailto|tel|https?)\b|[A-Za-z][\w-]*$|www\.|[\w.+-]+@[\w-]+\."
    r"|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}(?:[/?#]|$))",
    re.IGNORECASE,
)
_PROSE = ("intro", "summary", "practice_implications")


def broken_link(subject: Subject) -> Iterator[Remark]:
    """A link whose address cannot be opened stops a mailing; no later mail mends it.

    Broken is an address without a host, or with one that only exists in the office
    (`localhost`, `192.168.…`), another scheme than https, http, mailto and tel, a `mailto:`
    without an address. The publication's own addresses are the configuration's affair.
    """
    for address in page_of(subject).addresses:
        fault = fault_of(address)
        if fault and not _is_own(address, subject.config):
            yield remark_on(subject, address, f"the link '{address}' {fault}; correct it")


def insecure_link(subject: Subject) -> Iterator[Remark]:
    """An `http://` address can be read and changed on its way; browsers warn of it."""
    for address in page_of(subject).addresses:
        if address.lower().startswith("http:") and not fault_of(address):
            message = f"the link '{address}' is not https; try whether https:// works"
            yield remark_on(subject, address, message)


def link_to_no_anchor(subject: Subject) -> Iterator[Remark]:
    """A `#name` leads to an element with that `id`; without one a click does nothing."""
    page, web_version = page_of(subject), f"{subject.config.web_url}/{subject.file.issue.month}"
    for address in page.addresses:
        before, sign, name = address.partition("#")
        if sign and before in ("", web_version) and unquote(name) not in page.anchors:
            message = f"the link '{address}' leads to no part of this issue; correct it"
            yield remark_on(subject, address, message)


def unlinked_link(subject: Subject) -> Iterator[Remark]:
    """What was typed as a link but is none stands in the mail with all its brackets.

    A Markdown link needs words and an absolute address: `[the study](https://…)`. Titles
    and citations take emphasis only, other lines nothing.
    """
    for passage in subject.passages:
        for found in _LABELLED.finditer(passage.text):
            is_escaped = passage.typed[: found.start()].endswith("\\")
            if not is_escaped and _ADDRESS.match(found["target"]):
                advice = _advice(passage.kind, found["label"], found["target"].strip())
                message = f"'{found[0]}' is not a link and stays as typed; {advice}"
                yield Remark(passage.place(found.start()), message)


def _advice(kind: str, label: str, target: str) -> str:
    if kind not in _PROSE:
        return f"a {kind} takes no links, so write the words alone"
    if not label.strip():
        return "put words between the brackets"
    return "write a whole https:// address without spaces" if target else "add its address"


def example_link(subject: Subject) -> Iterator[Remark]:
    """Domains such as `example.org` are kept for examples; nobody's page is there."""
    for address in page_of(subject).addresses:
        if is_example(address) and not _is_own(address, subject.config):
            message = f"the link '{address}' is an example's address; put the real one"
            yield remark_on(subject, address, message)


def _is_own(address: str, config: Config) -> bool:
    """Whether it is one of the configuration's addresses, or on one of its hosts."""
    own = [config.web_url, config.contact, *([config.logo.src] if config.logo else [])]
    return address in own or _host(address) in map(_host, own)


def _host(address: str) -> str:
    """The host; of what has none, the address itself."""
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    return host or address
