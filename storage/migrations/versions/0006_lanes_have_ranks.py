"""Lanes have ranks: who may be in danger is worked on first"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

READY = sa.text("ready_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("lanes", sa.Column("rank", sa.SmallInteger(), server_default="1", nullable=False))
    op.drop_index("ix_lanes_ready_at", "lanes")
    op.create_index("ix_lanes_rank", "lanes", ["rank", "ready_at"], sqlite_where=READY, postgresql_where=READY)


def downgrade() -> None:
    op.drop_index("ix_lanes_rank", "lanes")
    op.create_index("ix_lanes_ready_at", "lanes", ["ready_at"], sqlite_where=READY, postgresql_where=READY)
    op.drop_column("lanes", "rank")
