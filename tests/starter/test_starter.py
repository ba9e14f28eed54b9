"""What a new publication begins with."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from newsletter.config import Settings, load_config
from newsletter.starter import starter_files

COMMENTED = re.compile(r"^( *)# ([a-z_]+:(?: .*)?)$", re.MULTILINE)
COLUMNS = (
    "email,first_name,last_name,topics,language,consent,consent_basis,consent_date,consent_source"
)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The files of a publication begun in June 2031."""
    return starter_files("2031-06")


@pytest.fixture(scope="module")
def settings(files: dict[str, bytes]) -> str:
    """Its settings."""
    return files["newsletter.yaml"].decode()


def test_each_setting_is_there_and_no_other(settings: str) -> None:
    keys = yaml.load(COMMENTED.sub(r"\1\2", settings), yaml.BaseLoader)  # noqa: S506 - texts only
    assert keys.keys() == Settings.model_fields.keys()
    for name, written in keys.items():
        kind = Settings.model_fields[name].annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            assert written.keys() == kind.model_fields.keys(), name


def test_what_is_commented_out_are_the_defaults(settings: str, tmp_path: Path) -> None:
    file = tmp_path / "newsletter.yaml"
    file.write_text(settings, "utf-8")
    before = load_config(file, {})
    file.write_text(COMMENTED.sub(r"\1\2", settings), "utf-8")
    assert load_config(file, {}) == before


def test_each_setting_is_explained(settings: str) -> None:
    lines = settings.splitlines()
    groups = re.split(r"\n\n+", settings)
    assert len(lines) > 80
    for group in groups[1:]:
        assert group.lstrip().startswith(("# ", "delivery:")), group


def test_approval_is_not_required_and_mail_goes_to_the_outbox(
    settings: str, tmp_path: Path
) -> None:
    file = tmp_path / "newsletter.yaml"
    file.write_text(settings, "utf-8")
    config = load_config(file, {})
    assert (config.approval, config.delivery.provider) == ("none", "outbox")
    assert "'required'" in settings


def test_its_addresses_are_nobody_s(files: dict[str, bytes]) -> None:
    for name in ("newsletter.yaml", "subscribers.example.csv", "issues/2031-06.yaml"):
        for domain in re.findall(r"@([\w.-]+)", files[name].decode()):
            assert domain in ("example.org", "example.com"), name


def test_the_settings_come_last(files: dict[str, bytes]) -> None:
    assert list(files)[-1] == "newsletter.yaml"


def test_its_issue_is_of_the_month(files: dict[str, bytes]) -> None:
    issue = files["issues/2031-06.yaml"].decode()
    assert issue.startswith("# yaml-language-server: $schema=../schema/issue.schema.json\n")
    assert "\nmonth: 2031-06\n" in issue


def test_the_example_subscribers_have_all_columns_and_consent(files: dict[str, bytes]) -> None:
    text = files["subscribers.example.csv"].decode()
    assert text.splitlines()[0] == COLUMNS
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) > 2
    for row in rows:
        assert None not in row.values()
        assert row["consent"] in ("express", "implied")
        assert bool(row["consent_basis"]) == (row["consent"] == "implied")
        assert row["consent_date"] == "2031-06-01"


def test_no_line_of_the_word_list_is_a_word(files: dict[str, bytes]) -> None:
    assert all(line.startswith("#") for line in files["words.txt"].decode().splitlines())
