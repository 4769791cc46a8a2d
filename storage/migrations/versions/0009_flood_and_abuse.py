"""Concerns that a person looks at, crowds of like cases, and people who were asked to wait."""

import sqlalchemy as sa
from alembic import op

from storage.types import Utc, Words, WordsJson

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "concerns",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(40), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(100), nullable=True),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("sample", Words(), nullable=False),
        sa.Column("held", WordsJson(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("opened_at", Utc(timezone=True), nullable=False),
        sa.Column("next_at", Utc(timezone=True), nullable=True),
        sa.Column("decided_at", Utc(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("until", Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name="pk_concerns"),
    )
    op.create_index("ix_concerns_account", "concerns", ["bot", "account"])
    op.create_index("ix_concerns_opened_at", "concerns", ["opened_at"])
    _partial("ix_concerns_open", ["community_id", "kind", "key"], "state = 'open'")
    _partial("ix_concerns_next_at", ["next_at"], "next_at IS NOT NULL")
    op.create_table(
        "concern_events",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("concern_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "concern_id"],
            ["concerns.community_id", "concerns.id"],
            name="fk_concern_events_community_id_concern_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name="pk_concern_events"),
    )
    op.create_index("ix_concern_events_concern_id", "concern_events", ["community_id", "concern_id"])
    op.create_table(
        "crowds",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lead_no", sa.BigInteger(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name="fk_crowds_community_id_case_no",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "case_no", name="pk_crowds"),
    )
    op.create_index("ix_crowds_lead_no", "crowds", ["community_id", "lead_no"])
    op.add_column("people", sa.Column("muted_until", Utc(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("people", "muted_until")
    op.drop_table("crowds")
    op.drop_table("concern_events")
    op.drop_table("concerns")


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "concerns", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
