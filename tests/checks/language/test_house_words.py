"""The publication's own words are accepted, and their file is told of if it cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Said = Callable[..., list[str]]


@pytest.fixture
def words(desk: Any) -> Iterator[Path]:
    """The words file of the desk, which goes away with the test."""
    path: Path = desk.root / "words.txt"
    yield path
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)


TEXT = "Zographic tapping, zographic’s end, PsyLinx, Ünmöglich, blorft-based, un-glorft."


def test_listed_words_are_accepted(said: Said, words: Path) -> None:
    listed = "\ufeff# our own\nzographic\nblorft # why not\nglorft\n\n"
    words.write_text(listed, "utf-8")
    assert said("N301", TEXT) == []


@pytest.mark.parametrize(
    ("listed", "text", "fine"),
    [
        ("Metnal", "A Metnal and metnal", False),
        ("metnalize", "METNALIZE and Metnalize, metnalize", True),
        ("blörft", "two blörft, glorft", False),
        ("blorft-ish", "so blorft-ish", True),
        ("qux blörft", "qux blorft", True),
        ("# metnalize", "metnalize", False),
    ],
)
def test_a_word_in_lower_case_is_accepted_in_any(
    said: Said, words: Path, listed: str, text: str, fine: bool
) -> None:
    words.write_text(listed, "utf-8")
    assert (said("N301", text) == []) is fine


def test_the_file_is_read_anew_at_each_check(said: Said, words: Path) -> None:
    assert len(said("N301", "blorft")) == 1
    words.write_text("blorft", "utf-8")
    assert said("N301", "blorft") == []
    words.write_text("", "utf-8")
    assert len(said("N301", "blorft")) == 1


def test_a_missing_file_is_fine(said: Said) -> None:
    assert said("N303") == []


def test_another_file_can_be_named(desk: Any, said: Said) -> None:
    (desk.root / "spellings.txt").write_text("blorft", "utf-8")
    config = desk.configured(words="spellings.txt")
    try:
        assert said("N301", "blorft", config=config) == []
        (message,) = said("N301", "glorft", config=config)
    finally:
        desk.configured()
    assert "add it to 'spellings.txt'" in message


@pytest.mark.parametrize(
    ("content", "said_of_it"),
    [
        (b"fine\nna\xefve\n", "is not UTF-8 at line 2; save it as UTF-8"),
        ("tést".encode("utf-16"), "is not UTF-8 at line 1; save it as UTF-8"),
        (b"x" * 1_000_001, "is larger than 1 MB; keep to one word a line"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(
    desk: Any, words: Path, content: bytes, said_of_it: str
) -> None:
    words.write_bytes(content)
    (found,) = desk.find(desk.issue(), "N303")
    assert (found.line, found.column, found.severity) == (1, 1, "warning")
    assert found.message == f"the words file 'words.txt' {said_of_it}"


def test_a_folder_in_its_place_is_told(said: Said, words: Path) -> None:
    words.mkdir()
    assert said("N303") == ["the words file 'words.txt' is no file; put one in its place"]
    assert said("N301") == []


def test_what_the_system_says_of_a_file_is_told(desk: Any, said: Said) -> None:
    try:
        (message,) = said("N303", config=desk.configured(words="w" * 300))
    finally:
        desk.configured()
    assert message.endswith("cannot be read (File name too long); check what it is")
