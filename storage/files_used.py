"""Which files any row still names: every place that does, in one file."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, select

from storage.messenger.outbox import DEAD, WAITING
from storage.tables import Attachment, Conversation, Outbox, ReportRun, StoryPicture, Vote, table_of

AT_ONCE = 500

BY_COLUMN: tuple[Any, ...] = (table_of(Attachment).c.digest, table_of(StoryPicture).c.digest)
WITHIN: tuple[tuple[Column[Any], tuple[ColumnElement[bool], ...]], ...] = (
    (table_of(Outbox).c.body, (table_of(Outbox).c.state.in_([WAITING, DEAD]),)),
    (table_of(Vote).c.result, (table_of(Vote).c.told_at.is_not(None),)),
    (table_of(ReportRun).c.content, ()),
    (table_of(Conversation).c.state, ()),
)
"""Columns of JSON that have digests somewhere within, and which rows matter; the dearest to read come last."""


def unused(connection: Connection, digests: Collection[str]) -> set[str]:
    """Those of some digests that no row names; file ids of the messenger's (`FileCopy`) need no file."""
    left = set(digests)
    for column in BY_COLUMN:
        left -= _named(connection, column, sorted(left))
    for column, which in WITHIN:
        if left:
            for row in connection.execute(select(column).where(*which)):
                left.difference_update(_texts(row[0]))
    return left


def _named(connection: Connection, column: Column[Any], digests: list[str]) -> set[str]:
    parts = [digests[at : at + AT_ONCE] for at in range(0, len(digests), AT_ONCE)]
    return {row[0] for part in parts for row in connection.execute(select(column).where(column.in_(part)))}


def _texts(value: Any) -> Iterator[str]:
    """All texts within a value that came out of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
