"""The first tables"""

import sqlalchemy as sa
from alembic import op

import storage.types
from storage.schema import first_rows

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keyboards",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("choices", storage.types.Json(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", storage.types.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_keyboards")),
    )
    with op.batch_alter_table("keyboards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_keyboards_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "cases",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("scene", sa.String(length=40), nullable=False),
        sa.Column("scene2", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("urgency", sa.String(length=1), nullable=False),
        sa.Column("text", storage.types.Words(), nullable=False),
        sa.Column("place", storage.types.Words(), nullable=True),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("proposal", storage.types.Json(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("supporters", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("first_staff_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("reopened", sa.BigInteger(), nullable=False),
        sa.Column("reply", storage.types.Words(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfied", sa.BigInteger(), nullable=True),
        sa.Column("created_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("sign_due_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("due_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("signed_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("answered_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("closed_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("contacted_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("root_no", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("external_no", sa.String(length=60), nullable=True),
        sa.Column("contacts_gone_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "no", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_community_id_answered_at", ["community_id", "answered_at"], unique=False)
        batch_op.create_index("ix_cases_community_id_created_at", ["community_id", "created_at"], unique=False)
        batch_op.create_index("ix_cases_community_id_state", ["community_id", "state", "due_at"], unique=False)
        batch_op.create_index(
            "ix_cases_external_no",
            ["community_id", "source", "external_no"],
            unique=True,
            sqlite_where=sa.text("external_no IS NOT NULL"),
            postgresql_where=sa.text("external_no IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_cases_kept",
            ["closed_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NOT NULL AND contacts_gone_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NOT NULL AND contacts_gone_at IS NULL"),
        )
        batch_op.create_index(
            "ix_cases_next_at",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.create_table(
        "conversations",
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", storage.types.WordsJson(), nullable=False),
        sa.Column("updated_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("expires_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("wake_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("bot", "chat", "topic", "account", name=op.f("pk_conversations")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversations_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(
            "ix_conversations_wake_at",
            ["wake_at"],
            unique=False,
            sqlite_where=sa.text("wake_at IS NOT NULL"),
            postgresql_where=sa.text("wake_at IS NOT NULL"),
        )

    op.create_table(
        "counters",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "name", name=op.f("pk_counters")),
    )
    op.create_table(
        "duties",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.BigInteger(), nullable=False),
        sa.Column("start_minute", sa.BigInteger(), nullable=False),
        sa.Column("end_minute", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_duties")),
    )
    op.create_table(
        "questions",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("question", sa.String(length=1000), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_questions")),
    )
    op.create_table(
        "file_copies",
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("bot", "digest", name=op.f("pk_file_copies")),
    )
    op.create_table(
        "grids",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_grids")),
    )
    op.create_table(
        "inbox",
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("body", storage.types.Words(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("received_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("done_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("bot", "update_id", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_done_at", ["done_at"], unique=False)
        batch_op.create_index(
            "ix_inbox_waiting",
            ["bot", "chat", "update_id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "lanes",
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ready_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("bot", "chat", name=op.f("pk_lanes")),
    )
    with op.batch_alter_table("lanes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_lanes_ready_at",
            ["ready_at"],
            unique=False,
            sqlite_where=sa.text("ready_at IS NOT NULL"),
            postgresql_where=sa.text("ready_at IS NOT NULL"),
        )

    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("until", storage.types.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("logical", sa.String(length=100), nullable=True),
        sa.Column("cause", sa.String(length=100), nullable=True),
        sa.Column("body", storage.types.WordsJson(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("created_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("due_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("done_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_cause",
            ["cause"],
            unique=False,
            sqlite_where=sa.text("cause IS NOT NULL"),
            postgresql_where=sa.text("cause IS NOT NULL"),
        )
        batch_op.create_index("ix_outbox_done_at", ["done_at"], unique=False)
        batch_op.create_index(
            "ix_outbox_waiting",
            ["bot", "priority", "due_at", "id", "chat"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(
            "ix_outbox_logical",
            ["bot", "chat", "logical"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting' AND logical IS NOT NULL"),
            postgresql_where=sa.text("state = 'waiting' AND logical IS NOT NULL"),
        )

    op.create_table(
        "people",
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("name", storage.types.Words(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
        sa.Column("consent_version", sa.String(length=40), nullable=True),
        sa.Column("consented_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("paused_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("created_at", storage.types.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bot", "account", name=op.f("pk_people")),
    )
    op.create_index(
        "ix_people_strangers",
        "people",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("consent_version IS NULL"),
        postgresql_where=sa.text("consent_version IS NULL"),
    )
    op.create_table(
        "reference_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_version")),
    )
    op.create_table(
        "report_requests",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("done_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_report_requests")),
    )
    with op.batch_alter_table("report_requests", schema=None) as batch_op:
        batch_op.create_index(
            "ix_report_requests_waiting",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "report_runs",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("period_start", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("period_end", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("content", storage.types.Json(), nullable=False),
        sa.Column("made_at", storage.types.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "report", "period_start", name=op.f("pk_report_runs")),
    )
    op.create_table(
        "shown",
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("logical", sa.String(length=100), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bot", "chat", "logical", name=op.f("pk_shown")),
    )
    op.create_index("ix_shown_logical", "shown", ["logical"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", storage.types.Words(), nullable=False),
        sa.Column("phone", storage.types.Words(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_table(
        "streets",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_streets")),
        sa.UniqueConstraint("name", name=op.f("uq_streets_name")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("name", name=op.f("uq_units_name")),
    )
    op.create_table(
        "alarms",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("acknowledged_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name=op.f("fk_alarms_community_id_case_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "case_no", name=op.f("pk_alarms")),
    )
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alarms_next_at",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.create_table(
        "nudges",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("words", storage.types.Words(), nullable=True),
        sa.Column("asked_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("due_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("told", storage.types.Json(), nullable=False),
        sa.Column("done_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=True),
        sa.Column("answer", storage.types.Words(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name=op.f("fk_nudges_community_id_case_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_nudges")),
    )
    with op.batch_alter_table("nudges", schema=None) as batch_op:
        batch_op.create_index("ix_nudges_case_no", ["community_id", "case_no"], unique=False)
        batch_op.create_index(
            "ix_nudges_next_at",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_nudges_once",
            ["community_id", "case_no", "kind", "due_at"],
            unique=True,
            sqlite_where=sa.text("staff_id IS NULL"),
            postgresql_where=sa.text("staff_id IS NULL"),
        )

    op.create_table(
        "attachments",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("file_id", sa.String(length=300), nullable=False),
        sa.Column("unique_id", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name=op.f("fk_attachments_community_id_case_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_attachments")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index("ix_attachments_community_id_case_no", ["community_id", "case_no"], unique=False)
        batch_op.create_index(
            "ix_attachments_waiting",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "buildings",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("built_year", sa.BigInteger(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "grid_id"],
            ["grids.community_id", "grids.id"],
            name=op.f("fk_buildings_community_id_grid_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_buildings")),
    )
    op.create_table(
        "case_events",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("reason", storage.types.Words(), nullable=True),
        sa.Column("via", sa.String(length=100), nullable=True),
        sa.Column("detail", storage.types.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name=op.f("fk_case_events_community_id_case_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_case_events")),
    )
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.create_index("ix_case_events_community_id_case_no", ["community_id", "case_no", "id"], unique=False)
        batch_op.create_index(
            "ix_case_events_judged",
            ["community_id", "at"],
            unique=False,
            sqlite_where=sa.text("action IN ('confirm', 'reopen', 'object')"),
            postgresql_where=sa.text("action IN ('confirm', 'reopen', 'object')"),
        )

    op.create_table(
        "case_messages",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", storage.types.Words(), nullable=True),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("attachment_id", sa.BigInteger(), nullable=True),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name=op.f("fk_case_messages_community_id_case_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_case_messages")),
    )
    with op.batch_alter_table("case_messages", schema=None) as batch_op:
        batch_op.create_index("ix_case_messages_bot", ["bot", "chat", "message_id"], unique=False)
        batch_op.create_index("ix_case_messages_community_id_case_no", ["community_id", "case_no"], unique=False)

    op.create_table(
        "case_people",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("joined_at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name=op.f("fk_case_people_community_id_case_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "case_no", "bot", "account", name=op.f("pk_case_people")),
    )
    with op.batch_alter_table("case_people", schema=None) as batch_op:
        batch_op.create_index("ix_case_people_account", ["bot", "account"], unique=False)

    op.create_table(
        "communities",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("street_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=True),
        sa.Column("area_m2", sa.BigInteger(), nullable=True),
        sa.Column("built_year", sa.BigInteger(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("staff_chat", storage.types.Json(), nullable=True),
        sa.ForeignKeyConstraint(["street_id"], ["streets.id"], name=op.f("fk_communities_street_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communities")),
        sa.UniqueConstraint("code", name=op.f("uq_communities_code")),
    )
    op.create_table(
        "corrections",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name=op.f("fk_corrections_community_id_case_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_corrections")),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("used_at", storage.types.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_invitations_staff_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitations")),
    )
    op.create_table(
        "staff_accounts",
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("bound_at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_accounts_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bot", "account", name=op.f("pk_staff_accounts")),
    )
    with op.batch_alter_table("staff_accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_accounts_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "staff_rights",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_rights_staff_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", "role", "scope", "scope_id", "community_id", name=op.f("pk_staff_rights")),
    )
    first_rows(op.get_bind())

    op.create_table(
        "accesses",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=True),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("purpose", storage.types.Words(), nullable=True),
        sa.Column("detail", storage.types.Json(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_accesses")),
    )
    with op.batch_alter_table("accesses", schema=None) as batch_op:
        batch_op.create_index("ix_accesses_case_no", ["community_id", "case_no"], unique=False)

    op.create_table(
        "resident_groups",
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("since", storage.types.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bot", "chat", name=op.f("pk_resident_groups")),
    )
    op.create_table(
        "case_contacts",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("name", storage.types.Words(), nullable=True),
        sa.Column("phone", storage.types.Words(), nullable=True),
        sa.Column("relation", sa.String(length=40), nullable=True),
        sa.Column("consent", sa.String(length=40), nullable=False),
        sa.Column("consented_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("bot", sa.String(length=40), nullable=True),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name=op.f("fk_case_contacts_community_id_case_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_case_contacts")),
    )
    with op.batch_alter_table("case_contacts", schema=None) as batch_op:
        batch_op.create_index("ix_case_contacts_case_no", ["community_id", "case_no"], unique=False)

    op.create_table(
        "case_units",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "case_no"],
            ["cases.community_id", "cases.no"],
            name=op.f("fk_case_units_community_id_case_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "case_no", "unit_id", name=op.f("pk_case_units")),
    )
    with op.batch_alter_table("case_units", schema=None) as batch_op:
        batch_op.create_index("ix_case_units_unit_id", ["unit_id"], unique=False)


def downgrade() -> None:
    for table in ("case_units", "case_contacts", "resident_groups", "accesses"):
        op.drop_table(table)
    op.drop_table("staff_rights")
    with op.batch_alter_table("staff_accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_accounts_staff_id"))

    op.drop_table("staff_accounts")
    op.drop_table("invitations")
    op.drop_table("corrections")
    op.drop_table("communities")
    with op.batch_alter_table("case_people", schema=None) as batch_op:
        batch_op.drop_index("ix_case_people_account")

    op.drop_table("case_people")
    with op.batch_alter_table("case_messages", schema=None) as batch_op:
        batch_op.drop_index("ix_case_messages_community_id_case_no")
        batch_op.drop_index("ix_case_messages_bot")

    op.drop_table("case_messages")
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_case_events_judged",
            sqlite_where=sa.text("action IN ('confirm', 'reopen', 'object')"),
            postgresql_where=sa.text("action IN ('confirm', 'reopen', 'object')"),
        )
        batch_op.drop_index("ix_case_events_community_id_case_no")

    op.drop_table("case_events")
    op.drop_table("buildings")
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_attachments_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_attachments_community_id_case_no")

    op.drop_table("attachments")
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_alarms_next_at",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.drop_table("alarms")
    op.drop_table("nudges")
    op.drop_table("units")
    op.drop_table("streets")
    op.drop_table("staff")
    op.drop_index("ix_shown_logical", table_name="shown")
    op.drop_table("shown")
    op.drop_table("report_runs")
    with op.batch_alter_table("report_requests", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_report_requests_waiting",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.drop_table("report_requests")
    op.drop_table("reference_version")
    op.drop_index(
        "ix_people_strangers",
        table_name="people",
        sqlite_where=sa.text("consent_version IS NULL"),
        postgresql_where=sa.text("consent_version IS NULL"),
    )
    op.drop_table("people")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_logical",
            sqlite_where=sa.text("state = 'waiting' AND logical IS NOT NULL"),
            postgresql_where=sa.text("state = 'waiting' AND logical IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_outbox_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_outbox_done_at")
        batch_op.drop_index(
            "ix_outbox_cause", sqlite_where=sa.text("cause IS NOT NULL"), postgresql_where=sa.text("cause IS NOT NULL")
        )

    op.drop_table("outbox")
    op.drop_table("leases")
    with op.batch_alter_table("lanes", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_lanes_ready_at",
            sqlite_where=sa.text("ready_at IS NOT NULL"),
            postgresql_where=sa.text("ready_at IS NOT NULL"),
        )

    op.drop_table("lanes")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_waiting", sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'")
        )
        batch_op.drop_index("ix_inbox_done_at")

    op.drop_table("inbox")
    op.drop_table("grids")
    op.drop_table("file_copies")
    op.drop_table("questions")
    op.drop_table("duties")
    op.drop_table("counters")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_conversations_wake_at",
            sqlite_where=sa.text("wake_at IS NOT NULL"),
            postgresql_where=sa.text("wake_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_conversations_expires_at"))

    op.drop_table("conversations")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_cases_next_at",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_cases_community_id_state")
        batch_op.drop_index("ix_cases_community_id_created_at")
        batch_op.drop_index("ix_cases_community_id_answered_at")

    op.drop_table("cases")
    with op.batch_alter_table("keyboards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_keyboards_expires_at"))

    op.drop_table("keyboards")
