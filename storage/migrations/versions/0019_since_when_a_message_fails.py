"""Since when a message cannot be delivered: it is given up a day after that, not a day after it was queued"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.add_column("outbox", sa.Column("failing_since", storage.types.Utc(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "failing_since")
