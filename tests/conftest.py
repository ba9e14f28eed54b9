"""A small publication for every test, and marks that say where a finding is expected."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from newsletter.config import Config, load_config

# A busy machine is no failure of a property.
settings.register_profile("newsletter", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsletter")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick tests first; also, Playwright keeps an event loop until the end."""
    items.sort(key=lambda item: "acceptance" in item.path.parts)


TEMPLATES = Path(__file__).parents[1] / "templates"
SETTINGS = """\
name: Practice Digest
tagline: Research for practice
language: en-CA
timezone: America/Toronto
sender: {name: PPRNet, email: news@digest.example}
postal_address: 136 Jean-Jacques-Lussier, Ottawa, Ontario, Canada
contact: https://digest.example/contact
web_url: https://news.digest.example
topics: [Adherence, Empathy, Therapist Factors, Training]
research_types: [Meta-analysis, Naturalistic study, Survey]
"""
ISSUE = """\
month: 2023-12
subject: Empathy that is acted on
intro: |
  Some words to begin with.
summaries:
  - title: Does empathy help?
    citation: Author, A. (2023). Empathy. *A Journal, 7*(1), 1–9.
    doi: 10.1037/cou0000708
    research_type: Survey
    topics: [Empathy, Training]
    summary: |
      A team studied it.
    practice_implications: |
      Ask your patients.
  - title: Does training help?
    summary: |
      It's what "trainers" say.
    practice_implications: |
      Train.
"""
MARK = "‸"


@dataclass(frozen=True)
class Publication:
    """A publication's folder, with what tests do to it."""

    root: Path

    def config(self, environment: Mapping[str, str] | None = None) -> Config:
        """Its configuration, read anew."""
        return load_config(self.root / "newsletter.yaml", environment or {})

    def write_issue(self, content: str | bytes = ISSUE, name: str = "2023-12.yaml") -> Path:
        """An issue file with this content."""
        path = self.root / "issues" / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


@pytest.fixture(scope="session")
def make_publication() -> Callable[[Path], Publication]:
    """Makes a publication without issues in a folder."""

    def make(root: Path) -> Publication:
        (root / "newsletter.yaml").write_text(SETTINGS, encoding="utf-8")
        (root / "issues").mkdir()
        shutil.copytree(TEMPLATES, root / "templates")
        return Publication(root)

    return make


@pytest.fixture
def publication(tmp_path: Path, make_publication: Callable[[Path], Publication]) -> Publication:
    """A publication with the issue of December 2023."""
    publication = make_publication(tmp_path)
    publication.write_issue()
    return publication


@pytest.fixture(scope="session")
def issue_text() -> str:
    """The text of the publication's issue: two summaries, no problem."""
    return ISSUE


@pytest.fixture(scope="session")
def unmarked() -> Callable[[str], tuple[str, list[tuple[int, int]]]]:
    """A text without its '‸' marks, and the line and column of what each stood before."""

    def split(text: str) -> tuple[str, list[tuple[int, int]]]:
        pieces = text.split(MARK)
        places, before = [], ""
        for piece in pieces[:-1]:
            before += piece
            places.append((before.count("\n") + 1, len(before) - before.rfind("\n")))
        return "".join(pieces), places

    return split
