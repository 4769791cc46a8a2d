"""Reads back what became of updates, for the reconciliation of a replay: inbox outcomes, cases, messages."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func, inspect, select

from ledger.lifecycle import Role
from ledger.scenes import Scene
from storage.tables import Case, CaseMessage, Inbox, Outbox


@dataclass(frozen=True, slots=True)
class Fate:
    """How an update ended."""

    update_id: int
    chat: int
    state: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A case and the message that it was first told in."""

    community_id: int
    no: int
    chat: int
    message_id: int | None
    scene: Scene
    urgency: str
    text: str


def fates(connection: Connection, bot: str) -> list[Fate]:
    """All updates of a bot, in order."""
    columns = (Inbox.update_id, Inbox.chat, Inbox.state, Inbox.outcome)
    found = connection.execute(select(*columns).where(Inbox.bot == bot).order_by(Inbox.update_id))
    return [Fate(row.update_id, row.chat, row.state, row.outcome or "") for row in found]


def updates_in(connection: Connection, bot: str) -> Counter[str]:
    """Updates of a bot by their state."""
    return _by_state(connection, Inbox, bot)


def opened(connection: Connection, bot: str) -> list[Opened]:
    """All cases that came in through a bot, by number, each with its first message."""
    same = (CaseMessage.community_id == Case.community_id, CaseMessage.case_no == Case.no)
    first = (
        select(func.min(CaseMessage.id)).where(*same, CaseMessage.by == Role.RESIDENT).correlate(Case).scalar_subquery()
    )
    columns = (
        Case.community_id,
        Case.no,
        CaseMessage.chat,
        CaseMessage.message_id,
        Case.scene,
        Case.urgency,
        Case.text,
    )
    statement = (
        select(*columns)
        .join(CaseMessage, (CaseMessage.community_id == Case.community_id) & (CaseMessage.id == first))
        .where(Case.source == bot)
        .order_by(Case.community_id, Case.no)
    )
    return [
        Opened(row.community_id, row.no, row.chat, row.message_id, Scene(row.scene), row.urgency, row.text)
        for row in connection.execute(statement)
    ]


def messages_out(connection: Connection, bot: str) -> Counter[str]:
    """Messages of a bot by their state."""
    return _by_state(connection, Outbox, bot)


def _by_state(connection: Connection, model: type[Inbox | Outbox], bot: str) -> Counter[str]:
    statement = select(model.state, func.count()).where(model.bot == bot).group_by(model.state)
    return Counter({row[0]: row[1] for row in connection.execute(statement)})


def tables_in(connection: Connection) -> int:
    """How many tables a database has, whoever made them."""
    return len(inspect(connection).get_table_names())
