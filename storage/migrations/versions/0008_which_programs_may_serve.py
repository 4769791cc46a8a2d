"""Which programs may serve while the database is ahead of them"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "program_revisions",
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_program_revisions")),
    )


def downgrade() -> None:
    op.drop_table("program_revisions")
