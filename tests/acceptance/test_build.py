"""`newsletter build`, as a person at a shell runs it."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
SETTINGS = """\
name: Practice Digest
tagline: Research for practice
language: en-CA
timezone: America/Toronto
sender: {name: PPRNet, email: news@digest.example}
postal_address: 136 Jean-Jacques-Lussier, Ottawa, Canada
contact: https://digest.example/contact
web_url: https://news.digest.example
"""
ISSUE = """\
month: {month}
subject: Empathy & care – “acted on”
intro: What helps? Two studies.
summaries:
  - title: Does Alliance Matter?
    doi: 10.1037/cou0000708
    summary: They found that it did, r = −.42.
    practice_implications: Ask your patients.
  - title: Does Empathy?
    summary: It does.
    practice_implications: Listen.
"""
MONTHS = ("2023-11", "2023-12")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """A folder with two issues."""
    root = tmp_path / "publication"
    shutil.copytree(TEMPLATES, root / "templates")
    (root / "issues").mkdir()
    (root / "newsletter.yaml").write_text(SETTINGS, "utf-8")
    for month in MONTHS:
        (root / "issues" / f"{month}.yaml").write_text(ISSUE.format(month=month), "utf-8")
    return root


@pytest.fixture
def build(publication: Path) -> Run:
    """Run the command in the publication."""

    def run(
        *arguments: str | Path, cwd: Path | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLETTER_")}
        settings: dict[str, Any] = {"capture_output": True, "text": True, **options}
        settings["env"] = environment | settings.get("env", {})
        command = [sys.executable, "-m", "newsletter", "build", *map(str, arguments)]
        return subprocess.run(command, cwd=cwd or publication, check=False, **settings)

    return run


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def is_told(ran: subprocess.CompletedProcess[str], code: int, pattern: str) -> None:
    """One line on stderr, nothing on stdout, no traceback."""
    assert (ran.returncode, ran.stdout) == (code, ""), ran.stderr
    assert re.fullmatch(rf"{pattern}\n", ran.stderr), ran.stderr


# What it writes


def test_it_writes_three_files_into_build(build: Run, publication: Path) -> None:
    ran = build("2023-12")
    assert ran.returncode == 0, ran.stderr
    assert files_in(publication / "build") == ["2023-12.eml", "2023-12.html", "2023-12.txt"]
    assert ran.stdout == "build/2023-12.html\nbuild/2023-12.txt\nbuild/2023-12.eml\n"


def test_the_message_holds_the_other_two_files(build: Run, publication: Path) -> None:
    build("2023-12")
    files = contents_of(publication / "build")
    message = message_from_bytes(files["2023-12.eml"], policy=policy.default)
    plain, html = (part.get_payload(decode=True) for part in message.iter_parts())
    assert plain == files["2023-12.txt"].replace(b"\n", b"\r\n")
    assert html == files["2023-12.html"].replace(b"\n", b"\r\n")
    assert message["Subject"] == "Empathy & care – “acted on”"
    assert message["To"] == "reader@example.org"
    assert message["Date"] == "Tue, 05 Dec 2023 09:00:00 -0500"


def test_building_twice_gives_the_same_bytes(build: Run, publication: Path) -> None:
    build("2023-12", "--out", "one", env={"PYTHONHASHSEED": "1"})
    build("2023-12", "--out", "two", env={"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"})
    assert contents_of(publication / "one") == contents_of(publication / "two")
    assert files_in(publication / "one") == ["2023-12.eml", "2023-12.html", "2023-12.txt"]


def test_out_names_a_folder_that_is_made_with_its_parents(build: Run, publication: Path) -> None:
    assert build("2023-12", "--out", "a/b").returncode == 0
    assert len(files_in(publication / "a" / "b")) == 3


def test_the_copy_may_be_somebody_elses(build: Run, publication: Path) -> None:
    assert build("2023-12", "--as", "O'Brien@Example.ORG").returncode == 0
    files = contents_of(publication / "build")
    assert b"\r\nTo: O'Brien@example.org\r\n" in files["2023-12.eml"]
    assert b"(O'Brien@example.org)" in files["2023-12.txt"]
    assert b"(O&#x27;Brien@example.org)" in files["2023-12.html"]


def test_json_is_one_document_and_nothing_else(build: Run, publication: Path) -> None:
    ran = build("2023-12", "--json")
    assert ran.stderr == ""
    document = json.loads(ran.stdout)
    files = document.pop("files")
    assert files == {kind: f"build/2023-12.{kind}" for kind in ("html", "txt", "eml")}
    assert document == {
        "issue": "2023-12",
        "subject": "Empathy & care – “acted on”",
        "preheader": "What helps?",
        "html_bytes": (publication / files["html"]).stat().st_size,
        "text_bytes": (publication / files["txt"]).stat().st_size,
    }


def test_css_that_the_inliner_does_not_know_makes_no_noise(build: Run, publication: Path) -> None:
    path = publication / "templates" / "parts" / "styles.mjml"
    odd = "<mj-style> h1 { colour: oklch(1 2 3); gap: calc(1px } "
    path.write_text(path.read_text("utf-8").replace("<mj-style>", odd), "utf-8")
    ran = build("2023-12", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_mjml_adds_the_source(build: Run, publication: Path) -> None:
    build("2023-12", "--mjml")
    source = (publication / "build" / "2023-12.mjml").read_text("utf-8")
    assert source.lstrip().startswith("<mjml ")
    assert "Does Alliance Matter?" in source


# Which issue, in which publication


@pytest.mark.parametrize("issue", ["latest", "2023-12", "issues/2023-12.yaml"])
def test_an_issue_is_named_by_month_path_or_latest(
    build: Run, publication: Path, issue: str
) -> None:
    assert build(issue).returncode == 0
    assert "2023-12.html" in files_in(publication / "build")


def test_a_path_may_lead_out_of_the_publication(
    build: Run, publication: Path, tmp_path: Path
) -> None:
    path = shutil.move(publication / "issues" / "2023-11.yaml", tmp_path / "2023-11.yaml")
    assert build(path).returncode == 0


def test_the_publication_is_found_from_a_folder_within_it(build: Run, publication: Path) -> None:
    ran = build("2023-12.yaml", cwd=publication / "issues")
    assert ran.returncode == 0, ran.stderr
    assert "2023-12.html" in files_in(publication / "issues" / "build")


@pytest.mark.parametrize(
    "path", ["publication/newsletter.yaml", "{tmp}/publication/newsletter.yaml"]
)
def test_the_environment_may_name_the_configuration(build: Run, tmp_path: Path, path: str) -> None:
    ran = build("2023-12", cwd=tmp_path, env={"NEWSLETTER_CONFIG": path.format(tmp=tmp_path)})
    assert ran.returncode == 0, ran.stderr
    assert "2023-12.html" in files_in(tmp_path / "build")


# What can go wrong


def test_every_problem_of_a_broken_issue_is_told_at_its_place(
    build: Run, publication: Path
) -> None:
    path = publication / "issues" / "2023-12.yaml"
    text = ISSUE.format(month="2023-12")
    path.write_text(text.replace("intro:", "intor:").replace("doi: 10", "doi: x10"), "utf-8")
    ran = build("2023-12")
    assert (ran.returncode, ran.stdout) == (1, "")
    first, second = ran.stderr.splitlines()
    assert re.fullmatch(r"issues/2023-12\.yaml:3:1: error: .*did you mean 'intro'\?.*", first)
    assert re.fullmatch(r"issues/2023-12\.yaml:6:10: error: .*'x10\.\S+' is not a DOI; .*", second)
    assert not (publication / "build").exists()


def test_a_broken_configuration_is_wrong_usage(build: Run, publication: Path) -> None:
    (publication / "newsletter.yaml").write_text(SETTINGS + "colour: red\n", "utf-8")
    is_told(build("2023-12"), 2, r"newsletter\.yaml:9:1: error: .*'colour'.*")


def test_no_configuration_is_wrong_usage(build: Run, tmp_path: Path) -> None:
    is_told(build("2023-12", cwd=tmp_path), 2, r"no newsletter\.yaml here .* --config")


def test_a_configuration_that_is_named_must_exist(build: Run) -> None:
    ran = build("2023-12", env={"NEWSLETTER_CONFIG": "gone.yaml"})
    is_told(ran, 2, r"gone\.yaml: error: no such .*")


@pytest.mark.parametrize(
    ("issue", "told"),
    [
        ("2024-01", r"no issue 2024-01: issues/2024-01\.yaml does not exist.*"),
        ("2023-1", r"'2023-1' is not an issue; write a month such as 2023-12, .*"),
        ("2023-13", r"'2023-13' is not an issue; .*"),
        ("december", r"'december' is not an issue; .*"),
        ("", r"'' is not an issue; .*"),
        ("gone/2023-12.yaml", r"gone/2023-12\.yaml: no such file; .*"),
    ],
)
def test_an_issue_that_is_not_there_is_wrong_usage(build: Run, issue: str, told: str) -> None:
    is_told(build(issue), 2, told)


def test_latest_of_no_issues_is_wrong_usage(build: Run, publication: Path) -> None:
    shutil.rmtree(publication / "issues")
    is_told(build("latest"), 2, r"there is no issue in issues/ yet; .*")


@pytest.mark.parametrize(
    "email", ["nobody", "a@", "@b.example", "a b@c.example", "a@b", "", "é@a.example"]
)
def test_a_bad_address_is_wrong_usage(build: Run, publication: Path, email: str) -> None:
    is_told(build("2023-12", "--as", email), 2, rf".*'{email}' is not an e-mail address.*")
    assert not (publication / "build").exists()


def test_an_address_cannot_bring_a_header_along(build: Run) -> None:
    ran = build("2023-12", "--as", "a@b.example\r\nBcc: c@d.example")
    assert (ran.returncode, ran.stdout) == (2, "")


def test_a_broken_template_is_told_at_its_line(build: Run, publication: Path) -> None:
    path = publication / "templates" / "parts" / "footer.txt"
    path.write_text("one\n{{ publication.nam }}\n", "utf-8")
    is_told(build("2023-12"), 1, r"templates/parts/footer\.txt:2: error: .*'nam'.*")
    assert not (publication / "build").exists()


@pytest.mark.parametrize("out", ["newsletter.yaml", "newsletter.yaml/below", "/dev/null/x"])
def test_a_folder_that_cannot_be_made_is_told(build: Run, out: str) -> None:
    ran = build("2023-12", "--out", out)
    assert (ran.returncode in (1, 2), ran.stdout) == (True, "")
    assert len(ran.stderr.splitlines()) == 1
    assert out in ran.stderr


def test_a_file_that_cannot_be_replaced_is_told(build: Run, publication: Path) -> None:
    (publication / "build" / "2023-12.html").mkdir(parents=True)
    is_told(build("2023-12"), 1, r"build/2023-12\.html: error: Is a directory")
    assert files_in(publication / "build") == ["2023-12.html"]


def no_room() -> None:
    """Let no file grow beyond 1,000 bytes, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def test_a_full_disk_leaves_the_old_files_and_no_scraps(build: Run, publication: Path) -> None:
    assert build("2023-12").returncode == 0
    before = contents_of(publication / "build")
    path = publication / "templates" / "issue.mjml"
    path.write_text(path.read_text("utf-8").replace("600px", "500px"), "utf-8")
    is_told(build("2023-12", preexec_fn=no_room), 1, r"build/2023-12\.html: error: File too large")
    assert contents_of(publication / "build") == before


def test_output_that_nobody_can_take_is_told(build: Run) -> None:
    with Path("/dev/full").open("w") as full:
        ran = build("2023-12", "--json", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert ran.returncode == 1
    assert ran.stderr == "error: No space left on device\n"


def test_debug_shows_a_traceback(build: Run, publication: Path) -> None:
    shutil.rmtree(publication / "templates")
    quiet = build("2023-12")
    assert "Traceback" not in quiet.stderr
    command = [sys.executable, "-m", "newsletter", "--debug", "build", "2023-12"]
    loud = subprocess.run(command, cwd=publication, capture_output=True, text=True, check=False)
    assert loud.returncode == 1
    assert "Traceback (most recent call last)" in loud.stderr
    assert loud.stderr.endswith(quiet.stderr)


def test_json_is_readable_whatever_the_terminals_encoding(build: Run, publication: Path) -> None:
    ran = build("2023-12", "--json", env={"PYTHONIOENCODING": "ascii"})
    assert (ran.returncode, json.loads(ran.stdout)["issue"]) == (0, "2023-12")


@pytest.mark.parametrize("issue", ["a\x1b[31mb", "a\nb"])
def test_control_characters_of_an_argument_do_not_reach_the_terminal(
    build: Run, issue: str
) -> None:
    ran = build(issue)
    assert ran.returncode == 2
    assert re.fullmatch(r"[^\x00-\x1f]+\n", ran.stderr)
