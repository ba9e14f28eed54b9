"""An issue with nothing to remark on, and what is found once something of it is changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from newsletter.checks import check
from newsletter.config import Config, load_config
from newsletter.edition import render
from newsletter.issue import IssueFile, archive_of, load_issue
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
SUMMARY = (
    "Patients who feel understood tend to stay in therapy and to leave it in better health. "
    "What makes them feel understood is less clear. The authors asked a large group of patients "
    "after each session how well they had been understood, and asked their therapists as well. "
    "The two agreed only in part. Where they agreed, sessions were judged to be more useful, and "
    "symptoms eased sooner. The study is correlational, so that it cannot say what causes what."
)
ADVICE = (
    "It may be worth asking patients at the end of a session whether they felt understood, and "
    "taking the answer as news rather than as praise or blame. Small repairs count."
)
STUDY: dict[str, Any] = {
    "title": "Feeling Understood in Psychotherapy",
    "citation": "Lazarus, G., & Finsrud, I. (2023). Being understood by one’s therapist. "
    "*A Journal, 7*(1), 1–9.",
    "doi": "10.1037/cou0000708",
    "summary": SUMMARY,
    "practice_implications": ADVICE,
}
OTHER_STUDY: dict[str, Any] = {
    **STUDY,
    "title": "Why Patients Leave Before the End",
    "citation": "Cooper, D. (2022). Early endings of treatment. *A Journal, 6*(4), 30–41.",
    "doi": "10.1037/pst0000503",
}
ISSUE: dict[str, Any] = {
    "month": "2023-12",
    "subject": "Feeling understood, and leaving early",
    "summaries": [STUDY, OTHER_STUDY],
}


class Desk:
    """A publication whose issue is written and checked again and again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "issues").mkdir()
        self.config = self.configured()

    def configured(self, **settings: Any) -> Config:
        """The publication's configuration with other settings."""
        file = self.root / "newsletter.yaml"
        file.write_text(json.dumps({**SETTINGS, **settings}), "utf-8")
        return load_config(file, {})

    def issue(self, **keys: Any) -> dict[str, Any]:
        """The issue with other keys; a key that is None is left out."""
        return _changed(ISSUE, keys)

    def with_study(self, **keys: Any) -> dict[str, Any]:
        """The issue with other keys in its first study."""
        return self.issue(summaries=[_changed(STUDY, keys), OTHER_STUDY])

    def load(self, content: dict[str, Any] | str, config: Config | None = None) -> IssueFile:
        """An issue from its keys, or from the text of its file."""
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        month = content["month"] if isinstance(content, dict) else "2023-12"
        path = self.root / "issues" / f"{month}.yaml"
        path.write_text(text, "utf-8")
        return load_issue(path, config or self.config)

    def find(
        self,
        content: dict[str, Any] | str,
        *codes: str,
        others: Iterable[dict[str, Any]] = (),
        config: Config | None = None,
    ) -> list[Finding]:
        """What checks of these codes, or of codes that begin so, say about an issue."""
        config = config or self.config
        archive = (
            archive_of(
                [content["month"], *(each["month"] for each in others)], map(self.load, others)
            )
            if isinstance(content, dict)
            else None
        )
        file = self.load(content, config)
        found = check(file, render(file.issue, config), config, archive)
        return [finding for finding in found if finding.code.startswith(codes)]


def _changed(values: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**values, **keys}.items() if value is not None}


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A publication to be checked."""
    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="session")
def said(desk: Desk) -> Callable[..., list[str]]:
    """The messages of checks of these codes about an issue."""
    return lambda content, *codes, **more: [
        finding.message for finding in desk.find(content, *codes, **more)
    ]
