"""Telling operators: in the log at once, by mail through the publication's own provider.

Where that fails, a file in the publication's folder holds what did not get through.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from newsletter.config import Config
from newsletter.delivery.claim import Claim, Outcome
from newsletter.delivery.copies import hand_over
from newsletter.delivery.mailing import Mailing
from newsletter.edition import Reader, Splice, memo
from newsletter.errors import NewsletterError, ProviderFailed
from newsletter.files import write
from newsletter.log import note
from newsletter.schedule import notices, words
from newsletter.schedule.notices import Copy, Notice
from newsletter.schedule.office import Office
from newsletter.store import reading, writing

LOG = logging.getLogger("newsletter.schedule")
FILE = "operator-messages.txt"
"""What did not reach the operators, in the publication's folder; gone once nothing is left."""

_LEVELS = {"upcoming": logging.INFO, "result": logging.INFO}


class Teller:
    """Keeps and sends the messages of one pass; one process has it at a time."""

    def __init__(self, office: Office) -> None:
        self._office = office
        with writing(office.engine) as connection:
            notices.settle_left_open(connection)
            notices.give_up(connection, office.clock())
        with reading(office.engine) as connection:
            self._told = notices.told(connection)
        self.fresh: list[Notice] = []
        """What has been told by this pass for the first time."""
        self.failed = False
        """Whether a copy could not be sent."""

    def has_told(self, issue: str, kind: str, about: str) -> bool:
        """Whether there has been such a message."""
        return (issue, kind, about) in self._told

    def has_told_since(self, issue: str, kind: str, moment: datetime) -> bool:
        """Whether there has been a message of a kind about an issue after a moment."""
        return any(
            (issue, kind) == key[:2] and made_at >= moment for key, made_at in self._told.items()
        )

    def doubts_told(self, mailing: Mailing) -> int:
        """The most doubtful mails of a mailing that there has been a message about."""
        told = (words.doubts_of(key, mailing) for key in self._told)
        return max(told, default=0)

    def tell(self, notice: Notice) -> None:
        """Keep a message to be sent, unless there has been one like it."""
        if notice.key in self._told:
            return
        office = self._office
        self._told[notice.key] = office.clock()
        with writing(office.engine) as connection:
            is_new = notices.record(connection, notice, office.config.operators, office.clock())
        if is_new:
            self.fresh.append(notice)
            level = _LEVELS.get(notice.kind, logging.WARNING)
            note(LOG, level, notice.kind, issue=notice.issue, text=notice.subject)

    def deliver(self) -> bool:
        """Send what is to be sent now, and have the file show what did not get through.

        Returns whether there was anything to send, which can take long.
        """
        office = self._office
        with reading(office.engine) as connection:
            copies = notices.waiting(connection, office.clock())
        fit = self._fit(copies)
        if fit:
            self._send(fit)
        with reading(office.engine) as connection:
            left = notices.undelivered(connection, office.clock())
        keep_file(office.config, left)
        return bool(fit)

    def _fit(self, copies: Sequence[Copy]) -> list[Copy]:
        """Those that can be sent; of the others it is written down why not."""
        reasons = {copy.id: self._unfit(copy) for copy in copies}
        for reason in {reason for reason in reasons.values() if reason}:
            some = [copy for copy in copies if reasons[copy.id] == reason]
            with writing(self._office.engine) as connection:
                notices.mark(connection, some, "failed", self._office.clock(), reason)
        return [copy for copy in copies if not reasons[copy.id]]

    def _unfit(self, copy: Copy) -> str:
        if copy.email not in self._office.config.operators:
            return "no longer among the operators"
        return self._reader(copy).unfit or ""

    def _send(self, copies: Sequence[Copy]) -> None:
        now, engine = self._office.clock(), self._office.engine
        provider = self._office.open_provider()
        with writing(engine) as connection:
            taken = notices.claim(connection, copies, now)
        by_number = dict(enumerate(taken, 1))
        claims = [self._claim(-number, copy) for number, copy in by_number.items()]
        left, trouble = set(by_number), ""
        try:
            for outcome in hand_over(claims, provider):
                number = -outcome.delivery
                self._settle(by_number[number], outcome)
                left.discard(number)
        except (ProviderFailed, OSError) as error:
            trouble = str(error)
        if left:  # the provider took none of these
            with writing(engine) as connection:
                some = [by_number[number] for number in sorted(left)]
                notices.mark(connection, some, "planned", now, trouble or "not sent")
        if trouble:
            self.failed = True
            note(LOG, logging.ERROR, "operators-not-told", error=trouble)

    def _claim(self, number: int, copy: Copy) -> Claim:
        config = self._office.config
        about = copy.notice
        date = self._office.local(copy.made_at)
        letter = memo(config, about.issue, about.subject, about.text, date)
        return Claim(number, self._reader(copy), Splice(letter))

    def _reader(self, copy: Copy) -> Reader:
        domain = self._office.config.sender.email.rpartition("@")[2]
        return Reader(
            email=copy.email,
            first_name="",
            last_name="",
            unsubscribe_url="",
            message_id=f"notice.{uuid4().hex}@{domain}",
        )

    def _settle(self, copy: Copy, outcome: Outcome) -> None:
        told = " · ".join(filter(None, (outcome.reason, outcome.detail)))
        sent = outcome.verdict == "accepted"
        with writing(self._office.engine) as connection:
            detail = "" if sent else told or outcome.verdict
            notices.mark(connection, [copy], outcome.verdict, self._office.clock(), detail)
        self.failed = self.failed or not sent
        level = logging.INFO if sent else logging.ERROR
        event = "operator-told" if sent else "operator-not-told"
        note(LOG, level, event, issue=copy.notice.issue, kind=copy.notice.kind)


def keep_file(config: Config, left: Sequence[Copy]) -> None:
    """Have the file hold just these; a folder that cannot be written to stops nothing."""
    path = config.root / FILE
    try:
        if left:
            content = _content(config, left)
            if _read(path) != content:
                write(path, content)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        note(LOG, logging.ERROR, "file-not-written", file=FILE, error=error.strerror)


def told_by_hand(config: Config, error: Exception) -> None:
    """Say in the file what cannot even be kept in the database, after what it says already."""
    line = f"{' '.join(str(error).split())}\n"
    path = config.root / FILE
    before = _read(path) or b""
    if line.encode() not in before:
        try:
            write(path, before + line.encode())
        except OSError as trouble:
            note(LOG, logging.ERROR, "file-not-written", file=FILE, error=trouble.strerror)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _content(config: Config, left: Sequence[Copy]) -> bytes:
    lines = [
        "What did not reach the operators by mail; what is 'planned' is tried for three days.",
        "This file is removed once everything has arrived, or after a month.",
    ]
    for notice, copies in notices.by_notice(left):
        made_at = copies[0].made_at.astimezone(config.zone).isoformat(timespec="minutes")
        lines += ["", "-" * 72, f"{made_at}  {notice.subject}"]
        lines += [f"  not sent to {copy.email}: {copy.detail} ({copy.state})" for copy in copies]
        lines += ["", notice.text.rstrip()]
    return ("\n".join(lines) + "\n").encode()


def trouble_of(error: Exception) -> str:
    """An error in one line, as operators are told it."""
    if isinstance(error, NewsletterError):
        return str(error).partition("\n")[0]
    return f"{type(error).__name__}: {error}"
