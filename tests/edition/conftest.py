"""A small publication with the repository's templates, and issues for it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from newsletter.config import Config, load_config
from newsletter.edition import Edition, render, specimen
from newsletter.issue import Issue, Summary

TEMPLATES = Path(__file__).parents[2] / "templates"
SETTINGS = {
    "name": "Practice Digest",
    "tagline": "Research for practice",
    "language": "en-CA",
    "timezone": "America/Toronto",
    "sender": {"name": "PPRNet", "email": "news@digest.example"},
    "postal_address": "136 Jean-Jacques-Lussier, Ottawa, Ontario, Canada",
    "contact": "https://digest.example/contact",
    "web_url": "https://news.digest.example",
}
STUDY = {
    "title": "Does Alliance Matter?",
    "citation": "Author, A. (2023). A study. *A Journal, 7*(1), 1–9.",
    "doi": "10.1037/cou0000708",
    "summary": "A team studied it.",
    "practice_implications": "Ask your patients.",
}


@pytest.fixture(scope="session")
def make_config(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Config]:
    """Settings that differ from the usual ones, as a publication in a folder of its own."""
    numbers = count()

    def make(**settings: Any) -> Config:
        folder = tmp_path_factory.mktemp(f"publication-{next(numbers)}-")
        file = folder / "newsletter.yaml"
        document = {**SETTINGS, "templates": str(TEMPLATES), **settings}
        file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        return load_config(file, {})

    return make


@pytest.fixture(scope="session")
def config(make_config: Callable[..., Config]) -> Config:
    """The usual publication."""
    return make_config()


@pytest.fixture
def own_templates(make_config: Callable[..., Config]) -> Config:
    """A publication whose templates a test may spoil."""
    config = make_config(templates="templates")
    shutil.copytree(TEMPLATES, config.templates_path)
    return config


@pytest.fixture(scope="session")
def make_issue() -> Callable[..., Issue]:
    """An issue; a summary's fields go to its first, so `title=…` sets the first title."""

    def make(**fields: Any) -> Issue:
        study = {name: fields.pop(name) for name in Summary.model_fields if name in fields}
        whole = {"month": "2023-12", "summaries": [STUDY | study], **fields}
        return Issue.model_validate(whole)

    return make


@pytest.fixture(scope="session")
def edition_of(make_issue: Callable[..., Issue], config: Config) -> Callable[..., Edition]:
    """The edition of an issue with these fields."""
    return lambda **fields: render(make_issue(**fields), config)


@pytest.fixture(scope="session")
def html_of(edition_of: Callable[..., Edition], config: Config) -> Callable[..., str]:
    """The HTML of an issue with these fields, as a reader without a name gets it."""
    return lambda **fields: edition_of(**fields).html.fill(specimen(config))


@pytest.fixture(scope="session")
def text_of(edition_of: Callable[..., Edition], config: Config) -> Callable[..., str]:
    """The plain text of an issue with these fields."""
    return lambda **fields: edition_of(**fields).text.fill(specimen(config))


@pytest.fixture(scope="session")
def page_of(html_of: Callable[..., str]) -> Callable[..., Any]:
    """The HTML of an issue with these fields, parsed as a browser would."""
    return lambda **fields: lxml_html.document_fromstring(html_of(**fields))
