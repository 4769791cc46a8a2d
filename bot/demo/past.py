"""The past of the sample district (`past.yaml`): filed and handled by the program's own handlers, at its own times.

Nothing of it is sent: the replies are thrown away, only the ledger remembers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

import yaml
from pydantic import Field, TypeAdapter
from sqlalchemy import Connection

from bot.demo.sample import HERE, Sample
from bot.reporting.weekly import CONTENT_VERSION, WeeklyMaker
from handlers.cases import dispatching, merging, spikes, staff_steps, timed_steps, worded_steps
from handlers.context import Context
from handlers.event import Address, Event, EventKind
from handlers.residents import filing, judging, own_cases
from handlers.turn import Turn
from ledger.lifecycle import Action, Role
from ledger.periods import last_full_week, zone_named
from ledger.scenes import Kind, Scene, Urgency
from storage.cases import CaseRow, PersonOfCase
from storage.reference import Reference
from storage.reporting.rows import Run
from storage.unit_of_work import UnitOfWork

ZONE = zone_named("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"
STEP = re.compile(r"(\w{1,40}) (\d+)(m|h|d)(?: (.+))?", re.DOTALL)
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
FIRST_NEIGHBOUR = 1001
DIGEST = "本周一 08:30"
SATISFIED = {"": 2, "基本满意": 1, "不满意": 0}


@dataclass(frozen=True)
class PastCase:
    """One entry of the file; see its head for what the fields mean."""

    community: Annotated[str, Field(validation_alias="in")]
    at: str
    scene: Scene
    kind: Kind
    urgency: Urgency
    item: int
    place: str | None
    text: str
    joined: Annotated[int, Field(validation_alias="with")] = 0
    id: str = ""
    steps: list[str] = field(default_factory=list)


@dataclass
class Story:
    """A case on its way through its steps. `account` is its reporter's."""

    past: PastCase
    account: int
    at: datetime
    key: tuple[int, int] = (0, 0)


Moment = tuple[datetime, int, Callable[[UnitOfWork], None]]


def load_past() -> list[PastCase]:
    text = (HERE / "past.yaml").read_text(encoding="utf-8")
    return TypeAdapter(list[PastCase]).validate_python(yaml.safe_load(text))


def moment_of(words: str, start: datetime) -> datetime:
    """The time meant by 上周三 08:30, seen from `start` (aware UTC)."""
    week, weekday, time = words[0], WEEKDAYS.index(words[2]), words[4:]
    local = start.astimezone(ZONE)
    day = local.date() + timedelta(days=weekday - local.weekday() - (7 if week == "上" else 0))
    return datetime.combine(day, datetime.strptime(time, "%H:%M").time(), ZONE).astimezone(UTC)  # noqa: DTZ007 - zone beside it


class Past:
    """Lives the past through, moment by moment, last Monday's digests included."""

    def __init__(self, context: Context, sample: Sample, start: datetime, maker: WeeklyMaker) -> None:
        self._context = context
        self._sample = sample
        self._start = start
        self._maker = maker
        self._by_id: dict[str, Story] = {}

    def moments(self, past: list[PastCase]) -> list[Moment]:
        """Everything that happened, in order.

        Raises:
            ValueError: a step lies after the start of the demo.
        """
        found: list[Moment] = []
        account = FIRST_NEIGHBOUR
        for entry in past:
            story = Story(entry, account, moment_of(entry.at, self._start))
            account += 1 + entry.joined
            if entry.id:
                self._by_id[entry.id] = story
            found += self._moments_of(story, len(found))
        found.append((moment_of(DIGEST, self._start), len(found), self._digests))
        found.append((self._start, len(found), self._clock))
        if late := [at for at, _, _ in found if at > self._start]:
            raise ValueError(f"{len(late)} steps lie after the demo's start, the last at {max(late)}")
        return sorted(found, key=lambda moment: moment[:2])

    def _moments_of(self, story: Story, first: int) -> list[Moment]:
        at = story.at
        found: list[Moment] = [(at, first, lambda uow: self._file(uow, story))]
        for number, step in enumerate(story.past.steps, 1):
            name, amount, unit, words = _parsed(step)
            at += timedelta(**{UNITS[unit]: amount})
            found.append((at, first + number, self._step(story, name, words)))
        return found

    def _digests(self, uow: UnitOfWork) -> None:
        """Fix the digests of the week before; who asks for one gets it drawn then."""
        for community in uow.reference.real_communities():
            period = last_full_week(uow.now, self._context.district.limits.digest, community.zone)
            week = self._maker.order(uow, community, period).page.weekly
            content = {"version": CONTENT_VERSION, "weekly": week, "files": ()}
            uow.reports.keep(Run(community.id, period.start, period.end, content, uow.now))

    def _clock(self, uow: UnitOfWork) -> None:
        """What the clock had to say until now was said."""
        for case in uow.cases.to_look_at():
            self._look_at(uow, case)
        for spike in spikes.due(uow, self._context.district.limits.spike):
            spikes.tell(self._turn(uow, "staff", 0), spike)

    def _step(self, story: Story, name: str, words: str) -> Callable[[UnitOfWork], None]:
        return lambda uow: STEPS[name](self, uow, story, uow.cases.get(*story.key), words)

    # what residents do -----------------------------------------------------------------------------------------------

    def _file(self, uow: UnitOfWork, story: Story) -> None:
        past, community = story.past, uow.reference.communities[self._sample.community_ids[story.past.community]]
        turn = self._resident(uow, story, past.text)
        turn.person.community_id, turn.person.consented_at = community.id, uow.now
        turn.person.consent_version = self._context.district.limits.consent_version
        matter = replace(
            self._context.read(past.text).first,
            **{name: getattr(past, name) for name in ("text", "scene", "kind", "urgency", "item")},
            scene2=None,
            places=(past.place,) if past.place else (),
            alarms=(),
            needs_human=False,
        )
        case = filing.file_report(turn, filing.Report((matter,), community, said=((1, past.text),)))[0]
        story.key = case.key
        self._join(uow, story, case)

    def _join(self, uow: UnitOfWork, story: Story, case: CaseRow) -> None:
        for account in range(story.account + 1, story.account + 1 + story.past.joined):
            uow.cases.add_person(case.key, PersonOfCase("resident", account, account, "joiner", anonymous=False))
        if story.past.joined:
            uow.cases.change(case, supporters=1 + story.past.joined)
            uow.cases.add_event(case, action="joined", role=Role.RESIDENT, before=case.state)

    def confirm(self, uow: UnitOfWork, story: Story, case: CaseRow, words: str) -> None:
        turn = self._resident(uow, story)
        judging.solved(turn, case, Role.RESIDENT, {})
        judging.satisfied(turn, case, Role.RESIDENT, {"n": SATISFIED[words]})

    def reopen(self, uow: UnitOfWork, story: Story, case: CaseRow, words: str) -> None:
        turn = self._resident(uow, story, words)
        judging.not_solved(turn, case, Role.RESIDENT, {})
        turn.expected()
        own_cases.supplement(turn, case)

    # what staff do ---------------------------------------------------------------------------------------------------

    def accept(self, uow: UnitOfWork, _story: Story, case: CaseRow, _words: str) -> None:
        staff_steps.accept(self._worker(uow, case), case, Role.WORKER, {})

    def begin(self, uow: UnitOfWork, _story: Story, case: CaseRow, _words: str) -> None:
        staff_steps.simple(Action.START)(self._worker(uow, case), case, Role.WORKER, {})

    def dispatch(self, uow: UnitOfWork, _story: Story, case: CaseRow, target: str) -> None:
        units, staff = uow.reference.unit_ids, self._sample.staff_ids
        data = {"unit": units[target]} if target in units else {"staff": staff[target]}
        dispatching.dispatch_to(self._worker(uow, case), case, Role.WORKER, data)

    def resolve(self, uow: UnitOfWork, _story: Story, case: CaseRow, words: str) -> None:
        worded_steps.words_given(self._worker(uow, case, words), Action.RESOLVE, case, Role.WORKER)

    def refuse(self, uow: UnitOfWork, _story: Story, case: CaseRow, reason: str) -> None:
        chosen = {"step": Action.REFUSE, "words": reason}
        worded_steps.words_chosen(self._worker(uow, case), case, Role.WORKER, chosen)

    def merge(self, uow: UnitOfWork, _story: Story, case: CaseRow, into: str) -> None:
        target = self._by_id[into].key[1]
        merging.merge_into(self._worker(uow, case), case, Role.WORKER, {"into": target})

    def follow_up(self, uow: UnitOfWork, _story: Story, case: CaseRow, _words: str) -> None:
        self._look_at(uow, case)

    def _look_at(self, uow: UnitOfWork, case: CaseRow) -> None:
        turn = self._turn(uow, "staff", 0)
        for follow in timed_steps.look_at(turn, case):
            follow(turn, case)

    # turns -----------------------------------------------------------------------------------------------------------

    def _resident(self, uow: UnitOfWork, story: Story, text: str = "") -> Turn:
        return self._turn(uow, "resident", story.account, text)

    def _worker(self, uow: UnitOfWork, case: CaseRow, text: str = "") -> Turn:
        """The first worker of the community."""
        worker = uow.reference.staff_with(case.community_id, Role.WORKER)[0]
        return self._turn(uow, "staff", worker.accounts[0][1], text)

    def _turn(self, uow: UnitOfWork, bot: str, account: int, text: str = "") -> Turn:
        kind = EventKind.TEXT if account else EventKind.IGNORED
        event = Event(kind, Address(bot, account), account or None, uow.now, message_id=1, text=text)
        return Turn(self._context, uow, event)


STEPS: dict[str, Callable[[Past, UnitOfWork, Story, CaseRow, str], None]] = {
    "accept": Past.accept,
    "start": Past.begin,
    "dispatch": Past.dispatch,
    "resolve": Past.resolve,
    "refuse": Past.refuse,
    "merge": Past.merge,
    "follow_up": Past.follow_up,
    "confirm": Past.confirm,
    "reopen": Past.reopen,
}


def _parsed(step: str) -> tuple[str, int, str, str]:
    found = STEP.fullmatch(step)
    if found is None or found[1] not in STEPS:
        raise ValueError(f"no such step: {step}")
    return found[1], int(found[2]), found[3], found[4] or ""


def live_through(connection: Connection, reference: Reference, moments: list[Moment]) -> list[Callable[[], None]]:
    """Let everything happen at its time; returns what is to be called after the commit."""
    after: list[Callable[[], None]] = []
    for at, _, happens in moments:
        uow = UnitOfWork(connection, reference, at)
        happens(uow)
        uow.flush()
        after += uow.after_commit
    return after
