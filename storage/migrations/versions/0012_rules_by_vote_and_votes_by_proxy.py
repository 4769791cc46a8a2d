"""Rules that are voted on, council meetings that are reminded of, public channels of communities, votes by proxy"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.add_column("rules", sa.Column("topic_no", sa.BigInteger(), nullable=True))
    op.add_column("rules", sa.Column("passes", storage.types.Words(), nullable=True))
    op.add_column("communities", sa.Column("channel", sa.BigInteger(), nullable=True))
    op.add_column("meetings", sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True))
    op.create_index(
        "ix_meetings_next_at",
        "meetings",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "vote_proxies",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vote_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("voter_bot", sa.String(length=40), nullable=True),
        sa.Column("voter_account", sa.BigInteger(), nullable=True),
        sa.Column("voter_chat", sa.BigInteger(), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("bot", sa.String(length=40), nullable=True),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("chat", sa.BigInteger(), nullable=True),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "vote_no"],
            ["votes.community_id", "votes.no"],
            name=op.f("fk_vote_proxies_community_id_vote_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "vote_no", "id", name=op.f("pk_vote_proxies")),
    )
    op.create_index("ix_vote_proxies_account", "vote_proxies", ["bot", "account"], unique=False)
    op.create_index("ix_vote_proxies_code_hash", "vote_proxies", ["community_id", "code_hash"], unique=False)
    op.create_index("ix_vote_proxies_voter_account", "vote_proxies", ["voter_bot", "voter_account"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_vote_proxies_voter_account", table_name="vote_proxies")
    op.drop_index("ix_vote_proxies_code_hash", table_name="vote_proxies")
    op.drop_index("ix_vote_proxies_account", table_name="vote_proxies")
    op.drop_table("vote_proxies")
    op.drop_index(
        "ix_meetings_next_at",
        table_name="meetings",
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.drop_column("meetings", "next_at")
    op.drop_column("communities", "channel")
    op.drop_column("rules", "passes")
    op.drop_column("rules", "topic_no")
