"""Files of cases that still have to be downloaded from the messenger."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, Update, select, update

from storage.tables import Attachment


@dataclass(frozen=True, slots=True)
class Waiting:
    community_id: int
    id: int
    bot: str
    file_id: str
    attempts: int
    at: datetime


def waiting(connection: Connection, bots: list[str], limit: int = 20) -> list[Waiting]:
    """Files not fetched yet, those with the fewest tries first."""
    statement = (
        select(*(getattr(Attachment, field.name) for field in fields(Waiting)))
        .where(Attachment.state == "waiting", Attachment.bot.in_(bots))
        .order_by(Attachment.attempts, Attachment.id)
        .limit(limit)
    )
    return [Waiting(*row) for row in connection.execute(statement)]


def stored(connection: Connection, row: Waiting, digest: str) -> None:
    connection.execute(_of(row).values(state="stored", digest=digest))


def try_again(connection: Connection, row: Waiting) -> None:
    connection.execute(_of(row).values(attempts=row.attempts + 1))


def refuse(connection: Connection, row: Waiting) -> None:
    """The messenger will never give it: too large or gone."""
    connection.execute(_of(row).values(state="refused", attempts=row.attempts + 1))


def _of(row: Waiting) -> Update:
    return update(Attachment).where(Attachment.community_id == row.community_id, Attachment.id == row.id)
