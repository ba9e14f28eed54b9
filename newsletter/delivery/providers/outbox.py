"""Mail as files, one a message: for demos and rehearsals, and for whatever picks files up.

    outbox/2023-12/004/004711.eml                         delivery 4,711, a folder a thousand
    outbox/2023-12-test/2023-12-05T140000-9f86d081.eml    a test copy
    outbox/2023-12-operators/2023-12-05T140000-….eml      a message to operators
    outbox/.parts/                                        what is being written

A message is whole and on the disk before it gets its name, and the name is on the disk before
the message counts as accepted. Nothing is overwritten: what was in doubt and is sent again is
the same file; another message that comes to a name in use, as with a new database, which
counts from 1 again, is called `004711_2.eml`.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from itertools import chain, count, takewhile
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from newsletter.config import Config, Secrets
from newsletter.delivery.claim import Claim, Claims, Outcome, Verdict
from newsletter.errors import ProviderFailed

AT_ONCE = 16
"""Messages written together, so that they share their waits for the disk: a kill leaves no more
than these in doubt. Measured with the ledger: 8 give 1,800 messages/s, 16 2,150, 32 no more."""
_PURPOSES = ("test", "operators")
_A_FOLDER = 1000
"""Messages a folder: file managers and some file systems choke on a hundred thousand."""
_TO_DO = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EACCES: "see to it that you may write there",
    errno.EPERM: "see to it that you may write there",
    errno.EROFS: "see to it that you may write there",
    errno.EEXIST: "move the file that stands in the folder's place",
    errno.ENOTDIR: "move the file that stands in the folder's place",
}


def load(config: Config, secrets: Secrets) -> Outbox:
    """The outbox of a publication."""
    path = config.root / config.delivery.outbox.path
    return Outbox(path, config.shown(path))


def remove(config: Config, address: str, deliveries: Iterable[tuple[str, int]]) -> int:
    """Remove what was written to an address for good, and whatever a crash has left half-written.

    Test copies, which no ledger knows, are looked for in every month.

    Args:
        config: the publication.
        address: whose mail it is, all in lower case.
        deliveries: issue month and number of each mail to it; one without a file is fine, and
            so is a file of the same number to somebody else, which stays.

    Returns:
        How many files there were.

    Raises:
        ProviderFailed: where one cannot be read or removed.
    """
    return load(config, Secrets()).remove(address, deliveries)


class _Part(NamedTuple):
    """A message that has no name yet."""

    claim: Claim
    content: bytes
    path: Path
    file: int


@dataclass(frozen=True)
class Outbox:
    """A folder of messages, in it one for each month's issue."""

    path: Path
    shown: str
    """The folder as messages name it."""

    def deliver(self, claims: Claims) -> Iterator[Outcome]:
        """Write messages until none are left; see `Provider.deliver`."""
        with self._in_use():
            while batch := claims.take(AT_ONCE):
                verdicts: dict[int, Verdict] = {claim.delivery: "planned" for claim in batch}
                try:
                    self._write(batch, verdicts)
                except OSError as error:
                    failure = self._failure(error)
                    yield from _outcomes(verdicts, str(failure))
                    raise failure from error
                yield from _outcomes(verdicts)

    def remove(self, address: str, deliveries: Iterable[tuple[str, int]]) -> int:
        """Remove test copies and mails to an address; how many there were."""
        removed = 0
        if not self.path.is_dir():
            return removed
        with self._in_use(), self._explained():
            for file in chain(self._copies(), self._files_of(deliveries)):
                with suppress(FileNotFoundError):
                    if _is_to(address, file):
                        file.unlink()
                        removed += 1
        return removed

    def _copies(self) -> Iterator[Path]:
        """What belongs to no mailing: test copies, and messages to operators."""
        return chain.from_iterable(self.path.glob(f"*-{kind}/*.eml") for kind in _PURPOSES)

    def _files_of(self, deliveries: Iterable[tuple[str, int]]) -> Iterator[Path]:
        """Where mails may lie, and those that other databases have numbered alike."""
        for month, delivery in deliveries:
            place = self._place(month, delivery)
            yield place
            yield from place.parent.glob(f"{place.stem}_*.eml")

    def _write(self, batch: Sequence[Claim], verdicts: dict[int, Verdict]) -> None:
        """Write messages; `verdicts` tell at any moment what has become of each."""
        with ExitStack() as parts:
            written = [parts.enter_context(self._part(claim)) for claim in batch]
            for part in written:
                os.fsync(part.file)
            placed: dict[int, Path] = {}
            try:
                for part in written:
                    place = self._free_place(part)
                    part.path.replace(place)
                    placed[part.claim.delivery] = place
                    verdicts[part.claim.delivery] = "doubtful"
            finally:
                for folder in {place.parent for place in placed.values()}:
                    _sync(folder)
                verdicts.update(dict.fromkeys(placed, "accepted"))

    @contextmanager
    def _part(self, claim: Claim) -> Iterator[_Part]:
        """A file with a message, removed at the end unless it has got its name by then."""
        content, path = claim.message, self._parts / f"{token_hex(8)}.part"
        try:
            with path.open("xb", buffering=0) as file:
                rest = memoryview(content)
                while rest:
                    rest = rest[file.write(rest) :]
                _begin_to_store(file.fileno())
                yield _Part(claim, content, path, file.fileno())
        finally:
            path.unlink(missing_ok=True)

    def _free_place(self, part: _Part) -> Path:
        """Where a message goes: a name that is free, or has this very message already."""
        letter = part.claim.letter
        place = self._place(letter.month, part.claim.delivery, letter.purpose)
        self._make(place.parent)
        others = (place.with_name(f"{place.stem}_{number}.eml") for number in count(2))
        return next(
            each
            for each in chain((place,), others)
            if not each.exists() or each.read_bytes() == part.content
        )

    def _place(self, month: str, delivery: int, purpose: str = "") -> Path:
        if delivery > 0:
            return self.path / month / f"{delivery // _A_FOLDER:03}" / f"{delivery:06}.eml"
        name = f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}-{token_hex(4)}.eml"
        return self.path / f"{month}-{purpose}" / name

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            for above in folder.parents[: len(folder.relative_to(self.path.parent).parts)]:
                _sync(above)

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        """Whoever finds nobody else here clears up what a crash has left half-written."""
        with ExitStack() as stack:
            with self._explained():
                self._parts.mkdir(parents=True, exist_ok=True)
                lock = stack.enter_context((self._parts / "lock").open("ab"))
                with suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    for part in self._parts.glob("*.part"):
                        part.unlink()
                fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    @property
    def _parts(self) -> Path:
        return self.path / ".parts"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> ProviderFailed:
        what_to_do = _TO_DO.get(error.errno or 0, "check the folder and its disk")
        return ProviderFailed(
            f"{error.filename or self.shown}: error: {error.strerror}; {what_to_do}, or name "
            "another folder in 'delivery.outbox.path'"
        )


def _outcomes(verdicts: dict[int, Verdict], trouble: str = "") -> Iterator[Outcome]:
    for delivery, verdict in verdicts.items():
        yield Outcome(delivery, verdict, "" if verdict == "accepted" else trouble)


def _is_to(address: str, file: Path) -> bool:
    """Whether a message's To is an address in lower case."""
    with file.open("rb") as message:
        lines = takewhile(bytes.strip, message)
        head = b"".join(lines)
    if address.encode() not in head.lower():  # spares most the parser, which takes ten times this
        return False
    to = BytesHeaderParser().parsebytes(head).get_all("To", [])
    return any(email.lower() == address for _, email in getaddresses(map(str, to)))


def _begin_to_store(file: int) -> None:
    """Have the disk begin with a file now: those of a batch, waited for later, then overlap."""
    if hasattr(os, "posix_fadvise"):  # macOS has none
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
