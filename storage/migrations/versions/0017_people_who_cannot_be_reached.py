"""People who cannot be reached are found by an index: they are looked for with every delivery"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_index(
        "ix_people_paused",
        "people",
        ["bot", "chat"],
        unique=False,
        sqlite_where=sa.text("paused_at IS NOT NULL"),
        postgresql_where=sa.text("paused_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_people_paused", table_name="people")
