"""What is found in an issue that loads."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from newsletter.checks import CHECKS, GMAIL_CLIP, check
from newsletter.config import load_config
from newsletter.edition import render, specimen
from newsletter.issue import load_issue
from newsletter.yaml_source import Finding

TEMPLATES = Path(__file__).parents[2] / "templates"
SETTINGS = {
    "name": "Practice Digest",
    "tagline": "Research for practice",
    "language": "en-CA",
    "timezone": "America/Toronto",
    "sender": {"name": "PPRNet", "email": "news@digest.example"},
    "postal_address": "Ottawa",
    "contact": "https://digest.example/contact",
    "web_url": "https://news.digest.example",
    "templates": str(TEMPLATES),
}


class Publication:
    """A folder with one issue, whose first summary is as long as it must be."""

    def __init__(self, root: Path, *off: str) -> None:
        self._path = root / "issues" / "2023-12.yaml"
        self._path.parent.mkdir()
        file = root / "newsletter.yaml"
        file.write_text(json.dumps({**SETTINGS, "checks": {"off": off}}), "utf-8")
        self._config = load_config(file, {})

    def check(self, count: int = 2, filler: int = 1) -> tuple[list[Finding], int]:
        """The findings about so many summaries, and the bytes of the HTML."""
        study = {"title": "A Study", "summary": "S", "practice_implications": "P"}
        summaries = json.dumps([{**study, "summary": "x" * filler}, *[study] * (count - 1)])
        return self.check_text(f"month: 2023-12\nsubject: S\nsummaries: {summaries}\n")

    def check_text(self, text: str) -> tuple[list[Finding], int]:
        """The findings about an issue file, and the bytes of the HTML."""
        self._path.write_text(text, "utf-8")
        issue = load_issue(self._path, self._config)
        edition = render(issue.issue, self._config)
        size = len(edition.html.fill(specimen(self._config)).encode())
        return check(issue, edition, self._config), size


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    return Publication(tmp_path)


def test_codes_are_unique_and_well_formed() -> None:
    codes = [each.code for each in CHECKS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"N\d{3}", code) for code in codes)


@pytest.mark.parametrize("count", [2, 3])
def test_two_or_three_summaries_are_as_they_should_be(publication: Publication, count: int) -> None:
    assert publication.check(count)[0] == []


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 summary"), (4, "4 summaries"), (9, "9 summaries")]
)
def test_another_number_of_summaries_is_a_warning_at_their_key(
    publication: Publication, count: int, said: str
) -> None:
    ((finding,), _) = publication.check(count)
    assert finding.code == "N101"
    assert str(finding).startswith(f"issues/2023-12.yaml:3:1: warning: {said}; ")


@pytest.mark.parametrize(
    ("size", "severities"),
    [
        (80 * 1024, []),
        (80 * 1024 + 1, ["warning"]),
        (GMAIL_CLIP, ["warning"]),
        (GMAIL_CLIP + 1, ["error"]),
    ],
)
def test_html_that_gmail_would_clip_is_an_error_and_nearly_so_a_warning(
    publication: Publication, size: int, severities: list[str]
) -> None:
    _, least = publication.check()
    findings, reached = publication.check(filler=1 + size - least)
    assert reached == size
    assert [finding.severity for finding in findings] == severities
    codes = {"error": "N401", "warning": "N402"}
    assert all(finding.code == codes[finding.severity] for finding in findings)
    assert all("Gmail clips at 102 KB" in finding.message for finding in findings)


def test_findings_come_in_the_order_of_their_places(publication: Publication) -> None:
    findings, _ = publication.check(count=4, filler=GMAIL_CLIP)
    assert [(finding.line, finding.code) for finding in findings] == [(1, "N401"), (3, "N101")]


@pytest.mark.parametrize(("off", "left"), [("N101", ["N401"]), ("N401", ["N101"])])
def test_a_check_can_be_switched_off(tmp_path: Path, off: str, left: list[str]) -> None:
    findings, _ = Publication(tmp_path, off).check(count=4, filler=GMAIL_CLIP)
    assert [finding.code for finding in findings] == left


HASHED = """\
month: 2023-12 # a comment
subject: {subject}
summaries:
  - title: {title}
    summary: S
    practice_implications: P
  - title: B
    citation: Author, A. (2023).
      Thing #3, vol. 2.
    summary: "It's #1"
    practice_implications: |
      We are #1
"""


def test_text_that_yaml_takes_for_a_comment_is_told(publication: Publication) -> None:
    findings, _ = publication.check_text(HASHED.format(subject="S", title="The #1 predictor"))
    assert [(found.code, found.line, found.column) for found in findings] == [
        ("N102", 4, 16),
        ("N102", 9, 13),
    ]
    assert {found.severity for found in findings} == {"warning"}


@pytest.mark.parametrize("title", ["'The #1'", "The#1", "A # a comment", "A"])
def test_comments_and_quoted_hashes_are_fine(publication: Publication, title: str) -> None:
    findings, _ = publication.check_text(HASHED.format(subject="S  # why", title=title))
    assert [(found.code, found.line) for found in findings] == [("N102", 9)]
