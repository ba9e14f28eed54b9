"""Where in a list each address first stands, in little memory."""

from __future__ import annotations

from array import array

_SMALLEST = 1 << 12


class FirstLines:
    """A hash table of 64-bit hashes and lines: 25 MB for a million addresses.

    A dict would take 100. Two addresses of one hash are as good as impossible: of a million
    there is such a pair once in thirty million lists.
    """

    def __init__(self) -> None:
        self._held = 0
        self._resize(_SMALLEST)

    def first(self, key: str, line: int) -> int:
        """The line on which a key first stood; this one, where it is new."""
        marks, last = self._marks, self._last
        mark = hash(key) or 1
        place = mark & last
        while found := marks[place]:
            if found == mark:
                return self._lines[place]
            place = (place + 1) & last
        marks[place], self._lines[place] = mark, line
        self._held += 1
        if self._held * 3 > last * 2:
            self._grow()
        return line

    def _grow(self) -> None:
        marks, lines = self._marks, self._lines
        self._resize(2 * len(marks))
        for mark, line in zip(marks, lines, strict=True):
            if mark:
                place = mark & self._last
                while self._marks[place]:
                    place = (place + 1) & self._last
                self._marks[place], self._lines[place] = mark, line

    def _resize(self, size: int) -> None:
        self._last = size - 1
        self._marks = array("q", bytes(8 * size))
        self._lines = array("I", bytes(4 * size))
