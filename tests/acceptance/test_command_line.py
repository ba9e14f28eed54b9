"""The `newsletter` command itself: help, usage, and what it loads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from newsletter import __version__
from newsletter.cli.main import COMMANDS, SHORT_HELP, main

HEAVY = {
    "alembic",
    "babel",
    "cssutils",
    "httpx",
    "jinja2",
    "lxml",
    "markdown_it",
    "mjml",
    "premailer",
    "pydantic",
    "rapidfuzz",
    "rich",
    "psycopg",
    "ruamel",
    "sendgrid",
    "sqlalchemy",
    "starlette",
    "uvicorn",
    "watchfiles",
    "yaml",
    "zspell",
}


def newsletter(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLETTER_")}
    command = [sys.executable, "-m", "newsletter", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_help_lists_every_command() -> None:
    ran = newsletter("--help")
    assert (ran.returncode, ran.stderr) == (0, "")
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", ran.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_help_of_each_command_ends_with_an_example(command: str) -> None:
    ran = newsletter(command, "--help")
    assert (ran.returncode, ran.stderr) == (0, "")
    example = ran.stdout.strip().splitlines()[-1].strip()
    assert example.startswith(f"Example:  newsletter {command}")


def test_help_needs_no_publication(tmp_path: Path) -> None:
    assert newsletter("build", "--help", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([c, "-h"] for c in COMMANDS)])
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "newsletter", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "newsletter.cli.main" in loaded
    assert HEAVY & {name.partition(".")[0] for name in loaded} == set()


def test_the_version_is_told() -> None:
    assert __version__ in newsletter("--version").stdout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bulid", "build"), ("Build", "build"), ("buil", "build"), ("prevew", "preview")],
)
def test_an_unknown_command_is_answered_with_the_nearest_one(typed: str, meant: str) -> None:
    ran = newsletter(typed, "2023-12")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"no such command '{typed}'; did you mean '{meant}'?" in ran.stderr


def test_a_command_like_no_other_is_not_guessed_at() -> None:
    ran = newsletter("xyzzy")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "no such command 'xyzzy'" in ran.stderr
    assert "did you mean" not in ran.stderr
    assert "--help" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["build"], "Missing argument 'ISSUE'"),
        (["build", "2023-12", "--oout", "x"], "--oout"),
        (["build", "2023-12", "2023-11"], "2023-11"),
        (["build", "2023-12", "--out"], "--out"),
        (["--confg", "x", "build"], "--confg"),
    ],
)
def test_wrong_usage_is_told_in_one_line_with_the_way_out(arguments: list[str], told: str) -> None:
    ran = newsletter(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr
    assert "--help" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_no_command_shows_the_help() -> None:
    ran = newsletter()
    assert ran.returncode == 2
    assert "Usage: " in ran.stderr
    for command in COMMANDS:
        assert command in ran.stderr


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    gone, output = os.pipe()
    os.close(gone)
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", "schema"],
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(output)
    assert (done.stderr, done.returncode) == ("", 1)


def test_the_help_of_all_commands_says_what_each_says_of_itself() -> None:
    context = click.Context(main)
    own = {name: main.get_command(context, name) for name in COMMANDS}
    assert {name: each and each.get_short_help_str(100) for name, each in own.items()} == SHORT_HELP


def test_help_imports_no_command() -> None:
    code = (
        "import sys; sys.argv = ['newsletter', '--help']\n"
        "from newsletter.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted(m for m in sys.modules if m.startswith('newsletter')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = ran.stdout.splitlines()[-1]
    assert "newsletter.cli.main" in modules
    assert "newsletter.cli.send" not in modules
