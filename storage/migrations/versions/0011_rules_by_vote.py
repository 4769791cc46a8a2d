"""Rules that are voted on, council meetings that are reminded of, public channels of communities"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0011"
down_revision = "0010"
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


def downgrade() -> None:
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
