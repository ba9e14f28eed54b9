"""Jinja2 over a publication's templates, with errors at the template's own lines.

Templates are trusted files; what they print of an issue is escaped in every `.mjml` and
`.html` template and left alone in `.txt` ones. (Jinja2's own `select_autoescape` knows
neither `.mjml` nor a `.j2` ending.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from pathlib import Path
from traceback import walk_tb
from typing import Any
from urllib.parse import quote

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.ext import Extension
from jinja2.filters import do_default, do_urlencode
from jinja2.lexer import Token, TokenStream

from newsletter.edition import markdown, text
from newsletter.edition.personal import Slot
from newsletter.edition.prose import prose
from newsletter.errors import TemplateError

HTML, TEXT = "issue.mjml", "issue.txt"

Show = Callable[[Path], str]


def render_template(
    folder: Path, name: str, values: Mapping[str, Any], show: Show, *, trace: bool = False
) -> str:
    """A template of the folder, filled in.

    `show` names a path as error messages do. With `trace` each stretch of template text
    carries a mark of its file and line, for `trace_lines`.

    Raises:
        TemplateError: with the line of the template that failed, whatever it did.
    """
    environment = _environment(folder, trace)
    try:
        return environment.get_template(name).render(**values)
    except TemplateSyntaxError as error:
        path = show(Path(error.filename)) if error.filename else show(folder / (error.name or name))
        raise TemplateError(path, error.lineno, _sentence(error.message or "")) from error
    except Exception as error:  # templates are code; whatever they raise has a line
        raise _runtime_error(error, folder, name, show) from error


def _runtime_error(error: Exception, folder: Path, name: str, show: Show) -> TemplateError:
    frames = [
        (Path(frame.f_code.co_filename), line)
        for frame, line in walk_tb(error.__traceback__)
        if Path(frame.f_code.co_filename).is_relative_to(folder)
    ]
    path, line = frames[-1] if frames else (folder / name, 1)
    if isinstance(error, TemplateNotFound):
        missing = show(folder / (error.name or name))
        return TemplateError(show(path), line, f"{missing} does not exist; restore the file")
    return TemplateError(show(path), line, _sentence(str(error) or type(error).__name__))


def _sentence(message: str) -> str:
    return " ".join(message.split()).rstrip(".")


@lru_cache(maxsize=8)
def _environment(folder: Path, trace: bool) -> Environment:
    """One environment a folder; compiled templates are kept until their files change."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=_is_markup,  # noqa: S701 - by name, see above
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[_LineMarks] if trace else [],
    )
    environment.globals["rule"] = text.rule
    environment.filters |= {
        "markdown": markdown.to_html,
        "inline": markdown.inline_html,
        "anchor": _anchor,
        "prose": prose,
        **text.FILTERS,
    }
    environment.filters = {
        name: function if name in _LEAVE_SLOTS_ALONE else _refusing_slots(function)
        for name, function in environment.filters.items()
    } | {"default": _default, "d": _default, "urlencode": _urlencode}
    return environment


_LEAVE_SLOTS_ALONE = frozenset({"e", "escape", "forceescape", "safe", "string"})


def _refusing_slots(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that refuses a reader's field, which would only see the token."""
    subject = 1 if hasattr(function, "jinja_pass_arg") else 0  # after Jinja2's context

    @wraps(function)  # which keeps that mark
    def refusing(*args: Any, **options: Any) -> Any:
        if isinstance(args[subject], Slot):
            raise args[subject].refusal()
        return function(*args, **options)

    return refusing


def _is_markup(name: str | None) -> bool:
    return bool(name) and not re.search(r"\.txt(\.j2)?$", name or "")


def _default(value: Any, fallback: Any = "", boolean: bool = False) -> Any:
    if isinstance(value, Slot):
        return value.otherwise(str(fallback))
    return do_default(value, fallback, boolean)


def _urlencode(value: Any) -> Any:
    return value.encoded() if isinstance(value, Slot) else do_urlencode(value)


def _anchor(url: str, fragment: str) -> str:
    return f"{url}#{quote(fragment)}"


# Marks: which line of which template a piece of output came from.

_MARK = re.compile("\ue000(\\d+):([^\ue001]*)\ue001")


class _LineMarks(Extension):
    """Begins each line of template text with a mark of the template and the line."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        name = stream.name or ""
        for token in stream:
            yield token._replace(value=_marked(token, name)) if token.type == "data" else token


def _marked(token: Token, name: str) -> str:
    lines = str(token.value).split("\n")
    return "\n".join(
        f"\ue000{token.lineno + offset}:{name}\ue001{line}" for offset, line in enumerate(lines)
    )


class Origins:
    """Leads from places of a template's output back to lines of templates."""

    def __init__(self, traced: str) -> None:
        self._lines = traced.split("\n")

    def of(self, line: int, column: int) -> tuple[str, int] | None:
        """Template and line of an output's line and column, both from 1."""
        for number in range(min(line, len(self._lines)), 0, -1):
            found = self._last_mark(number, column if number == line else None)
            if found:
                return found
        return None

    def _last_mark(self, number: int, column: int | None) -> tuple[str, int] | None:
        found, removed = None, 0
        for mark in _MARK.finditer(self._lines[number - 1]):
            if column is not None and mark.start() - removed >= column and found:
                break
            found, removed = (mark[2], int(mark[1])), removed + len(mark[0])
        return found
