"""The community check-up and surveys"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "facility_stock",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("point", sa.String(length=40), nullable=False),
        sa.Column("has", sa.Boolean(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("ratio", sa.Float(), nullable=True),
        sa.Column("walk_minutes", sa.Float(), nullable=True),
        sa.Column("base_m2", sa.Float(), nullable=True),
        sa.Column("condition", sa.String(length=40), nullable=True),
        sa.Column("year", sa.BigInteger(), nullable=True),
        sa.Column("paid", sa.String(length=1000), nullable=True),
        sa.Column("income", sa.BigInteger(), nullable=True),
        sa.Column("upkeep", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=100), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", storage.types.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "point", name=op.f("pk_facility_stock")),
    )
    op.create_table(
        "neighbours",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "other_id", name=op.f("pk_neighbours")),
    )
    op.create_table(
        "surveys",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template", storage.types.Json(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("started_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("ends_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("remind_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("ended_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("results", storage.types.Json(), nullable=True),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("answers_gone_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_surveys")),
    )
    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.create_index(
            "ix_surveys_next_at",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_surveys_running",
            ["community_id"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "survey_answers",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("question", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("option", sa.BigInteger(), nullable=True),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("words", storage.types.Words(), nullable=True),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "survey_id"],
            ["surveys.community_id", "surveys.id"],
            name=op.f("fk_survey_answers_community_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "community_id", "survey_id", "bot", "account", "question", name=op.f("pk_survey_answers")
        ),
    )
    with op.batch_alter_table("survey_answers", schema=None) as batch_op:
        batch_op.create_index("ix_survey_answers_account", ["bot", "account"], unique=False)

    op.create_table(
        "survey_people",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("question", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "survey_id"],
            ["surveys.community_id", "surveys.id"],
            name=op.f("fk_survey_people_community_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "survey_id", "bot", "account", name=op.f("pk_survey_people")),
    )
    with op.batch_alter_table("survey_people", schema=None) as batch_op:
        batch_op.create_index("ix_survey_people_account", ["bot", "account"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("survey_people", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_people_account")

    op.drop_table("survey_people")
    with op.batch_alter_table("survey_answers", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_answers_account")

    op.drop_table("survey_answers")
    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_surveys_running",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index(
            "ix_surveys_next_at",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.drop_table("surveys")
    op.drop_table("neighbours")
    op.drop_table("facility_stock")
