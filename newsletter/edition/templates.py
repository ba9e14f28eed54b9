"""Jinja2 over a publication's templates, with errors at the template's own lines.

Templates are trusted files; what they print of an issue is escaped in every `.mjml` and
`.html` template and left alone in `.txt` ones. (Jinja2's own `select_autoescape` knows
neither `.mjml` nor a `.j2` ending.)
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path
from traceback import walk_tb
from typing import Any
from urllib.parse import quote

from jinja2 import (
    Environment,
    FileSystemLoader,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.filters import do_default, do_urlencode

from newsletter.edition import markdown, text
from newsletter.edition.origins import LineMarks, Origins
from newsletter.edition.personal import Slot
from newsletter.edition.prose import Notes, prose
from newsletter.edition.unknown import Unknown, UnknownName
from newsletter.errors import TemplateError

HTML_TEMPLATE, TEXT_TEMPLATE = "issue.mjml", "issue.txt"


@dataclass(frozen=True)
class Templates:
    """A publication's templates and what they are given."""

    folder: Path
    values: Mapping[str, Any]
    """What templates know by name; each rendering has its own `notes` besides."""
    show: Callable[[Path], str]
    """Names a path as error messages do."""

    def render(self, name: str, *, trace: bool = False) -> str:
        """A template, filled in.

        With `trace` the output carries marks of its origins.

        Raises:
            TemplateError: with the line of the template that failed, whatever it did.
        """
        try:
            template = _environment(self.folder, trace).get_template(name)
            return template.render(**self.values, notes=Notes())
        except TemplateSyntaxError as error:
            path = Path(error.filename or self.folder / (error.name or name))
            raise self._error(path, error.lineno, error.message or "") from error
        except Exception as error:  # templates are code; whatever they raise has a line
            raise self._runtime_error(error, name) from error

    def trace(self, name: str) -> Origins:
        """Where a template's output comes from; for this it is rendered once more."""
        return Origins(self.render(name, trace=True), name)

    def error(self, name: str, line: int, message: str) -> TemplateError:
        """What is wrong at a line of a template."""
        return TemplateError(self.show(self.folder / name), line, message)

    def _runtime_error(self, error: Exception, name: str) -> TemplateError:
        frames = [
            (Path(frame.f_code.co_filename), line, frame.f_locals)
            for frame, line in walk_tb(error.__traceback__)
            if Path(frame.f_code.co_filename).is_relative_to(self.folder)
        ]
        path, line, names = frames[-1] if frames else (self.folder / name, 1, {})
        if isinstance(error, TemplateNotFound):
            gone = self.show(self.folder / (error.name or name))
            return self._error(path, line, f"{gone} does not exist; restore the file")
        if isinstance(error, UnknownName):
            return self._error(path, line, error.told({**self.values, **names}))
        return self._error(path, line, str(error) or type(error).__name__)

    def _error(self, path: Path, line: int, message: str) -> TemplateError:
        return TemplateError(self.show(path), line, " ".join(message.split()).rstrip("."))


class _Files(FileSystemLoader):
    """Reads a template anew when its content has changed: two saves may share one time."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        try:
            source, path, _ = super().get_source(environment, template)
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            message = "this line is not UTF-8; save the file as UTF-8"
            raise TemplateSyntaxError(message, line, template) from error

        file, encoded = Path(path), source.encode()

        def is_current() -> bool:
            try:
                content = file.read_bytes().removeprefix(BOM_UTF8)
            except OSError:
                return False
            return content == encoded or content.replace(b"\r\n", b"\n") == encoded

        return source, path, is_current


@lru_cache(maxsize=8)
def _environment(folder: Path, trace: bool) -> Environment:
    """One environment a folder; compiled templates are kept until their files change."""
    environment = Environment(
        loader=_Files(folder, encoding="utf-8-sig"),
        autoescape=_is_markup,  # noqa: S701 - by name, see above
        undefined=Unknown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[LineMarks] if trace else [],
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
