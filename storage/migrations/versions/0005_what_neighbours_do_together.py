"""What neighbours promise, keep, build and share"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gatherings",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", storage.types.Words(), nullable=False),
        sa.Column("place", storage.types.Words(), nullable=False),
        sa.Column("places", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("ends_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("topic_no", sa.BigInteger(), nullable=True),
        sa.Column("call_no", sa.BigInteger(), nullable=True),
        sa.Column("reminded_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("cancelled_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "no", name=op.f("pk_gatherings")),
    )
    op.create_index(
        "ix_gatherings_next_at",
        "gatherings",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "help_calls",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", storage.types.Words(), nullable=False),
        sa.Column("places", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=True),
        sa.Column("topic_no", sa.BigInteger(), nullable=True),
        sa.Column("bot", sa.String(length=40), nullable=True),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("chat", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("judged_by", sa.BigInteger(), nullable=True),
        sa.Column("why", storage.types.Words(), nullable=True),
        sa.Column("appealed", sa.Boolean(), nullable=False),
        sa.Column("made_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("ended_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "no", name=op.f("pk_help_calls")),
    )
    op.create_index("ix_help_calls_account", "help_calls", ["bot", "account"], unique=False)
    op.create_index("ix_help_calls_state", "help_calls", ["community_id", "state"], unique=False)
    op.create_table(
        "promises",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", storage.types.Words(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("owner", storage.types.Words(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("case_no", sa.BigInteger(), nullable=True),
        sa.Column("topic_no", sa.BigInteger(), nullable=True),
        sa.Column("made_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("due_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("reported_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("given_up", storage.types.Words(), nullable=True),
        sa.Column("asked_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "no", name=op.f("pk_promises")),
    )
    op.create_index(
        "ix_promises_next_at",
        "promises",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("uq_promises_community_id_source", "promises", ["community_id", "source"], unique=True)
    op.create_table(
        "rooms",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("weekdays", sa.String(length=7), nullable=False),
        sa.Column("opens", sa.BigInteger(), nullable=False),
        sa.Column("closes", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_rooms")),
    )
    op.create_table(
        "rotas",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", storage.types.Words(), nullable=False),
        sa.Column("weekdays", sa.String(length=7), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("topic_no", sa.BigInteger(), nullable=True),
        sa.Column("made_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("ended_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "no", name=op.f("pk_rotas")),
    )
    op.create_index(
        "ix_rotas_next_at",
        "rotas",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "rules",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", storage.types.Words(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("vote_no", sa.BigInteger(), nullable=True),
        sa.Column("drafted_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("published_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("dropped_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "version", name=op.f("pk_rules")),
    )
    op.create_table(
        "stories",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", storage.types.Words(), nullable=False),
        sa.Column("before", storage.types.Words(), nullable=False),
        sa.Column("after", storage.types.Words(), nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=True),
        sa.Column("topic_no", sa.BigInteger(), nullable=True),
        sa.Column("promise_no", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("published_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("hidden_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("why_hidden", storage.types.Words(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "no", name=op.f("pk_stories")),
    )
    op.create_table(
        "bookings",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("room_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("name", storage.types.Words(), nullable=True),
        sa.Column("starts_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "room_id"],
            ["rooms.community_id", "rooms.id"],
            name=op.f("fk_bookings_community_id_room_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "room_id", "day", "minute", name=op.f("pk_bookings")),
    )
    op.create_index("ix_bookings_account", "bookings", ["bot", "account"], unique=False)
    op.create_index(
        "ix_bookings_next_at",
        "bookings",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_bookings_starts_at", "bookings", ["starts_at"], unique=False)
    op.create_table(
        "gathering_people",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gathering_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("name", storage.types.Words(), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "gathering_no"],
            ["gatherings.community_id", "gatherings.no"],
            name=op.f("fk_gathering_people_community_id_gathering_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "gathering_no", "bot", "account", name=op.f("pk_gathering_people")),
    )
    op.create_index("ix_gathering_people_account", "gathering_people", ["bot", "account"], unique=False)
    op.create_table(
        "help_offers",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("call_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("name", storage.types.Words(), nullable=True),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "call_no"],
            ["help_calls.community_id", "help_calls.no"],
            name=op.f("fk_help_offers_community_id_call_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "call_no", "bot", "account", name=op.f("pk_help_offers")),
    )
    op.create_index("ix_help_offers_account", "help_offers", ["bot", "account"], unique=False)
    op.create_table(
        "promise_people",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("promise_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("said", sa.String(length=40), nullable=True),
        sa.Column("reason", storage.types.Words(), nullable=True),
        sa.Column("said_at", storage.types.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "promise_no"],
            ["promises.community_id", "promises.no"],
            name=op.f("fk_promise_people_community_id_promise_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "promise_no", "bot", "account", name=op.f("pk_promise_people")),
    )
    op.create_index("ix_promise_people_account", "promise_people", ["bot", "account"], unique=False)
    op.create_table(
        "rota_members",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rota_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("since", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("last_turn", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "rota_no"],
            ["rotas.community_id", "rotas.no"],
            name=op.f("fk_rota_members_community_id_rota_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "rota_no", "bot", "account", name=op.f("pk_rota_members")),
    )
    op.create_index("ix_rota_members_account", "rota_members", ["bot", "account"], unique=False)
    op.create_table(
        "rota_turns",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rota_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=True),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("swap", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "rota_no"],
            ["rotas.community_id", "rotas.no"],
            name=op.f("fk_rota_turns_community_id_rota_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "rota_no", "day", name=op.f("pk_rota_turns")),
    )
    op.create_index("ix_rota_turns_account", "rota_turns", ["bot", "account"], unique=False)
    op.create_table(
        "rules_clauses",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", storage.types.Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "version"],
            ["rules.community_id", "rules.version"],
            name=op.f("fk_rules_clauses_community_id_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "version", "no", name=op.f("pk_rules_clauses")),
    )
    op.create_table(
        "rules_comments",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("clause", sa.BigInteger(), nullable=False),
        sa.Column("text", storage.types.Words(), nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "version"],
            ["rules.community_id", "rules.version"],
            name=op.f("fk_rules_comments_community_id_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_rules_comments")),
    )
    op.create_index("ix_rules_comments_account", "rules_comments", ["bot", "account"], unique=False)
    op.create_table(
        "story_pictures",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("story_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.Boolean(), nullable=False),
        sa.Column("asked_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("agreed_at", storage.types.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "story_no"],
            ["stories.community_id", "stories.no"],
            name=op.f("fk_story_pictures_community_id_story_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "story_no", "digest", name=op.f("pk_story_pictures")),
    )
    op.create_index("ix_story_pictures_account", "story_pictures", ["bot", "account"], unique=False)
    op.add_column("people", sa.Column("numbered", sa.Boolean(), nullable=True))
    op.add_column("people", sa.Column("short", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("people") as people:
        for name in ("short", "numbered"):
            people.drop_column(name)
    op.drop_table("story_pictures")
    op.drop_table("rules_comments")
    op.drop_table("rules_clauses")
    op.drop_table("rota_turns")
    op.drop_table("rota_members")
    op.drop_table("promise_people")
    op.drop_table("help_offers")
    op.drop_table("gathering_people")
    op.drop_table("bookings")
    op.drop_table("stories")
    op.drop_table("rules")
    op.drop_table("rotas")
    op.drop_table("rooms")
    op.drop_table("promises")
    op.drop_table("help_calls")
    op.drop_table("gatherings")
