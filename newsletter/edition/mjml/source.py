"""MJML as text: whether it is well-formed, and where each tag stands.

lxml alone judges whether the XML is well-formed. Its tree knows only the line a tag ends on,
so what follows reads the tags off the text itself, which is safe once lxml has agreed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from html.entities import html5
from textwrap import shorten
from typing import NamedTuple

from lxml import etree

from newsletter.edition.mjml.spec import VOID
from newsletter.suggest import did_you_mean


class Fault(NamedTuple):
    """A problem at a character offset; offsets become lines only when there is a problem."""

    offset: int
    message: str


class Token(NamedTuple):
    """A tag or a comment."""

    start: int
    end: int
    closing: str
    """`/` in a closing tag."""
    name: str
    """Empty for a comment."""
    inner: str
    """What follows the name: attributes, and `/` when the tag closes itself."""

    @property
    def self_closed(self) -> bool:
        """Whether this is <br/> or the like."""
        return self.inner.endswith("/")

    @property
    def inner_start(self) -> int:
        """Where `inner` begins in the document."""
        return self.end - 1 - len(self.inner)


class Lines:
    """Offsets as 1-based lines and columns, and back."""

    def __init__(self, source: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", source))]

    def place(self, offset: int) -> tuple[int, int]:
        """Turn an offset into a line and a column."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Turn a line and a column, as a parser gives them, into an offset."""
        return self._starts[min(line, len(self._starts)) - 1] + column - 1


def excerpt(text: str) -> str:
    """Cut a quotation to fit a line."""
    return shorten(text, 60, placeholder=" …") if len(text) > 60 or "\n" in text else text


_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_HTML_ENTITIES = frozenset(name[:-1] for name in html5 if name.endswith(";"))

# The two branches start with a literal, so that `re` skips from one < or & to the next.
# `\Z` lets an unterminated construct swallow the rest instead of being tried again and again.
_MARKUP = re.compile(
    r"""
    <(?![A-Za-z_/])
     (?: !--.*?(?:-->|\Z)
       | (?P<cdata> !\[CDATA\[.*?(?:\]\]>|\Z))
       | (?P<conditional> !\[[^>]*>?)
       | (?P<doctype> ![^>]*>?)
       | (?P<declaration> \?xml\b.*?(?:\?>|\Z))
       | (?P<instruction> \?.*?(?:\?>|\Z))
       | (?P<less>)
    )
    |&(?: \#(?:[0-9]+|x[0-9A-Fa-f]+);
       | (?P<entity> \w+);
       | (?P<ampersand>)
    )""",
    re.DOTALL | re.VERBOSE,
)
_REFUSED_MARKUP = {
    "ampersand": "an & that stands for itself is written &amp;",
    "cdata": "CDATA sections cannot be compiled; write the text with &lt; and &amp; instead",
    "conditional": "a bare conditional breaks the markup; write <!--[if !mso]><!--> … "
    "<!--<![endif]-->",
    "doctype": "a DOCTYPE or other <! declaration has no place in MJML; remove it",
    "declaration": "an XML declaration cannot be compiled; start the document with <mjml>",
    "instruction": "processing instructions (<? … ?>) cannot be compiled; remove it",
    "less": "a < that stands for itself is written &lt;",
}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def mask(source: str) -> tuple[str, list[Fault]]:
    """Replace what XML cannot read by as many harmless characters, and say what was wrong.

    Offsets stay true, and one stray & does not hide the problems after it. HTML's named
    entities are masked too, without a fault: XML lacks them, mrml passes them on.
    """
    faults: list[Fault] = []

    def stand_in(match: re.Match[str]) -> str:
        kind, text = match.lastgroup, match.group()
        if kind is None or (kind == "entity" and match["entity"] in _XML_ENTITIES):
            return text
        if kind == "entity":
            if match["entity"] not in _HTML_ENTITIES:
                faults.append(Fault(match.start(), _unknown_entity(match["entity"])))
            return f"_{match['entity']}_"
        faults.append(Fault(match.start(), _REFUSED_MARKUP[kind]))
        return re.sub(r"[^\n]", " ", text)

    def blank(match: re.Match[str]) -> str:
        code = ord(match.group())
        message = f"the invisible character U+{code:04X} is not allowed in MJML; delete it"
        faults.append(Fault(match.start(), message))
        return " "

    return _CONTROL.sub(blank, _MARKUP.sub(stand_in, source)), faults


def _unknown_entity(name: str) -> str:
    guess = did_you_mean(name, _HTML_ENTITIES)
    return f"&{name}; is no HTML entity{guess or '; a bare & is written &amp;'}"


_TOKEN = re.compile(
    r"""<(?: !--.*?--
           | (/?) ([^\s/>]+) ([^>"']*+(?:(?:"[^"]*+"|'[^']*+')[^>"']*+)*+)
         )>""",
    re.DOTALL | re.VERBOSE,
)


def tokens(masked: str) -> Iterator[Token]:
    """Yield the tags and comments of a well-formed document, in order."""
    for match in _TOKEN.finditer(masked):
        yield Token(*match.span(), *match.groups(""))


# libxml2's error types, as sentences; {name} is the name its own message gives.
_ILL_FORMED = {
    "ERR_ATTRIBUTE_NOT_FINISHED": "an attribute value has no closing quote; add it",
    "ERR_ATTRIBUTE_NOT_STARTED": 'an attribute value has no quotes; write name="value"',
    "ERR_ATTRIBUTE_REDEFINED": "attribute '{name}' is written twice; keep one",
    "ERR_ATTRIBUTE_WITHOUT_VALUE": "attribute '{name}' has no value; write {name}=\"…\"",
    "ERR_COMMENT_NOT_FINISHED": "a comment has no end; close it with -->",
    "ERR_DOCUMENT_EMPTY": "the document does not start with a tag; begin it with <mjml>",
    "ERR_DOCUMENT_END": "something follows the closing tag of the document; remove it",
    "ERR_GT_REQUIRED": "a tag has no end; close it with >",
    "ERR_HYPHEN_IN_COMMENT": "a comment may not contain --; write - or an en dash",
    "ERR_INVALID_CHAR": "this character reference stands for no character XML allows; remove it",
    "ERR_LT_IN_ATTRIBUTE": "a < in an attribute value is written &lt;",
    "ERR_MISPLACED_CDATA_END": "]]> in a text is written ]]&gt;",
    "ERR_NAME_REQUIRED": "a name is expected here; look for a missing > or a stray character",
    "NS_ERR_UNDEFINED_NAMESPACE": "the prefix '{name}:' is unknown; Outlook's own markup (VML) "
    "belongs in a comment <!--[if mso]> … <![endif]-->",
}
_UNBALANCED = frozenset({"ERR_TAG_NAME_MISMATCH", "ERR_TAG_NOT_FINISHED"})
_NAME_IN_ERROR = re.compile(r"(?:Attribute|attribute|prefix) (\S+)")


def ill_formed(masked: str) -> Fault | None:
    """Find the first reason why a masked document is not well-formed XML.

    Only the first: after one wrong tag libxml2 complains about all the tags around it.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        # As ASCII, one byte a character: libxml2 counts some columns in bytes.
        etree.fromstring(masked.replace("\r", " ").encode("ascii", "replace"), parser)
    except etree.XMLSyntaxError as error:
        entry = next(iter(parser.error_log), None)
        line, column = (entry.line, entry.column) if entry else error.position
        offset = max(0, min(Lines(masked).offset(line, column), len(masked)))
        kind, said = (entry.type_name, entry.message) if entry else ("", str(error))
        unbalanced = _unbalanced(masked[:offset]) if kind in _UNBALANCED else None
        return unbalanced or Fault(offset, _explain(kind, said))
    return None


def _explain(kind: str, said: str) -> str:
    named = _NAME_IN_ERROR.search(said)
    other = f"not well-formed XML ({said.strip()}); correct the markup here"
    return _ILL_FORMED.get(kind, other).replace("{name}", named[1] if named else "…")


def _unbalanced(well_formed_so_far: str) -> Fault | None:
    """Find the first closing tag that does not fit, or the innermost tag left open."""
    opened: list[Token] = []
    lines = Lines(well_formed_so_far)
    for token in tokens(well_formed_so_far):
        if token.closing and (not opened or opened[-1].name != token.name):
            return Fault(token.start, _mismatch(token, opened, lines))
        if token.closing:
            opened.pop()
        elif token.name and not token.self_closed:
            opened.append(token)
    if not opened:
        return None
    innermost = opened[-1]
    return Fault(innermost.start, f"<{innermost.name}> is never closed; write {_closed(innermost)}")


def _mismatch(token: Token, opened: list[Token], lines: Lines) -> str:
    if not opened:
        return f"</{token.name}> closes nothing; remove it"
    line, column = lines.place(opened[-1].start)
    return (
        f"</{token.name}> does not close <{opened[-1].name}>, opened on line {line}:{column}; "
        f"write {_closed(opened[-1])} first"
    )


def _closed(tag: Token) -> str:
    return f"<{tag.name}/>" if tag.name in VOID else f"</{tag.name}>"
