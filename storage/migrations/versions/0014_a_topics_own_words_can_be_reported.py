"""A topic's own words can be reported and taken down, as what neighbours write for it can"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.add_column("topics", sa.Column("hidden", sa.String(length=40), nullable=True))
    op.add_column("topics", sa.Column("why", storage.types.Words(), nullable=True))
    op.add_column("topics", sa.Column("judge_staff_id", sa.BigInteger(), nullable=True))
    op.add_column("topics", sa.Column("judge_bot", sa.String(length=40), nullable=True))
    op.add_column("topics", sa.Column("judge_account", sa.BigInteger(), nullable=True))
    op.add_column("topics", sa.Column("appealed", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for name in ("appealed", "judge_account", "judge_bot", "judge_staff_id", "why", "hidden"):
        op.drop_column("topics", name)
