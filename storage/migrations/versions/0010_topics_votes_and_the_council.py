"""Topics, votes with their register, and the council of residents"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "council_members",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", storage.types.Words(), nullable=False),
        sa.Column("since", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("until", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("bot", sa.String(length=40), nullable=True),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("chat", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_council_members")),
    )
    op.create_index("ix_council_members_account", "council_members", ["bot", "account"], unique=False)
    op.create_table(
        "meetings",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("begins_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("place", storage.types.Words(), nullable=True),
        sa.Column("agenda", storage.types.Json(), nullable=False),
        sa.Column("minutes", storage.types.Words(), nullable=True),
        sa.Column("held_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "no", name=op.f("pk_meetings")),
    )
    op.create_table(
        "topic_watches",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_topic_watches")),
    )
    op.create_table(
        "topics",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("title", storage.types.Words(), nullable=False),
        sa.Column("text", storage.types.Words(), nullable=True),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=True),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("chat", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("decision", storage.types.Words(), nullable=True),
        sa.Column("created_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("opened_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("decided_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("ended_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "no", name=op.f("pk_topics")),
    )
    op.create_index("ix_topics_account", "topics", ["bot", "account"], unique=False)
    op.create_index(
        "ix_topics_next_at",
        "topics",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_topics_state", "topics", ["community_id", "state"], unique=False)
    op.create_table(
        "contributions",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic_no", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("text", storage.types.Words(), nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=True),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("chat", sa.BigInteger(), nullable=True),
        sa.Column("why", storage.types.Words(), nullable=True),
        sa.Column("judge_staff_id", sa.BigInteger(), nullable=True),
        sa.Column("judge_bot", sa.String(length=40), nullable=True),
        sa.Column("judge_account", sa.BigInteger(), nullable=True),
        sa.Column("appealed", sa.Boolean(), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "topic_no"],
            ["topics.community_id", "topics.no"],
            name=op.f("fk_contributions_community_id_topic_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_contributions")),
    )
    op.create_index("ix_contributions_account", "contributions", ["bot", "account"], unique=False)
    op.create_index("ix_contributions_topic_no", "contributions", ["community_id", "topic_no", "id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic_no", sa.BigInteger(), nullable=True),
        sa.Column("meeting_no", sa.BigInteger(), nullable=True),
        sa.Column("text", storage.types.Words(), nullable=False),
        sa.Column("owner", storage.types.Words(), nullable=False),
        sa.Column("due_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("case_no", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "meeting_no"],
            ["meetings.community_id", "meetings.no"],
            name=op.f("fk_decisions_community_id_meeting_no"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "topic_no"],
            ["topics.community_id", "topics.no"],
            name=op.f("fk_decisions_community_id_topic_no"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_topic_no", "decisions", ["community_id", "topic_no"], unique=False)
    op.create_table(
        "topic_cases",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic_no", sa.BigInteger(), nullable=False),
        sa.Column("since", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "topic_no"],
            ["topics.community_id", "topics.no"],
            name=op.f("fk_topic_cases_community_id_topic_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "case_no", name=op.f("pk_topic_cases")),
    )
    op.create_index("ix_topic_cases_topic_no", "topic_cases", ["community_id", "topic_no"], unique=False)
    op.create_table(
        "topic_events",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic_no", sa.BigInteger(), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("reason", storage.types.Words(), nullable=True),
        sa.Column("detail", storage.types.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "topic_no"],
            ["topics.community_id", "topics.no"],
            name=op.f("fk_topic_events_community_id_topic_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_topic_events")),
    )
    op.create_index("ix_topic_events_topic_no", "topic_events", ["community_id", "topic_no", "id"], unique=False)
    op.create_table(
        "topic_supporters",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("came_from", sa.BigInteger(), nullable=True),
        sa.Column("since", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "topic_no"],
            ["topics.community_id", "topics.no"],
            name=op.f("fk_topic_supporters_community_id_topic_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "topic_no", "bot", "account", name=op.f("pk_topic_supporters")),
    )
    op.create_index("ix_topic_supporters_account", "topic_supporters", ["bot", "account"], unique=False)
    op.create_table(
        "votes",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic_no", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("electorate", sa.String(length=40), nullable=False),
        sa.Column("buildings", storage.types.Json(), nullable=False),
        sa.Column("quorum", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("starts", sa.String(length=40), nullable=False),
        sa.Column("options", storage.types.WordsJson(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("eligible", sa.BigInteger(), nullable=True),
        sa.Column("opens_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("closes_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("held_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("hold", sa.String(length=40), nullable=True),
        sa.Column("hold_reason", storage.types.Words(), nullable=True),
        sa.Column("hold_staff_id", sa.BigInteger(), nullable=True),
        sa.Column("appeals_until", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("papers_done", sa.Boolean(), nullable=False),
        sa.Column("result", storage.types.Json(), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.Column("told_at", storage.types.Utc(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("next_at", storage.types.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "topic_no"],
            ["topics.community_id", "topics.no"],
            name=op.f("fk_votes_community_id_topic_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "no", name=op.f("pk_votes")),
    )
    op.create_index(
        "ix_votes_next_at",
        "votes",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_votes_topic_no", "votes", ["community_id", "topic_no"], unique=False)
    op.create_index(
        "ix_votes_untold",
        "votes",
        ["community_id"],
        unique=False,
        sqlite_where=sa.text("told_at IS NULL AND state = 'closed'"),
        postgresql_where=sa.text("told_at IS NULL AND state = 'closed'"),
    )
    op.create_table(
        "ballots",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vote_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("choice", storage.types.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "vote_no"],
            ["votes.community_id", "votes.no"],
            name=op.f("fk_ballots_community_id_vote_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "vote_no", "id", name=op.f("pk_ballots")),
    )
    op.create_table(
        "marks",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vote_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("ballot_id", sa.BigInteger(), nullable=True),
        sa.Column("hand", sa.String(length=64), nullable=True),
        sa.Column("paper", sa.Boolean(), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "vote_no"],
            ["votes.community_id", "votes.no"],
            name=op.f("fk_marks_community_id_vote_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "vote_no", "voter", name=op.f("pk_marks")),
    )
    op.create_table(
        "newcomers",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vote_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("appeal", storage.types.Words(), nullable=True),
        sa.Column("appealed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "vote_no"],
            ["votes.community_id", "votes.no"],
            name=op.f("fk_newcomers_community_id_vote_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "vote_no", "bot", "account", name=op.f("pk_newcomers")),
    )
    op.create_index("ix_newcomers_account", "newcomers", ["bot", "account"], unique=False)
    op.create_table(
        "slips",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vote_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slip", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("choice", storage.types.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "vote_no"],
            ["votes.community_id", "votes.no"],
            name=op.f("fk_slips_community_id_vote_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "vote_no", "slip", name=op.f("pk_slips")),
    )
    op.create_table(
        "vote_events",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vote_no", sa.BigInteger(), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", storage.types.Words(), nullable=True),
        sa.Column("detail", storage.types.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "vote_no"],
            ["votes.community_id", "votes.no"],
            name=op.f("fk_vote_events_community_id_vote_no"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_vote_events")),
    )
    op.create_index("ix_vote_events_vote_no", "vote_events", ["community_id", "vote_no", "id"], unique=False)
    op.create_table(
        "voters",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("room", storage.types.Words(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "building_id"],
            ["buildings.community_id", "buildings.id"],
            name=op.f("fk_voters_community_id_building_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_voters")),
    )
    op.create_index("ix_voters_code_hash", "voters", ["community_id", "code_hash"], unique=False)
    op.create_index("ix_voters_kind", "voters", ["community_id", "kind", "building_id"], unique=False)
    op.create_table(
        "voter_claims",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("voter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("at", storage.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "voter_id"],
            ["voters.community_id", "voters.id"],
            name=op.f("fk_voter_claims_community_id_voter_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "voter_id", "bot", "account", name=op.f("pk_voter_claims")),
    )
    op.create_index("ix_voter_claims_account", "voter_claims", ["bot", "account"], unique=False)
    op.add_column("people", sa.Column("community_since", storage.types.Utc(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("people", "community_since")
    op.drop_index("ix_voter_claims_account", table_name="voter_claims")
    op.drop_table("voter_claims")
    op.drop_index("ix_voters_kind", table_name="voters")
    op.drop_index("ix_voters_code_hash", table_name="voters")
    op.drop_table("voters")
    op.drop_index("ix_vote_events_vote_no", table_name="vote_events")
    op.drop_table("vote_events")
    op.drop_table("slips")
    op.drop_index("ix_newcomers_account", table_name="newcomers")
    op.drop_table("newcomers")
    op.drop_table("marks")
    op.drop_table("ballots")
    op.drop_index(
        "ix_votes_untold",
        table_name="votes",
        sqlite_where=sa.text("told_at IS NULL AND state = 'closed'"),
        postgresql_where=sa.text("told_at IS NULL AND state = 'closed'"),
    )
    op.drop_index("ix_votes_topic_no", table_name="votes")
    op.drop_index(
        "ix_votes_next_at",
        table_name="votes",
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.drop_table("votes")
    op.drop_index("ix_topic_supporters_account", table_name="topic_supporters")
    op.drop_table("topic_supporters")
    op.drop_index("ix_topic_events_topic_no", table_name="topic_events")
    op.drop_table("topic_events")
    op.drop_index("ix_topic_cases_topic_no", table_name="topic_cases")
    op.drop_table("topic_cases")
    op.drop_index("ix_decisions_topic_no", table_name="decisions")
    op.drop_table("decisions")
    op.drop_index("ix_contributions_topic_no", table_name="contributions")
    op.drop_index("ix_contributions_account", table_name="contributions")
    op.drop_table("contributions")
    op.drop_index("ix_topics_state", table_name="topics")
    op.drop_index(
        "ix_topics_next_at",
        table_name="topics",
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.drop_index("ix_topics_account", table_name="topics")
    op.drop_table("topics")
    op.drop_table("topic_watches")
    op.drop_table("meetings")
    op.drop_index("ix_council_members_account", table_name="council_members")
    op.drop_table("council_members")
