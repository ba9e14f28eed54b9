"""The log: a line an event, for people and for programs, and no address in it."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import process_time

import pytest
import time_machine

from newsletter.log import JsonLines, PlainLines, note, to_nowhere, to_stream

ADDRESSES = (
    "reader@example.org",
    "o'neil+list=a@mail.example.org",
    "élodie@exämple.org",
    "reader@[192.0.2.1]",
    '"a reader"@example.org',
    '"a@reader"@example.org',
    r'"a \"reader\""@example.org',
    '"(reader)"@example.org',
)
AROUND = ("{}", "<{}>", "to {} it said no", "({})", "<{}>: 550 5.1.1 unknown", "{},{}", "to={};")
MOMENT = datetime(2026, 3, 3, 14, 0, 1, 250_000, UTC)


@pytest.fixture
def name() -> Iterator[str]:
    """The name of a logger that is as Python makes it, before and after."""
    name = "newsletter.test_log"
    raises = logging.raiseExceptions
    yield name
    logging.raiseExceptions = raises
    logger = logging.getLogger(name)
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
    logger.propagate = True


@pytest.fixture
def listen(name: str) -> Callable[[logging.Formatter], tuple[logging.Logger, io.StringIO]]:
    """Has a logger write its lines to what can be read."""

    def to(formatter: logging.Formatter) -> tuple[logging.Logger, io.StringIO]:
        stream, logger = io.StringIO(), logging.getLogger(name)
        to_stream(logger, stream, formatter)
        return logger, stream

    return to


Listen = Callable[[logging.Formatter], tuple[logging.Logger, io.StringIO]]


def test_an_event_is_one_line_with_its_time_and_level(listen: Listen) -> None:
    logger, stream = listen(PlainLines())
    with time_machine.travel(MOMENT, tick=False):
        note(logger, logging.INFO, "sending", issue="2026-03", recipients=812)
        local = datetime.now().astimezone().isoformat(timespec="seconds")
    assert stream.getvalue() == f"{local} info sending issue=2026-03 recipients=812\n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("one", "one"),
        ("two words", '"two words"'),
        ("", '""'),
        (None, "None"),
        ("a=b", '"a=b"'),
        ('so "quoted"', r'"so \"quoted\""'),
        ("two\nlines", '"two lines"'),
        ("a\x1b[31mred", r'"a\u001b[31mred"'),
        ("été", "été"),
    ],
)
def test_a_value_is_one_word_or_stands_in_quotes(listen: Listen, value: object, shown: str) -> None:
    logger, stream = listen(PlainLines())
    note(logger, logging.ERROR, "trouble", error=value, last=1)
    assert stream.getvalue().endswith(f" error trouble error={shown} last=1\n")


def test_as_json_an_event_is_an_object_with_its_values(listen: Listen) -> None:
    logger, stream = listen(JsonLines())
    with time_machine.travel(MOMENT, tick=False):
        note(logger, logging.INFO, "sending", issue="2026-03", recipients=812, at_all=None)
        note(logger, logging.INFO, "found", when=MOMENT, text="deux\nlignes, été")
    first, second = stream.getvalue().splitlines()
    assert json.loads(first) == {
        "at": "2026-03-03T14:00:01.250+00:00",
        "level": "info",
        "event": "sending",
        "issue": "2026-03",
        "recipients": 812,
        "at_all": None,
    }
    assert json.loads(second)["when"] == str(MOMENT)
    assert json.loads(second)["text"] == "deux\nlignes, été"
    assert "été" in second


@pytest.mark.parametrize("formatter", [PlainLines(), JsonLines()])
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_stands_in_an_event(
    listen: Listen, formatter: logging.Formatter, around: str, address: str
) -> None:
    logger, stream = listen(formatter)
    note(logger, logging.WARNING, "refused", why=around.replace("{}", address), issue="2026-03")
    line = stream.getvalue()
    assert "…@…" in line
    assert not re.search(r"reader|neil|lodie|ex.mple|192", line)


def test_what_stands_around_an_address_stays(listen: Listen) -> None:
    logger, stream = listen(JsonLines())
    note(logger, logging.INFO, "refused", why="550 5.1.1 <reader@example.org>: unknown, ask us")
    assert json.loads(stream.getvalue())["why"] == "550 5.1.1 <…@…>: unknown, ask us"


@pytest.mark.parametrize("formatter", [PlainLines(), JsonLines()])
def test_what_another_library_says_is_a_line_without_addresses_too(
    listen: Listen, formatter: logging.Formatter
) -> None:
    logger, stream = listen(formatter)
    logger.warning("gave up\n  on %s after %d", "reader@example.org", 3)
    (line,) = stream.getvalue().splitlines()
    if isinstance(formatter, JsonLines):
        said = json.loads(line)
        assert (said["event"], said["from"]) == ("message", logger.name)
        assert said["text"] == "gave up\n  on …@… after 3"
    else:
        assert line.endswith(" warning gave up on …@… after 3")


@pytest.mark.parametrize("formatter", [PlainLines(), JsonLines()])
def test_what_went_wrong_in_another_library_stands_there_without_addresses(
    listen: Listen, formatter: logging.Formatter
) -> None:
    logger, stream = listen(formatter)
    try:
        int(" ".join(["550", "reader@example.org", "is unknown"]))
    except ValueError:
        logger.exception("gave up")
    assert "gave up" in stream.getvalue()
    assert "reader@" not in stream.getvalue()


def test_only_at_debug_is_an_address_written_down(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger(name)
    caplog.set_level(logging.DEBUG, name)
    note(logger, logging.DEBUG, "answered", to="reader@example.org")
    note(logger, logging.INFO, "answered", to="reader@example.org")
    debug, info = (json.loads(record.getMessage())["to"] for record in caplog.records)
    assert (debug, info) == ("reader@example.org", "…@…")


def test_a_stream_gets_what_is_at_info_or_above_and_nobody_else_does(
    listen: Listen, caplog: pytest.LogCaptureFixture
) -> None:
    logger, stream = listen(PlainLines())
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        note(logger, level, "seen")
    assert [line.split()[1] for line in stream.getvalue().splitlines()] == [
        "info",
        "warning",
        "error",
    ]
    assert caplog.records == []


def test_a_stream_that_nobody_reads_any_more_stops_nothing(
    listen: Listen, capsys: pytest.CaptureFixture[str]
) -> None:
    logger, stream = listen(PlainLines())
    stream.close()
    note(logger, logging.ERROR, "trouble")
    assert capsys.readouterr() == ("", "")


def test_to_nowhere_keeps_an_event_from_stderr(
    name: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger(name)
    to_nowhere(logger)
    note(logger, logging.ERROR, "trouble")
    assert capsys.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.parametrize("unit", ["a", '"', '"a', "a.", "a ", '\\"', "@", "a@"])
def test_long_text_takes_time_by_its_length_alone(
    name: str, caplog: pytest.LogCaptureFixture, unit: str
) -> None:
    """A provider's answer may be of any length, and would hold the scheduler up."""
    logger = logging.getLogger(name)
    caplog.set_level(logging.INFO, name)

    def cost(length: int) -> float:
        text = unit * (length // len(unit))
        least = float("inf")
        for _ in range(3):
            began = process_time()
            note(logger, logging.INFO, "answered", text=text)
            least = min(least, process_time() - began)
        return least

    short, long = cost(500), cost(16_000)
    assert long < 0.05 + 32 * 6 * short  # by its square it would be 32 * 32 times as long


def test_no_field_takes_the_place_of_what_is_the_lines_own(listen: Listen) -> None:
    logger, stream = listen(JsonLines())
    with time_machine.travel(MOMENT, tick=False):
        note(logger, logging.WARNING, "next", at="some other day")
    said = json.loads(stream.getvalue())
    assert said == {"at": "2026-03-03T14:00:01.250+00:00", "level": "warning", "event": "next"}
