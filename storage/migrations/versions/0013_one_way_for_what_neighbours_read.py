"""One flow for what residents write for neighbours; votes of people who are in no chat and on no register"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.add_column("help_calls", sa.Column("judge_bot", sa.String(length=40), nullable=True))
    op.add_column("help_calls", sa.Column("judge_account", sa.BigInteger(), nullable=True))
    op.add_column("vote_proxies", sa.Column("called", storage.types.Words(), nullable=True))
    op.add_column("vote_proxies", sa.Column("paper", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "content_steps",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", storage.types.Words(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_content_steps")),
    )
    op.create_index(
        "ix_content_steps_content_id", "content_steps", ["community_id", "kind", "content_id", "id"], unique=False
    )
    op.create_table(
        "content_reports",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("content_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "community_id", "kind", "content_id", "bot", "account", name=op.f("pk_content_reports")
        ),
    )
    op.create_index("ix_content_reports_account", "content_reports", ["bot", "account"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_content_reports_account", table_name="content_reports")
    op.drop_table("content_reports")
    op.drop_index("ix_content_steps_content_id", table_name="content_steps")
    op.drop_table("content_steps")
    op.drop_column("vote_proxies", "paper")
    op.drop_column("vote_proxies", "called")
    op.drop_column("help_calls", "judge_account")
    op.drop_column("help_calls", "judge_bot")
