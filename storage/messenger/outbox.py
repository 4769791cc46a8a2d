"""The outbox: messages to be delivered. bot/deliver.py drains it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, literal_column, null, select, update

from storage.base_store import count_by_state
from storage.ids import new_id
from storage.sql.bulk import Change, Rows, upsert
from storage.tables import Outbox, Shown, table_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

WAITING, SENT, DEAD, CANCELLED, SKIPPED = "waiting", "sent", "dead", "cancelled", "skipped"


@dataclass(frozen=True, slots=True)
class OutRow:
    """A message that is due. `shown_id`: the messenger's id of the message that it replaces, if there is one."""

    id: int
    bot: str
    chat: int
    topic: int
    priority: int
    logical: str | None
    body: dict[str, Any]
    attempts: int
    due_at: datetime
    failing_since: datetime | None
    shown_id: int | None


class OutboxRows:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(
        self,
        *,
        bot: str,
        chat: int,
        topic: int,
        priority: int,
        body: dict[str, Any],
        due_at: datetime,
        key: str | None = None,
        logical: str | None = None,
        cause: str | None = None,
    ) -> None:
        """Queue a message. If its `key` was used before, nothing is queued."""
        row_id = new_id()
        row = {
            "id": row_id,
            "bot": bot,
            "chat": chat,
            "topic": topic,
            "priority": priority,
            "key": key or f"#{secrets.token_hex(8)}",  # not its id: should two processes draw one, neither is skipped
            "logical": logical,
            "cause": cause,
            "body": body,
            "created_at": self._uow.now,
            "due_at": due_at,
        }
        self._uow.insert(Outbox, row)

    def cancel(self, cause: str) -> int:
        """Cancel the waiting messages of a step that was undone; returns their number."""
        statement = update(Outbox).where(Outbox.cause == cause, Outbox.state == _IS_WAITING)
        return self._uow.execute(statement.values(state=CANCELLED, body=None, done_at=self._uow.now)).rowcount

    def hurry(self, causes: Collection[str]) -> None:
        """Make messages due now that were held back for the undo of these steps."""
        held = and_(Outbox.cause.in_(causes), Outbox.state == _IS_WAITING, Outbox.due_at > self._uow.now)
        self._uow.execute(update(Outbox).where(held).values(due_at=self._uow.now))

    def take_back(self, cause: str) -> list[Any]:
        """Cancel the messages of a cause that have not arrived, dead letters included; returns their chats."""
        left = and_(Outbox.cause == cause, Outbox.state.in_([WAITING, DEAD]))
        where = (Outbox.bot, Outbox.chat, Outbox.topic)
        found = self._uow.read(select(*where).where(left).distinct().order_by(*where), Outbox).all()
        self._uow.execute(update(Outbox).where(left).values(state=CANCELLED, body=None, done_at=self._uow.now))
        return list(found)

    def due(self, bot: str, limit: int, held: set[int]) -> list[OutRow]:
        """Messages of a bot that are due, most urgent class first; those to chats in `held` are left out.

        Of several versions of a logical message only the newest that is due is returned.
        """
        values = {"bot": bot, "now": self._uow.now, "held": list(held), "limit": limit}
        return [OutRow(*row) for row in self._uow.connection.execute(_DUE, values)]

    def supersede(self, bot: str, chat: int, logical: str) -> None:
        """Skip messages that wait under a logical name, due or not: a newer one takes their place."""
        where = {"of": bot, "to": chat, "name": logical, "now": self._uow.now}
        self._uow.change(_SUPERSEDED, where, Outbox)

    def mark_sent(self, row: OutRow, message_id: int | None) -> None:
        """Mark a message as delivered; older versions of it that still wait are skipped."""
        self._end(row.id, SENT, None)
        if row.logical and message_id is not None:
            self._skip_older(row)
            statement = upsert(self._uow.connection)(Shown)
            new = statement.excluded
            self._uow.connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["bot", "chat", "logical"],
                    set_={"message_id": new.message_id, "outbox_id": new.outbox_id},
                ),
                {
                    "bot": row.bot,
                    "chat": row.chat,
                    "logical": row.logical,
                    "message_id": message_id,
                    "outbox_id": row.id,
                },
            )

    def skip(self, row: OutRow) -> None:
        """Skip a message that was only to edit something: nothing is shown that it could edit."""
        self._end(row.id, SKIPPED, None)

    def forget_shown(self, row: OutRow) -> None:
        """Forget the message shown under a logical name, so that the next version is sent as a new one."""
        same = and_(Shown.bot == row.bot, Shown.chat == row.chat, Shown.logical == row.logical)
        self._uow.connection.execute(delete(Shown).where(same))

    def put_off(
        self, row: OutRow, error: str, again_at: datetime, *, counts: bool, failing_since: datetime | None
    ) -> None:
        """Try again at `again_at`. `counts`: the attempt counts as one of this message's failures."""
        values = {
            "due_at": again_at,
            "error": error[:400],
            "attempts": row.attempts + counts,
            "failing_since": failing_since,
        }
        self._uow.connection.execute(update(Outbox).where(Outbox.id == row.id).values(**values))

    def kill(self, row: OutRow, error: str) -> None:
        """Give a message up. It becomes a dead letter with its reason, which is listed and can be sent again.

        One that was taken back while it was on its way is none: nothing of it is left to be sent.
        """
        values = {"state": DEAD, "error": error[:400], "done_at": self._uow.now, "attempts": row.attempts + 1}
        this = update(Outbox).where(Outbox.id == row.id, Outbox.state == _IS_WAITING)
        self._uow.connection.execute(this.values(**values))
        self._skip_older(row)

    def cancel_chat(self, bot: str, chat: int) -> None:
        """Cancel the messages that wait for a chat which cannot be reached any more."""
        same = and_(Outbox.bot == bot, Outbox.chat == chat, Outbox.state == _IS_WAITING)
        values = {"state": CANCELLED, "body": None, "done_at": self._uow.now}
        self._uow.connection.execute(update(Outbox).where(same).values(**values))

    def move_chat(self, bot: str, old: int, new: int) -> None:
        """A group became a supergroup: redirect its waiting messages to the new id."""
        self._uow.connection.execute(
            update(Outbox).where(Outbox.bot == bot, Outbox.chat == old, Outbox.state == _IS_WAITING).values(chat=new)
        )
        self._uow.connection.execute(delete(Shown).where(Shown.bot == bot, Shown.chat == old))

    def dead(self, limit: int = 200) -> list[Any]:
        statement = select(Outbox.__table__).where(Outbox.state == _IS_DEAD).order_by(Outbox.done_at).limit(limit)
        return list(self._uow.connection.execute(statement))

    def retry(self, row_id: int) -> bool:
        """Queue a dead letter again. False: there is none, or a newer version has been shown since."""
        same = and_(Shown.bot == Outbox.bot, Shown.chat == Outbox.chat, Shown.logical == Outbox.logical)
        outdated = exists().where(same, Shown.outbox_id > Outbox.id)
        statement = update(Outbox).where(Outbox.id == row_id, Outbox.state == DEAD, ~outdated)
        statement = statement.execution_options(synchronize_session=False)
        values = {"state": WAITING, "attempts": 0, "failing_since": None, "due_at": self._uow.now, "done_at": None}
        return self._uow.connection.execute(statement.values(**values)).rowcount > 0

    def drop(self, row_id: int) -> bool:
        statement = update(Outbox).where(Outbox.id == row_id, Outbox.state == DEAD)
        return self._uow.connection.execute(statement.values(state=CANCELLED, body=None)).rowcount > 0

    def forget_before(self, moment: datetime) -> None:
        """Delete rows that ended before `moment`, except dead letters, which wait for an operator."""
        self._uow.connection.execute(delete(Outbox).where(Outbox.done_at < moment, Outbox.state != DEAD))

    def counts(self) -> dict[str, int]:
        return count_by_state(self._uow.connection, Outbox, (WAITING, DEAD))

    def oldest_due(self) -> datetime | None:
        """Due time of the message that has waited longest among those that could be sent now."""
        due = select(func.min(Outbox.due_at)).where(Outbox.state == _IS_WAITING, Outbox.due_at <= self._uow.now)
        return self._uow.connection.execute(due).scalar()

    def _skip_older(self, row: OutRow) -> None:
        """Skip older versions of a logical message, which would show an outdated state."""
        if row.logical:
            same = (Outbox.bot == row.bot, Outbox.chat == row.chat, Outbox.logical == row.logical)
            older = update(Outbox).where(*same, Outbox.state == _IS_WAITING, Outbox.id < row.id)
            self._uow.connection.execute(older.values(state=SKIPPED, body=None, done_at=self._uow.now))

    def _end(self, row_id: int, state: str, error: str | None) -> None:
        values = {"state": state, "error": error, "done_at": self._uow.now, "body": None}
        self._uow.connection.execute(update(Outbox).where(Outbox.id == row_id).values(**values))


_OUTBOX, _SHOWN = table_of(Outbox), table_of(Shown)
_NEWER = _OUTBOX.alias("newer")
_IS_WAITING: ColumnElement[str] = literal_column(f"'{WAITING}'")  # as the partial indices have it
_IS_DEAD: ColumnElement[str] = literal_column(f"'{DEAD}'")
_DUE = (
    select(
        *(_OUTBOX.c[field.name] for field in fields(OutRow) if field.name != "shown_id"),
        _SHOWN.c.message_id,
    )
    .outerjoin(
        _SHOWN,
        and_(_SHOWN.c.bot == _OUTBOX.c.bot, _SHOWN.c.chat == _OUTBOX.c.chat, _SHOWN.c.logical == _OUTBOX.c.logical),
    )
    .where(
        _OUTBOX.c.bot == bindparam("bot"),
        _OUTBOX.c.state == _IS_WAITING,
        _OUTBOX.c.due_at <= bindparam("now"),
        _OUTBOX.c.chat.not_in(bindparam("held", expanding=True)),
        ~exists().where(
            _NEWER.c.bot == _OUTBOX.c.bot,
            _NEWER.c.chat == _OUTBOX.c.chat,
            _NEWER.c.logical == _OUTBOX.c.logical,
            _NEWER.c.state == _IS_WAITING,
            _NEWER.c.id > _OUTBOX.c.id,
            _NEWER.c.due_at <= bindparam("now"),
        ),
    )
    .order_by(_OUTBOX.c.priority, _OUTBOX.c.due_at, _OUTBOX.c.id)
    .limit(bindparam("limit"))
)


def _superseded(rows: Rows) -> Any:
    this = (_OUTBOX.c.bot == rows.c["of"], _OUTBOX.c.chat == rows.c["to"], _OUTBOX.c.logical == rows.c["name"])
    ended: dict[str, Any] = {"state": literal_column(f"'{SKIPPED}'"), "body": null(), "done_at": rows.c["now"]}
    return update(_OUTBOX).where(*this, _OUTBOX.c.state == _IS_WAITING).values(ended)


_SUPERSEDED = Change(
    {"of": _OUTBOX.c.bot, "to": _OUTBOX.c.chat, "name": _OUTBOX.c.logical, "now": _OUTBOX.c.done_at}, _superseded
)
