"""Checking files: the loader's and the templates' objections beside the checks' own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

import pytest

from newsletter.checks import CHECKS, check_issues
from newsletter.config import Config
from newsletter.errors import ConfigurationError


class Publication(Protocol):
    root: Path

    def config(self) -> Config: ...

    def write_issue(self, content: str, name: str = ...) -> Path: ...


def test_what_the_loader_refuses_is_a_finding(publication: Publication, issue_text: str) -> None:
    path = publication.write_issue(issue_text.replace("citation:", "citaton:"))
    (found,) = check_issues([path], publication.config())
    assert (found.code, found.severity, found.path) == ("N001", "error", "issues/2023-12.yaml")
    assert "did you mean 'citation'" in found.message


def test_one_broken_issue_does_not_hide_another(publication: Publication, issue_text: str) -> None:
    broken = publication.write_issue("month: [", "2023-11.yaml")
    one = re.sub(r"(?s)  - title: Does training.*", "", issue_text)
    whole = publication.write_issue(one)
    findings = check_issues([broken, whole], publication.config())
    assert {found.path for found in findings} == {"issues/2023-11.yaml", "issues/2023-12.yaml"}
    assert "N101" in {found.code for found in findings}


def test_a_broken_template_is_told_once_for_all_issues(
    publication: Publication, issue_text: str
) -> None:
    template = publication.root / "templates/parts/study.mjml"
    template.write_text(template.read_text("utf-8") + "{{ nothing_of_the_kind }}\n", "utf-8")
    paths = [
        publication.write_issue(issue_text.replace("2023-12", month), f"{month}.yaml")
        for month in ("2023-11", "2023-12")
    ]
    findings = check_issues(paths, publication.config())
    (found,) = (each for each in findings if each.code == "N002")
    assert found.severity == "error"
    assert found.path == "templates/parts/study.mjml"
    assert "nothing_of_the_kind" in found.message


def test_a_broken_template_does_not_hide_what_is_wrong_with_the_texts(
    publication: Publication, issue_text: str
) -> None:
    (publication.root / "templates/parts/footer.txt").write_text("{{ nope }", "utf-8")
    path = publication.write_issue(issue_text.replace("A team studied it.", "TODO, r = 1.4."))
    codes = {each.code for each in check_issues([path], publication.config())}
    assert {"N002", "N104", "N223"} <= codes


def test_what_the_loader_refuses_cannot_be_switched_off(publication: Publication) -> None:
    file = publication.root / "newsletter.yaml"
    file.write_text(file.read_text("utf-8") + "checks: {off: [N001]}\n", "utf-8")
    path = publication.root / "issues/2023-12.yaml"
    with pytest.raises(ConfigurationError, match="N001 cannot be switched off"):
        check_issues([path], publication.config())


def test_a_file_given_twice_is_checked_once(publication: Publication) -> None:
    path = publication.write_issue("month: [")
    assert len(check_issues([path, path], publication.config())) == 1


@pytest.mark.parametrize("code", ["N999", "N000"])
def test_a_code_of_no_check_cannot_be_switched_off(publication: Publication, code: str) -> None:
    file = publication.root / "newsletter.yaml"
    file.write_text(file.read_text("utf-8") + f"checks: {{off: [{code}]}}\n", "utf-8")
    path = publication.root / "issues/2023-12.yaml"
    with pytest.raises(ConfigurationError, match=f"no check {code}"):
        check_issues([path], publication.config())


def test_every_check_says_what_it_is_for() -> None:
    for each in CHECKS:
        assert each.title.strip(".") == each.title != "", each.code
        assert each.ask.__doc__, each.code
        assert each.severity in ("error", "warning", "note")


def test_every_check_can_be_switched_off(publication: Publication) -> None:
    file = publication.root / "newsletter.yaml"
    codes = ", ".join(each.code for each in CHECKS)
    file.write_text(file.read_text("utf-8") + f"checks: {{off: [{codes}]}}\n", "utf-8")
    path = publication.write_issue(
        "month: 2023-12\nsummaries:\n"
        "  - {title: TODO, summary: teh teh r = 1.5, practice_implications: '('}\n"
    )
    assert check_issues([path], publication.config()) == []
