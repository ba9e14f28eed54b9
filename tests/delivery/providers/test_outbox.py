"""Mail as files: where they lie, that each is whole, and what happens when they cannot be."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from newsletter.config import Secrets
from newsletter.delivery.claim import Claim
from newsletter.delivery.providers.outbox import AT_ONCE, Outbox, load, remove
from newsletter.edition import Letter
from newsletter.errors import ProviderFailed

MakeClaim = Callable[..., Claim]


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox", "outbox")


def files(outbox: Outbox) -> list[str]:
    return sorted(str(file.relative_to(outbox.path)) for file in outbox.path.rglob("*.eml"))


def parts(outbox: Outbox) -> list[Path]:
    return list(outbox.path.rglob("*.part"))


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """A disk that ends in the middle of a file, as far as a program can tell."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_holds_the_message_byte_for_byte(
    outbox: Outbox, make_book: Any, make_claim: MakeClaim
) -> None:
    claim = make_claim(7, "zoe@example.org", "Zoë")

    make_book([claim]).run(outbox)

    assert (outbox.path / "2023-12/000/000007.eml").read_bytes() == claim.message
    assert not parts(outbox)


def test_a_folder_holds_a_thousand_messages(
    outbox: Outbox, make_book: Any, make_claim: MakeClaim
) -> None:
    numbers = (1, 999, 1000, 1999, 999_999, 1_234_567)

    make_book([make_claim(number, "a@example.org") for number in numbers]).run(outbox)

    assert files(outbox) == [
        "2023-12/000/000001.eml",
        "2023-12/000/000999.eml",
        "2023-12/001/001000.eml",
        "2023-12/001/001999.eml",
        "2023-12/1234/1234567.eml",
        "2023-12/999/999999.eml",
    ]


def test_test_copies_lie_apart_and_never_replace_each_other(
    outbox: Outbox, make_book: Any, make_claim: MakeClaim
) -> None:
    for _ in range(3):
        make_book([make_claim(-number, "a@example.org") for number in (1, 2)]).run(outbox)

    assert len(files(outbox)) == 6
    assert {str(Path(file).parent) for file in files(outbox)} == {"2023-12-test"}


def test_the_same_message_sent_again_is_the_same_file(
    outbox: Outbox, make_book: Any, make_claim: MakeClaim
) -> None:
    for _ in range(2):
        make_book([make_claim(1, "a@example.org")]).run(outbox)

    assert files(outbox) == ["2023-12/000/000001.eml"]


def test_another_message_of_the_same_number_replaces_nothing(
    outbox: Outbox, make_book: Any, make_claim: MakeClaim
) -> None:
    claims = [make_claim(1, f"{name}@example.org") for name in "abca"]

    for claim in claims:  # as from new databases, which begin with 1 again
        make_book([claim]).run(outbox)

    names = ("000001.eml", "000001_2.eml", "000001_3.eml")
    assert files(outbox) == [f"2023-12/000/{name}" for name in names]
    for name, claim in zip(names, claims, strict=False):
        assert (outbox.path / "2023-12/000" / name).read_bytes() == claim.message


def test_the_folder_is_named_by_the_publication(publication: Any, tmp_path: Path) -> None:
    config = publication.config()

    assert load(config, Secrets()).path == config.root / "outbox"

    elsewhere = config.delivery.model_copy(
        update={"outbox": config.delivery.outbox.model_copy(update={"path": "/srv/mail"})}
    )
    assert load(config.model_copy(update={"delivery": elsewhere}), Secrets()).path == Path(
        "/srv/mail"
    )


def test_folders_above_are_made(tmp_path: Path, book: Any) -> None:
    outbox = Outbox(tmp_path / "far" / "away" / "outbox", "outbox")

    book("a@example.org").run(outbox)

    assert files(outbox) == ["2023-12/000/000001.eml"]


def test_a_file_in_the_folders_place_stops_the_run_before_it_begins(
    outbox: Outbox, book: Any
) -> None:
    outbox.path.write_text("mine")
    claims = book("a@example.org")

    with pytest.raises(
        ProviderFailed,
        match=r"outbox.*: error: Not a directory; move the file that stands in the folder's "
        r"place, or name another folder in 'delivery\.outbox\.path'",
    ):
        claims.run(outbox)

    assert not claims.outcomes
    assert len(claims.planned) == 1
    assert outbox.path.read_text() == "mine"


def test_what_cannot_be_written_is_planned_again_and_leaves_nothing_behind(
    outbox: Outbox, make_book: Any, make_claim: MakeClaim
) -> None:
    names = dict.fromkeys(range(1, AT_ONCE + 6), "Ana")
    names[AT_ONCE + 3] = "A" * 20_000
    claims = make_book(
        [make_claim(number, f"r{number}@example.org", name) for number, name in names.items()]
    )

    with no_file_larger_than(10_000), pytest.raises(ProviderFailed) as failure:
        claims.run(outbox)

    assert "outbox: error: File too large; check the folder and its disk" in str(failure.value)
    verdicts = [claims.outcomes[number].verdict for number in names]
    assert verdicts == ["accepted"] * AT_ONCE + ["planned"] * 5
    assert claims.outcomes[AT_ONCE + 1].reason == str(failure.value)
    assert len(files(outbox)) == AT_ONCE
    assert not parts(outbox)


def test_a_folder_that_cannot_be_made_gives_back_what_is_not_in_place(
    outbox: Outbox, make_book: Any, make_claim: MakeClaim
) -> None:
    (outbox.path / "2023-12").mkdir(parents=True)
    (outbox.path / "2023-12" / "001").write_text("mine")
    claims = make_book([make_claim(number, "a@example.org") for number in (998, 999, 1000, 1001)])

    with pytest.raises(ProviderFailed, match="2023-12/001: error: File exists; move the file"):
        claims.run(outbox)

    verdicts = {number: outcome.verdict for number, outcome in claims.outcomes.items()}
    assert verdicts == {998: "accepted", 999: "accepted", 1000: "planned", 1001: "planned"}
    assert files(outbox) == ["2023-12/000/000998.eml", "2023-12/000/000999.eml"]
    assert not parts(outbox)


def test_what_a_crash_left_half_written_is_cleared_away(outbox: Outbox, book: Any) -> None:
    leftover = outbox.path / ".parts" / "0123.part"
    leftover.parent.mkdir(parents=True)
    leftover.write_text("To: half")

    book("a@example.org").run(outbox)

    assert not parts(outbox)


def test_what_another_process_is_writing_is_left_alone(outbox: Outbox, book: Any) -> None:
    others = book("a@example.org", "b@example.org")
    running = outbox.deliver(others)
    others.settle(next(running))
    being_written = outbox.path / ".parts" / "0123.part"
    being_written.write_text("To: half")

    book("c@example.org").run(outbox)

    assert being_written.exists()
    for outcome in running:
        others.settle(outcome)
    book().run(outbox)
    assert not being_written.exists()


def test_removed_messages_are_gone_and_those_of_others_are_not(
    publication: Any, make_book: Any, make_claim: MakeClaim
) -> None:
    """Another database of the same folder has counted from 1 too."""
    config = publication.config()
    outbox = load(config, Secrets())
    for email, name in (("Ann@example.org", "A"), ("bo@example.org", "B"), ("ann@example.org", "")):
        make_book([make_claim(number, email, name) for number in (4, 40, 4711)]).run(outbox)
    (outbox.path / ".parts" / "0123.part").write_text("To: half")

    mails = [("2023-12", 4), ("2023-12", 4711), ("2023-12", 5), ("2022-01", 4)]
    removed = remove(config, "ann@example.org", mails)

    assert removed == 4
    assert files(outbox) == [
        "2023-12/000/000004_2.eml",
        *(f"2023-12/000/000040{name}.eml" for name in ("", "_2", "_3")),
        "2023-12/004/004711_2.eml",
    ]
    assert not parts(outbox)


def test_test_copies_are_found_by_their_address_in_every_month(
    publication: Any, make_book: Any, make_claim: MakeClaim, letter: Letter
) -> None:
    config = publication.config()
    outbox = load(config, Secrets())
    copies = [("2023-12", "Ann@example.org"), ("2024-01", "ann@example.org")]
    for month, email in (*copies, ("2024-01", "joann@example.org"), ("2024-01", "bo@example.org")):
        sheet = replace(letter, month=month, list_name="ann@example.org")
        name = "ann@example.org" if email.startswith("bo") else "Zoë, " * 20
        make_book([make_claim(-1, email, name, sheet)]).run(outbox)
    (outbox.path / "2024-01-test" / "empty.eml").touch()

    assert remove(config, "ann@example.org", ()) == 2

    left = [file.read_bytes() for file in outbox.path.rglob("2*.eml")]
    assert len(left) == 2
    assert all(b"joann@" in message or b"<bo@" in message for message in left)


def test_removing_from_no_outbox_makes_none(publication: Any) -> None:
    config = publication.config()

    assert remove(config, "ann@example.org", [("2023-12", 1)]) == 0

    assert not (config.root / "outbox").exists()


WRITES_FOR_EVER = """
import sys
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from newsletter.delivery.providers.outbox import Outbox

letter, numbers = SimpleNamespace(month="2023-12", purpose="test"), count(1)
message = b"To: a@example.org\\r\\n" * 50_000

class Claims:
    stopping = False
    def take(self, most):
        return [
            SimpleNamespace(delivery=next(numbers), letter=letter, message=message)
            for _ in range(most)
        ]

for outcome in Outbox(Path(sys.argv[1]), "outbox").deliver(Claims()):
    print(len(message), flush=True)
"""
"""Its messages are long, so that most likely one is being written when somebody looks."""


@pytest.mark.parametrize("seconds", [0, 0.013, 0.1, 0.15])
def test_no_message_is_ever_seen_that_is_not_whole(
    outbox: Outbox, book: Any, seconds: float
) -> None:
    command = [sys.executable, "-c", WRITES_FOR_EVER, str(outbox.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        size, until = int(process.stdout.readline()), monotonic() + seconds
        sizes = seen(outbox)
        while monotonic() < until:
            sizes |= seen(outbox)
        process.kill()

    assert sizes | seen(outbox) == {size}
    book().run(outbox)
    assert not parts(outbox)


def seen(outbox: Outbox) -> set[int]:
    """The sizes of all messages at this moment."""
    return {file.stat().st_size for file in outbox.path.rglob("*.eml")}
