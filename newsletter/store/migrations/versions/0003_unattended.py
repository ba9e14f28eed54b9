"""What unattended mailings need: approvals, and what operators were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = ("planned", "attempting", "accepted", "failed", "doubtful")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def upgrade() -> None:
    """Add three tables, and what a mailing keeps of its approval and its beginning."""
    op.add_column("mailings", sa.Column("approval_id", _NUMBER, nullable=True))
    unattended: sa.Column[bool] = sa.Column(
        "unattended", sa.Boolean(), server_default=sa.text("false"), nullable=False
    )
    op.add_column("mailings", unattended)
    op.add_column("mailings", sa.Column("resumed_at", sa.Text(), nullable=True))
    op.create_table(
        "approvals",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        _text("subject"),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.Text(), nullable=True),
        _text("withdrawn_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_approvals_issue_id"), "approvals", ["issue", "id"])
    op.create_table(
        "notices",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _text("about"),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("issue", "kind", "about", name=op.f("uq_notices_issue_kind_about")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice_copies",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("notice_id", _NUMBER, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _text("detail"),
        sa.Column("attempted_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            " OR ".join(f"state = '{each}'" for each in _STATES),
            name=op.f("ck_notice_copies_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_copies")),
        sa.UniqueConstraint("notice_id", "email", name=op.f("uq_notice_copies_notice_id_email")),
    )
