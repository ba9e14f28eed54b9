"""The real command in a subprocess, and a real browser."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack
from pathlib import Path

import click
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from newsletter.cli.main import main
from newsletter.config import load_config, secrets_from

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "newsletter"]

# Programs inherit it if Ctrl-C is ignored, as by a shell's background jobs; ours are to hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Preview:
    """A running `newsletter preview`."""

    def __init__(self, folder: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [*COMMAND, "preview", *options],
            cwd=folder,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._complaint: str | None = None
        assert self._process.stdout
        self.said = self._process.stdout.readline()
        found = re.search(r"http://\S+", self.said)
        self.url = found[0] if found else ""

    @property
    def base(self) -> str:
        """The address without its page."""
        return self.url[: self.url.index("/", len("http://"))]

    def stop(self, sign: int = signal.SIGINT) -> tuple[int, str]:
        """Exit code and what was printed on stderr; asked again, the same."""
        if self._complaint is None:
            self._process.send_signal(sign)
            try:
                self._complaint = self._process.communicate(timeout=10)[1]
            finally:
                self._process.kill()
        return self._process.returncode, self._complaint


def _furnish(folder: Path) -> Path:
    """Two small issues with the repository's templates."""
    shutil.copytree(ROOT / "tests" / "web" / "publication", folder)
    shutil.copytree(ROOT / "templates", folder / "templates")
    return folder


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """A publication to be played with."""
    return _furnish(tmp_path / "publication")


@pytest.fixture(scope="session")
def launch() -> Callable[[Path, str], Preview]:
    """Previews an issue of a new publication."""
    return lambda folder, issue: Preview(_furnish(folder), issue, "--port", "0", "--no-browser")


@pytest.fixture
def start(publication: Path) -> Iterator[Callable[..., Preview]]:
    """Starts `newsletter preview` with options, by default on a free port and unseen."""
    with ExitStack() as stack:

        def starting(*options: str, env: dict[str, str] | None = None) -> Preview:
            preview = Preview(publication, *(options or ("--port", "0", "--no-browser")), env=env)
            stack.callback(preview.stop)
            return preview

        yield starting


@pytest.fixture
def preview(start: Callable[..., Preview]) -> Preview:
    """The preview of the newest issue."""
    return start("2023-12", "--port", "0", "--no-browser")


@pytest.fixture(scope="session")
def understand() -> Callable[[str], None]:
    """Fails as a command would for a subcommand, an option or a value that it does not have."""

    def read(typed: str) -> None:
        words = shlex.split(typed.split("<", maxsplit=1)[0])[1:]
        command: click.Command = main
        context = click.Context(main)
        while isinstance(command, click.Group):
            name = words.pop(0)
            found = command.get_command(context, name)
            assert found, typed
            command, context = found, click.Context(found, info_name=name, parent=context)
        try:
            command.parse_args(context, words)
        except click.MissingParameter:
            assert not words, words  # a page speaks of a command by its name alone

    return read


class _Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)


@pytest.fixture(scope="session")
def variables() -> Set[str]:
    """The environment variables that configuration and secrets are read from."""
    asked = _Asked()
    secrets_from(asked)
    load_config(ROOT / "newsletter.yaml", asked)
    return asked.names


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser; without one these tests fail rather than pass unseen."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    path = os.environ.get("NEWSLETTER_CHROMIUM") or next(filter(None, found), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu"]
            )
        except PlaywrightError as error:
            pytest.fail(
                "these tests need Chromium: 'apt-get install chromium', or "
                f"'playwright install chromium', or set NEWSLETTER_CHROMIUM ({error})"
            )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page of a desktop's size."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
