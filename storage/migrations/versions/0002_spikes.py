"""Spikes that were told, and who joined lately"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spikes_told",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scene", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("told_at", storage.types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "scene", "place", name=op.f("pk_spikes_told")),
    )
    op.create_index(
        "ix_case_people_joined",
        "case_people",
        ["community_id", "joined_at"],
        sqlite_where=sa.text("part = 'joiner'"),
        postgresql_where=sa.text("part = 'joiner'"),
    )


def downgrade() -> None:
    op.drop_index("ix_case_people_joined", "case_people")
    op.drop_table("spikes_told")
