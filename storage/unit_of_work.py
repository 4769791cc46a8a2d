"""One transaction's work for one or more updates: reads go to the database, new rows are gathered and written in bulk.

Gathered rows of a table are written before anything reads that table, so work always sees what it has written.
Nothing is committed here: whoever opened the transaction does.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from sqlalchemy import Connection, CursorResult, Executable

from storage import wall
from storage.cocreation.calls import HelpCalls
from storage.cocreation.events import Gatherings
from storage.sql.bulk import Batch, Change, inserting, run
from storage.messenger.buttons import Buttons
from storage.cases import Cases
from storage.moderation.concerns import Concerns
from storage.contacts import Accesses, Contacts
from storage.moderation.content import Content
from storage.cocreation.contributions import Contributions
from storage.messenger.conversations import Conversations
from storage.cocreation.council import Council
from storage.moderation.crowds import Crowds
from storage.erasure import Erasure
from storage.facilities import Facilities
from storage.sql.compiled import Fixed
from storage.messenger.groups import Groups
from storage.messenger.inbox import InboxRows
from storage.cocreation.rotas import Rotas
from storage.cocreation.rules import RulesRows
from storage.nudges import Nudges
from storage.messenger.outbox import OutboxRows
from storage.reporting.overdue import Overdue
from storage.messenger.people import People
from storage.cocreation.promises import Promises
from storage.pushes import Pushes
from storage.reference import Reference
from storage.reporting.reports import Reports
from storage.retention import Retention
from storage.cocreation.seconding import Seconding
from storage.cocreation.rooms import Rooms
from storage.cocreation.stories import Stories
from storage.messenger.shown import ShownRows
from storage.reporting.spans import Spans
from storage.reporting.spikes import Spikes
from storage.staff import StaffRows
from storage.reporting.subscriptions import Subscriptions
from storage.surveys import Surveys
from storage.tables import Base, Case, Outbox, table_of
from storage.cocreation.topic_merging import TopicMerging
from storage.cocreation.topics import Topics
from storage.reporting.voices import Voices
from storage.cocreation.vote_proxies import VoteProxies
from storage.cocreation.voters import Voters
from storage.cocreation.votes import Votes

Row = dict[str, Any]


class UnitOfWork:
    """Everything that handlers may read and write; see the stores for the methods.

    `after_commit` holds what has to happen once the rows are safe (in-memory indices, wake-ups). Where many are made,
    each is left by `with`: it and its stores hold each other, and else the garbage collector has to part them.
    """

    def __init__(self, connection: Connection, reference: Reference, now: datetime) -> None:
        self.connection = connection
        self.reference = reference
        self.now = now
        self.after_commit: list[Callable[[], None]] = []
        self._pending: dict[type[Base], list[Row]] = defaultdict(list)
        self._in_sight: frozenset[int] | None = None
        self.reach: dict[tuple[str, int], set[int]] = {}
        """Communities in which people have cases, as far as they were asked for."""
        self.conversations = Conversations(self)
        self.people = People(self)
        self.cases = Cases(self)
        self.buttons = Buttons(self)
        self.outbox = OutboxRows(self)
        self.reports = Reports(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.__dict__.clear()

    @cached_property
    def walled(self) -> bool:
        """Whether the database itself keeps communities apart."""
        return wall.stops(self.connection)

    def see(self, communities: Iterable[int] | None) -> None:
        """From here on only rows of these communities are in sight (None: of all), where the database has a wall."""
        wanted = None if communities is None else frozenset(communities)
        if wanted != self._in_sight and self.walled:
            wall.narrow(self.connection, wanted)
            self._in_sight = wanted

    def see_also(self, community_id: int) -> None:
        """One more, that the work at hand names."""
        if self._in_sight is not None and community_id not in self._in_sight:
            self.see(self._in_sight | {community_id})

    def find_reach(self, accounts: set[tuple[str, int]]) -> None:
        """Note in which communities these people have cases; only asked where there is a wall."""
        if accounts and self.walled:
            for bot, account, community_id in self.cases.communities_of(accounts):
                self.reach.setdefault((bot, account), set()).add(community_id)

    def move_chat(self, bot: str, old: int, new: int) -> None:
        """A group became a supergroup with another id: everything that pointed to the old one points to the new."""
        self.flush()
        of_chats = (self.outbox, self.buttons, self.cases, self.staff, self.people, self.conversations, self.groups)
        for rows in (*of_chats, self.subscriptions):
            rows.move_chat(bot, old, new)

    def sends_no_more_to_group(self, bot: str, chat: int) -> list[int]:
        """Nothing is meant for a group any more; gives the communities whose staff chat it was."""
        self.subscriptions.erase(bot, chat)
        return self.staff.leave_chat(bot, chat)

    @cached_property
    def spans(self) -> Spans:
        return Spans(self)

    @cached_property
    def inbox(self) -> InboxRows:
        return InboxRows(self.connection)

    @cached_property
    def shown(self) -> ShownRows:
        return ShownRows(self)

    @cached_property
    def nudges(self) -> Nudges:
        return Nudges(self)

    @cached_property
    def erasure(self) -> Erasure:
        return Erasure(self)

    @cached_property
    def contacts(self) -> Contacts:
        return Contacts(self)

    @cached_property
    def accesses(self) -> Accesses:
        return Accesses(self)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self)

    @cached_property
    def spikes(self) -> Spikes:
        return Spikes(self)

    @cached_property
    def concerns(self) -> Concerns:
        return Concerns(self)

    @cached_property
    def content(self) -> Content:
        return Content(self)

    @cached_property
    def seconding(self) -> Seconding:
        return Seconding(self)

    @cached_property
    def crowds(self) -> Crowds:
        return Crowds(self)

    @cached_property
    def groups(self) -> Groups:
        return Groups(self)

    @cached_property
    def calls(self) -> HelpCalls:
        return HelpCalls(self)

    @cached_property
    def gatherings(self) -> Gatherings:
        return Gatherings(self)

    @cached_property
    def rooms(self) -> Rooms:
        return Rooms(self)

    @cached_property
    def stories(self) -> Stories:
        return Stories(self)

    @cached_property
    def rules(self) -> RulesRows:
        return RulesRows(self)

    @cached_property
    def rotas(self) -> Rotas:
        return Rotas(self)

    @cached_property
    def promises(self) -> Promises:
        return Promises(self)

    @cached_property
    def pushes(self) -> Pushes:
        return Pushes(self)

    @cached_property
    def staff(self) -> StaffRows:
        return StaffRows(self)

    @cached_property
    def facilities(self) -> Facilities:
        return Facilities(self)

    @cached_property
    def surveys(self) -> Surveys:
        return Surveys(self)

    @cached_property
    def overdue(self) -> Overdue:
        return Overdue(self)

    @cached_property
    def voices(self) -> Voices:
        return Voices(self)

    @cached_property
    def topics(self) -> Topics:
        return Topics(self)

    @cached_property
    def topic_merging(self) -> TopicMerging:
        return TopicMerging(self)

    @cached_property
    def contributions(self) -> Contributions:
        return Contributions(self)

    @cached_property
    def votes(self) -> Votes:
        return Votes(self)

    @cached_property
    def proxies(self) -> VoteProxies:
        return VoteProxies(self)

    @cached_property
    def voters(self) -> Voters:
        return Voters(self)

    @cached_property
    def council(self) -> Council:
        return Council(self)

    def insert(self, table: type[Base], row: Row) -> None:
        """Gather a new row; rows of one table must have the same keys. A message whose key is known is left out."""
        self._pending[table].append(row)

    def read(self, statement: Executable, *tables: type[Base], given: Row | None = None) -> CursorResult[Any]:
        """Run a query or a change of `tables`, writing first what was gathered for them."""
        self._write_for(tables)
        return self.connection.execute(statement, given)

    def ask(self, query: Fixed, *tables: type[Base], given: Row | None = None) -> Sequence[Any]:
        """As `read`, by a query that is always the same."""
        self._write_for(tables)
        return query.rows(self.connection, given)

    def change(self, change: Change, row: Row, *tables: type[Base]) -> None:
        """Run a change that is always the same at once, writing first what was gathered for `tables`."""
        self._write_for(tables)
        run(self.connection, (change, [row]))

    def execute(self, statement: Executable, given: Row | list[Row] | None = None) -> CursorResult[Any]:
        """Run a change at once, writing first what was gathered."""
        self._write()
        return self.connection.execute(statement, given)

    def flush(self, *more: Batch) -> None:
        """Write all that was gathered and all that was changed, wherever it belongs, and what else is given."""
        self.see(None)
        self._write(more=[*self.people.changes(), *self.conversations.changes(), *self.cases.changes(), *more])

    def _write_for(self, tables: Collection[type[Base]]) -> None:
        if any(self._pending.get(table) for table in tables):
            self._write([table for table in _IN_ORDER if any(table in _WITH_PARENTS[asked] for asked in tables)])

    def _write(self, tables: Sequence[type[Base]] = (), more: Iterable[Batch] = ()) -> None:
        """Write what was gathered for `tables`, or for all, and `more`."""
        pending = [(table, rows) for table in tables or _IN_ORDER if (rows := self._pending.pop(table, None))]
        new = [(inserting(table, tuple(rows[0]), skip_known=table is Outbox), rows) for table, rows in pending]
        run(self.connection, *more, *new)
        if not tables or Case in tables:
            self.cases.written()


_MODEL_OF: dict[str, type[Base]] = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
_IN_ORDER: list[type[Base]] = [_MODEL_OF[table.name] for table in Base.metadata.sorted_tables]
"""Parents before children, by foreign key."""
_WITH_PARENTS: dict[type[Base], set[type[Base]]] = {
    model: {model, *(_MODEL_OF[key.column.table.name] for key in table_of(model).foreign_keys)} for model in _IN_ORDER
}
