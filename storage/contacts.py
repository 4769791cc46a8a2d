"""Contact data with its own consent, and who looked at personal data: for 电话, 谁看过 and 撤回同意."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, or_, select, tuple_

from storage.ids import new_id
from storage.tables import Access, CaseContact

if TYPE_CHECKING:
    from storage.unit_of_work import UnitOfWork

Key = tuple[int, int]


class Contacts:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(
        self,
        key: Key,
        *,
        part: str,
        consent: str,
        name: str | None = None,
        phone: str | None = None,
        relation: str | None = None,
        unit_id: int | None = None,
        bot: str | None = None,
        account: int | None = None,
    ) -> int:
        """Keep what somebody agreed to give, with the way in which they agreed; returns its id."""
        contact_id = new_id()
        row = {"community_id": key[0], "id": contact_id, "case_no": key[1], "part": part, "name": name, "phone": phone}
        row |= {"relation": relation, "consent": consent, "consented_at": self._uow.now, "unit_id": unit_id}
        self._uow.insert(CaseContact, row | {"bot": bot, "account": account})
        return contact_id

    def of_case(self, key: Key) -> list[Any]:
        statement = select(CaseContact.__table__).where(_of(key)).order_by(CaseContact.id)
        return list(self._uow.read(statement, CaseContact))

    def take_back(self, key: Key, bot: str, account: int) -> int:
        """Delete what this account gave; returns how many rows that were."""
        theirs = and_(_of(key), CaseContact.bot == bot, CaseContact.account == account)
        return self._uow.execute(delete(CaseContact).where(theirs)).rowcount

    def forget(self, key: Key) -> None:
        self._uow.execute(delete(CaseContact).where(_of(key)))


class Accesses:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(self, key: Key, *, staff_id: int | None, role: str, what: str, purpose: str | None = None) -> None:
        """Keep that a member of staff looked at a case's personal data."""
        row = {"community_id": key[0], "id": new_id(), "case_no": key[1], "at": self._uow.now, "staff_id": staff_id}
        self._uow.insert(Access, row | {"role": role, "what": what, "purpose": purpose, "detail": None})

    def of_cases(self, keys: list[Key], limit: int) -> list[Any]:
        """Who looked at these cases, and who took their communities' ledgers out; newest first."""
        if not keys:
            return []
        theirs = tuple_(Access.community_id, Access.case_no).in_(keys)
        whole = and_(Access.case_no.is_(None), Access.community_id.in_({key[0] for key in keys}))
        statement = select(Access.__table__).where(or_(theirs, whole)).order_by(Access.id.desc()).limit(limit)
        return list(self._uow.read(statement, Access))


def _of(key: Key) -> Any:
    return and_(CaseContact.community_id == key[0], CaseContact.case_no == key[1])
