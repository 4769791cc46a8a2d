"""The register (名册) of a community: entries that may vote, and the accounts that belong to them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, or_, select, update

from ledger.votes import REGISTERED, Electorate
from storage.sql.bulk import upsert
from storage.tables import Person, Voter, VoterClaim, table_of

if TYPE_CHECKING:
    from storage.cocreation.votes import VoteRow
    from storage.unit_of_work import UnitOfWork

NOT_OF_A_ROOM = re.compile(r"[^0-9A-Za-z\u4e00-\u9fff]|单元|号楼|室|号|房")
NOT_OF_A_CODE = re.compile(r"[^0-9A-Z]")


def plain_room(words: str) -> str:
    """A room in the form that the register compares: 2单元501室, 2-501 and 2 501 are equal."""
    return NOT_OF_A_ROOM.sub(" ", words.strip().upper()).strip().replace(" ", "-").replace("--", "-")


def hash_of(community_id: int, code: str) -> str:
    """The hash that is stored instead of a code."""
    plain = NOT_OF_A_CODE.sub("", code.upper())
    return hashlib.sha256(f"{community_id}:{plain}".encode()).hexdigest()


class Voters:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def by_code(self, community_id: int, code: str) -> list[Any]:
        """Lines of the register with this code."""
        this = (Voter.community_id == community_id, Voter.code_hash == hash_of(community_id, code))
        return list(self._uow.read(select(table_of(Voter)).where(*this).order_by(Voter.id), Voter))

    def at(self, community_id: int, building_id: int, room: str) -> list[Any]:
        """Lines of the register for one door, of all kinds."""
        this = (Voter.community_id == community_id, Voter.building_id == building_id)
        rows = self._uow.read(select(table_of(Voter)).where(*this).order_by(Voter.id), Voter)
        return [row for row in rows if plain_room(row.room) == plain_room(room)]

    def line(self, community_id: int, voter_id: int) -> Any | None:
        this = (Voter.community_id == community_id, Voter.id == voter_id)
        return self._uow.read(select(table_of(Voter)).where(*this), Voter).one_or_none()

    def count(self, community_id: int, electorate: Electorate, buildings: list[int]) -> int:
        """How many may vote, as far as known: lines of the register, or residents who use the bot."""
        if electorate in REGISTERED:
            where = [Voter.community_id == community_id, Voter.kind == electorate]
            where += [Voter.building_id.in_(buildings)] if buildings else []
            return int(self._uow.read(select(func.count()).where(*where), Voter).scalar_one())
        return int(
            self._uow.connection.execute(select(func.count()).where(*_living(community_id, buildings))).scalar_one()
        )

    # who belongs to which line ---------------------------------------------------------------------------------------

    def claim(self, community_id: int, voter_id: int, who: tuple[str, int, int], *, confirmed: bool) -> None:
        """Store that a person claims a line of the register. A code confirms the claim, otherwise staff must."""
        bot, account, chat = who
        row = {"community_id": community_id, "voter_id": voter_id, "bot": bot, "account": account, "chat": chat}
        table = table_of(VoterClaim)
        statement = upsert(self._uow.connection)(table)
        new = statement.excluded
        kept = {"confirmed": or_(table.c.confirmed, new.confirmed), "chat": new.chat}
        claimed = statement.on_conflict_do_update(
            index_elements=["community_id", "voter_id", "bot", "account"], set_=kept
        )
        self._uow.execute(claimed, row | {"confirmed": confirmed, "at": self._uow.now})

    def decide(self, community_id: int, voter_id: int, bot: str, account: int, *, confirmed: bool) -> bool:
        """Confirm or refuse a waiting claim. False: it is no longer waiting."""
        this = (VoterClaim.community_id == community_id, VoterClaim.voter_id == voter_id)
        waits = (VoterClaim.bot == bot, VoterClaim.account == account, VoterClaim.confirmed.is_(False))
        if confirmed:
            return self._uow.execute(update(VoterClaim).where(*this, *waits).values(confirmed=True)).rowcount == 1
        return self._uow.execute(delete(VoterClaim).where(*this, *waits)).rowcount == 1

    def claims_of(self, bot: str, account: int) -> list[Any]:
        """All claims of an account, confirmed or not, each with its line."""
        same = and_(VoterClaim.community_id == Voter.community_id, VoterClaim.voter_id == Voter.id)
        columns = (*table_of(VoterClaim).c, Voter.kind, Voter.building_id, Voter.room)
        statement = select(*columns).join(Voter, same).where(VoterClaim.bot == bot, VoterClaim.account == account)
        return list(self._uow.read(statement.order_by(VoterClaim.voter_id), VoterClaim, Voter))

    def lines_for(self, vote: VoteRow, bot: str, account: int) -> list[int]:
        """Lines of the register for which an account may vote in `vote`."""
        return [
            row.voter_id
            for row in self.claims_of(bot, account)
            if row.confirmed and row.community_id == vote.community_id and row.kind == vote.electorate
            if not vote.buildings or row.building_id in vote.buildings
        ]

    def claimed(self, community_id: int, voter_ids: list[int]) -> set[int]:
        """Which of these lines have a confirmed claim."""
        where = (VoterClaim.community_id == community_id, VoterClaim.voter_id.in_(voter_ids), VoterClaim.confirmed)
        return set(self._uow.read(select(VoterClaim.voter_id).where(*where), VoterClaim).scalars())

    def forget_person(self, bot: str, account: int) -> None:
        self._uow.execute(delete(VoterClaim).where(VoterClaim.bot == bot, VoterClaim.account == account))

    # whom to ask -----------------------------------------------------------------------------------------------------

    def to_ask(
        self, community_id: int, buildings: list[int], vote: VoteRow | None = None
    ) -> list[tuple[str, int, int]]:
        """(bot, account, chat) of residents who can be reached; in a vote by register, only of those on it."""
        if vote is None or vote.electorate not in REGISTERED:
            columns = (Person.bot, Person.account, Person.chat)
            where = (*_living(community_id, buildings), Person.paused_at.is_(None))
            rows = self._uow.connection.execute(select(*columns).where(*where).order_by(Person.bot, Person.account))
            return [(row.bot, row.account, row.chat) for row in rows]
        same = and_(VoterClaim.community_id == Voter.community_id, VoterClaim.voter_id == Voter.id)
        where_ = [Voter.community_id == community_id, Voter.kind == vote.electorate, VoterClaim.confirmed]
        where_ += [Voter.building_id.in_(buildings)] if buildings else []
        columns_ = (VoterClaim.bot, VoterClaim.account, VoterClaim.chat)
        statement = select(*columns_).join(Voter, same).where(*where_).distinct()
        return sorted((row.bot, row.account, row.chat) for row in self._uow.read(statement, VoterClaim, Voter))


def _living(community_id: int, buildings: list[int]) -> list[Any]:
    """Residents of a community (or of these buildings) who have agreed to the notice."""
    where = [Person.community_id == community_id, Person.consent_version.is_not(None)]
    return [*where, Person.building_id.in_(buildings)] if buildings else where
