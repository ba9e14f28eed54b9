"""Subscribers, mailings and deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from newsletter.store.times import now_utc

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _one_of(column: str, *values: str) -> str:
    return " OR ".join(f"{column} = '{value}'" for value in values)


def upgrade() -> None:
    """Make the first tables, and note when that was."""
    op.create_table(
        "mailings",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("wish", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("letter_hash", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("unapproved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sender", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("sender_since", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.CheckConstraint(_one_of("kind", "real", "rehearsal"), name=op.f("ck_mailings_kind")),
        sa.CheckConstraint(
            _one_of("state", "planned", "paused", "cancelled", "finished"),
            name=op.f("ck_mailings_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
        sa.UniqueConstraint("issue", "kind", name=op.f("uq_mailings_issue_kind")),
        sqlite_autoincrement=True,
    )
    op.create_table("origin", sa.Column("made_at", sa.Text(), nullable=False))
    op.create_table(
        "subscribers",
        sa.Column("id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("domain", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("first_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("topics", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attributes", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("status_since", sa.Text(), nullable=True),
        sa.Column("status_note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.Column("consent_basis", sa.Text(), nullable=True),
        sa.Column("consent_date", sa.Text(), nullable=True),
        sa.Column("consent_source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("consent_until", sa.Text(), nullable=True),
        sa.Column("erased_hash", sa.Text(), nullable=True),
        sa.Column("erased_by_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            _one_of(
                "status", "active", "unsubscribed", "bounced", "complained", "erased", "manual"
            ),
            name=op.f("ck_subscribers_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("mailing_id", _NUMBER, nullable=False),
        sa.Column("subscriber_id", _NUMBER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("provider_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempted_at", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            _one_of(
                "state",
                "planned",
                "claimed",
                "attempting",
                "accepted",
                "failed",
                "doubtful",
                "skipped",
            ),
            name=op.f("ck_deliveries_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("mailing_id", "key", name=op.f("uq_deliveries_mailing_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_deliveries_mailing_id_state_id"),
        "deliveries",
        ["mailing_id", "state", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_subscribers_key"), "subscribers", ["key"], unique=True)
    erased = sa.text("erased_hash IS NOT NULL")
    op.create_index(
        op.f("ix_subscribers_erased_hash"),
        "subscribers",
        ["erased_hash"],
        unique=True,
        sqlite_where=erased,
        postgresql_where=erased,
    )
    made = sa.text("INSERT INTO origin (made_at) VALUES (:now)")
    op.get_bind().execute(made, {"now": now_utc()})
