"""Votes: the roll of who has voted, the ballots, and the moment at which the links between them are destroyed.

While a vote runs, a voter's mark on the roll points to a ballot, so that it can be changed. `unlink` ends
this for good.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select, update

from ledger.votes import Electorate, Method, VoteState, chosen
from storage.counters import next_no
from storage.errors import LostRace, NotFound
from storage.ids import new_id, new_random_id
from storage.sql.bulk import insert_rows, upsert
from storage.tables import Ballot, Mark, Newcomer, Slip, Vote, VoteEvent, VoteProxy, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ledger.lifecycle import Role
    from storage.unit_of_work import UnitOfWork

Key = tuple[int, int]


class SlipRead(StrEnum):
    """The result of reading a paper ballot."""

    FIRST = "first"
    SAME = "same"
    DIFFERENT = "different"
    TWICE_BY_ONE = "twice_by_one"
    KNOWN = "known"
    TOO_MANY = "too_many"


@dataclass(slots=True)
class VoteRow:
    """One vote as it was read; only `Votes.change` changes it."""

    community_id: int
    no: int
    topic_no: int
    version: int
    state: VoteState
    method: Method
    electorate: Electorate
    buildings: list[int]
    quorum: int
    days: int
    starts: str
    options: list[str]
    key: str | None
    eligible: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    held_at: datetime | None
    hold: str | None
    hold_reason: str | None
    hold_staff_id: int | None
    appeals_until: datetime | None
    papers_done: bool
    result: dict[str, Any] | None
    seal: str | None
    told_at: datetime | None
    staff_id: int | None
    created_at: datetime
    next_at: datetime | None

    @property
    def primary_key(self) -> Key:
        """Community and number."""
        return self.community_id, self.no


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot after a tap: what is chosen now, and whether it is the voter's first."""

    choice: list[int]
    first: bool


class Votes:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    # votes -----------------------------------------------------------------------------------------------------------

    def begin(self, community_id: int, topic_no: int, **values: Any) -> VoteRow:
        """Add a vote under the community's next number."""
        row: dict[str, Any] = dict.fromkeys(_COLUMNS)
        row |= {"version": 1, "state": VoteState.DRAFT, "buildings": [], "options": [], "papers_done": False}
        row["created_at"] = self._uow.now
        row |= values | {"topic_no": topic_no, "community_id": community_id}
        row["no"] = next_no(self._uow, community_id, "vote")
        self._uow.insert(Vote, row)
        return VoteRow(**row)

    def get(self, community_id: int, no: int) -> VoteRow:
        """Read one vote.

        Raises:
            NotFound: there is none.
        """
        return self._read(_one(community_id, no), community_id, no)

    def to_vote_in(self, community_id: int, no: int) -> VoteRow:
        """Read a vote and lock it until the commit, so that nobody closes it meanwhile.

        Raises:
            NotFound: there is none.
        """
        return self._read(_one(community_id, no).with_for_update(read=True), community_id, no)

    def to_read_paper_of(self, community_id: int, no: int) -> VoteRow:
        """Read a vote and lock it for this transaction alone, because slips are limited by the papers handed out.

        Raises:
            NotFound: there is none.
        """
        return self._read(_one(community_id, no).with_for_update(), community_id, no)

    def _read(self, statement: Any, community_id: int, no: int) -> VoteRow:
        row = self._uow.read(statement, Vote).one_or_none()
        if row is None:
            raise NotFound(f"vote {community_id}/{no}")
        return _vote(row)

    def change(self, vote: VoteRow, **values: Any) -> None:
        """Change a vote from the version that was read.

        Raises:
            LostRace: somebody else changed it since.
        """
        values |= {"version": vote.version + 1}
        this = (Vote.community_id == vote.community_id, Vote.no == vote.no, Vote.version == vote.version)
        if self._uow.execute(update(Vote).where(*this).values(**values)).rowcount != 1:
            raise LostRace(f"vote {vote.community_id}/{vote.no}")
        for name, value in values.items():
            setattr(vote, name, value)

    def of_topic(self, community_id: int, topic_no: int) -> list[VoteRow]:
        """The votes about a topic, newest first."""
        this = (Vote.community_id == community_id, Vote.topic_no == topic_no)
        statement = select(_VOTES).where(*this).order_by(Vote.no.desc())
        return [_vote(row) for row in self._uow.read(statement, Vote)]

    def listed(self, community_ids: list[int], states: Iterable[VoteState], limit: int) -> list[VoteRow]:
        """Votes in these states, newest first."""
        where = (Vote.community_id.in_(community_ids), Vote.state.in_(list(states)))
        statement = select(_VOTES).where(*where).order_by(Vote.created_at.desc(), Vote.no.desc()).limit(limit)
        return [_vote(row) for row in self._uow.read(statement, Vote)]

    def due(self, limit: int = 50) -> list[VoteRow]:
        """Votes whose `next_at` has come, without those that another process has locked."""
        statement = select(_VOTES).where(Vote.next_at <= self._uow.now).order_by(Vote.next_at).limit(limit)
        return [_vote(row) for row in self._uow.read(statement.with_for_update(skip_locked=True), Vote)]

    def untold(self, limit: int = 10) -> list[VoteRow]:
        """Votes that are counted and whose result has not been sent."""
        statement = select(_VOTES).where(Vote.told_at.is_(None), Vote.state == VoteState.CLOSED)
        return [_vote(row) for row in self._uow.read(statement.order_by(Vote.closes_at).limit(limit), Vote)]

    def add_event(
        self,
        vote: VoteRow,
        action: str,
        role: Role,
        *,
        staff_id: int | None = None,
        reason: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> int:
        """Append a step to a vote's history; returns its id."""
        event_id = new_id()
        row = {"community_id": vote.community_id, "id": event_id, "vote_no": vote.no, "at": self._uow.now}
        row |= {"action": action, "role": role, "staff_id": staff_id, "reason": reason, "detail": detail}
        self._uow.insert(VoteEvent, row)
        return event_id

    def events(self, of: Key) -> list[Any]:
        statement = select(table_of(VoteEvent)).where(*_of(VoteEvent, of)).order_by(VoteEvent.id)
        return list(self._uow.read(statement, VoteEvent))

    # voting ----------------------------------------------------------------------------------------------------------

    def cast(self, vote: VoteRow, voter: str, hand: str, place: int) -> Cast | None:
        """Tap one option on a voter's ballot. None: they vote on paper.

        Another member of the same household (another `hand`) starts with an empty ballot, so that they do not see what
        the first one chose.
        """
        mark = self._mark(vote.primary_key, voter, hand)
        if mark.paper:
            return None
        before = self._choice(vote.primary_key, mark.ballot_id)
        choice = chosen(vote.method, (before or []) if mark.hand == hand else [], place)
        if not choice:
            self._take_out(vote.primary_key, voter, mark.ballot_id)
            return Cast([], first=False)
        if mark.hand != hand:
            self._uow.execute(update(Mark).where(*_of(Mark, vote.primary_key), Mark.voter == voter).values(hand=hand))
        row = {"community_id": vote.community_id, "vote_no": vote.no, "id": mark.ballot_id, "choice": choice}
        if before is None:
            self._uow.insert(Ballot, row)
        else:
            this = (*_of(Ballot, vote.primary_key), Ballot.id == mark.ballot_id)
            self._uow.execute(update(Ballot).where(*this).values(choice=choice))
        return Cast(choice, first=before is None)

    def _mark(self, of: Key, voter: str, hand: str) -> Any:
        """The voter's row on the roll, locked; created if it is missing. Two processes create only one."""
        row = {"community_id": of[0], "vote_no": of[1], "voter": voter, "ballot_id": new_random_id(), "hand": hand}
        made = upsert(self._uow.connection)(_MARKS).on_conflict_do_nothing()
        self._uow.execute(made, row | {"paper": False, "left_out": False})
        this = select(_MARKS).where(*_of(Mark, of), Mark.voter == voter).with_for_update()
        return self._uow.read(this, Mark).one()

    def _choice(self, of: Key, ballot_id: int | None) -> list[int] | None:
        statement = select(Ballot.choice).where(*_of(Ballot, of), Ballot.id == ballot_id)
        return self._uow.read(statement, Ballot).scalar_one_or_none()

    def mark_of(self, of: Key, voter: str) -> Any | None:
        return self._uow.read(select(_MARKS).where(*_of(Mark, of), Mark.voter == voter), Mark).one_or_none()

    def choice_of(self, of: Key, voter: str, hand: str) -> list[int]:
        """What this hand has chosen for a voter, in order; empty if another hand did."""
        mark = self.mark_of(of, voter)
        return (self._choice(of, mark.ballot_id) or []) if mark and mark.hand == hand else []

    def withdraw(self, of: Key, voter: str) -> None:
        """Delete a voter's ballot and their mark on the roll."""
        if mark := self.mark_of(of, voter):
            self._take_out(of, voter, mark.ballot_id)

    def _take_out(self, of: Key, voter: str, ballot_id: int | None) -> None:
        self._uow.execute(delete(Ballot).where(*_of(Ballot, of), Ballot.id == ballot_id))
        self._uow.execute(delete(Mark).where(*_of(Mark, of), Mark.voter == voter))

    # on paper --------------------------------------------------------------------------------------------------------

    def hand_out_paper(self, of: Key, voter: str) -> bool:
        """Record that a voter votes on paper. False: they are on the roll already."""
        row = {"community_id": of[0], "vote_no": of[1], "voter": voter, "ballot_id": None, "hand": None}
        made = upsert(self._uow.connection)(_MARKS).on_conflict_do_nothing()
        return self._uow.execute(made, row | {"paper": True, "left_out": False}).rowcount == 1

    def read_slip(self, of: Key, slip: int, staff_id: int, choice: Sequence[int]) -> SlipRead:
        """Store one worker's reading of a paper ballot; it counts once another worker has read the same."""
        readings = self._slip(of, slip)
        if any(row.staff_id is None and row.choice is None for row in readings):
            return SlipRead.KNOWN
        if not readings:
            if self._slips(of) >= self._papers(of):
                return SlipRead.TOO_MANY
            return self._first_reading(of, slip, staff_id, list(choice))
        (first,) = readings
        if first.staff_id == staff_id:
            self._set_slip(of, slip, choice=list(choice))
            return SlipRead.TWICE_BY_ONE
        if first.choice != list(choice):
            self._uow.execute(delete(Slip).where(*_of(Slip, of), Slip.slip == slip))
            return SlipRead.DIFFERENT
        self._set_slip(of, slip, staff_id=None, choice=None)
        row = {"community_id": of[0], "vote_no": of[1], "id": new_random_id(), "choice": list(choice)}
        self._uow.insert(Ballot, row)
        return SlipRead.SAME

    def _first_reading(self, of: Key, slip: int, staff_id: int, choice: list[int]) -> SlipRead:
        row = {"community_id": of[0], "vote_no": of[1], "slip": slip, "staff_id": staff_id, "choice": choice}
        made = upsert(self._uow.connection)(table_of(Slip)).on_conflict_do_nothing()
        if self._uow.execute(made, row).rowcount != 1:
            raise LostRace(f"slip of vote {of[0]}/{of[1]}")  # two workers read it at once: the second is run again
        return SlipRead.FIRST

    def _slip(self, of: Key, slip: int) -> list[Any]:
        statement = select(table_of(Slip)).where(*_of(Slip, of), Slip.slip == slip).with_for_update()
        return list(self._uow.read(statement, Slip))

    def _set_slip(self, of: Key, slip: int, **values: Any) -> None:
        self._uow.execute(update(Slip).where(*_of(Slip, of), Slip.slip == slip).values(**values))

    def _slips(self, of: Key) -> int:
        return int(self._uow.read(select(func.count()).where(*_of(Slip, of)), Slip).scalar_one())

    def _papers(self, of: Key) -> int:
        return int(self._uow.read(select(func.count()).where(*_of(Mark, of), Mark.paper), Mark).scalar_one())

    def unfinished_slips(self, of: Key) -> list[int]:
        """Numbers of paper ballots that only one worker has read."""
        statement = select(Slip.slip).where(*_of(Slip, of), Slip.staff_id.is_not(None)).order_by(Slip.slip)
        return list(self._uow.read(statement, Slip).scalars())

    # many new accounts -----------------------------------------------------------------------------------------------

    def note_newcomer(self, of: Key, bot: str, account: int, chat: int) -> int:
        """Record that somebody new in the community has voted. Returns how many there are."""
        row = {"community_id": of[0], "vote_no": of[1], "bot": bot, "account": account, "chat": chat}
        made = upsert(self._uow.connection)(table_of(Newcomer)).on_conflict_do_nothing()
        self._uow.execute(made, row | {"state": "waiting", "appeal": None, "appealed": False})
        return int(self._uow.read(select(func.count()).where(*_of(Newcomer, of)), Newcomer).scalar_one())

    def newcomers(self, of: Key) -> list[Any]:
        order = (Newcomer.bot, Newcomer.account)
        return list(self._uow.read(select(table_of(Newcomer)).where(*_of(Newcomer, of)).order_by(*order), Newcomer))

    def newcomer(self, of: Key, bot: str, account: int) -> Any | None:
        return next((row for row in self.newcomers(of) if (row.bot, row.account) == (bot, account)), None)

    def judge_newcomer(self, of: Key, bot: str, account: int, **values: Any) -> None:
        this = (*_of(Newcomer, of), Newcomer.bot == bot, Newcomer.account == account)
        self._uow.execute(update(Newcomer).where(*this).values(**values))

    def leave_out(self, of: Key, voters: list[str], *, left_out: bool) -> None:
        self._uow.execute(update(Mark).where(*_of(Mark, of), Mark.voter.in_(voters)).values(left_out=left_out))

    # the end ---------------------------------------------------------------------------------------------------------

    def unlink(self, vote: VoteRow) -> list[list[int]]:
        """Destroy whatever links a voter to a ballot. Returns the choices that count, not in the order of voting.

        Deletes key, pointers, hands, new accounts and paper readings. Writes roll and ballots anew, in the order of
        tags and random ids, which say nothing about when they came.
        """
        of = vote.primary_key
        roll = self._uow.read(select(Mark.voter, Mark.paper, Mark.left_out).where(*_of(Mark, of)), Mark).all()
        out = exists().where(
            Mark.community_id == Ballot.community_id,
            Mark.vote_no == Ballot.vote_no,
            Mark.ballot_id == Ballot.id,
            Mark.left_out,
        )
        counting = select(Ballot.choice).where(*_of(Ballot, of), ~out).order_by(Ballot.id)
        kept = list(self._uow.read(counting, Ballot, Mark).scalars())
        self.destroy(of)
        same = {"community_id": of[0], "vote_no": of[1]}
        ids = sorted(new_random_id() for _ in kept)
        shuffled = sorted(kept, key=lambda _: new_random_id())
        if kept:
            rows = [same | {"id": number, "choice": choice} for number, choice in zip(ids, shuffled, strict=True)]
            insert_rows(self._uow.connection, Ballot, rows)
        if roll:
            marks = [
                same | {"voter": row.voter, "ballot_id": None, "hand": None, "paper": row.paper} for row in sorted(roll)
            ]
            lefts = {row.voter: row.left_out for row in roll}
            insert_rows(self._uow.connection, Mark, [row | {"left_out": lefts[row["voter"]]} for row in marks])
        return shuffled

    def destroy(self, of: Key) -> None:
        """Destroy roll, ballots, readings, new accounts and proxies of a vote."""
        for table in (Ballot, Mark, Slip, Newcomer, VoteProxy):
            self._uow.execute(delete(table).where(*_of(table, of)))

    def ballots(self, of: Key) -> list[tuple[int, list[int]]]:
        """(random id, choice) of every ballot that counts, by id. Only of a vote that is closed."""
        statement = select(Ballot.id, Ballot.choice).where(*_of(Ballot, of)).order_by(Ballot.id)
        return [(row.id, row.choice) for row in self._uow.read(statement, Ballot)]

    def roll(self, of: Key) -> list[Any]:
        """(voter, paper, left_out) of everybody on the roll, by tag."""
        statement = select(Mark.voter, Mark.paper, Mark.left_out).where(*_of(Mark, of)).order_by(Mark.voter)
        return list(self._uow.read(statement, Mark))

    def forget_newcomer(self, bot: str, account: int) -> None:
        self._uow.execute(delete(Newcomer).where(Newcomer.bot == bot, Newcomer.account == account))


def _of(table: Any, of: Key) -> tuple[Any, Any]:
    return table.community_id == of[0], table.vote_no == of[1]


_COLUMNS = tuple(field.name for field in fields(VoteRow))
_VOTES, _MARKS = table_of(Vote), table_of(Mark)


def _one(community_id: int, no: int) -> Any:
    return select(_VOTES).where(_VOTES.c.community_id == community_id, _VOTES.c.no == no)


def _vote(row: Any) -> VoteRow:
    values = {name: getattr(row, name) for name in _COLUMNS}
    values |= {"state": VoteState(values["state"]), "method": Method(values["method"])}
    return VoteRow(**values | {"electorate": Electorate(values["electorate"])})
