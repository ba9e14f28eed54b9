"""Stretches of text under one markup, as HTML has them, and the same as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.yaml_source.text import without_untypeable

_SPACE = re.compile(r"[ \t\n\r\f]+")
_SAFE = re.compile(r"(?:https?://[^/\s]|mailto:[^@\s]+@)[^\s<>()]*", re.IGNORECASE)


@dataclass
class Run:
    """A stretch of text under one kind of markup."""

    text: str
    mark: str = ""
    href: str = ""


def tidied(runs: Sequence[Run]) -> list[Run]:
    """Runs with white space as a browser shows it, neighbours of one kind joined."""
    tidy: list[Run] = []
    for run in runs:
        text = _SPACE.sub(" ", without_untypeable(run.text))
        if text.startswith(" ") and (not tidy or tidy[-1].text.endswith(" ")):
            text = text[1:]
        if not text:
            continue
        if tidy and (tidy[-1].mark, tidy[-1].href) == (run.mark, run.href):
            tidy[-1].text += text
        else:
            tidy.append(Run(text, run.mark, run.href))
    for end, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while tidy and not tidy[end].text.strip():
            tidy.pop(end)
        if tidy:
            tidy[end].text = strip(tidy[end].text)
    return tidy


def marked(runs: Sequence[Run], *, links: bool) -> Iterator[str]:
    """Markdown of the runs; emphasis is left out where its marks would stay literal."""
    for index, run in enumerate(runs):
        before = runs[index - 1].text[-1] if index else " "
        after = runs[index + 1].text[0] if index + 1 < len(runs) else " "
        core = run.text.strip()
        shown = _linked(core, run.href) if links else _escaped(core)
        mark = run.mark if core and _marks_bind(before, shown, after, run.text) else ""
        lead = run.text[: len(run.text) - len(run.text.lstrip())]
        trail = run.text[len(run.text.rstrip()) :] if core else ""
        yield f"{lead}{mark}{shown}{mark}{trail}"


def _marks_bind(before: str, core: str, after: str, whole: str) -> bool:
    """CommonMark §6.2: whether `*` before and after a text open and close emphasis."""
    outer_left = " " if whole[0].isspace() else before
    outer_right = " " if whole[-1].isspace() else after
    opens = core[0].isalnum() or not outer_left.isalnum()
    closes = core[-1].isalnum() or not outer_right.isalnum()
    return opens and closes and "*" not in (outer_left, outer_right)


def _linked(text: str, href: str) -> str:
    address = href.replace("(", "%28").replace(")", "%29")
    if not text or not _SAFE.fullmatch(address) or _same(text, href):
        return _escaped(text)
    return f"[{_escaped(text)}]({address})"


def _same(text: str, href: str) -> bool:
    return text.rstrip("/.") in (href.rstrip("/."), href.removeprefix("https://").rstrip("/."))


def _escaped(text: str) -> str:
    """Every sign that could be markup, since runs are joined with marks of our own."""
    return re.sub(r"[\\*_\[\]<]", r"\\\g<0>", text)
