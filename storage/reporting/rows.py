"""Rows from which reports are computed: counts and cases of a period, runs and requests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from ledger.lifecycle import Action, Role, State
from ledger.scenes import Kind, Scene, Urgency
from ledger.topics import TopicState


class Received(NamedTuple):
    """How many cases of one scene came in."""

    scene: Scene
    n: int


class OpenCounts(NamedTuple):
    """What waits now. `pressing`: urgent, overdue or due soon; `soon` leaves out what is overdue already."""

    total: int
    urgent: int
    overdue: int
    soon: int
    pressing: int


class Judged(NamedTuple):
    """One valid 回访: what the resident said of an answer, or a manager who reopened the case."""

    no: int
    action: Action
    role: Role
    signed_in_time: bool
    satisfied: int | None
    outcome: str | None


class Located(NamedTuple):
    """What earlier weeks tell of a place: how many cases of which scene came from there."""

    scene: Scene
    building_id: int | None
    grid_id: int | None
    place: str | None
    n: int


class CaseLine(NamedTuple):
    """One case as a page's line names it."""

    no: int
    scene: Scene
    urgency: Urgency
    state: State
    due_at: datetime
    supporters: int
    solved: bool | None


class Said(NamedTuple):
    """What was said of a case, where it is and what was answered, as it stands now."""

    text: str
    place: str | None
    reply: str | None = None


class Answered(NamedTuple):
    """Cases answered in the period and still so: all, those within their limit, the first few (solved ones first)."""

    n: int
    in_time: int
    lines: list[CaseLine]


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic (议题) that is not decided yet, with how many people are behind it."""

    no: int
    people: int


class Titled(NamedTuple):
    """What a topic is called, and where it stands, now."""

    title: str
    state: TopicState


class LedgerRow(NamedTuple):
    """One case as the ledger's sheet shows it, the words as they were written."""

    no: int
    created_at: datetime
    state: State
    scene: Scene
    scene2: Scene | None
    kind: Kind
    item: int
    urgency: Urgency
    confirmed: bool
    text: str
    place: str | None
    building_id: int | None
    grid_id: int | None
    supporters: int
    staff_id: int | None
    unit_id: int | None
    merged_into: int | None
    reopened: int
    reply: str | None
    solved: bool | None
    satisfied: int | None
    signed_at: datetime | None
    due_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class WeekRows:
    """All that a weekly digest is computed from. `before` is the week before, `filed` the week's own ledger.

    `told` are those of it that somebody told, and not the ledger itself (a case about a root cause); `earlier` are the
    places of the weeks that hot spots are measured by.
    """

    before: list[Received]
    earlier: list[Located]
    filed: list[LedgerRow]
    told: list[LedgerRow]
    open: OpenCounts
    pressing: list[LedgerRow]
    supported: list[CaseLine]
    topics: list[TopicLine]
    judged: list[Judged]
    answered: Answered


Key = tuple[int, int]
"""A case: its community and its number there."""


class Came(NamedTuple):
    """Cases that came in."""

    community_id: int
    scene: Scene
    kind: Kind
    n: int


class Done(NamedTuple):
    """Cases answered in the period and still so, by who was responsible (`unit_id` None: the community itself)."""

    community_id: int
    unit_id: int | None
    n: int
    in_time: int
    unsolved: int


class Late(NamedTuple):
    """Cases open and overdue when the report is made."""

    community_id: int
    unit_id: int | None
    n: int


class Turnover(NamedTuple):
    """What came in and what was answered in one period."""

    received: int
    answered: int
    in_time: int


@dataclass(frozen=True, slots=True)
class SummaryRows:
    """`judged` are valid call-backs by community; `granted` extensions; `roots` cases about a root cause."""

    came: list[Came]
    before: list[Came]
    done: list[Done]
    late: list[Late]
    judged: dict[int, list[Judged]]
    granted: int
    roots: list[Key]
    results: list[Key]


class Quote(NamedTuple):
    """The case of an item that most neighbours joined, unmasked."""

    no: int
    text: str


class Run(NamedTuple):
    """A report that was made; its content stays as it is."""

    community_id: int
    period_start: datetime
    period_end: datetime
    content: dict[str, Any]
    made_at: datetime


class Request(NamedTuple):
    community_id: int
    id: int
    report: str
    bot: str
    chat: int
    topic: int
    period_start: datetime | None
