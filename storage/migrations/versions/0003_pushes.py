"""Invitations to many"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pushes",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("thing", sa.String(length=100), nullable=False),
        sa.Column("text", storage.types.Words(), nullable=False),
        sa.Column("rows", storage.types.WordsJson(), nullable=False),
        sa.Column("logical", sa.String(length=100), nullable=True),
        sa.Column("until", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("created_at", storage.types.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_pushes")),
    )
    op.create_index("uq_pushes_community_id_thing", "pushes", ["community_id", "thing"], unique=True)
    op.create_index("ix_pushes_created_at", "pushes", ["created_at"])
    op.create_table(
        "push_recipients",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("push_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("sent_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "push_id", "bot", "account", name=op.f("pk_push_recipients")),
        sa.ForeignKeyConstraint(
            ["community_id", "push_id"],
            ["pushes.community_id", "pushes.id"],
            name=op.f("fk_push_recipients_community_id_push_id"),
            ondelete="CASCADE",
        ),
    )
    some = sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_push_recipients_next_at", "push_recipients", ["bot", "next_at"], sqlite_where=some, postgresql_where=some
    )
    op.create_index("ix_push_recipients_bot", "push_recipients", ["bot", "account", "sent_at"])
    op.add_column("people", sa.Column("no_pushes_at", storage.types.Utc(timezone=True), nullable=True))
    op.add_column("people", sa.Column("quiet_since", sa.BigInteger(), nullable=True))
    op.add_column("people", sa.Column("quiet_until", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("people") as people:
        for name in ("quiet_until", "quiet_since", "no_pushes_at"):
            people.drop_column(name)
    op.drop_table("push_recipients")
    op.drop_table("pushes")
