"""What the guide to the schedule shows is what the program has, and its files agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from datetime import timedelta
from pathlib import Path
from typing import get_args

import yaml

from newsletter.schedule import attend
from newsletter.schedule.calendar import State
from newsletter.schedule.telling import FILE

GUIDES = Path(__file__).parents[2] / "docs" / "how-to"
PAGE = (GUIDES / "schedule.md").read_text("utf-8")
FILES = {path.name: path.read_text("utf-8") for path in sorted((GUIDES / "schedule").iterdir())}
UNITS = {name: text for name, text in FILES.items() if name.endswith(".service")}
ACTIONS = yaml.safe_load(FILES["newsletter.yml"])
SHOWN = re.findall(r"^```\w*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(?:/opt/newsletter/bin/)?(newsletter [a-z][^`]*)`")


def setting(unit: str, name: str) -> str:
    (value,) = re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)
    return str(value)


def test_every_file_stands_in_the_page_as_it_is() -> None:
    assert [name for name, content in FILES.items() if content not in SHOWN] == []


def test_every_command_exists_with_its_options(understand: Callable[[str], None]) -> None:
    typed = [match[1] for match in INLINE.finditer(PAGE)]
    lines = [line for block in SHOWN for line in block.splitlines()]
    typed += [line for line in lines if line.startswith("newsletter ")]
    typed += [setting(unit, "ExecStart") for unit in UNITS.values()]
    assert len(typed) > 10
    for each in typed:
        understand(each)


def test_the_services_are_those_of_the_public_pages() -> None:
    public = (GUIDES / "deploy" / "newsletter.service").read_text("utf-8")
    assert len(UNITS) == 2
    for unit in UNITS.values():
        for name in ("User", "Group", "EnvironmentFile", "StateDirectory"):
            assert setting(unit, name) == setting(public, name)
        assert setting(unit, "WorkingDirectory") == setting(unit, "ReadWritePaths")


def test_each_unit_has_each_setting_once() -> None:
    for name in (*UNITS, "newsletter-due.timer"):
        settings = re.findall(r"^(\w+)=", FILES[name], re.MULTILINE)
        assert sorted(settings) == sorted(set(settings)), name


def test_stopping_a_service_leaves_time_for_the_slowest_answer() -> None:
    slowest = 600  # seconds, RFC 5321 §4.5.3.2.6
    assert all(int(setting(unit, "TimeoutStopSec")) > slowest for unit in UNITS.values())


def test_the_workflow_gives_the_command_only_what_it_reads(variables: Set[str]) -> None:
    steps = [step for step in ACTIONS["jobs"]["send"]["steps"] if "env" in step]
    assert [step["run"] for step in steps] == [
        "newsletter send --due",
        "newsletter schedule --list",
    ]
    for step in steps:
        assert set(step["env"]) <= variables
        assert step["env"] == {name: f"${{{{ secrets.{name} }}}}" for name in step["env"]}


def test_the_workflow_is_never_at_work_twice_at_once() -> None:
    assert ACTIONS["concurrency"] == {"group": "newsletter"}


def test_the_page_tells_of_each_state() -> None:
    rows = re.findall(r"^\| (\w+) \| ", PAGE.partition("## Run the scheduler")[0], re.MULTILINE)
    assert rows[-6:] == list(get_args(State))


def test_the_page_tells_how_long_a_refused_issue_rests() -> None:
    *first, last = (rest // timedelta(minutes=1) for rest in attend._RESTS)
    told = f"after {', '.join(map(str, first))} and then every {last} minutes"
    assert told in PAGE


def test_the_page_names_the_file_of_what_operators_were_not_told() -> None:
    assert f"`{FILE}`" in PAGE
