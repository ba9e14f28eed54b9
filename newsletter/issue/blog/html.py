"""A page saved as HTML → lines, with emphasis, links and list entries as Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from newsletter.errors import UnreadablePage
from newsletter.issue.blog.decode import decoded_html
from newsletter.issue.blog.page import Line
from newsletter.issue.blog.runs import Run, marked, tidied
from newsletter.issue.markdown_escape import escape_inline, escape_prose, escape_start

_BLOCKS = frozenset(
    "address article aside blockquote body br center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section "
    "summary table tbody td tfoot th thead tr ul".split()
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SILENT = frozenset(
    "audio canvas head iframe input math noscript object option script select style "
    "svg template textarea title video".split()
)
"""Elements whose text readers of the page do not read as part of it."""
_AROUND = frozenset(("nav", "footer", "aside"))
_AROUND_ROLES = frozenset(("navigation", "contentinfo", "search", "complementary"))
_AROUND_NAMES = re.compile(
    r"(?:^|[\s_-])(?:footer|nav|navbar|navigation|menu|sidebar|pager|pagination|breadcrumbs?"
    r"|comments|share|sharing|social|related)(?:[\s_-]|$)"
)
"""Words that classes and ids of what stands around a text are made of."""
_WHOLE = frozenset(("html", "body", "main", "article"))
"""What holds the text itself, whatever its class says of the page's layout."""
_EMPHASIS = {"em": "*", "i": "*", "cite": "*", "strong": "**", "b": "**"}


@dataclass
class _Block:
    """The line that is being put together."""

    number: int = 1
    heading: bool = False
    item: bool = False
    runs: list[Run] = field(default_factory=list)


def html_lines(content: bytes, name: str) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The page's own lines, and those of what stands around it.

    Raises:
        UnreadablePage: where there is no element in it.
    """
    root = _root(content, name)
    reader = _Reader()
    reader.read(root)
    return tuple(reader.lines), tuple(reader.around)


def _root(content: bytes, name: str) -> Any:
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        root = lxml_html.document_fromstring(decoded_html(content, name).encode(), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadablePage(f"{name}: error: this HTML holds no page; save it again") from error
    return next(root.iter("main"), root)


class _Reader:
    """Walks through the elements and closes a line at each block."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.around: list[Line] = []
        self._block = _Block()
        self._outside = 0
        self._preformatted = 0
        self._reached = 1

    def read(self, element: Any) -> None:
        """All lines of an element; without recursion, for pages nest deeply."""
        from lxml import etree

        marks: list[tuple[str, str]] = [("", "")]
        for event, each in etree.iterwalk(element, events=("start", "end")):
            tag = each.tag if isinstance(each.tag, str) else ""
            if event == "start":
                self._start(each, tag, marks)
            else:
                self._end(each, tag, marks, last=each is element)
        self._close()

    def _start(self, each: Any, tag: str, marks: list[tuple[str, str]]) -> None:
        self._reached = max(self._reached, each.sourceline or 1)
        self._outside += _is_around(each, tag)
        self._preformatted += tag == "pre"
        if tag in _BLOCKS:
            self._close()
            self._block = _Block(each.sourceline or 1, tag in _HEADINGS, _in_item(each, tag))
        mark, href = marks[-1]
        href = each.get("href", "").strip() if tag == "a" else href
        marks.append((_EMPHASIS.get(tag, mark), href))
        if not _is_silent(each, tag):
            self._add(each.text, marks[-1])

    def _end(self, each: Any, tag: str, marks: list[tuple[str, str]], *, last: bool) -> None:
        marks.pop()
        if tag in _BLOCKS:
            self._close()
            self._block = _Block(self._reached)
        self._outside -= _is_around(each, tag)
        self._preformatted -= tag == "pre"
        parent = each.getparent()
        if not last and (parent is None or not _is_silent(parent, parent.tag)):
            self._add(each.tail, marks[-1])

    def _add(self, text: str | None, markup: tuple[str, str]) -> None:
        lines = (text or "").split("\n") if self._preformatted else [text or ""]
        for number, line in enumerate(lines):
            if number:
                self._close()
                self._block.number += 1
            self._block.runs.append(Run(line, *markup))

    def _close(self) -> None:
        line = _line(self._block)
        self._block = _Block(self._block.number)
        if line:
            (self.around if self._outside else self.lines).append(line)


def _is_around(each: Any, tag: str) -> bool:
    """Whether an element stands around the text: by what it is, or by its names.

    Names tell of layout too (`has-sidebar`), so they do not count where articles are within.
    """
    if tag in _AROUND or each.get("role") in _AROUND_ROLES:
        return True
    names = f"{each.get('id', '')} {each.get('class', '')}".lower()
    named = tag not in _WHOLE and _AROUND_NAMES.search(names)
    return bool(named) and not any("mplications" in text for text in each.itertext())


def _is_silent(each: Any, tag: str) -> bool:
    """Whether nobody reads an element as text; the button of a folded title is read."""
    parent = each.getparent()
    folded = parent is not None and parent.tag in _HEADINGS
    return tag in _SILENT or (tag == "button" and not folded)


def _in_item(each: Any, tag: str) -> bool:
    """Whether a line is an entry of a list: `<li>`, or the first paragraph in one."""
    if tag == "li":
        return True
    parent = each.getparent()
    return (
        parent is not None and parent.tag == "li" and each.getprevious() is None
        and not (parent.text or "").strip()
    )  # fmt: skip


def _line(block: _Block) -> Line | None:
    runs = tidied(block.runs)
    text = "".join(run.text for run in runs)
    if not text:
        return None
    inline = escape_inline(text) if _is_one(runs) else "".join(marked(runs, links=False))
    prose = escape_prose(text) if _is_plain(runs) else "".join(marked(runs, links=True))
    return Line(
        number=block.number,
        text=text,
        heading=block.heading,
        inline=inline,
        prose=f"- {escape_start(prose)}" if block.item else escape_start(prose),
        addresses=tuple(dict.fromkeys(run.href for run in runs if run.href)),
    )


def _is_one(runs: list[Run]) -> bool:
    """Whether all of a line is set alike, as a title in bold is."""
    return len({run.mark for run in runs}) == 1


def _is_plain(runs: list[Run]) -> bool:
    return not any(run.mark or run.href for run in runs)
