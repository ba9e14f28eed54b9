"""Strict checks of an MJML document, because the compiler (mrml) has none.

mrml renders wrong closing tags, unknown elements and attributes, stray text and bad colours
without a word, and what it does refuse it places by byte offset or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from newsletter.edition.mjml.attributes import examine
from newsletter.edition.mjml.limits import NO_COMMENTS, NO_LEADING_SPACE, REFUSED_ELEMENTS
from newsletter.edition.mjml.source import (
    Fault,
    Lines,
    Token,
    excerpt,
    ill_formed,
    mask,
    tokens,
)
from newsletter.edition.mjml.spec import HTML_ELEMENTS, VOID, Holds, load
from newsletter.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class MjmlProblem:
    """A place in an MJML document and a sentence: what is wrong there, and the fix."""

    line: int
    """1-based."""
    column: int
    """1-based, in characters."""
    message: str


@lru_cache(maxsize=8)
def lint(source: str) -> tuple[MjmlProblem, ...]:
    """List all problems of an MJML document, in order of place.

    A document that is not well-formed XML gets its first syntax error (and every stray `&` and
    `<`), since nothing after that can be trusted.
    """
    masked, faults = mask(source)
    error = ill_formed(masked)
    faults += [error] if error else _Walk(source, masked).faults()
    lines = Lines(source)
    return tuple(MjmlProblem(*lines.place(offset), message) for offset, message in sorted(faults))


_ONCE = frozenset({"mj-head", "mj-body"})
_WHITE_SPACE = " \t\r\n"
"""As XML has it: a no-break space is text."""
_COMMENTLESS = frozenset({Holds.TEXT, Holds.NOTHING})
_STRAY_TEXT = {
    Holds.ELEMENTS: "stray text '{text}' in <{name}>; write it in <mj-text> or remove it",
    Holds.NOTHING: "stray text '{text}' in <{name}>, which takes none here; remove it",
}


class _Open(NamedTuple):
    """An element whose closing tag is yet to come."""

    name: str
    holds: Holds


class _Walk:
    """One pass over the tags of a well-formed document."""

    def __init__(self, source: str, masked: str) -> None:
        self._source = source
        self._masked = masked
        self._spec = load()
        self._faults: list[Fault] = []
        self._stack = [_Open("", Holds.DOCUMENT)]
        self._once: dict[str, int] = {}
        self._classes: set[str] = set()
        self._class_uses: list[tuple[int, str]] = []
        self._judges: dict[Holds, Callable[[Token], Holds]] = {
            Holds.DOCUMENT: self._in_document,
            Holds.ELEMENTS: self._in_elements,
            Holds.HTML: self._in_html,
            Holds.TEXT: self._in_text,
            Holds.NOTHING: self._in_nothing,
            Holds.UNKNOWN: self._in_unknown,
        }

    def faults(self) -> list[Fault]:
        end = 0
        for token in tokens(self._masked):
            if token.start > end:
                self._text(end, token.start)
            self._token(token)
            end = token.end
        self._missing_body()
        self._unknown_classes()
        return self._faults

    def _say(self, offset: int, message: str) -> None:
        self._faults.append(Fault(offset, message))

    def _token(self, token: Token) -> None:
        if not token.name:
            self._comment(token)
        elif token.closing:
            self._stack.pop()
        else:
            holds = self._judges[self._stack[-1].holds](token)
            if not token.self_closed:
                self._stack.append(_Open(token.name, holds))

    def _text(self, start: int, end: int) -> None:
        name, holds = self._stack[-1]
        if holds not in _STRAY_TEXT:
            return
        text = self._masked[start:end]
        if stray := text.strip(_WHITE_SPACE):
            at = start + text.index(stray)
            shown = excerpt(self._source[at : at + len(stray)])
            self._say(at, _STRAY_TEXT[holds].format(text=shown, name=name))
        elif name in NO_LEADING_SPACE and text[0] in " \t":
            self._say(
                start,
                f"a space right after a tag in <{name}> stops the compiler; "
                "put a line break there instead",
            )

    def _comment(self, token: Token) -> None:
        name, holds = self._stack[-1]
        if holds in _COMMENTLESS or name in NO_COMMENTS:
            self._say(token.start, f"a comment in <{name}> stops the compiler; move it out")

    # One judge for each kind of parent. A judge returns what the element itself may contain.

    def _in_document(self, tag: Token) -> Holds:
        if tag.name == "mjml":
            self._once[tag.name] = tag.start
            return self._known(tag)
        self._say(tag.start, f"the outermost element is <{tag.name}>; it must be <mjml>")
        return Holds.UNKNOWN

    def _in_elements(self, tag: Token) -> Holds:
        parent = self._stack[-1].name
        if wrong := self._no_component(tag.name):
            self._say(tag.start, wrong)
            return Holds.UNKNOWN
        if tag.name not in self._spec.components[parent].children:
            self._say(tag.start, self._misplaced(tag.name, parent))
        self._second(tag)
        holds = self._known(tag)
        return Holds.NOTHING if parent == "mj-attributes" else holds

    def _in_html(self, tag: Token) -> Holds:
        if tag.name in self._spec.components:
            holder = next(it.name for it in reversed(self._stack) if it.name.startswith("mj-"))
            self._say(
                tag.start,
                f"<{tag.name}> is not compiled inside <{holder}>, which holds HTML; "
                f"close <{holder}> before it",
            )
            return Holds.UNKNOWN
        if tag.name not in HTML_ELEMENTS:
            guess = did_you_mean(tag.name, HTML_ELEMENTS) or "; correct or remove it"
            self._say(tag.start, f"unknown HTML element <{tag.name}>{guess}")
        elif tag.name in VOID and not tag.self_closed:
            self._say(tag.start, f"<{tag.name}> has no content; write it <{tag.name}/>")
        return Holds.HTML

    def _in_text(self, tag: Token) -> Holds:
        parent = self._stack[-1].name
        self._say(tag.start, f"<{tag.name}> inside <{parent}>, which takes text only; remove it")
        return Holds.UNKNOWN

    def _in_nothing(self, tag: Token) -> Holds:
        parent = self._stack[-1].name
        self._say(
            tag.start, f"<{tag.name}> inside <{parent}>, which takes no content here; move it out"
        )
        return Holds.UNKNOWN

    def _in_unknown(self, tag: Token) -> Holds:
        return Holds.UNKNOWN if self._no_component(tag.name) else self._known(tag)

    def _known(self, tag: Token) -> Holds:
        at = tag.inner_start
        found = examine(tag.name, self._source[at : at + len(tag.inner)])
        self._faults += (Fault(at + offset, message) for offset, message in found.faults)
        self._class_uses += ((at + offset, name) for offset, name in found.class_uses)
        if found.defines_class is not None:
            self._classes.add(found.defines_class)
        return self._spec.components[tag.name].holds

    # Sentences about elements

    def _no_component(self, name: str) -> str | None:
        if name in REFUSED_ELEMENTS:
            return f"<{name}> {REFUSED_ELEMENTS[name]}"
        if name in self._spec.components:
            return None
        if name in HTML_ELEMENTS:
            return f"<{name}> is HTML; put it inside <mj-text> or <mj-raw>"
        guess = did_you_mean(name, self._spec.components)
        return f"unknown element <{name}>{guess or '; use an MJML component'}"

    def _misplaced(self, name: str, parent: str) -> str:
        parents = " or ".join(f"<{it}>" for it in self._spec.parents(name))
        fix = f"put it in {parents}" if parents else "remove it"
        return f"<{name}> cannot stand in <{parent}>; {fix}"

    def _second(self, tag: Token) -> None:
        if tag.name not in _ONCE or self._stack[-1].name != "mjml":
            return
        if tag.name in self._once:
            self._say(tag.start, f"a second <{tag.name}>; join it with the first")
        self._once[tag.name] = tag.start

    def _missing_body(self) -> None:
        if "mjml" in self._once and "mj-body" not in self._once:
            self._say(self._once["mjml"], "the document has no <mj-body>; put one inside <mjml>")

    def _unknown_classes(self) -> None:
        defined = frozenset(self._classes)
        for offset, name in self._class_uses:
            if name not in defined:
                guess = did_you_mean(name, defined)
                fix = guess or f'; define <mj-class name="{name}" …/> in <mj-attributes>'
                self._say(offset, f"unknown mj-class '{name}'{fix}")
