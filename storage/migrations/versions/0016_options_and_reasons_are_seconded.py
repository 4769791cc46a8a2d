"""Options and reasons can be seconded, as topics can"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "contribution_supporters",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contribution_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contribution_id"],
            ["contributions.community_id", "contributions.id"],
            name=op.f("fk_contribution_supporters_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "community_id", "contribution_id", "bot", "account", name=op.f("pk_contribution_supporters")
        ),
    )
    op.create_index("ix_contribution_supporters_account", "contribution_supporters", ["bot", "account"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_contribution_supporters_account", table_name="contribution_supporters")
    op.drop_table("contribution_supporters")
