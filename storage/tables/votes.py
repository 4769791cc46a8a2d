"""Votes: who may vote, the roll of who has, and the ballots, which nothing ties to a voter once a vote has closed.

See docs/adr/ for why the roll and the ballots are two tables and what is destroyed when.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Json, Words, WordsJson


def of_vote() -> ForeignKeyConstraint:
    """The foreign key of a row that belongs to a vote."""
    return ForeignKeyConstraint(["community_id", "vote_no"], ["votes.community_id", "votes.no"], ondelete="CASCADE")


class Vote(Base):
    """A vote about a topic. `options` are their texts in the order of the ballot, drawn by lot at the opening.

    `key` makes voters into tags; it is deleted at the closing. `eligible`: how many may vote, as far as it is known.
    `quorum`: per cent of them; 0: none. `held_at`: many new accounts voted, and somebody has to look.
    """

    __tablename__ = "votes"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic_no: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(Code)
    method: Mapped[str] = mapped_column(Code)
    electorate: Mapped[str] = mapped_column(Code)
    buildings: Mapped[Any] = mapped_column(Json)
    quorum: Mapped[int]
    days: Mapped[int]
    starts: Mapped[str] = mapped_column(Code)
    options: Mapped[Any] = mapped_column(WordsJson)
    key: Mapped[str | None] = mapped_column(String(64))
    eligible: Mapped[int | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    hold: Mapped[str | None] = mapped_column(Code)
    hold_reason: Mapped[str | None] = mapped_column(Words)
    hold_staff_id: Mapped[int | None]
    appeals_until: Mapped[datetime | None]
    papers_done: Mapped[bool] = mapped_column(default=False)
    result: Mapped[Any | None] = mapped_column(Json)
    seal: Mapped[str | None] = mapped_column(String(64))
    told_at: Mapped[datetime | None]
    staff_id: Mapped[int | None]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "topic_no"], ["topics.community_id", "topics.no"], ondelete="CASCADE"),
        Index("ix_votes_topic_no", "community_id", "topic_no"),
        partial("ix_votes_next_at", "next_at", where="next_at IS NOT NULL"),
        partial("ix_votes_untold", "community_id", where="told_at IS NULL AND state = 'closed'"),
    )


class Mark(Base):
    """The roll: one row for each voter who has voted, unique by the vote's own tag for them.

    `ballot_id` points to their ballot until the closing, then to nothing; `hand` is who cast it of a household.
    `paper`: they vote on paper, so no ballot is theirs. `left_out`: not counted, for a reason that they were told.
    """

    __tablename__ = "marks"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    vote_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voter: Mapped[str] = mapped_column(String(64), primary_key=True)
    ballot_id: Mapped[int | None]
    hand: Mapped[str | None] = mapped_column(String(64))
    paper: Mapped[bool] = mapped_column(default=False)
    left_out: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (of_vote(),)


class Ballot(Base):
    """What was chosen, as places on the ballot; the id is random, and drawn anew when the vote is counted."""

    __tablename__ = "ballots"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    vote_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    choice: Mapped[Any] = mapped_column(Json)
    __table_args__ = (of_vote(),)


class Slip(Base):
    """A paper ballot from the box, under the number it got there, as one worker read it; who voted is not on it.

    The second worker's reading decides: the same, and it becomes a ballot; another, and both read it again. Then
    `staff_id` and `choice` are empty and only the number stays, so that no slip is entered twice.
    """

    __tablename__ = "slips"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    vote_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slip: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int | None]
    choice: Mapped[Any | None] = mapped_column(Json)
    __table_args__ = (of_vote(),)


class Newcomer(Base):
    """Somebody new in the community who voted: kept until the vote is counted, in case somebody has to look.

    `state`: as it was decided (counted, left_out); an appeal goes to somebody else, once.
    """

    __tablename__ = "newcomers"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    vote_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    state: Mapped[str] = mapped_column(Code)
    appeal: Mapped[str | None] = mapped_column(Words)
    appealed: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (of_vote(), Index("ix_newcomers_account", "bot", "account"))


class VoteProxy(Base):
    """A voter's request that somebody marks their ballot (代投), until the vote is counted: then nothing of it is kept.

    Whose ballot: `voter_*`, with `line_id` where it is by the register; only `line_id`, with the first of the staff
    that asked (`staff_id`), where nobody in the chat is of the line; `called`, door and name, of somebody who is in no
    chat where there is no register. `bot`, `account`, `chat`: who marks it, once they have said the code; `paper`: they
    mark a slip themselves instead.
    """

    __tablename__ = "vote_proxies"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    vote_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voter_bot: Mapped[str | None] = mapped_column(Code)
    voter_account: Mapped[int | None]
    voter_chat: Mapped[int | None]
    line_id: Mapped[int | None]
    staff_id: Mapped[int | None]
    code_hash: Mapped[str | None] = mapped_column(String(64))
    called: Mapped[str | None] = mapped_column(Words)
    paper: Mapped[bool] = mapped_column(default=False, server_default=false())
    bot: Mapped[str | None] = mapped_column(Code)
    account: Mapped[int | None]
    chat: Mapped[int | None]
    at: Mapped[datetime]
    __table_args__ = (
        of_vote(),
        Index("ix_vote_proxies_voter_account", "voter_bot", "voter_account"),
        Index("ix_vote_proxies_account", "bot", "account"),
        Index("ix_vote_proxies_code_hash", "community_id", "code_hash"),
    )


class VoteEvent(Base):
    """One step of a vote, append-only. None of them is about a ballot."""

    __tablename__ = "vote_events"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    vote_no: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(Code)
    role: Mapped[str] = mapped_column(Code)
    staff_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Words)
    detail: Mapped[Any | None] = mapped_column(Json)
    __table_args__ = (of_vote(), Index("ix_vote_events_vote_no", "community_id", "vote_no", "id"))


class Voter(Base):
    """A line of a community's register (名册): a household, an owner or a person that may vote, without a name.

    `code_hash`: of the code on the slip of paper that they were given; whoever says it is of this line.
    """

    __tablename__ = "voters"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Code)
    building_id: Mapped[int]
    room: Mapped[str] = mapped_column(Words)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "building_id"], ["buildings.community_id", "buildings.id"]),
        Index("ix_voters_kind", "community_id", "kind", "building_id"),
        Index("ix_voters_code_hash", "community_id", "code_hash"),
    )


class VoterClaim(Base):
    """An account that says it is of a line of the register; only a confirmed one counts."""

    __tablename__ = "voter_claims"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    confirmed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "voter_id"], ["voters.community_id", "voters.id"], ondelete="CASCADE"),
        Index("ix_voter_claims_account", "bot", "account"),
    )
