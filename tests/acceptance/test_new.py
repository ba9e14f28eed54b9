"""`newsletter new`, as a person at a shell runs it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

DOI = "10.1037/cou0000708"
CITATION = "Müller, Å. (2023). Empathy: What is it? Journal of Öxamples, 70(6), 682–690."
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(publication: Path) -> Run:
    """Runs a command in the publication, with no proxy and no settings of this machine."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NEWSLETTER_") and not name.lower().endswith("_proxy")
    }

    def running(
        *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "newsletter", *arguments],
            cwd=cwd or publication,
            env=environment | (env or {}),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            **options,
        )

    return running


@pytest.fixture
def known(publication: Path, crossref: Any) -> Any:
    """A server that knows a study, named in the publication's configuration."""
    settings = publication / "newsletter.yaml"
    settings.write_text(settings.read_text("utf-8") + crossref.settings, "utf-8")
    citation = f"{CITATION} https://doi.org/{DOI}\n"
    crossref.add(DOI, "Empathy: What is it?", citation, issued={"date-parts": [[2023, 11]]})
    return crossref


@pytest.fixture
def file(publication: Path) -> Path:
    """The file that is to be written."""
    return publication / "issues" / "2024-01.yaml"


def test_a_month_is_begun_and_what_comes_next_is_said(run: Run, file: Path) -> None:
    ran = run("new", "2024-01")
    assert ran.returncode == 0
    path, following = ran.stdout.splitlines()
    assert path == "issues/2024-01.yaml"
    assert "newsletter preview 2024-01" in following
    first = file.read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schema/issue.schema.json"
    assert list(file.parent.glob(".*")) == []


def test_it_builds_and_fails_check_until_it_is_filled_in(run: Run, file: Path) -> None:
    run("new", "2024-01")
    assert run("build", "2024-01").returncode == 0
    checked = run("check", "2024-01")
    assert checked.returncode == 1
    assert "placeholder 'TODO' left" in checked.stdout
    filled = file.read_text("utf-8").replace("TODO", "Some words about")
    file.write_text(filled, "utf-8")
    assert ": error:" not in run("check", "2024-01").stdout


def test_that_the_schema_is_missing_is_said_with_the_way_out(run: Run) -> None:
    assert "newsletter schema --out schema/issue.schema.json" in run("new", "2024-01").stderr
    run("schema", "--out", "schema/issue.schema.json")
    assert run("new", "2024-02").stderr == ""


def test_nothing_but_a_doi_reaches_the_network(run: Run, known: Any) -> None:
    assert run("new", "2024-01").returncode == 0
    assert known.asked == []


def test_a_study_s_title_and_citation_are_filled_in(run: Run, known: Any, file: Path) -> None:
    ran = run("new", "2024-01", "--doi", f"https://doi.org/{DOI}")
    assert ran.returncode == 0
    text = file.read_text("utf-8")
    assert "  - title: 'Empathy: What is it?'\n" in text
    assert f"citation: >- {CITATION} " in " ".join(text.split())
    assert f"    doi: {DOI}\n" in text
    assert text.count("  - title:") == 1
    assert ran.stderr.splitlines()[:2] == [
        f"{DOI}: Empathy: What is it? (2023)",
        f"{DOI}: no notice of a retraction found on {date.today()}",
    ]


def test_a_study_is_kept_for_the_next_time(run: Run, known: Any, file: Path) -> None:
    run("new", "2024-01", "--doi", DOI)
    before = file.read_bytes()
    file.unlink()
    known.shutdown()
    known.server_close()
    ran = run("new", "2024-01", "--doi", DOI)
    assert ran.returncode == 0
    assert file.read_bytes() == before


def test_a_doi_given_twice_is_told_and_used_once(run: Run, known: Any, file: Path) -> None:
    ran = run("new", "2024-01", "--doi", DOI, "--doi", f"doi:{DOI.upper()}")
    assert ran.returncode == 0
    assert f"{DOI.upper()} is given twice" in ran.stderr
    assert file.read_text("utf-8").count("  - title:") == 1


def test_a_retraction_is_told_and_noted(run: Run, known: Any, file: Path) -> None:
    known.works[DOI]["updated-by"] = [{"type": "retraction", "DOI": "10.1037/ret"}]
    ran = run("new", "2024-01", "--doi", DOI)
    assert ran.returncode == 0
    assert f"{DOI}: warning: this study was retracted (10.1037/ret)" in ran.stderr
    assert "no notice" not in ran.stderr
    assert "# warning: this study was retracted (10.1037/ret)" in file.read_text("utf-8")


def test_another_doi_in_the_citation_is_told(run: Run, known: Any) -> None:
    known.citations[DOI] = "A. (2023). B. https://doi.org/10.1037/other"
    ran = run("new", "2024-01", "--doi", DOI)
    assert f"{DOI}: its citation names 10.1037/other; see which is right" in ran.stderr


def test_an_unknown_doi_is_told_and_left_to_the_author(run: Run, known: Any, file: Path) -> None:
    ran = run("new", "2024-01", "--doi", "10.1037/nothing", "--doi", DOI)
    assert ran.returncode == 1
    told = f"10.1037/nothing: no title and no citation: {known.host} had no record of it"
    assert told in ran.stderr
    assert "issues/2024-01.yaml is written, but not all was found" in ran.stderr
    assert ran.stdout.splitlines()[0] == "issues/2024-01.yaml"
    text = file.read_text("utf-8")
    assert "    doi: 10.1037/nothing\n" in text
    assert f"    doi: {DOI}\n" in text
    assert "Traceback" not in ran.stderr


def test_without_a_network_the_file_is_written_all_the_same(
    run: Run, publication: Path, file: Path
) -> None:
    settings = publication / "newsletter.yaml"
    nowhere = "crossref: {base_url: 'http://127.0.0.1:9', doi_url: 'http://127.0.0.1:9'}\n"
    settings.write_text(settings.read_text("utf-8") + nowhere, "utf-8")
    begun = monotonic()
    ran = run("new", "2024-01", "--doi", DOI, "--doi", "10.1037/b")
    assert monotonic() - begun < 10
    assert ran.returncode == 1
    told = [line for line in ran.stderr.splitlines() if "could not be reached" in line]
    assert [line.partition(":")[0] for line in told] == [DOI, "10.1037/b"]
    assert "    doi: 10.1037/b\n" in file.read_text("utf-8")
    assert run("build", "2024-01").returncode == 0


def test_a_server_on_this_machine_is_asked_without_a_proxy(run: Run, known: Any) -> None:
    nowhere = {"http_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    assert run("new", "2024-01", "--doi", DOI, env=nowhere).returncode == 0


def test_a_server_that_never_answers_is_not_waited_for_without_end(
    run: Run, known: Any, reply: Any, file: Path
) -> None:
    known.instead["works"] = [reply(delay=60)]
    begun = monotonic()
    ran = run("new", "2024-01", "--doi", DOI, "--doi", "10.1037/b")
    assert monotonic() - begun < 20
    assert ran.returncode == 1
    assert "did not answer within 10 s" in ran.stderr
    assert file.is_file()


def test_an_existing_file_is_left_as_it_is(run: Run, known: Any, file: Path) -> None:
    file.write_text("mine", "utf-8")
    ran = run("new", "2024-01", "--doi", DOI)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("issues/2024-01.yaml is there already, and left as it is")
    assert file.read_text("utf-8") == "mine"
    assert known.asked == []


def test_a_link_that_leads_nowhere_is_left_as_it_is(run: Run, file: Path) -> None:
    file.symlink_to("nowhere.yaml")
    assert run("new", "2024-01").returncode == 1
    assert file.is_symlink()
    assert not file.exists()


def test_of_two_at_once_one_writes(run: Run, publication: Path, file: Path) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "newsletter", "new", "2024-01"],
            cwd=publication,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(4)
    ]
    assert sorted(process.wait(60) for process in both) == [0, 1, 1, 1]
    assert list(file.parent.glob(".*")) == []


def test_the_folder_of_issues_is_made(run: Run, publication: Path) -> None:
    for path in (publication / "issues").iterdir():
        path.unlink()
    (publication / "issues").rmdir()
    assert run("new", "2024-01").returncode == 0
    assert (publication / "issues" / "2024-01.yaml").is_file()


def test_from_a_folder_below_the_same_file_is_written(
    run: Run, publication: Path, file: Path
) -> None:
    assert run("new", "2024-01", cwd=publication / "templates").returncode == 0
    assert file.is_file()


def test_a_full_disk_leaves_nothing_behind(run: Run, file: Path) -> None:
    before = set(file.parent.iterdir())
    ran = run(
        "new",
        "2024-01",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512)),
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "issues/2024-01.yaml: error: " in ran.stderr
    assert set(file.parent.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["2024-13"], "'2024-13' is not a month; write one such as 2023-12"),
        (["2024-1"], "'2024-1' is not a month"),
        (["latest"], "'latest' is not a month"),
        (["../2024-01"], "'../2024-01' is not a month"),
        (["2024-01", "--doi", "cou0000708"], "'cou0000708' is not a DOI"),
        (["2024-01", "--doi", ""], "'' is not a DOI"),
        (["2024-01", "--doi", "10.1037/a.", "--doi", "x"], "ends in '.'"),
        (["2024-01", "--doi", "10.1037/a.", "--doi", "x"], "'x' is not a DOI"),
        (["2024-01", "2024-02"], "2024-02"),
        ([], "MONTH"),
    ],
)
def test_wrong_usage_is_refused_before_anything_is_done(
    arguments: list[str], told: str, run: Run, known: Any, file: Path
) -> None:
    ran = run("new", *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert not file.exists()
    assert known.asked == []


def test_outside_of_any_publication_it_is_refused(run: Run, tmp_path: Path) -> None:
    ran = run("new", "2024-01", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "no newsletter.yaml here" in ran.stderr
