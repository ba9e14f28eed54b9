"""Slips of the fingers, undone: the spellings from which one slip leads to a word."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator


def swapped(word: str) -> Iterator[str]:
    """Two neighbouring letters had changed places."""
    for at in range(len(word) - 1):
        if word[at] != word[at + 1]:
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def doubled(word: str) -> Iterator[str]:
    """A letter stood once instead of twice, or twice instead of once."""
    for at, letter in enumerate(word):
        yield word[:at] + letter + word[at:]
        if word[at : at + 2] == letter * 2:
            yield word[:at] + word[at + 1 :]


def added(word: str) -> Iterator[str]:
    """A letter was too many."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def left_out(word: str) -> Iterator[str]:
    """A letter was missing."""
    for at in range(len(word) + 1):
        for letter in string.ascii_lowercase:
            yield word[:at] + letter + word[at:]


def mistaken(word: str) -> Iterator[str]:
    """A letter was another."""
    for at in range(len(word)):
        for letter in string.ascii_lowercase:
            if letter != word[at]:
                yield word[:at] + letter + word[at + 1 :]


KINDS: tuple[Callable[[str], Iterator[str]], ...] = (swapped, doubled, added, left_out, mistaken)
"""The likeliest first."""
