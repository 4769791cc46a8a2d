"""What a district can change without touching code: names, colours, items, units, clocks and limits.

The values come from the files in `district/`, which `bot/district.py` reads and checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta

from ledger.checkup import Rules
from ledger.scenes import Kind, Scene, Urgency
from ledger.surveys import Template

Times = tuple[time, ...]


@dataclass(frozen=True, slots=True)
class Duration:
    """Either wall-clock time or a number of working days."""

    wall: timedelta = timedelta()
    working_days: int = 0


@dataclass(frozen=True, slots=True)
class SceneLook:
    name: str
    mark: str
    colour: str


@dataclass(frozen=True, slots=True)
class UrgencyLook:
    name: str
    mark: str


@dataclass(frozen=True, slots=True)
class ItemPart:
    """A sub-item of annex 2. Empty `units`: those of its item."""

    name: str
    scene: Scene
    area_m2: int | None = None
    doubtful: bool = False
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One of annex 2's twenty construction items."""

    no: int
    name: str
    aspect: str
    units: tuple[str, ...]
    scene: Scene | None = None
    scene2: Scene | None = None
    requirement: str = ""
    area_m2: int | None = None
    parts: tuple[ItemPart, ...] = ()
    exceptions: dict[str, Scene] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unit:
    """A responsible unit and other spellings of its name.

    `own_street`: it stands for the street of the community concerned, whose supervisors act as its officers.
    """

    name: str
    aliases: tuple[str, ...] = ()
    own_street: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """Limits that start with the report: to sign for it, to contact the resident (None: no such limit), to act on it.

    `near`: how long before the end a case counts as nearly due; `extensions`: the lengths that may be requested.
    """

    sign: Duration
    act: Duration
    near: Duration
    contact: Duration | None = None
    extensions: tuple[Duration, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day in the community's time zone: [since, until)."""

    since: time
    until: time


@dataclass(frozen=True, slots=True)
class Pushes:
    """Invitations to many people: how many a person gets in seven days, and the quiet hours that they can choose from.

    `kept`: how long the list of receivers is kept after a push, so that nothing is sent twice.
    """

    a_week: int
    kept: Duration
    quiet_hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """What neighbours do together: promises, rules, rotas, calls, events, rooms.

    `promise_near`: how long before a promise is due its owner is reminded; `shown_from`: how many answers it takes
    before anybody sees what they say; `evening`: when reminders for the next day are sent; `longest`: characters of a
    text. The rest limits one person at a time: wishes that wait or are open, calls taken up, rooms booked (at most
    `booked_ahead`), attempts at a code, people signed up on their behalf (`proxies`).
    """

    promise_near: Duration
    shown_from: int
    evening: time
    longest: int
    wishes: int
    offers: int
    bookings: int
    booked_ahead: Duration
    code_tries: int
    proxies: int
    kept: Duration


@dataclass(frozen=True, slots=True)
class RootCause:
    """When cases point to a root cause: so many `alike` at one place `within` a time, or one `reopened` so often."""

    alike: int
    reopened: int
    within: Duration


@dataclass(frozen=True, slots=True)
class Spike:
    """When managers are told of a place at once.

    Either `people` people report one matter `within` a time, or a week brings `times` the usual number. `least`: fewer
    cases in a week are never a spike; `again_after`: how long the same spike is not reported again.
    """

    people: int
    within: Duration
    times: float
    least: int
    again_after: Duration


@dataclass(frozen=True, slots=True)
class DigestTime:
    """When reports are due unless a receiver has chosen otherwise, in the community's time zone; weekday 0 is Monday.

    `on_holidays` False: on the next working day instead. `times`: the times of day that receivers can choose from.
    """

    weekday: int
    time: time
    on_holidays: bool = False
    quiet: Hours | None = None
    times: Times = ()


@dataclass(frozen=True, slots=True)
class RateWeights:
    """Weights of the three rates in the overall figure; `fairly` is the weight of "fairly satisfied"."""

    responded: float
    solved: float
    satisfied: float
    fairly: float


@dataclass(frozen=True, slots=True)
class MessengerLimits:
    """How much a messenger lets one bot send."""

    per_second: float
    per_chat_second: float
    per_group_minute: float
    at_once: int = 1
    """Messages in flight at a time; a crash repeats at most this many."""


@dataclass(frozen=True, slots=True)
class Population:
    """The size of a community in residents (plan, 三(一))."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many events are allowed within a time."""

    times: int
    within: Duration


@dataclass(frozen=True, slots=True)
class Pace:
    """Rate limits for one person: what exceeds them waits. The last three decide when the staff review a person."""

    messages: Allowance
    taps: Allowance
    reports: Allowance
    floods: Allowance
    abuse: Allowance
    spam: Allowance


@dataclass(frozen=True, slots=True)
class Crowds:
    """When new cases of a community share a card: too many similar ones, or too many in all."""

    alike: Allowance
    all: Allowance


@dataclass(frozen=True, slots=True)
class Moderation:
    """Moderation: the length of a pause, how long held messages wait for a decision, how long decisions are kept.

    `reports`: how often one person may report neighbours' content.
    """

    pause: Duration
    held_for: Duration
    kept: Duration
    reports: Allowance
    known_links: tuple[str, ...]
    link_endings: tuple[str, ...]
    """Endings that make a bare name count as a link."""


@dataclass(frozen=True, slots=True)
class ClusterThreshold:
    """When many reports become a draft topic: `people` people about one matter, in cases `within` a time."""

    people: int
    within: Duration


@dataclass(frozen=True, slots=True)
class TopicLimits:
    """Limits of topics. `proposals` and `contributions` are per person within `counted_over`.

    `cluster` applies to all communities except those in `own`, by code. `longest`: characters of a contribution.
    """

    cluster: ClusterThreshold
    looked_every: Duration
    put_off: Duration
    proposals: int
    contributions: int
    counted_over: Duration
    longest: int
    longest_title: int
    listed: int
    kept: Duration
    own: dict[str, ClusterThreshold] = field(default_factory=dict)

    def threshold_of(self, code: str) -> ClusterThreshold:
        """The threshold that applies to a community, by its code."""
        return self.own.get(code, self.cluster)


@dataclass(frozen=True, slots=True)
class Brigading:
    """A vote is held for review once `accounts` people vote who joined the community less than `within` ago."""

    accounts: int
    within: Duration


@dataclass(frozen=True, slots=True)
class VoteLimits:
    """Choices for a vote (the first of each is the default) and its safeguards.

    `fewest`: with fewer ballots nothing is counted; `appeals`: how long somebody who was left out may object.
    """

    days: tuple[int, ...]
    quorums: tuple[int, ...]
    next_day_at: time
    most_options: int
    fewest: int
    brigading: Brigading
    appeals: Duration
    reminded_before: Duration


@dataclass(frozen=True, slots=True)
class CouncilLimits:
    """The length of a term unless stated otherwise, and how long before a meeting its members are reminded."""

    term: Duration
    meeting_reminded_before: Duration


@dataclass(frozen=True, slots=True)
class Limits:
    """Clocks and limits of the district (`district/limits.yaml`)."""

    consent_version: str
    draft_kept: Duration
    media_joins_for: Duration
    place_joins_for: Duration
    album_receipt_after: Duration
    undo_for: Duration
    question_open: Duration
    export_kept: Duration
    silence_closes_after: Duration
    supplement_answered_in: Duration
    return_within: Duration
    parked_reviewed_in: Duration
    supervision_answered_in: Duration
    objection_decided_in: Duration
    holds_asked_after: tuple[Duration, ...]
    ask_between: Hours
    pushes: Pushes
    together: Together
    root_cause: RootCause
    spike: Spike
    alarm_acknowledged_in: Duration
    nudges_alone: Allowance
    """Reminders of one kind that a chat gets as single messages; any further ones are put into one message."""
    button_kept: Duration
    inbox_key_kept: Duration
    contacts_kept: Duration
    backups_kept: Duration
    group_words_kept: Duration
    ask_back_below: float
    clocks: dict[str, Clock]
    digest: DigestTime
    rates: RateWeights
    telegram: MessengerLimits
    population: Population
    pace: Pace
    crowds: Crowds
    moderation: Moderation
    topics: TopicLimits
    votes: VoteLimits
    council: CouncilLimits


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """A column of an exchanged ledger: its heading, and its field, or a constant text (`says`)."""

    head: str
    field: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a ledger sheet that is exchanged with another system."""

    name: str
    columns: tuple[LedgerColumn, ...]


@dataclass(frozen=True, slots=True)
class District:
    """All data of the district, validated."""

    scenes: dict[Scene, SceneLook]
    kinds: dict[Kind, str]
    urgencies: dict[Urgency, UrgencyLook]
    states: dict[str, str]
    resident_states: dict[str, str]
    """The same states in words for residents."""
    roles: dict[str, str]
    items: tuple[Item, ...]
    units: tuple[Unit, ...]
    limits: Limits
    layouts: dict[str, Layout] = field(default_factory=dict)
    checkup: Rules = field(default_factory=Rules)
    surveys: dict[str, Template] = field(default_factory=dict)

    def item(self, no: int) -> Item | None:
        """Return construction item `no`, or None for 0 and unknown numbers."""
        return self.items[no - 1] if 1 <= no <= len(self.items) else None

    def units_of(self, no: int) -> tuple[str, ...]:
        """Names of the units responsible for construction item `no`; empty if there are none."""
        item = self.item(no)
        return item.units if item else ()

    def units_at(self, units: Sequence[str], street: str) -> str:
        """Names of units as people in a community know them: 各街道 becomes `street`, if the community is in one."""
        found = ((name, self.unit_named(name)) for name in units)
        return "、".join(street if street and unit and unit.own_street else name for name, unit in found)

    def unit_named(self, name: str) -> Unit | None:
        """The unit of that name or spelling, or None."""
        return next((u for u in self.units if name == u.name or name in u.aliases), None)
