"""The Markdown of issue files: paragraphs, emphasis, links, lists, and nothing more.

Whatever else Markdown knows stays as typed: a heading's `#`, an image's `!`, HTML and its
entities, a reference definition that would vanish from the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.helpers import parseLinkLabel
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, link
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from newsletter.edition.nobreak import GLUE, NO_BREAK_SPACE, glued

_BLOCKS = ["paragraph", "list"]
_INLINES = [
    "text",
    "newline",
    "escape",
    "emphasis",
    "link",
    "autolink",
    "balance_pairs",
    "fragments_join",
]
_EMPHASIS_ONLY = ["text", "escape", "emphasis", "balance_pairs", "fragments_join"]
_NUMERIC = rf"[\d.,%{GLUE}]"
_DASHED = re.compile(
    rf"(?<![\w/-])(?:{_NUMERIC}{{0,14}}[-–‒](?:{GLUE}|(?=[\d.])))+{_NUMERIC}{{1,14}}"
)
_NO_ADDRESS = re.compile(r"\(\s*(?:<>)?\s*[)\"'(]")
_SAFE_LINK = re.compile(r"(?:https?://[^/]|mailto:[^@\s]+@)", re.IGNORECASE)


@lru_cache(maxsize=256)
def to_html(text: str) -> Markup:
    """A Markdown text as XHTML paragraphs and lists; raw HTML in it is escaped."""
    return _html(blocks(text), only_emphasis=False)


@lru_cache(maxsize=256)
def inline_html(text: str) -> Markup:
    """A title or citation as XHTML: emphasis, and else the text as typed."""
    return _html(_words(text), only_emphasis=True)


def inline_plain(text: str) -> str:
    """A title or citation without its emphasis marks."""
    children = _words(text)[0].children or ()
    return "".join(child.content for child in children).replace(GLUE, " ")


@lru_cache(maxsize=256)
def blocks(text: str) -> tuple[Token, ...]:
    """The parsed blocks of a Markdown text, their statistics bound by `GLUE`; not to be changed."""
    return tuple(_parser(only_emphasis=False).parse(text))


@lru_cache(maxsize=256)
def _words(text: str) -> tuple[Token, ...]:
    return tuple(_parser(only_emphasis=True).parseInline(text))


def _html(parsed: tuple[Token, ...], *, only_emphasis: bool) -> Markup:
    parser = _parser(only_emphasis=only_emphasis)
    html = parser.renderer.render(parsed, parser.options, {})
    return Markup(html.replace(GLUE, NO_BREAK_SPACE))  # noqa: S704 - markdown-it has escaped it


def plain(text: str) -> str:
    """A Markdown text's bare words, its blocks joined by spaces."""
    inlines = (block.children or [] for block in blocks(text) if block.type == "inline")
    parts = ("".join(_word(child) for child in children) for children in inlines)
    return " ".join(parts).replace(GLUE, " ")


def _word(token: Token) -> str:
    return " " if token.type in ("softbreak", "hardbreak") else token.content


@cache
def _parser(*, only_emphasis: bool) -> MarkdownIt:
    parser = MarkdownIt("zero", {"xhtmlOut": True, "html": False})
    parser.enable(_EMPHASIS_ONLY if only_emphasis else [*_BLOCKS, *_INLINES])
    parser.validateLink = _is_safe  # type: ignore[method-assign]
    parser.core.ruler.push("statistics", _bind_statistics)
    parser.add_render_rule("text", _text_with_whole_numbers)
    if not only_emphasis:
        parser.inline.ruler.at("link", _link_with_address)
        parser.core.ruler.push("direction", _let_direction_follow)
    return parser


def _is_safe(url: str) -> bool:
    return bool(_SAFE_LINK.match(url))


def _link_with_address(state: StateInline, silent: bool) -> bool:
    """A link with words and an address; markdown-it takes `[word]()` and `[](https://…)` too."""
    if state.src[state.pos] != "[":
        return False
    after_label = parseLinkLabel(state, state.pos, True) + 1
    label = state.src[state.pos + 1 : after_label - 1]
    if not label.strip() or _NO_ADDRESS.match(state.src, after_label):
        return False
    return link(state, silent)


def _bind_statistics(state: StateCore) -> None:
    """Glue statistics across emphasis and line ends: `*p*` newline `< .001` is one too."""
    for block in state.tokens:
        children = [child for child in block.children or () if child.type in _TEXTUAL]
        offsets = set(glued("".join(_shown(child) for child in children)))
        if offsets:
            _glue(children, offsets)


_TEXTUAL = ("text", "softbreak")


def _shown(token: Token) -> str:
    return "\n" if token.type == "softbreak" else token.content


def _glue(children: list[Token], offsets: set[int]) -> None:
    start = 0
    for child in children:
        shown = _shown(child)
        here = {offset - start for offset in offsets if start <= offset < start + len(shown)}
        start += len(shown)
        if here:
            child.type = "text"
            child.content = "".join(GLUE if at in here else char for at, char in enumerate(shown))


def _text_with_whole_numbers(
    _: RendererHTML, children: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Escaped text; browsers break lines after a dash, but not inside of `0.10–0.57` or `–0.3`.

    A no-break space does not prevent it (UAX #14, LB12a).
    """
    return _DASHED.sub(r'<span class="range">\g<0></span>', escapeHtml(children[index].content))


def _let_direction_follow(state: StateCore) -> None:
    """Let each paragraph run in the direction of its own script."""
    for block in state.tokens:
        if block.type in ("paragraph_open", "list_item_open"):
            block.attrSet("dir", "auto")
