"""The publication's own spellings: the file that `words` in newsletter.yaml names."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from newsletter.checks.language.letters import plain
from newsletter.checks.language.lexicon import listed
from newsletter.config import Config

LARGEST = 1_000_000
"""Bytes of a words file; some 80,000 words."""


class House(NamedTuple):
    """The publication's words, or why they cannot be had."""

    words: frozenset[str]
    problem: str | None = None

    def knows(self, word: str) -> bool:
        """Whether a word is listed; one listed in lower case is so in any capitals."""
        return word in self.words or word.lower() in self.words


def house_words(config: Config) -> House:
    """Read the file anew, since it grows while an issue is written; no file, no words."""
    path = config.root / config.words
    try:
        if not path.exists():
            return House(frozenset())
        if not path.is_file():
            return House(frozenset(), "is no file; put one in its place")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        return House(frozenset(), f"cannot be read ({error.strerror}); check what it is")
    if len(content) > LARGEST:
        return House(frozenset(), "is larger than 1 MB; keep to one word a line")
    return _parsed(content)


@lru_cache(maxsize=16)
def _parsed(content: bytes) -> House:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return House(frozenset(), f"is not UTF-8 at line {line}; save it as UTF-8")
    return House(frozenset(map(plain, listed(text))))
