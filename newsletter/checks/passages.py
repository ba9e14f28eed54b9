"""The texts of an issue as a proof-reader takes them: words without markup, each with its place.

Markup is blanked, not cut out, so that an offset in a passage's text is an offset in the
YAML value as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.checks.markup import without_emphasis, without_markdown
from newsletter.issue import IssueFile
from newsletter.yaml_source import Place, Scalar, Source

Location = tuple[str | int, ...]
"""Where a value stands in an issue: `("summaries", 0, "title")`."""

_OF_ISSUE = ("subject", "preheader", "intro")
_OF_SUMMARY = ("title", "citation", "summary", "practice_implications")


@dataclass(frozen=True)
class Passage:
    """One text of an issue."""

    location: Location
    text: str
    """The value with its markup blanked; as long as the value itself."""
    _scalar: Scalar
    _source: Source

    @property
    def typed(self) -> str:
        """The value with its markup."""
        return self._scalar.text

    @property
    def kind(self) -> str:
        """The key: `intro`, `title`, `citation`, `summary`, …."""
        return str(self.location[-1])

    @property
    def study(self) -> int | None:
        """Index of the summary it belongs to, from 0."""
        return next((step for step in self.location if isinstance(step, int)), None)

    def place(self, offset: int = 0) -> Place:
        """Line and column, in the file, of the character at an offset of `text`."""
        return self._source.place_within(self._scalar, offset)


def passages_of(file: IssueFile) -> Iterator[Passage]:
    """Every text of an issue that has been written, in the file's usual order."""
    places: list[Location] = [(key,) for key in _OF_ISSUE]
    for index in range(len(file.issue.summaries)):
        places += [("summaries", index, key) for key in _OF_SUMMARY]
    for location in places:
        node = file.source.node(*location)
        if isinstance(node, Scalar) and node.text.strip():
            yield Passage(location, blanked(node.text, str(location[-1])), node, file.source)


def blanked(text: str, kind: str) -> str:
    """The text with spaces in place of the markup that its kind of text may hold."""
    without_markup = _BLANK.get(kind)
    return without_markup(text) if without_markup else text


_BLANK = {
    "intro": without_markdown,
    "title": without_emphasis,
    "citation": without_emphasis,
    "summary": without_markdown,
    "practice_implications": without_markdown,
}
"""A subject and a preheader hold no markup."""
