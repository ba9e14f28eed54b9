"""HTML in a text, which the mail shows as it was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.subject import Subject

_TAG = (
    r"</?(?:a|abbr|b|blockquote|br|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|small|span|strong|sub|sup"
    r"|table|td|tr|u|ul)(?:\s+[\w-]+=[^<>\n]*)?\s*/?>"
)
_ENTITY = r"&(?:#\d{2,6}|#x[\da-f]{2,5}|[a-z]{2,8});"
_HTML = re.compile(rf"{_TAG}|{_ENTITY}", re.IGNORECASE)


def html_in_text(subject: Subject) -> Iterator[Remark]:
    """Issue texts are Markdown; `<b>` and `&nbsp;` from a web page go out as typed.

    Told once a text.
    """
    for passage in subject.passages:
        found = _HTML.search(passage.text)
        if found:
            message = (
                f"'{found[0]}' is HTML and goes out as typed; use Markdown, or the letter itself"
            )
            yield Remark(passage.place(found.start()), message)
