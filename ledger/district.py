"""What a district may change without touching code: names, colours, items, units, clocks and limits.

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
    """A sub-item of annex 2; `units` empty means those of its item."""

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
    area_note: str = ""
    parts: tuple[ItemPart, ...] = ()
    exceptions: dict[str, Scene] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unit:
    """A responsible unit and the other spellings of its name.

    `own_street`: it stands for the street of the community at hand, whose supervisors are its officers.
    """

    name: str
    aliases: tuple[str, ...] = ()
    own_street: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """Limits from the report on: to sign for it, to speak with the resident (where there is one), to act on it.

    `near` is how long before the end it counts as nearly due; `extensions` are the lengths that may be asked for.
    """

    sign: Duration
    act: Duration
    near: Duration
    contact: Duration | None = None
    extensions: tuple[Duration, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day, in the community's own time: [since, until)."""

    since: time
    until: time


@dataclass(frozen=True, slots=True)
class Pushes:
    """Invitations to many: how many one person gets in seven days, and which quiet hours of their own they may choose.

    `kept`: so long after a push its list of people is kept, against sending it twice.
    """

    a_week: int
    kept: Duration
    quiet_hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """What neighbours do together: promises, rules, rotas, calls, events, rooms.

    `promise_near`: so long before it is due its owner is reminded; `shown_from`: so many answers there must be before
    anybody sees what they say; `evening`: when reminders for tomorrow come. The rest is what one person may have at a
    time: wishes that wait or are open, calls taken up, rooms booked (`booked_ahead` at most), tries of a code,
    people signed up for who cannot do it themselves (`proxies`).
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
    """When cases are taken for signs of one root cause: so many alike at one place, or reopened so often."""

    alike: int
    reopened: int
    within: Duration


@dataclass(frozen=True, slots=True)
class Spike:
    """When a place is told of at once: so many people of one matter within `within`, or its usual week `times` over.

    `least`: fewer in a week are no spike, however quiet the place was; `again_after`: the same is not told sooner.
    """

    people: int
    within: Duration
    times: float
    least: int
    again_after: Duration


@dataclass(frozen=True, slots=True)
class DigestTime:
    """When reports are due for who has said nothing else, in the community's own time; weekday 0 is Monday.

    `on_holidays` False: on the next working day instead. `times`: the hours of the day that one may choose from.
    """

    weekday: int
    time: time
    on_holidays: bool = False
    quiet: Hours | None = None
    times: Times = ()


@dataclass(frozen=True, slots=True)
class RateWeights:
    """What the three rates of the call-backs count in one figure; `fairly` is what "fairly satisfied" counts."""

    responded: float
    solved: float
    satisfied: float
    fairly: float


@dataclass(frozen=True, slots=True)
class MessengerLimits:
    """What a messenger lets one bot send."""

    per_second: float
    per_chat_second: float
    per_group_minute: float
    at_once: int = 1
    """Messages on their way at a time. A kill repeats at most so many."""


@dataclass(frozen=True, slots=True)
class Population:
    """Residents for whom one community is meant (plan, 三(一))."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """So often within so long."""

    times: int
    within: Duration


@dataclass(frozen=True, slots=True)
class Pace:
    """What one person may do in a while; what is over waits. Of the last three, a person of the staff looks at them."""

    messages: Allowance
    taps: Allowance
    reports: Allowance
    floods: Allowance
    abuse: Allowance
    spam: Allowance


@dataclass(frozen=True, slots=True)
class Crowds:
    """When cases get no card of their own: so many like one another, or so many in all, in one community."""

    alike: Allowance
    all: Allowance


@dataclass(frozen=True, slots=True)
class Moderation:
    """What people of the staff decide about: how long a pause is, how long held words wait for them.

    `reports`: how many words of neighbours one person may call wrong.
    """

    pause: Duration
    held_for: Duration
    kept: Duration
    reports: Allowance
    known_links: tuple[str, ...]
    link_endings: tuple[str, ...]
    """What a bare name has to end with to be taken for a link."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """When what many told becomes a draft of a topic: so many people about one matter, in cases not older than that."""

    people: int
    within: Duration


@dataclass(frozen=True, slots=True)
class TopicLimits:
    """Limits of topics. `proposals` and `contributions`: of one person, within `counted_over`.

    `gathering` holds for all communities but those in `own`, by their code. `longest`: characters of a contribution.
    """

    gathering: Gathering
    looked_every: Duration
    put_off: Duration
    proposals: int
    contributions: int
    counted_over: Duration
    longest: int
    longest_title: int
    listed: int
    kept: Duration
    own: dict[str, Gathering] = field(default_factory=dict)

    def gathers(self, code: str) -> Gathering:
        """The threshold of a community, by its code."""
        return self.own.get(code, self.gathering)


@dataclass(frozen=True, slots=True)
class Brigading:
    """So many accounts that joined the community within that time hold a vote for a look."""

    accounts: int
    within: Duration


@dataclass(frozen=True, slots=True)
class VoteLimits:
    """What can be chosen for a vote, the first being what is proposed, and what protects it.

    `fewest`: ballots under which nothing is counted; `appeals`: how long who was left out may object.
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
    """How long a term is unless somebody says otherwise, and from when on its end is pointed out."""

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
    """Reminders of one kind to one chat that come each on its own; the rest stand together."""
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
    """A column of an exchanged ledger: its heading, and the field that stands in it, or what it always says."""

    head: str
    field: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A ledger's sheet as others read and write it."""

    name: str
    columns: tuple[LedgerColumn, ...]


@dataclass(frozen=True, slots=True)
class District:
    """All data of the district, checked."""

    scenes: dict[Scene, SceneLook]
    kinds: dict[Kind, str]
    urgencies: dict[Urgency, UrgencyLook]
    states: dict[str, str]
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
        """Names of the units responsible for construction item `no`; empty where there is none."""
        item = self.item(no)
        return item.units if item else ()

    def units_at(self, units: Sequence[str], street: str) -> str:
        """Units as people of a community know them: 各街道 is `street`, where the community lies in one."""
        found = ((name, self.unit_named(name)) for name in units)
        return "、".join(street if street and unit and unit.own_street else name for name, unit in found)

    def unit_named(self, name: str) -> Unit | None:
        """Find a unit by its name or one of its other spellings."""
        return next((u for u in self.units if name == u.name or name in u.aliases), None)
