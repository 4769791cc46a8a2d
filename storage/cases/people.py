"""The people of a case and the units that help with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, tuple_, update

from storage.cases.by_case import by_case, parameters
from storage.tables import CasePerson, CaseUnit, table_of

if TYPE_CHECKING:
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PersonOfCase:
    bot: str
    account: int
    chat: int
    part: str
    anonymous: bool


_CASE_PEOPLE, _CASE_UNITS = table_of(CasePerson), table_of(CaseUnit)
_PEOPLE = by_case(_CASE_PEOPLE).order_by(_CASE_PEOPLE.c.joined_at, _CASE_PEOPLE.c.part.desc())
_HELPERS = (
    select(_CASE_UNITS.c.unit_id)
    .where(_CASE_UNITS.c.community_id == bindparam("community"), _CASE_UNITS.c.case_no == bindparam("number"))
    .order_by(_CASE_UNITS.c.since, _CASE_UNITS.c.unit_id)
)


class PeopleOfCases:
    """Who reported or joined a case, and who helps with it."""

    _uow: UnitOfWork

    def add_person(self, key: tuple[int, int], person: PersonOfCase) -> None:
        self._uow.insert(
            CasePerson,
            {
                "community_id": key[0],
                "case_no": key[1],
                "bot": person.bot,
                "account": person.account,
                "chat": person.chat,
                "part": person.part,
                "anonymous": person.anonymous,
                "joined_at": self._uow.now,
            },
        )

    def communities_of(self, accounts: set[tuple[str, int]]) -> list[tuple[str, int, int]]:
        """(bot, account, community) of all communities in which these people have cases."""
        table = _CASE_PEOPLE.c
        theirs = tuple_(table.bot, table.account).in_(sorted(accounts))
        statement = select(table.bot, table.account, table.community_id).where(theirs).distinct()
        return [(row.bot, row.account, row.community_id) for row in self._uow.read(statement, CasePerson)]

    def people(self, key: tuple[int, int]) -> list[PersonOfCase]:
        """Reporter first, then who joined, in order."""
        return [
            PersonOfCase(row.bot, row.account, row.chat, row.part, row.anonymous)
            for row in self._uow.read(_PEOPLE, CasePerson, given=parameters(key))
        ]

    def part_of(self, key: tuple[int, int], bot: str, account: int) -> str | None:
        """What an account is in a case (reporter, joiner, proxy); None: nothing."""
        mine = (person.part for person in self.people(key) if (person.bot, person.account) == (bot, account))
        return next(mine, None)

    def remove_people(self, key: tuple[int, int], accounts: list[tuple[str, int]]) -> int:
        """Take people out of a case; returns how many they were."""
        if not accounts:
            return 0
        there = (CasePerson.community_id == key[0], CasePerson.case_no == key[1])
        who = tuple_(CasePerson.bot, CasePerson.account).in_(accounts)
        return self._uow.execute(delete(CasePerson).where(*there, who)).rowcount

    def take_back_people(self, key: tuple[int, int], source: tuple[int, int], since: datetime) -> int:
        """Who came over from another case since then goes back to it; returns how many they were."""
        theirs = [(person.bot, person.account) for person in self.people(source)]
        there = (CasePerson.community_id == key[0], CasePerson.case_no == key[1], CasePerson.joined_at >= since)
        who = tuple_(CasePerson.bot, CasePerson.account).in_(theirs)
        return self._uow.execute(delete(CasePerson).where(*there, who)).rowcount if theirs else 0

    def set_anonymous(self, key: tuple[int, int], bot: str, account: int, *, anonymous: bool) -> None:
        there = (CasePerson.community_id == key[0], CasePerson.case_no == key[1])
        mine = (CasePerson.bot == bot, CasePerson.account == account)
        self._uow.execute(update(CasePerson).where(*there, *mine).values(anonymous=anonymous))

    def helpers(self, key: tuple[int, int]) -> list[int]:
        """Units that help with a case, in the order in which they were asked."""
        return list(self._uow.read(_HELPERS, CaseUnit, given=parameters(key)).scalars())

    def add_helper(self, key: tuple[int, int], unit_id: int) -> None:
        row = {"community_id": key[0], "case_no": key[1], "unit_id": unit_id, "since": self._uow.now}
        self._uow.insert(CaseUnit, row)

    def remove_helper(self, key: tuple[int, int], unit_id: int) -> bool:
        """Whether it had been one."""
        there = (CaseUnit.community_id == key[0], CaseUnit.case_no == key[1], CaseUnit.unit_id == unit_id)
        return self._uow.execute(delete(CaseUnit).where(*there)).rowcount == 1
