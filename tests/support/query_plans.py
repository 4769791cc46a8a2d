"""Looks at every statement that the program runs on SQLite: none may read a table that grows from end to end."""

import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

ROOT = Path(__file__).parents[2]
GROWING = frozenset(
    {"alarms", "attachments", "case_events", "case_messages", "case_people", "cases", "contributions", "conversations"}
    | {"inbox", "keyboards", "lanes", "nudges", "outbox", "people", "shown", "topic_supporters", "topics"}
)
"""Tables with a row for each resident, case or message of a district."""
RARE = (
    # a person is erased
    "DELETE FROM conversations WHERE",
    "DELETE FROM keyboards WHERE",
    "DELETE FROM outbox WHERE",
    "SELECT attachments.digest \nFROM attachments \nWHERE attachments.digest IN",
    "SELECT conversations.chat, conversations.topic",
    "SELECT outbox.id, outbox.body",
    "UPDATE inbox SET body=NULL",
    "UPDATE inbox SET chat=",
    "UPDATE outbox SET body=NULL, state='cancelled'",
    "UPDATE topics SET judge_bot=NULL",
    "UPDATE contributions SET judge_bot=NULL",
    "SELECT DISTINCT shown.logical",
    # somebody blocks the bot, or a group gets another number
    "UPDATE people SET paused_at",
    "UPDATE case_messages SET chat",
    "UPDATE case_people SET chat",
    "UPDATE conversations SET chat",
    "UPDATE keyboards SET chat",
    "UPDATE people SET chat",
    # the program starts
    "SELECT cases.community_id, cases.no, cases.proposal",
)
"""Beginnings of statements that may take their time."""
_VALUE = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
_STEP = re.compile(r"(?P<how>SCAN|SEARCH) (?P<table>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?(?P<by>.*)")


class Plans:
    """Statements as they come, each looked at once. Those that tests run themselves are left out."""

    def __init__(self) -> None:
        self.looking = False
        """Whether what is run now is looked at: other tests may run in this process, too."""
        self._seen: set[str] = set()
        self._new: list[str] = []

    def watch(self) -> None:
        """See what every connection to SQLite runs from now on."""

        @event.listens_for(Engine, "connect")
        def _watched(connection: Any, _record: object) -> None:
            if isinstance(connection, sqlite3.Connection):
                connection.set_trace_callback(self._heard)

    def slow(self, database: Path) -> list[str]:
        """What was run since the last time and reads a growing table from end to end, with the plan."""
        with sqlite3.connect(database) as connection:
            partial = {
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '% WHERE %'")
            }
            new, self._new = self._new, []
            return [found for statement in new for found in _slow(connection, statement, partial)]

    def _heard(self, statement: str) -> None:
        if not self.looking:
            return
        shape = _VALUE.sub("?", statement)
        if shape not in self._seen and _of_the_program():
            self._seen.add(shape)
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and not statement.startswith(RARE):
                self._new.append(statement)


def _of_the_program() -> bool:
    frame = sys._getframe(2)
    while frame.f_back is not None:
        place = Path(frame.f_code.co_filename)
        if place.is_relative_to(ROOT) and ".venv" not in place.parts:
            return not place.is_relative_to(ROOT / "tests")
        frame = frame.f_back
    return False


def _slow(connection: sqlite3.Connection, statement: str, partial: set[str]) -> list[str]:
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    return [f"{step}: {statement}" for step in plan if _from_end_to_end(step, partial)]


def _from_end_to_end(step: str, partial: set[str]) -> bool:
    """Whether it looks at all rows, or at all of one bot; an index of what is open or waits is short."""
    found = _STEP.match(step)
    if found is None or found["table"] not in GROWING or found["index"] in partial:
        return False
    return found["how"] == "SCAN" or found["by"].strip() == "(bot=?)"
