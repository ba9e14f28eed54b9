"""The minute at which several publications are due, which have waited for it meanwhile."""

from __future__ import annotations

import re
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.acceptance.scheduling.offices import AT_ONCE, CHAIR, EDITOR, PATIENCE, stopped

MINUTE = 60.0


def test_it_sends_at_the_minute_and_tells_each_operator_once(morning: Any) -> None:
    scene = morning.scenes["punctual"]
    office, (daemon,) = scene.office, scene.daemons
    morning.wait()
    office.until(lambda: all(office.told(each)[1:] for each in (EDITOR, CHAIR)))
    (sent,) = office.logged(daemon, "sending")
    assert timedelta(0) <= sent - morning.at < AT_ONCE
    assert office.got == office.everybody
    (ended,) = office.logged(daemon, "run-ended")
    stopped(daemon)
    for operator in (EDITOR, CHAIR):
        before, after = office.told(operator)
        assert re.fullmatch(r".*2023-12 goes out on .*, to 12 recipients", before)
        assert re.fullmatch(r".*2023-12 went out: 12 accepted", after)
    assert ended > sent


def test_a_machine_that_slept_over_its_hour_sends_when_it_is_awake(morning: Any) -> None:
    scene = morning.scenes["asleep"]
    (daemon,) = scene.daemons
    morning.wait(2)
    assert not scene.office.got
    awake = datetime.now(UTC)
    daemon.send_signal(signal.SIGCONT)
    scene.office.until(lambda: scene.office.got == scene.office.everybody)
    stopped(daemon)
    (sent,) = scene.office.logged(daemon, "sending")
    assert sent - awake < AT_ONCE


def test_a_server_that_was_down_at_the_hour_gets_it_a_minute_later(morning: Any) -> None:
    scene = morning.scenes["down"]
    (daemon,) = scene.daemons
    scene.office.until(lambda: scene.office.got == scene.office.everybody, MINUTE + PATIENCE)
    (refused,) = scene.office.logged(daemon, "refused")
    tried = scene.office.logged(daemon, "sending")[-1]
    assert tried - refused < timedelta(seconds=MINUTE) + AT_ONCE
    first, result = scene.office.until(
        lambda: len(scene.office.told()) == 2 and scene.office.told()
    )
    assert "did not go out: the provider takes no mail" in first
    assert "went out: 12 accepted" in result


def test_what_was_approved_after_its_hour_goes_out_within_a_minute(morning: Any) -> None:
    scene = morning.scenes["approved late"]
    (daemon,) = scene.daemons
    scene.office.until(lambda: scene.office.got == scene.office.everybody, MINUTE + PATIENCE)
    (sent,) = scene.office.logged(daemon, "sending")
    assert sent - scene.approved_at < timedelta(seconds=MINUTE) + AT_ONCE
