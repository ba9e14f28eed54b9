"""What becomes of the watch when there is trouble."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from newsletter import watch as watch_module
from newsletter.config import Config
from newsletter.watch import follow, ground_of


@pytest.fixture
def config(publication: Any) -> Config:
    """The settings of a publication with an issue."""
    settings: Config = publication.config()
    return settings


def test_a_name_that_is_too_long_stands_for_the_folder_it_would_be_in(config: Config) -> None:
    settings = config.model_copy(update={"issues": "x" * 300, "words": "y" * 300})
    assert config.root.resolve() in {folder for folder, _ in ground_of(settings)}


@pytest.fixture
def tiring(config: Config) -> Callable[[], Config]:
    """Settings that cannot be told three times, the second time for another reason."""
    troubles = [OSError(24, "Too many"), RuntimeError("loop"), RuntimeError("loop")]

    def settings() -> Config:
        if troubles:
            raise troubles.pop(0)
        return config

    return settings


def test_trouble_is_told_once_and_the_watch_begins_again(
    tiring: Callable[[], Config],
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(watch_module, "_AFTER_TROUBLE_S", 0.01)
    told: list[list[str]] = []
    stop, heard = Event(), Event()

    def tell(changed: list[str]) -> None:
        told.append(changed)
        if changed:
            heard.set()
        elif len(told) == 4:
            path = config.issues_path / "2023-12.yaml"
            path.write_text(path.read_text("utf-8") + "\n", "utf-8")

    with caplog.at_level(logging.WARNING):
        watcher: Any = Thread(target=follow, args=(tiring, tell, stop))
        watcher.start()
        assert heard.wait(5)
        stop.set()
        watcher.join(5)
    assert told[:5] == [[], [], [], [], [str(Path("issues/2023-12.yaml"))]]
    assert [record.message for record in caplog.records] == [
        "cannot watch for changes: [Errno 24] Too many; trying again",
        "cannot watch for changes: loop; trying again",
    ]
