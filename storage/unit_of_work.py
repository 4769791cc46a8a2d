"""The unit of work: everything that one transaction reads and writes, for one or more updates.

Reads go to the database at once. New rows are collected and written in bulk, at the latest before their table is read,
so that code always sees its own writes. Committing is left to whoever opened the transaction.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from sqlalchemy import Connection, CursorResult, Executable

from storage import row_security
from storage.cases import Cases
from storage.cocreation.calls import HelpCalls
from storage.cocreation.contributions import Contributions
from storage.cocreation.council import Council
from storage.cocreation.events import Gatherings
from storage.cocreation.promises import Promises
from storage.cocreation.rooms import Rooms
from storage.cocreation.rotas import Rotas
from storage.cocreation.rules import RulesRows
from storage.cocreation.seconding import Seconding
from storage.cocreation.stories import Stories
from storage.cocreation.topic_merging import TopicMerging
from storage.cocreation.topics import Topics
from storage.cocreation.vote_proxies import VoteProxies
from storage.cocreation.voters import Voters
from storage.cocreation.votes import Votes
from storage.contacts import Accesses, Contacts
from storage.erasure import Erasure
from storage.facilities import Facilities
from storage.messenger.buttons import Buttons
from storage.messenger.conversations import Conversations
from storage.messenger.groups import Groups
from storage.messenger.inbox import InboxRows
from storage.messenger.outbox import OutboxRows
from storage.messenger.people import People
from storage.messenger.shown_messages import ShownMessages
from storage.moderation.concerns import Concerns
from storage.moderation.content import Content
from storage.moderation.crowds import Crowds
from storage.nudges import Nudges
from storage.pushes import Pushes
from storage.reference import Reference
from storage.reporting.demand import DemandByItem
from storage.reporting.overdue import Overdue
from storage.reporting.reports import Reports
from storage.reporting.spikes import Spikes
from storage.reporting.subscriptions import Subscriptions
from storage.reporting.summaries import Summaries
from storage.retention import Retention
from storage.sql.bulk import Batch, Change, inserting, run
from storage.sql.compiled import CompiledQuery
from storage.staff import StaffRows
from storage.surveys import Surveys
from storage.tables import Base, Case, Outbox, table_of

Row = dict[str, Any]


class UnitOfWork:
    """Everything that handlers may read and write, store by store.

    `after_commit` collects callbacks for after the commit (updates of in-memory indices, wake-ups). On the hot path use
    it in a `with` statement: that breaks the reference cycle with its stores, which the garbage collector would have to
    find otherwise.
    """

    # stores that few updates need are made on first use
    accesses = cached_property(Accesses)
    calls = cached_property(HelpCalls)
    concerns = cached_property(Concerns)
    contacts = cached_property(Contacts)
    content = cached_property(Content)
    contributions = cached_property(Contributions)
    council = cached_property(Council)
    crowds = cached_property(Crowds)
    erasure = cached_property(Erasure)
    facilities = cached_property(Facilities)
    gatherings = cached_property(Gatherings)
    groups = cached_property(Groups)
    nudges = cached_property(Nudges)
    overdue = cached_property(Overdue)
    promises = cached_property(Promises)
    proxies = cached_property(VoteProxies)
    pushes = cached_property(Pushes)
    retention = cached_property(Retention)
    rooms = cached_property(Rooms)
    rotas = cached_property(Rotas)
    rules = cached_property(RulesRows)
    seconding = cached_property(Seconding)
    shown_messages = cached_property(ShownMessages)
    summaries = cached_property(Summaries)
    spikes = cached_property(Spikes)
    staff = cached_property(StaffRows)
    stories = cached_property(Stories)
    subscriptions = cached_property(Subscriptions)
    surveys = cached_property(Surveys)
    topic_merging = cached_property(TopicMerging)
    topics = cached_property(Topics)
    demand = cached_property(DemandByItem)
    voters = cached_property(Voters)
    votes = cached_property(Votes)

    def __init__(self, connection: Connection, reference: Reference, now: datetime) -> None:
        self.connection = connection
        self.reference = reference
        self.now = now
        self.after_commit: list[Callable[[], None]] = []
        self._pending: dict[type[Base], list[Row]] = defaultdict(list)
        self._in_sight: frozenset[int] | None = None
        self.reach: dict[tuple[str, int], set[int]] = {}
        """Communities in which people have cases, by (bot, account); filled by `find_reach`."""
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
    def row_security(self) -> bool:
        """Whether row-level security keeps communities apart on this database."""
        return row_security.is_enforced(self.connection)

    def see(self, communities: Iterable[int] | None) -> None:
        """Make only rows of these communities visible (None: of all). No effect without row-level security."""
        wanted = None if communities is None else frozenset(communities)
        if wanted != self._in_sight and self.row_security:
            row_security.restrict(self.connection, wanted)
            self._in_sight = wanted

    def see_also(self, community_id: int) -> None:
        """Make the rows of one more community visible."""
        if self._in_sight is not None and community_id not in self._in_sight:
            self.see(self._in_sight | {community_id})

    def find_reach(self, accounts: set[tuple[str, int]]) -> None:
        """Look up in which communities these people have cases. Only needed, and done, with row-level security."""
        if accounts and self.row_security:
            for bot, account, community_id in self.cases.communities_of(accounts):
                self.reach.setdefault((bot, account), set()).add(community_id)

    def move_chat(self, bot: str, old: int, new: int) -> None:
        """A group became a supergroup with a new id: change every row that names the old one."""
        self.flush()
        of_chats = (self.outbox, self.buttons, self.cases, self.staff, self.people, self.conversations, self.groups)
        for rows in (*of_chats, self.subscriptions, self.reports):
            rows.move_chat(bot, old, new)

    def sends_no_more_to_group(self, bot: str, chat: int) -> list[int]:
        """Stop sending to a group; returns the communities whose staff chat it was."""
        self.subscriptions.erase(bot, chat)
        return self.staff.leave_chat(bot, chat)

    @cached_property
    def inbox(self) -> InboxRows:
        return InboxRows(self.connection)

    def insert(self, table: type[Base], row: Row) -> None:
        """Collect a new row. Rows of a table must have the same columns. Outbox rows with a used `key` are skipped."""
        self._pending[table].append(row)

    def read(self, statement: Executable, *tables: type[Base], given: Row | None = None) -> CursorResult[Any]:
        """Run a statement that reads or changes `tables`, after writing the rows collected for them."""
        self._write_for(tables)
        return self.connection.execute(statement, given)

    def fetch(self, query: CompiledQuery, *tables: type[Base], given: Row | None = None) -> Sequence[Any]:
        """As `read`, for a compiled query."""
        self._write_for(tables)
        return query.rows(self.connection, given)

    def change(self, change: Change, row: Row, *tables: type[Base]) -> None:
        """Run a compiled change for one row, after writing the rows collected for `tables`."""
        self._write_for(tables)
        run(self.connection, (change, [row]))

    def execute(self, statement: Executable, given: Row | list[Row] | None = None) -> CursorResult[Any]:
        """Run a change, after writing everything collected so far."""
        self._write()
        return self.connection.execute(statement, given)

    def flush(self, *more: Batch) -> None:
        """Write all new rows, everything changed in people, conversations and cases, and the batches in `more`.

        Makes all communities visible, because a batch of updates changes rows of several: not for use within a turn.
        """
        self.see(None)
        self._write(more=[*self.people.changes(), *self.conversations.changes(), *self.cases.changes(), *more])

    def write_people(self) -> None:
        """Write what has changed in people, for a statement that reads them. What is visible stays as it is."""
        self._write(more=self.people.changes())

    def _write_for(self, tables: Collection[type[Base]]) -> None:
        if any(self._pending.get(table) for table in tables):
            self._write([table for table in _IN_ORDER if any(table in _WITH_PARENTS[asked] for asked in tables)])

    def _write(self, tables: Sequence[type[Base]] = (), more: Iterable[Batch] = ()) -> None:
        """Write the rows collected for `tables` (for all, if empty) and the batches in `more`."""
        pending = [(table, rows) for table in tables or _IN_ORDER if (rows := self._pending.pop(table, None))]
        new = [(inserting(table, tuple(rows[0]), _KNOWN_BY.get(table, ())), rows) for table, rows in pending]
        run(self.connection, *more, *new)
        if not tables or Case in tables:
            self.cases.written()


_KNOWN_BY: dict[type[Base], tuple[str, ...]] = {Outbox: ("key",)}
_MODEL_OF: dict[str, type[Base]] = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
_IN_ORDER: list[type[Base]] = [_MODEL_OF[table.name] for table in Base.metadata.sorted_tables]
"""Models in the order of their foreign keys, parents before children."""
_WITH_PARENTS: dict[type[Base], set[type[Base]]] = {
    model: {model, *(_MODEL_OF[key.column.table.name] for key in table_of(model).foreign_keys)} for model in _IN_ORDER
}
