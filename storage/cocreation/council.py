"""The residents' council: members with terms, meetings, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from storage.cocreation.voters import hash_of
from storage.counters import next_no
from storage.errors import NotFound
from storage.ids import new_id
from storage.tables import CouncilMember, Decision, Meeting, table_of

if TYPE_CHECKING:
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork


class Council:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    # members ---------------------------------------------------------------------------------------------------------

    def add(self, community_id: int, name: str, code: str, since: datetime, until: datetime) -> int:
        """Add a member, whose account is bound later by `join` with this code. Returns the member's id."""
        member_id = new_id()
        row = {"community_id": community_id, "id": member_id, "name": name, "since": since, "until": until}
        row |= {"code_hash": hash_of(community_id, code), "bot": None, "account": None, "chat": None}
        self._uow.insert(CouncilMember, row)
        return member_id

    def join(self, community_id: int, code: str, who: tuple[str, int, int]) -> Any | None:
        """Bind an account to the member with this code. A code works once. None: no member has it."""
        this = (CouncilMember.community_id == community_id, CouncilMember.code_hash == hash_of(community_id, code))
        row = self._uow.read(select(table_of(CouncilMember)).where(*this), CouncilMember).first()
        if row is None or row.until <= self._uow.now:
            return None
        bot, account, chat = who
        bound = {"code_hash": None, "bot": bot, "account": account, "chat": chat}
        done = self._uow.execute(update(CouncilMember).where(*this, CouncilMember.id == row.id).values(**bound))
        return row if done.rowcount == 1 else None

    def sitting(self, community_id: int) -> list[Any]:
        """Members whose term is running, in the order in which they were added."""
        now = self._uow.now
        this = (CouncilMember.community_id == community_id, CouncilMember.since <= now, CouncilMember.until > now)
        statement = select(table_of(CouncilMember)).where(*this).order_by(CouncilMember.id)
        return list(self._uow.read(statement, CouncilMember))

    def sits(self, community_id: int, bot: str, account: int) -> bool:
        """Whether an account is a member whose term is running."""
        return any((row.bot, row.account) == (bot, account) for row in self.sitting(community_id))

    def seats_of(self, bot: str, account: int) -> list[Any]:
        mine = (CouncilMember.bot == bot, CouncilMember.account == account)
        return list(self._uow.read(select(table_of(CouncilMember)).where(*mine), CouncilMember))

    def end(self, community_id: int, member_id: int) -> Any | None:
        """End a member's term now. None: it had ended before, or there is no such member."""
        member = next((row for row in self.sitting(community_id) if row.id == member_id), None)
        if member is not None:
            this = (CouncilMember.community_id == community_id, CouncilMember.id == member_id)
            values = {"until": self._uow.now, "code_hash": None}
            self._uow.execute(update(CouncilMember).where(*this).values(**values))
        return member

    def forget_person(self, bot: str, account: int) -> None:
        """Delete the membership of an erased person."""
        mine = (CouncilMember.bot == bot, CouncilMember.account == account)
        self._uow.execute(delete(CouncilMember).where(*mine))

    # meetings --------------------------------------------------------------------------------------------------------

    def call(
        self,
        community_id: int,
        begins_at: datetime,
        place: str,
        agenda: list[int],
        *,
        staff_id: int | None,
        next_at: datetime | None,
    ) -> int:
        """Call a meeting about topics; its members are reminded at `next_at`. Returns its number."""
        no = next_no(self._uow, community_id, "meeting")
        row: dict[str, Any] = {"community_id": community_id, "no": no, "begins_at": begins_at, "place": place}
        row |= {"agenda": agenda, "staff_id": staff_id, "next_at": next_at}
        self._uow.insert(Meeting, row | {"minutes": None, "held_at": None})
        return no

    def meeting(self, community_id: int, no: int) -> Any:
        """Read a meeting.

        Raises:
            NotFound: there is none.
        """
        this = (Meeting.community_id == community_id, Meeting.no == no)
        row = self._uow.read(select(table_of(Meeting)).where(*this), Meeting).one_or_none()
        if row is None:
            raise NotFound(f"meeting {community_id}/{no}")
        return row

    def meetings(self, community_id: int, limit: int) -> list[Any]:
        """Meetings, newest first."""
        statement = select(table_of(Meeting)).where(Meeting.community_id == community_id)
        return list(self._uow.read(statement.order_by(Meeting.no.desc()).limit(limit), Meeting))

    def due(self, limit: int = 50) -> list[Any]:
        """Meetings whose reminder is due, without those that another process has locked."""
        statement = select(table_of(Meeting)).where(Meeting.next_at <= self._uow.now).order_by(Meeting.next_at)
        return list(self._uow.read(statement.limit(limit).with_for_update(skip_locked=True), Meeting))

    def remind_at(self, meeting: Any, at: datetime | None) -> None:
        this = (Meeting.community_id == meeting.community_id, Meeting.no == meeting.no)
        self._uow.execute(update(Meeting).where(*this).values(next_at=at))

    def call_off(self, meeting: Any) -> bool:
        """Cancel a meeting by deleting it. False: it has been held, or somebody else was faster."""
        this = (Meeting.community_id == meeting.community_id, Meeting.no == meeting.no, Meeting.held_at.is_(None))
        return self._uow.execute(delete(Meeting).where(*this)).rowcount == 1

    def keep_minutes(self, community_id: int, no: int, minutes: str) -> None:
        """Store minutes; a second text is appended to the first."""
        meeting = self.meeting(community_id, no)
        said = f"{meeting.minutes}\n{minutes}" if meeting.minutes else minutes
        this = (Meeting.community_id == community_id, Meeting.no == no)
        values = {"minutes": said, "held_at": meeting.held_at or self._uow.now}
        self._uow.execute(update(Meeting).where(*this).values(**values))

    # decisions -------------------------------------------------------------------------------------------------------

    def decide(self, community_id: int, **values: Any) -> int:
        """Store a decision (text, owner, due_at, and what it came from). Returns its id."""
        row: dict[str, Any] = dict.fromkeys(("topic_no", "meeting_no", "case_no", "staff_id"))
        row |= values | {"community_id": community_id, "id": new_id(), "at": self._uow.now}
        self._uow.insert(Decision, row)
        return int(row["id"])

    def decisions(self, community_id: int, topic_no: int | None = None) -> list[Any]:
        """Decisions of a community, or about one topic, oldest first."""
        where = [Decision.community_id == community_id]
        where += [Decision.topic_no == topic_no] if topic_no is not None else []
        return list(self._uow.read(select(table_of(Decision)).where(*where).order_by(Decision.id), Decision))

    def became_case(self, community_id: int, decision_id: int, case_no: int) -> None:
        this = (Decision.community_id == community_id, Decision.id == decision_id)
        self._uow.execute(update(Decision).where(*this).values(case_no=case_no))
