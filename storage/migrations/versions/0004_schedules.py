"""Reports reach people where and when they like"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=True),
        sa.Column("weekday", sa.BigInteger(), nullable=True),
        sa.Column("minute", sa.BigInteger(), nullable=True),
        sa.Column("on_holidays", sa.Boolean(), nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "report", "bot", "chat", "topic", name=op.f("pk_subscriptions")),
    )
    op.create_index("ix_subscriptions_chat", "subscriptions", ["bot", "chat"])
    with op.batch_alter_table("report_requests") as batch_op:
        batch_op.add_column(sa.Column("due_at", storage.types.Utc(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("period_start", storage.types.Utc(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("report_requests") as batch_op:
        batch_op.drop_column("period_start")
        batch_op.drop_column("due_at")
    op.drop_table("subscriptions")
