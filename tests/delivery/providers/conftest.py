"""What every provider is tested with: claims in memory, and a rig for each provider.

A rig is a provider that is ready to deliver, with what stands at its far end. To add one, write
`rigs_NAME.py` in this folder with

    REFUSALS: tuple[str, ...]       which of the `HOWS` below its far end can be told to do
    open_rig(folder, load)          a context manager that yields a `Rig`; `folder` is an empty
                                    one, `load("servers/faulty.py")` gives a module of
                                    tests/delivery, since test modules cannot import each other

It is found by its name: the fixture `rig` runs a test once for each, `smtp_rig` and the like
are one of them alone, and `refusing` is each rig with each way in which it can refuse.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from time import monotonic, sleep
from types import ModuleType
from typing import Any, Protocol

import pytest

from newsletter.config.model import Smtp
from newsletter.delivery.claim import Claim, Outcome, Provider
from newsletter.delivery.providers.smtp import Patience, SmtpProvider
from newsletter.edition import Letter, Reader, Splice
from newsletter.edition.personal import Personal, Place

FOLDER = Path(__file__).parent
HOWS = {
    "mailbox": "failed, and the address is dead",
    "policy": "failed, and the address is none the worse",
    "later": "planned",
    "silence": "doubtful: everything was sent, and no answer comes",
}
"""How a far end may treat an address, and what is to become of it."""


class Rig(Protocol):
    """A provider and what stands at its far end."""

    provider: Provider
    at_once: int
    """The most claims that may be in flight together."""

    def received(self) -> list[tuple[str, EmailMessage | dict[str, Any]]]:
        """What the far end has taken: addresses, each with its message, parsed.

        A dict where there is no message in MIME; its "text" is the plain text as its reader
        would see it, everything filled in.
        """
        ...

    def refuse(self, address: str, how: str) -> None:
        """Treat an address as one of `HOWS` from now on."""
        ...


def load(path: str) -> ModuleType:
    """A module of tests/delivery by its path, such as `servers/faulty.py`."""
    file = FOLDER.parent / path
    name = f"newsletter_tests_{file.stem}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module_from_spec(spec)  # dataclasses look there
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


RIGS = tuple(sorted(file.stem.removeprefix("rigs_") for file in FOLDER.glob("rigs_*.py")))


def open_rig(name: str, folder: Path) -> AbstractContextManager[Rig]:
    """Set a rig up."""
    opened: AbstractContextManager[Rig] = load(f"providers/rigs_{name}.py").open_rig(folder, load)
    return opened


@pytest.fixture(scope="session")
def rig_names() -> tuple[str, ...]:
    """The providers that have a rig."""
    return RIGS


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Each rig in turn."""
    with open_rig(request.param, tmp_path) as rig:
        yield rig


@pytest.fixture
def outbox_rig(tmp_path: Path) -> Iterator[Rig]:
    """The outbox, and its files."""
    with open_rig("outbox", tmp_path) as rig:
        yield rig


@pytest.fixture
def smtp_rig(tmp_path: Path) -> Iterator[Rig]:
    """The SMTP provider, and a server that does what it is told."""
    with open_rig("smtp", tmp_path) as rig:
        yield rig


@pytest.fixture
def sendgrid_rig(tmp_path: Path) -> Iterator[Rig]:
    """The SendGrid provider, and a server that checks what it is asked."""
    with open_rig("sendgrid", tmp_path) as rig:
        yield rig


@pytest.fixture
def refusing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Rig, str]]:
    """Each rig with each way in which it can refuse an address."""
    name, how = request.param
    with open_rig(name, tmp_path) as rig:
        yield rig, how


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests of `refusing` for what the rigs can do."""
    if "refusing" in metafunc.fixturenames:
        pairs = [
            pytest.param((name, how), id=f"{name}-{how}")
            for name in RIGS
            for how in load(f"providers/rigs_{name}.py").REFUSALS
        ]
        metafunc.parametrize("refusing", pairs, indirect=True)


@pytest.fixture(scope="session")
def load_module() -> Callable[[str], ModuleType]:
    """Loads a module of tests/delivery by its path, such as `servers/faulty.py`."""
    return load


PATIENCE = Patience(connect=10, reply=10, dot=10, again=(0.01,), fewer=0.2)

LETTER = Letter(
    month="2023-12",
    subject="Empathy that is acted on",
    language="en-CA",
    sender_name="PPRNet",
    sender_email="news@digest.example",
    reply_to="",
    list_name="Practice Digest",
    list_id="news.digest.example",
    date="Tue, 05 Dec 2023 09:00:00 -0500",
    feedback_id="2023-12:digest:newsletter:digestexample",
    web_url="https://news.digest.example",
    html=Personal(
        ("<p>Dear ", Place("first_name", "html", "reader"), "</p>\n<p>.</p>\n<a href='",
         Place("unsubscribe_url", "html"), "'>leave</a>\n")
    ),
    text=Personal(
        ("Dear ", Place("first_name", "text", "reader"), ",\n.\n..\nleave: ",
         Place("unsubscribe_url"), "\n")
    ),
)  # fmt: skip


@pytest.fixture(scope="session")
def letter() -> Letter:
    """A small letter with a reader's first name and link in both bodies."""
    return LETTER


@pytest.fixture(scope="session")
def long_letter() -> Letter:
    """A letter of more bytes than fit into a socket's buffers."""
    return replace(LETTER, text=Personal(("A line of no great interest at all.\n" * 160_000,)))


@pytest.fixture(scope="session")
def longer_letter() -> Letter:
    """A letter that is sent in many pieces."""
    return replace(LETTER, text=Personal(("A line of no great interest at all.\n" * 50_000,)))


def claim_for(number: int, email: str, first_name: str = "Ana", letter: Letter = LETTER) -> Claim:
    """A claim as the ledger makes them."""
    link = f"https://news.digest.example/u/{number}"
    reader = Reader(email, first_name, "", link, f"{number}@digest.example")
    return Claim(number, reader, Splice(letter))


@pytest.fixture(scope="session")
def make_claim() -> Callable[..., Claim]:
    """Makes a claim: its number, an address, a first name, a letter."""
    return claim_for


@dataclass
class Book:
    """Claims in memory, kept as strictly as a ledger keeps them.

    It fails a test where a provider settles a claim twice, or one that it never took.
    """

    planned: list[Claim]
    stop_after: int | None = None
    """After so many outcomes the run is asked to stop."""
    stopping: bool = False
    wait: Callable[[], bool] = lambda: False
    """Whether there is nothing to do just now though claims are left, as under a limit."""
    in_flight: dict[int, Claim] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    committed: set[int] = field(default_factory=set)
    most_in_flight: int = 0
    takes: list[float] = field(default_factory=list)

    def take(self, most: int) -> Sequence[Claim]:
        self.takes.append(monotonic())
        self.committed |= self.outcomes.keys()
        while True:
            held_up = self.stopping or self.wait()
            taken = [] if held_up else self.planned[:most]
            if taken or not most or self.in_flight or self.stopping or not self.planned:
                break
            sleep(0.01)
        if not (most or self.in_flight or self.planned):
            self.stopping = True  # as a ledger tells a provider that rests: nothing is to come
        del self.planned[: len(taken)]
        for claim in taken:
            self.in_flight[claim.delivery] = claim
        self.most_in_flight = max(self.most_in_flight, len(self.in_flight))
        return taken

    def settle(self, outcome: Outcome) -> None:
        """Take an outcome in."""
        assert outcome.delivery not in self.outcomes, "settled twice"
        del self.in_flight[outcome.delivery]
        self.outcomes[outcome.delivery] = outcome
        if self.stop_after is not None and len(self.outcomes) >= self.stop_after:
            self.stopping = True

    def run(self, provider: Provider) -> dict[int, Outcome]:
        """Have a provider deliver all; the outcomes by their deliveries' numbers."""
        try:
            for outcome in provider.deliver(self):
                self.settle(outcome)
        finally:
            assert not self.in_flight, "claims without an outcome"
        return self.outcomes


@pytest.fixture(scope="session")
def patience() -> Patience:
    """How long tests wait: long for a busy machine, not at all for a server that is down."""
    return PATIENCE


@pytest.fixture(scope="session")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("authority")
    return load("servers/certificates.py").make_authority(folder)


@pytest.fixture
def authority(_authority: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An authority of the tests' own, which is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(_authority.file))
    return _authority


@pytest.fixture
def smtp_pair() -> Iterator[Callable[..., tuple[Any, SmtpProvider]]]:
    """Makes a faulty server and a provider that sends to it."""
    with ExitStack() as stack:

        def make(
            *, connections: int = 1, patience: Mapping[str, Any] | None = None, **server: Any
        ) -> tuple[Any, SmtpProvider]:
            far = stack.enter_context(load("servers/faulty.py").Faulty(**server))
            settings = Smtp(
                host="127.0.0.1",
                port=far.port,
                connections=connections,
                security="tls" if server.get("context") else "none",
            )
            waits = replace(PATIENCE, **(patience or {}))
            return far, SmtpProvider(settings, patience=waits)

        yield make


@pytest.fixture(scope="session")
def make_book() -> type[Book]:
    """Makes claims in memory, of a list of them."""
    return Book


@pytest.fixture
def book() -> Callable[..., Book]:
    """Makes claims in memory for addresses."""

    def make(*addresses: str, **more: Any) -> Book:
        return Book([claim_for(number, each) for number, each in enumerate(addresses, 1)], **more)

    return make
