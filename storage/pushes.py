"""Invitations to many residents: who gets them, how many each person had, which still wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, literal, select, update

from storage.ids import new_id
from storage.messenger.outbox import CANCELLED
from storage.messenger.outbox import WAITING as TO_BE_SENT
from storage.sql.bulk import insert_rows, upsert
from storage.tables import Outbox, Person, Push, PushRecipient

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

WAITING, SENT, LEFT_OUT = "waiting", "sent", "left_out"
_KEY = ("community_id", "push_id", "bot", "account")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person who is to get one push, with what is known of both."""

    community_id: int
    push_id: int
    bot: str
    account: int
    state: str
    thing: str
    text: str
    rows: list[list[dict[str, Any]]]
    logical: str | None
    until: datetime | None
    chat: int
    paused_at: datetime | None
    no_pushes_at: datetime | None
    quiet_since: int | None
    quiet_until: int | None

    @property
    def key(self) -> str:
        """Of the message in the outbox."""
        return f"{_prefix(self.community_id, self.push_id)}{self.bot}:{self.account}"

    @property
    def cause(self) -> str:
        """Of all pushes to this person that wait in the outbox."""
        return cause(self.bot, self.account)


def cause(bot: str, account: int) -> str:
    return f"push:{bot}:{account}"


class Pushes:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    # inviting --------------------------------------------------------------------------------------------------------

    def add(
        self,
        community_id: int,
        thing: str,
        *,
        text: str,
        rows: list[list[dict[str, Any]]],
        logical: str | None,
        until: datetime | None,
    ) -> int:
        """Add an invitation; returns its id. There is one for each thing: a second call changes nothing."""
        row = {"community_id": community_id, "id": new_id(), "thing": thing, "text": text, "rows": rows}
        row |= {"logical": logical, "until": until, "created_at": self._uow.now}
        self._uow.execute(upsert(self._uow.connection)(Push).values(row).on_conflict_do_nothing())
        same = (Push.community_id == community_id, Push.thing == thing)
        return int(self._uow.read(select(Push.id).where(*same), Push).scalar_one())

    def to_residents(
        self, community_id: int, push_id: int, bots: Collection[str], buildings: Collection[int] | None = None
    ) -> int:
        """Invite everybody who lives there (in these buildings) and has consented; returns how many are new."""
        where = [Person.community_id == community_id, Person.bot.in_(bots), Person.consent_version.is_not(None)]
        where += [Person.building_id.in_(buildings)] if buildings is not None else []
        columns = (literal(community_id), literal(push_id), Person.bot, Person.account)
        return self._put(select(*columns, literal(WAITING), literal(self._uow.now)).where(*where, *_HERE))

    def to_accounts(self, community_id: int, push_id: int, accounts: Iterable[tuple[str, int]]) -> int:
        """Invite these people; returns how many of them are new."""
        known = self._recipients(community_id, push_id)
        fresh = dict.fromkeys(account for account in accounts if account not in known)
        rows = [
            {
                "community_id": community_id,
                "push_id": push_id,
                "bot": bot,
                "account": account,
                "state": WAITING,
                "next_at": self._uow.now,
                "sent_at": None,
            }
            for bot, account in fresh
        ]
        if rows:
            insert_rows(self._uow.connection, PushRecipient, rows, known_by=_KEY)
        return len(rows)

    def _recipients(self, community_id: int, push_id: int) -> set[tuple[str, int]]:
        same = (PushRecipient.community_id == community_id, PushRecipient.push_id == push_id)
        found = self._uow.read(select(PushRecipient.bot, PushRecipient.account).where(*same), PushRecipient)
        return {(row.bot, row.account) for row in found}

    def _put(self, people: Any) -> int:
        names = ["community_id", "push_id", "bot", "account", "state", "next_at"]
        self._uow.write_people()
        put = upsert(self._uow.connection)(PushRecipient).from_select(names, people).on_conflict_do_nothing()
        return self._uow.execute(put).rowcount

    # sending ---------------------------------------------------------------------------------------------------------

    def due(self, at_most: int) -> list[Recipient]:
        """Recipients whose time has come, without those that another process has locked.

        For each bot at most `at_most`, less the pushes that wait in its outbox.
        """
        now = self._uow.now
        bots = select(PushRecipient.bot).where(PushRecipient.next_at <= now).distinct().order_by(PushRecipient.bot)
        found: list[Recipient] = []
        for bot in self._uow.read(bots, PushRecipient, Person).scalars().all():
            room = at_most - self._on_the_way(bot)
            due = _DUE.where(PushRecipient.bot == bot, PushRecipient.next_at <= now).limit(max(room, 0))
            rows = self._uow.read(due, PushRecipient, Push, Person)
            found += [Recipient(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it
        return found

    def _on_the_way(self, bot: str) -> int:
        waits = (Outbox.bot == bot, Outbox.state == TO_BE_SENT, Outbox.due_at <= self._uow.now)
        statement = select(func.count()).where(*waits, Outbox.cause.startswith("push:"))
        return int(self._uow.read(statement, Outbox).scalar_one())

    def sent_to(self, recipient: Recipient, since: datetime) -> list[datetime]:
        """When this person was sent the pushes since then, in whichever community they lived."""
        same = (PushRecipient.bot == recipient.bot, PushRecipient.account == recipient.account)
        statement = select(PushRecipient.sent_at).where(*same, PushRecipient.sent_at > since)
        return list(self._uow.read(statement, PushRecipient).scalars())

    def had_any(self, recipient: Recipient) -> bool:
        """Whether this person was sent a push before, as far as is kept."""
        same = (PushRecipient.bot == recipient.bot, PushRecipient.account == recipient.account)
        statement = select(PushRecipient.push_id).where(*same, PushRecipient.sent_at.is_not(None)).limit(1)
        return self._uow.read(statement, PushRecipient).one_or_none() is not None

    def sent(self, recipient: Recipient, until: datetime) -> None:
        """Record that it is in the outbox; `until`: it must not be sent after that."""
        self._change(recipient, state=SENT, sent_at=self._uow.now, next_at=until)

    def wait(self, recipient: Recipient, until: datetime) -> None:
        self._change(recipient, next_at=until)

    def leave_out(self, recipient: Recipient) -> None:
        self._change(recipient, state=LEFT_OUT, next_at=None)

    def arrived(self, recipient: Recipient) -> None:
        """Record that it has left the outbox, so that the clock does not look at it again."""
        self._change(recipient, next_at=None)

    def still_waits(self, recipient: Recipient) -> bool:
        """Whether it is in the outbox and has not been sent."""
        same = (Outbox.key == recipient.key, Outbox.state == TO_BE_SENT)
        return self._uow.read(select(Outbox.id).where(*same), Outbox).one_or_none() is not None

    def put_off(self, recipient: Recipient, start: datetime, end: datetime) -> None:
        """Delay a message that was not sent in its window, because the messenger was down, to the next one."""
        waits = and_(Outbox.key == recipient.key, Outbox.state == TO_BE_SENT)
        self._uow.execute(update(Outbox).where(waits).values(due_at=start))
        self._change(recipient, sent_at=start, next_at=end)

    def _change(self, recipient: Recipient, **values: Any) -> None:
        same = (
            PushRecipient.community_id == recipient.community_id,
            PushRecipient.push_id == recipient.push_id,
            PushRecipient.bot == recipient.bot,
            PushRecipient.account == recipient.account,
        )
        self._uow.execute(update(PushRecipient).where(*same).values(**values))

    def take_back(self, recipient: Recipient) -> None:
        """Cancel it in the outbox."""
        self._cancel(Outbox.key == recipient.key)
        self.leave_out(recipient)

    # stopping --------------------------------------------------------------------------------------------------------

    def call_off(self, community_id: int, thing: str) -> None:
        """Stop an invitation because the thing is over: nobody else gets it, and waiting messages are cancelled."""
        same = (Push.community_id == community_id, Push.thing == thing)
        push_id = self._uow.read(select(Push.id).where(*same), Push).scalar_one_or_none()
        if push_id is None:
            return
        of_push = (PushRecipient.community_id == community_id, PushRecipient.push_id == push_id)
        left = update(PushRecipient).where(*of_push, PushRecipient.next_at.is_not(None))
        self._uow.execute(left.where(PushRecipient.state == WAITING).values(state=LEFT_OUT))
        self._uow.execute(left.values(next_at=None))
        self._cancel(Outbox.key.startswith(_prefix(community_id, push_id)))

    def empty(self, community_id: int, thing: str, text: str) -> None:
        """The words of an invitation were erased: `text` stands in their place, and nobody is sent it any more."""
        self.call_off(community_id, thing)
        same = (Push.community_id == community_id, Push.thing == thing)
        self._uow.execute(update(Push).where(*same).values(text=text))

    def stop(self, bot: str, account: int) -> None:
        """Stop all pushes to a person, because they want none; waiting messages are cancelled."""
        mine = (PushRecipient.bot == bot, PushRecipient.account == account)
        waits = update(PushRecipient).where(*mine, PushRecipient.next_at.is_not(None))
        self._uow.execute(waits.where(PushRecipient.state == WAITING).values(state=LEFT_OUT))
        self._uow.execute(waits.values(next_at=None))
        self._cancel(Outbox.cause == cause(bot, account))

    def _cancel(self, which: Any) -> None:
        waits = and_(which, Outbox.state == TO_BE_SENT)
        self._uow.execute(update(Outbox).where(waits).values(state=CANCELLED, body=None, done_at=self._uow.now))

    # looking, forgetting ---------------------------------------------------------------------------------------------

    def counts(self, community_id: int, thing: str) -> dict[str, int]:
        """How many people wait for it, were sent it, were left out."""
        same = (Push.community_id == PushRecipient.community_id, Push.id == PushRecipient.push_id)
        statement = select(PushRecipient.state, func.count().label("people")).join(Push, and_(*same))
        statement = statement.where(Push.community_id == community_id, Push.thing == thing)
        found = self._uow.read(statement.group_by(PushRecipient.state), Push, PushRecipient)
        return {row.state: row.people for row in found}

    def of_person(self, bot: str, account: int) -> list[Any]:
        """What a person was invited to: `sent_at` and `text`, oldest first."""
        same = (Push.community_id == PushRecipient.community_id, Push.id == PushRecipient.push_id)
        mine = (PushRecipient.bot == bot, PushRecipient.account == account)
        statement = select(PushRecipient.sent_at, Push.text).join(Push, and_(*same)).where(*mine)
        return list(self._uow.read(statement.order_by(Push.id), Push, PushRecipient))

    def erase(self, bot: str, account: int) -> None:
        mine = (PushRecipient.bot == bot, PushRecipient.account == account)
        self._uow.execute(delete(PushRecipient).where(*mine))

    def forget_before(self, moment: datetime) -> None:
        """Forget who was asked what, of pushes made before `moment` for which nothing waits any more."""
        same = and_(PushRecipient.community_id == Push.community_id, PushRecipient.push_id == Push.id)
        waits = select(PushRecipient.bot).where(same, PushRecipient.next_at.is_not(None)).exists()
        over = delete(Push).where(Push.created_at < moment, ~waits)
        self._uow.execute(over.execution_options(synchronize_session=False))


def _prefix(community_id: int, push_id: int) -> str:
    return f"push:{community_id}:{push_id}:"


_HERE = (Person.chat > 0,)
"""Whoever was only ever seen in a group has no chat of their own: a push is never said to a group."""
_DUE = (
    select(
        *(getattr(PushRecipient, name) for name in ("community_id", "push_id", "bot", "account", "state")),
        *(getattr(Push, name) for name in ("thing", "text", "rows", "logical", "until")),
        *(getattr(Person, name) for name in ("chat", "paused_at", "no_pushes_at", "quiet_since", "quiet_until")),
    )
    .join(Push, and_(Push.community_id == PushRecipient.community_id, Push.id == PushRecipient.push_id))
    .join(Person, and_(Person.bot == PushRecipient.bot, Person.account == PushRecipient.account))
    .order_by(PushRecipient.next_at, PushRecipient.push_id, PushRecipient.account)
    .with_for_update(skip_locked=True, of=PushRecipient)
)
