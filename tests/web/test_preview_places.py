"""The lines that parts of a mail came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.config import Config
from newsletter.issue import load_issue
from newsletter.web.preview.places import parts_of


@pytest.fixture
def lines(config: Config) -> dict[str, str]:
    """Each part and the text of the line it is said to stand on."""
    file = load_issue(config.issues_path / "2023-12.yaml", config)
    root = config.root

    def typed(where: str) -> str:
        path, _, line = where.rpartition(":")
        return (root / path).read_text("utf-8").splitlines()[int(line) - 1].strip()

    return {part.name: typed(part.where) for part in parts_of(file, config)}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("publication.name", "name: Small Digest"),
        ("month", "month: 2023-12"),
        ("subject", "subject: Warmth and its limits"),
        ("intro", "intro: >-"),
        ("intro.1", "This month is about warmth,"),
        ("1.title", "Warmth is"),
        ("1.doi", "doi: 10.1037/cou0000708"),
        ("1.topics", "topics: [Empathy, Alliance]"),
        ("1.summary.1", "The first paragraph of the first summary"),
        ("1.summary.2", "The second paragraph stands here."),
        ("1.practice_implications.2", "- be warm"),
        ("1.practice_implications.3", "- be more than warm"),
        ("2.title", "- title: Limits"),
        ("2.topics", "topics:"),
        ("2.link", "link: https://study.example/limits"),
        ("2.summary.1", "A blank line came first."),
        ("2.summary.2", "Then more."),
        ("2.practice_implications.1", "Folded words come"),
        ("2.practice_implications.2", "Another folded"),
    ],
)
def test_a_part_is_found_where_it_is_written(lines: dict[str, str], name: str, typed: str) -> None:
    assert lines[name] == typed


def test_what_is_not_written_has_no_line(lines: dict[str, str]) -> None:
    assert not {"2.citation", "2.doi", "1.link"} & set(lines)


def test_parts_name_the_file_from_the_publications_folder(config: Config) -> None:
    file = load_issue(config.issues_path / "2023-12.yaml", config)
    paths = {Path(part.where.rpartition(":")[0]) for part in parts_of(file, config)}
    assert paths == {Path("newsletter.yaml"), Path("issues/2023-12.yaml")}


def test_an_alias_is_found_where_it_stands(config: Config) -> None:
    path = config.issues_path / "2023-12.yaml"
    text = path.read_text("utf-8").replace("citation: Author", "citation: &c Author")
    path.write_text(text.replace("  - title: Limits", "  - citation: *c\n    title: Limits"))
    parts = {part.name: part.where for part in parts_of(load_issue(path, config), config)}
    assert parts["2.citation"] == "issues/2023-12.yaml:25"
