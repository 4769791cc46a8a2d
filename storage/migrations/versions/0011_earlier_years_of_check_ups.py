"""What was found of a check-up's points in earlier years."""

import sqlalchemy as sa
from alembic import op

from storage.types import Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "facility_past",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("point", sa.String(40), nullable=False),
        sa.Column("found_in", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("has", sa.Boolean(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("ratio", sa.Float(), nullable=True),
        sa.Column("walk_minutes", sa.Float(), nullable=True),
        sa.Column("base_m2", sa.Float(), nullable=True),
        sa.Column("condition", sa.String(40), nullable=True),
        sa.Column("year", sa.BigInteger(), nullable=True),
        sa.Column("paid", sa.String(1000), nullable=True),
        sa.Column("income", sa.BigInteger(), nullable=True),
        sa.Column("upkeep", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(1000), nullable=True),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(100), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "point", "found_in", name="pk_facility_past"),
    )


def downgrade() -> None:
    op.drop_table("facility_past")
