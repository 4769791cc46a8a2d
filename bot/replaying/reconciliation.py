"""The reconciliation of a replay: compares every input line with the inbox and the ledger, assuming nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ledger.scenes import Scene, Urgency
from storage.messenger.inbox import DONE, PARKED
from storage.messenger.outbox import DEAD, SENT, WAITING
from storage.update_outcomes import Fate, Opened, fates, messages_out, opened

AGREED = "draft"
"""Outcome of an update whose words wait for the tap that agrees."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One line as it went in: the message that told it, and its update (then those of the taps that it needed)."""

    chat: int
    message_id: int
    update_ids: tuple[int, ...]


@dataclass
class Account:
    """What came in and what became of it. Lines: `cases` + `others` + `drafts` + `parked` + `lost`."""

    lines: int = 0
    cases: int = 0
    several: int = 0
    """Lines that became more than one case."""
    filed: int = 0
    """Cases in the ledger; more than `cases` where lines told of several matters."""
    emergencies: int = 0
    others: Counter[str] = field(default_factory=Counter)
    """Lines that are no case, by what the inbox says of them."""
    drafts: int = 0
    parked: int = 0
    lost: int = 0
    doubled: int = 0
    scenes: Counter[Scene] = field(default_factory=Counter)
    out: Counter[str] = field(default_factory=Counter)
    """Messages to people: sent, waiting, dead."""

    @property
    def whole(self) -> bool:
        """Whether every line came through, once."""
        accounted = self.cases + sum(self.others.values()) == self.lines
        return accounted and not (self.drafts or self.parked or self.lost or self.doubled)


def account(connection: Connection, bot: str, lines: Iterable[Sent]) -> Account:
    """Compare what went in with what the database holds."""
    found = Account()
    ended = {fate.update_id: fate for fate in fates(connection, bot)}
    told: defaultdict[tuple[int, int | None], list[Opened]] = defaultdict(list)
    for case in opened(connection, bot):
        told[case.chat, case.message_id].append(case)
        found.scenes[case.scene] += 1
        found.filed += 1
        found.emergencies += case.urgency == Urgency.EMERGENCY
    for line in lines:
        _one(found, ended, line, told.pop((line.chat, line.message_id), []))
    found.doubled += sum(map(len, told.values()))  # cases that no line told of
    states = messages_out(connection, bot)
    found.out = Counter({state: states[state] for state in (SENT, WAITING, DEAD)})
    return found


def _one(found: Account, ended: dict[int, Fate], line: Sent, cases: list[Opened]) -> None:
    """Book one line. Too few cases for what its update says: lost; too many: doubled."""
    found.lines += 1
    all_fates = [ended.get(update_id) for update_id in line.update_ids]
    last = all_fates[-1] if all_fates else None
    if last is None or None in all_fates or last.state not in (DONE, PARKED):
        found.lost += 1
    elif last.state == PARKED:
        found.parked += 1
    elif last.outcome == AGREED:
        found.drafts += 1
    elif (promised := _promised(last.outcome, cases)) > len(cases):
        found.lost += 1
    else:
        found.doubled += len(cases) - promised
        found.cases += promised > 0
        found.several += promised > 1
        if not promised:
            found.others[last.outcome] += 1


def _promised(outcome: str, cases: list[Opened]) -> int:
    """How many cases an update says that it filed; an emergency does not say, so its matters must differ."""
    kind, _, number = outcome.partition(" ")
    match kind:
        case "case":
            return 1
        case "cases":
            return int(number)
        case "emergency":
            return max(len({case.text for case in cases}), 1)
        case _:
            return 0
