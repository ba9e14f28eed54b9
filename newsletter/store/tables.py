"""The tables, one schema for SQLite and PostgreSQL; migrations make them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from newsletter.store.states import STATES

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is an INTEGER; it has 64 bits there too.
_Number = BigInteger().with_variant(Integer(), "sqlite")

STATUSES = ("active", "unsubscribed", "bounced", "complained", "erased", "manual")
MAILING_STATES = ("planned", "paused", "cancelled", "finished")
KINDS = ("real", "rehearsal")
COPY_STATES = ("planned", "attempting", "accepted", "failed", "doubtful")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    # SQLite would make the list of an IN anew for every row, which takes 2 µs.
    return CheckConstraint(" OR ".join(f"{column} = '{each}'" for each in values), name=column)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


_ERASED = text("erased_hash IS NOT NULL")

origin = Table(
    "origin",
    metadata,
    # A single row: when this database was made. Issues from before are history.
    Column("made_at", Text, nullable=False),
)

subscribers = Table(
    "subscribers",
    metadata,
    # 64 random bits, never used again: an erased subscriber keeps a row without an address.
    Column("id", _Number, primary_key=True, autoincrement=False),
    # The unique form: case-folded local part, lower-case IDNA domain. NULL once erased.
    Column("key", Text),
    # The address as mail is sent to it. NULL once erased.
    Column("email", Text),
    _text("domain"),
    _text("first_name"),
    _text("last_name"),
    _text("topics"),  # separated by |
    _text("language"),
    Column("attributes", Text, nullable=False, server_default=text("'{}'")),  # JSON object
    # Why mail does not go here, and since when; 'active' where it does.
    Column("status", Text, nullable=False, server_default=text("'active'")),
    Column("status_since", Text),
    _text("status_note"),  # who or what brought it about, such as 'command line'
    Column("consent", Text),  # express, implied, or NULL: none on record
    Column("consent_basis", Text),  # customer, inquiry, or NULL
    Column("consent_date", Text),  # ISO date
    _text("consent_source"),
    # The last day on which consent counts (CASL s.10); NULL: no end.
    Column("consent_until", Text),
    # What is left of an erased address: an HMAC of its key, and which secret made it.
    Column("erased_hash", Text),
    Column("erased_by_key", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    # Indexes, not constraints: a first long list is taken in without, and they are made after.
    Index(None, "key", unique=True),
    Index(None, "erased_hash", unique=True, sqlite_where=_ERASED, postgresql_where=_ERASED),
    _one_of("status", STATUSES),
)

mailings = Table(
    "mailings",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("issue", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("provider", Text, nullable=False),
    # Where it stands while nobody is sending; it is 'sending' only while a sender's lock is held.
    Column("state", Text, nullable=False),
    # Why it is paused: operator, limit, brake, provider, interruption.
    _text("hold"),
    # What another terminal asks of the running sender: '', pause, cancel.
    _text("wish"),
    # The sealed letter (JSON) and its SHA-256.
    Column("letter", Text, nullable=False),
    Column("letter_hash", Text, nullable=False),
    Column("total", Integer, nullable=False),
    # Recipients to be sent to when it was planned.
    Column("recipients", Integer, nullable=False),
    _flag("unapproved"),
    # Who sends, or last sent: process and host, and since when.
    _text("sender"),
    Column("sender_since", Text),
    Column("planned_at", Text, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    # The approval that it went out by, if it needed one.
    Column("approval_id", _Number),
    # Whether the schedule began it, and so goes on with it where it was interrupted.
    _flag("unattended"),
    # When somebody last lifted a pause.
    Column("resumed_at", Text),
    UniqueConstraint("issue", "kind"),
    _one_of("kind", KINDS),
    _one_of("state", MAILING_STATES),
    sqlite_autoincrement=True,  # a number is never used again: links carry it
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Number, primary_key=True),
    # No foreign keys: mailings and subscribers stay for good, and having PostgreSQL look each
    # of them up doubles the time it takes to plan a mailing to a million.
    Column("mailing_id", _Number, nullable=False),
    Column("subscriber_id", _Number, nullable=False),
    # The recipient as frozen when the mailing was planned.
    Column("key", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("domain", Text, nullable=False),
    _text("first_name"),
    _text("last_name"),
    Column("state", Text, nullable=False),
    _text("reason"),  # in words
    _text("detail"),  # the provider's reply as it came
    _text("provider_id"),  # the provider's own name for the message
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("attempted_at", Text),
    Column("settled_at", Text),
    # What the provider reported since: '', processed, deferred, blocked, dropped, delivered,
    # bounced.
    _text("arrival"),
    # What its reader did about it.
    _flag("complained"),
    _flag("unsubscribed"),
    UniqueConstraint("mailing_id", "key"),
    Index(None, "mailing_id", "state", "id"),
    _one_of("state", STATES),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", _Number, primary_key=True),
    # The provider's own name for it: what it reports twice is kept once.
    Column("event_id", Text, nullable=False),
    # NULL where it is about no delivery of this database.
    Column("delivery_id", _Number),
    _text("kind"),  # in the provider's words, such as 'bounce'
    _text("detail"),  # what the receiving server said
    Column("happened_at", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    UniqueConstraint("event_id"),
    Index(None, "delivery_id"),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    # Evidence that a reader withdrew consent by a link (CASL s.11): when, how, by which key.
    Column("id", _Number, primary_key=True),
    Column("subscriber_id", _Number, nullable=False),
    Column("mailing_id", _Number, nullable=False),  # that the link came with
    Column("channel", Text, nullable=False),  # one-click, page
    Column("key_id", Text, nullable=False),  # of the key that signed the link; hexadecimal
    Column("at", Text, nullable=False),
    Column("undone_at", Text),
    Index(None, "subscriber_id"),
)

approvals = Table(
    "approvals",
    metadata,
    # Who approved which content of an issue, and when that was taken back; none is ever removed.
    Column("id", _Number, primary_key=True),
    Column("issue", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("hash", Text, nullable=False),
    # What the hash is of: a JSON object, names and digests; by it a change can be told.
    Column("evidence", Text, nullable=False),
    _text("subject"),
    Column("at", Text, nullable=False),
    # When the issue was to go out.
    Column("due_at", Text),
    Column("withdrawn_at", Text),
    _text("withdrawn_by"),
    Index(None, "issue", "id"),
    sqlite_autoincrement=True,
)

notices = Table(
    "notices",
    metadata,
    # What operators are told of unattended mailings; each thing once, whoever sees it first.
    Column("id", _Number, primary_key=True),
    Column("issue", Text, nullable=False),
    # What about it: upcoming, refused, overdue, failures, doubtful, result, broken.
    Column("kind", Text, nullable=False),
    # What tells two of a kind apart, such as the moment that was missed.
    _text("about"),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    UniqueConstraint("issue", "kind", "about"),
    sqlite_autoincrement=True,
)

notice_copies = Table(
    "notice_copies",
    metadata,
    # One copy an operator. 'attempting' is committed before it leaves, as for deliveries.
    Column("id", _Number, primary_key=True),
    Column("notice_id", _Number, nullable=False),
    Column("email", Text, nullable=False),
    Column("state", Text, nullable=False),
    _text("detail"),
    Column("attempted_at", Text),
    UniqueConstraint("notice_id", "email"),
    _one_of("state", COPY_STATES),
)
