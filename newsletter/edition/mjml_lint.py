"""Strict checks of an MJML document, because the compiler (mrml) has none.

mrml renders wrong closing tags, unknown elements and attributes, stray text and bad colours
without a word, and what it does refuse it places by byte offset or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from newsletter.edition import mjml_spec
from newsletter.edition.mjml_attributes import examine
from newsletter.edition.mjml_limits import NO_COMMENTS, NO_LEADING_SPACE, REFUSED_ELEMENTS
from newsletter.edition.mjml_source import (
    Finding,
    Lines,
    Token,
    excerpt,
    ill_formed,
    mask,
    tokens,
)
from newsletter.edition.mjml_spec import HTML, VOID, Content, did_you_mean


@dataclass(frozen=True, slots=True)
class MjmlProblem:
    """A place in an MJML document and a sentence: what is wrong there, and the fix."""

    line: int
    """1-based."""
    column: int
    """1-based, in characters."""
    message: str


def lint(source: str) -> tuple[MjmlProblem, ...]:
    """List all problems of an MJML document, in order of place.

    A document that is not well-formed XML gets its first syntax error (and every stray `&` and
    `<`), since nothing after that can be trusted.
    """
    masked, findings = mask(source)
    error = ill_formed(masked)
    findings += [error] if error else _Walk(source, masked).findings()
    lines = Lines(source)
    return tuple(MjmlProblem(*lines.place(offset), message) for offset, message in sorted(findings))


_ONCE = frozenset({"mj-head", "mj-body"})
_WHITE_SPACE = " \t\r\n"
"""As XML has it: a no-break space is text."""
_COMMENTLESS = frozenset({Content.TEXT, Content.NOTHING})
_STRAY_TEXT = {
    Content.ELEMENTS: "stray text '{text}' in <{name}>; write it in <mj-text> or remove it",
    Content.NOTHING: "stray text '{text}' in <{name}>, which takes none here; remove it",
}


class _Open(NamedTuple):
    """An element whose closing tag is yet to come."""

    name: str
    content: Content


class _Walk:
    """One pass over the tags of a well-formed document."""

    def __init__(self, source: str, masked: str) -> None:
        self._source = source
        self._masked = masked
        self._spec = mjml_spec.load()
        self._findings: list[Finding] = []
        self._stack = [_Open("", Content.DOCUMENT)]
        self._once: dict[str, int] = {}
        self._classes: set[str] = set()
        self._class_uses: list[tuple[int, str]] = []
        self._judges: dict[Content, Callable[[Token], Content]] = {
            Content.DOCUMENT: self._in_document,
            Content.ELEMENTS: self._in_elements,
            Content.HTML: self._in_html,
            Content.TEXT: self._in_text,
            Content.NOTHING: self._in_nothing,
            Content.UNKNOWN: self._in_unknown,
        }

    def findings(self) -> list[Finding]:
        end = 0
        for token in tokens(self._masked):
            if token.start > end:
                self._text(end, token.start)
            self._token(token)
            end = token.end
        self._missing_body()
        self._unknown_classes()
        return self._findings

    def _say(self, offset: int, message: str) -> None:
        self._findings.append(Finding(offset, message))

    def _token(self, token: Token) -> None:
        if not token.name:
            self._comment(token)
        elif token.closing:
            self._stack.pop()
        else:
            content = self._judges[self._stack[-1].content](token)
            if not token.self_closed:
                self._stack.append(_Open(token.name, content))

    def _text(self, start: int, end: int) -> None:
        name, content = self._stack[-1]
        if content not in _STRAY_TEXT:
            return
        text = self._masked[start:end]
        if stray := text.strip(_WHITE_SPACE):
            at = start + text.index(stray)
            shown = excerpt(self._source[at : at + len(stray)])
            self._say(at, _STRAY_TEXT[content].format(text=shown, name=name))
        elif name in NO_LEADING_SPACE and text[0] in " \t":
            self._say(
                start,
                f"a space right after a tag in <{name}> stops the compiler; "
                "put a line break there instead",
            )

    def _comment(self, token: Token) -> None:
        name, content = self._stack[-1]
        if content in _COMMENTLESS or name in NO_COMMENTS:
            self._say(token.start, f"a comment in <{name}> stops the compiler; move it out")

    # One judge for each kind of parent. A judge returns what the element itself may contain.

    def _in_document(self, tag: Token) -> Content:
        if tag.name == "mjml":
            self._once[tag.name] = tag.start
            return self._known(tag)
        self._say(tag.start, f"the outermost element is <{tag.name}>; it must be <mjml>")
        return Content.UNKNOWN

    def _in_elements(self, tag: Token) -> Content:
        parent = self._stack[-1].name
        if wrong := self._no_component(tag.name):
            self._say(tag.start, wrong)
            return Content.UNKNOWN
        if tag.name not in self._spec.components[parent].children:
            self._say(tag.start, self._misplaced(tag.name, parent))
        self._second(tag)
        content = self._known(tag)
        return Content.NOTHING if parent == "mj-attributes" else content

    def _in_html(self, tag: Token) -> Content:
        if tag.name in self._spec.components:
            holder = next(it.name for it in reversed(self._stack) if it.name.startswith("mj-"))
            self._say(
                tag.start,
                f"<{tag.name}> is not compiled inside <{holder}>, which holds HTML; "
                f"close <{holder}> before it",
            )
            return Content.UNKNOWN
        if tag.name not in HTML:
            guess = did_you_mean(tag.name, HTML) or "; correct or remove it"
            self._say(tag.start, f"unknown HTML element <{tag.name}>{guess}")
        elif tag.name in VOID and not tag.self_closed:
            self._say(tag.start, f"<{tag.name}> has no content; write it <{tag.name}/>")
        return Content.HTML

    def _in_text(self, tag: Token) -> Content:
        parent = self._stack[-1].name
        self._say(tag.start, f"<{tag.name}> inside <{parent}>, which takes text only; remove it")
        return Content.UNKNOWN

    def _in_nothing(self, tag: Token) -> Content:
        parent = self._stack[-1].name
        self._say(
            tag.start, f"<{tag.name}> inside <{parent}>, which takes no content here; move it out"
        )
        return Content.UNKNOWN

    def _in_unknown(self, tag: Token) -> Content:
        return Content.UNKNOWN if self._no_component(tag.name) else self._known(tag)

    def _known(self, tag: Token) -> Content:
        at = tag.inner_start
        found = examine(tag.name, self._source[at : at + len(tag.inner)])
        self._findings += (Finding(at + offset, message) for offset, message in found.findings)
        self._class_uses += ((at + offset, name) for offset, name in found.class_uses)
        if found.defines_class is not None:
            self._classes.add(found.defines_class)
        return self._spec.components[tag.name].content

    # Sentences about elements

    def _no_component(self, name: str) -> str | None:
        if name in REFUSED_ELEMENTS:
            return f"<{name}> {REFUSED_ELEMENTS[name]}"
        if name in self._spec.components:
            return None
        if name in HTML:
            return f"<{name}> is HTML; put it inside <mj-text> or <mj-raw>"
        guess = did_you_mean(name, frozenset(self._spec.components))
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
