"""Indices for a person's conversations, the residents of a community, a unit's cases, and what was given up"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
expands = True

PLAIN = {
    "ix_conversations_account": ("conversations", "bot", "account"),
    "ix_people_community_id": ("people", "community_id"),
}
PARTIAL = {
    "ix_cases_unit_id": ("cases", "unit_id", "unit_id IS NOT NULL"),
    "ix_inbox_parked": ("inbox", "done_at", "state = 'parked'"),
    "ix_outbox_dead": ("outbox", "done_at", "state = 'dead'"),
}


def upgrade() -> None:
    for name, (table, *columns) in PLAIN.items():
        op.create_index(name, table, columns)
    for name, (table, column, where) in PARTIAL.items():
        op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, (table, *_) in (PLAIN | PARTIAL).items():
        op.drop_index(name, table_name=table)
