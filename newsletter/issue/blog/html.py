"""A page saved as HTML → lines, with emphasis, links and list entries as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from newsletter.errors import UnreadablePage
from newsletter.issue.blog.page import Line
from newsletter.issue.markdown_escape import escape_inline, escape_prose
from newsletter.yaml_source.text import without_untypeable

_BLOCKS = frozenset(
    "address article aside blockquote body br center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section "
    "summary table tbody td tfoot th thead tr ul".split()
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SILENT = frozenset(
    "audio button canvas head iframe input math noscript object option script select style "
    "svg template textarea title video".split()
)
"""Elements whose text readers of the page do not read as part of it."""
_AROUND = frozenset(("nav", "footer"))
_AROUND_ROLES = frozenset(("navigation", "contentinfo", "search"))
_AROUND_NAMES = frozenset(
    ("footer", "nav", "navbar", "menu", "sidebar", "pagination", "breadcrumbs")
)
_WHOLE = frozenset(("html", "body", "main", "article"))
"""What holds the text itself, whatever its class says of the page's layout."""
_EMPHASIS = {"em": "*", "i": "*", "cite": "*", "strong": "**", "b": "**"}
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SAFE = re.compile(r"(?:https?://[^/\s]|mailto:[^@\s]+@)[^\s<>()]*", re.IGNORECASE)


@dataclass
class _Run:
    """A stretch of text under one kind of markup."""

    text: str
    mark: str = ""
    href: str = ""


@dataclass
class _Block:
    """The line that is being put together."""

    number: int = 1
    heading: bool = False
    item: bool = False
    runs: list[_Run] = field(default_factory=list)


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

    try:
        content.decode()
        encoding: str | None = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # what the page itself declares
    parser = lxml_html.HTMLParser(
        encoding=encoding, remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        root = lxml_html.document_fromstring(content, parser=parser)
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
        self._outside += _is_around(each, tag)
        self._preformatted += tag == "pre"
        if tag in _BLOCKS:
            self._close()
            self._block = _Block(each.sourceline or 1, tag in _HEADINGS, _in_item(each, tag))
        mark, href = marks[-1]
        href = each.get("href", "").strip() if tag == "a" else href
        marks.append((_EMPHASIS.get(tag, mark), href))
        if tag not in _SILENT:
            self._add(each.text, marks[-1])

    def _end(self, each: Any, tag: str, marks: list[tuple[str, str]], *, last: bool) -> None:
        marks.pop()
        if tag in _BLOCKS:
            self._close()
            self._block = _Block(_line_after(each))
        self._outside -= _is_around(each, tag)
        self._preformatted -= tag == "pre"
        parent = each.getparent()
        if not last and (parent is None or parent.tag not in _SILENT):
            self._add(each.tail, marks[-1])

    def _add(self, text: str | None, markup: tuple[str, str]) -> None:
        lines = (text or "").split("\n") if self._preformatted else [text or ""]
        for number, line in enumerate(lines):
            if number:
                self._close()
                self._block.number += 1
            self._block.runs.append(_Run(line, *markup))

    def _close(self) -> None:
        line = _line(self._block)
        self._block = _Block(self._block.number)
        if line:
            (self.around if self._outside else self.lines).append(line)


def _is_around(each: Any, tag: str) -> bool:
    names = f"{each.get('id', '')} {each.get('class', '')}".lower().split()
    outside = tag in _AROUND or each.get("role") in _AROUND_ROLES
    return outside or (tag not in _WHOLE and not _AROUND_NAMES.isdisjoint(names))


def _in_item(each: Any, tag: str) -> bool:
    """Whether a line is an entry of a list: `<li>`, or the first paragraph in one."""
    if tag == "li":
        return True
    parent = each.getparent()
    return (
        parent is not None and parent.tag == "li" and each.getprevious() is None
        and not (parent.text or "").strip()
    )  # fmt: skip


def _line_after(each: Any) -> int:
    """Where the text after an element begins, as near as lxml tells."""
    last = max((inner.sourceline or 1 for inner in each.iter()), default=1)
    return max(last, each.sourceline or 1)


def _line(block: _Block) -> Line | None:
    runs = _tidied(block.runs)
    text = "".join(run.text for run in runs)
    if not text:
        return None
    prose = "".join(_marked(runs, links=True))
    return Line(
        number=block.number,
        text=text,
        heading=block.heading,
        inline=escape_inline(text) if _is_plain(runs) else "".join(_marked(runs, links=False)),
        prose=f"- {prose}" if block.item else escape_prose(text) if _is_plain(runs) else prose,
        addresses=tuple(dict.fromkeys(run.href for run in runs if run.href)),
    )


def _is_plain(runs: list[_Run]) -> bool:
    return not any(run.mark or run.href for run in runs)


def _tidied(runs: list[_Run]) -> list[_Run]:
    """Runs with white space as a browser shows it, neighbours of one kind joined."""
    tidy: list[_Run] = []
    for run in runs:
        text = _SPACE.sub(" ", without_untypeable(run.text))
        if text.startswith(" ") and (not tidy or tidy[-1].text.endswith(" ")):
            text = text[1:]
        if not text:
            continue
        if tidy and (tidy[-1].mark, tidy[-1].href) == (run.mark, run.href):
            tidy[-1].text += text
        else:
            tidy.append(_Run(text, run.mark, run.href))
    while tidy and not tidy[-1].text.strip():
        tidy.pop()
    if tidy:
        tidy[0].text = tidy[0].text.lstrip()
        tidy[-1].text = tidy[-1].text.rstrip()
    return tidy


def _marked(runs: list[_Run], *, links: bool) -> Iterator[str]:
    """Markdown of the runs; emphasis is left out where its marks would stay literal."""
    for index, run in enumerate(runs):
        before = runs[index - 1].text[-1] if index else " "
        after = runs[index + 1].text[0] if index + 1 < len(runs) else " "
        core = run.text.strip(" ")
        mark = run.mark if core and _marks_bind(before, core, after, run.text) else ""
        shown = _linked(core, run.href) if links else _escaped(core)
        lead = run.text[: len(run.text) - len(run.text.lstrip(" "))]
        trail = run.text[len(run.text.rstrip(" ")) :] if core else ""
        yield f"{lead}{mark}{shown}{mark}{trail}"


def _marks_bind(before: str, core: str, after: str, whole: str) -> bool:
    """CommonMark §6.2: whether `*` before and after a text open and close emphasis."""
    outer_left = " " if whole[0] == " " else before
    outer_right = " " if whole[-1] == " " else after
    opens = core[0].isalnum() or not outer_left.isalnum()
    closes = core[-1].isalnum() or not outer_right.isalnum()
    return opens and closes and "*" not in (outer_left, outer_right)


def _linked(text: str, href: str) -> str:
    if not href or not text or not _SAFE.fullmatch(href) or _same(text, href):
        return _escaped(text)
    return f"[{_escaped(text)}]({href})"


def _same(text: str, href: str) -> bool:
    return text.rstrip("/.") in (href.rstrip("/."), href.removeprefix("https://").rstrip("/."))


def _escaped(text: str) -> str:
    """Every sign that could be markup, since runs are joined with marks of our own."""
    return re.sub(r"[\\*_\[\]<]", r"\\\g<0>", text)
