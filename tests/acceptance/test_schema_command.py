"""`newsletter schema`, as a person at a shell runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]


def schema(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLETTER_")}
    return subprocess.run(
        [sys.executable, "-m", "newsletter", *options],
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        check=False,
    )


def test_it_is_printed_for_the_publication_around(publication: Path) -> None:
    settings = publication / "newsletter.yaml"
    settings.write_text(settings.read_text("utf-8") + "topics: [Émotion, Empathy]\n", "utf-8")
    ran = schema(publication / "issues", "schema", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stderr) == (0, b"")
    printed = json.loads(ran.stdout.decode())
    Draft202012Validator.check_schema(printed)
    assert "Émotion" in ran.stdout.decode()


def test_outside_of_any_publication_the_general_one_is_printed(tmp_path: Path) -> None:
    ran = schema(tmp_path, "schema")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "enum" not in ran.stdout.decode()
    Draft202012Validator.check_schema(json.loads(ran.stdout))


def test_the_repository_s_own_is_what_it_prints() -> None:
    assert schema(ROOT, "schema").stdout == (ROOT / "schema" / "issue.schema.json").read_bytes()


def test_it_is_written_to_a_file_in_a_folder_that_is_made(publication: Path) -> None:
    ran = schema(publication, "schema", "--out", "schema/issue.schema.json")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout == b"schema/issue.schema.json: written\n"
    file = publication / "schema" / "issue.schema.json"
    assert file.read_bytes() == schema(publication, "schema").stdout
    assert list(file.parent.iterdir()) == [file]


def test_an_older_one_is_replaced(publication: Path) -> None:
    file = publication / "issue.schema.json"
    file.write_text("old" * 10_000)
    assert schema(publication, "schema", "--out", file.name).returncode == 0
    json.loads(file.read_bytes())


def test_a_file_that_cannot_be_written_is_told_in_a_line(publication: Path) -> None:
    (publication / "schema").write_text("in the way")
    ran = schema(publication, "schema", "--out", "schema/issue.schema.json")
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert len(ran.stderr.splitlines()) == 1
    assert b"schema" in ran.stderr


def test_a_configuration_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    for ran in (
        schema(tmp_path, "--config", "nowhere.yaml", "schema"),
        schema(tmp_path, "schema", NEWSLETTER_CONFIG="nowhere.yaml"),
    ):
        assert (ran.returncode, ran.stdout) == (2, b"")
        assert b"nowhere.yaml" in ran.stderr


def test_a_configuration_that_cannot_be_used_is_not_passed_over(publication: Path) -> None:
    (publication / "newsletter.yaml").write_text("name: x\n")
    ran = schema(publication, "schema")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"newsletter.yaml:1:1" in ran.stderr
