"""A burst on a real `chulin run` process with SQLite at synchronous=FULL, under the messenger's own limits.

Residents write at 20 a second, then at 300 a second with 20 emergencies among them, then, when the receipts that the
messenger's 30 a second has kept back are out (a burst of 18,000 takes 600 s of them, whatever we do), at 20 a second
again. Everybody writes once and has agreed to the notice. "After" therefore begins when no receipt waits any more.
The status is 1 when a promise is broken, except those of speed, which a busy machine breaks: they are only marked.

    uv run python -m benchmarks.burst [--rate 300] [--seconds 60] [--calm 60] [--smallest]
"""

import argparse
import asyncio
import math
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from benchmarks.real_process import TOKENS, Stand, stand
from benchmarks.sample import texts
from bot.build import RESIDENT, STAFF
from bot.replaying.reconciliation import Account, Sent, account
from bot.settings import Library
from ledger.scenes import Scene
from nlp.pipeline import Understander
from storage.database import open_database
from storage.messenger.outbox import WAITING
from storage.update_outcomes import Fate, Opened, fates, opened

CALM_RATE = 20
EMERGENCIES = 20
ALARM = "幸福苑3栋{n}室着火了，快来人"
LIMIT = 30
PATIENCE = 1800
EMPTY, SHARE, CALM_MS, MEMORY = 60, 0.95, 500, 300
"""Promised: seconds until the inbox is empty, share of the limit, milliseconds to an answer at 20 a second, megabytes."""
PHASES = ("before", "burst", "alarm", "after")
BOT_ID = {bot: int(token.partition(":")[0]) for bot, token in TOKENS.items()}
MARGIN = 1.0
"""Seconds after the burst begins and before its last receipt that the rate of receipts leaves out."""


@dataclass(frozen=True)
class Plan:
    rate: int
    seconds: float
    calm: float

    @property
    def counts(self) -> dict[str, int]:
        calm = int(CALM_RATE * self.calm)
        return {"before": calm, "burst": int(self.rate * self.seconds), "alarm": EMERGENCIES, "after": calm}


@dataclass
class Seen:
    """What a run showed."""

    account: Account = field(default_factory=Account)
    delays: dict[str, dict[str, Any]] = field(default_factory=dict)
    inbox_empty_after: float = 0.0
    drained_after: float = 0.0
    burst_began: float = 0.0
    memory: list[int] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)


@cache
def reports(count: int) -> list[str]:
    """Messages of the corpus that become exactly one case and no alarm."""
    understander = Understander.load()
    found = []
    for text in texts(min(count * 2, 9000)):
        matters = understander.read(text).matters
        plain = len(matters) == 1 and not matters[0].alarms and not matters[0].needs_human
        if plain and matters[0].scene not in (Scene.NONE, Scene.OUT_OF_REMIT):
            found.append(text)
    return found


async def run(plan: Plan, via: Library) -> tuple[Seen, dict[str, list[int]]]:
    seen = Seen()
    async with stand(via) as stand_:
        people = {
            phase: await stand_.remote.do("users", prefix=phase, count=count) for phase, count in plan.counts.items()
        }
        warm = await stand_.remote.do("users", prefix="warm", count=1)
        everybody = [account for accounts in people.values() for account in accounts] + warm
        places = len(stand_.sample.communities)
        await stand_.plants({account: 1 + number % places for number, account in enumerate(everybody)})
        await stand_.starts()
        await stand_.acts("warm0", "says", text="三单元门口的路灯坏了")
        await stand_.sees("warm0", 60)
        watch = asyncio.create_task(_memory(stand_, seen))
        await _phases(stand_, plan, reports(max(plan.counts.values())), seen)
        watch.cancel()
        await stand_.stops()
        for phase in PHASES:
            seen.delays[phase] = await stand_.remote.do("delays", bot=RESIDENT, prefix=phase)
        seen.account = await _account(stand_, [account for phase in PHASES for account in people[phase]], warm)
        seen.calls = [call async for call in stand_.calls()]
    return seen, people


async def _phases(stand_: Stand, plan: Plan, said: list[str], seen: Seen) -> None:
    async def feed(phase: str, rate: float, wait: bool = True, texts: list[str] = said) -> None:
        count = plan.counts[phase]
        await stand_.remote.do(
            "feed", bot=RESIDENT, texts=texts, users=count, count=count, rate=rate, prefix=phase, wait=wait
        )

    await feed("before", CALM_RATE)
    await _quiet(stand_)
    seen.burst_began = time.time()
    await feed("alarm", EMERGENCIES / plan.seconds, wait=False, texts=[ALARM])
    await feed("burst", plan.rate)
    ended = time.monotonic()
    await _inbox_empty(stand_)
    seen.inbox_empty_after = time.monotonic() - ended
    await _quiet(stand_)
    seen.drained_after = time.monotonic() - ended
    await feed("after", CALM_RATE)
    await _quiet(stand_)


async def _inbox_empty(stand_: Stand) -> None:
    await stand_.remote.do("drained", bot=RESIDENT, seconds=PATIENCE)
    await stand_.until(lambda: _is_empty(stand_, "inbox"))


async def _quiet(stand_: Stand) -> None:
    """Everything has been taken in, handled and answered."""
    await _inbox_empty(stand_)
    await stand_.until(lambda: _is_empty(stand_, "outbox"))


async def _is_empty(stand_: Stand, box: str) -> bool:
    """Whether nothing of the residents' bot waits."""
    return not stand_.count(f"SELECT count(*) FROM {box} WHERE state = '{WAITING}' AND bot = '{RESIDENT}'")  # noqa: S608


async def _memory(stand_: Stand, seen: Seen) -> None:
    while True:
        seen.memory.append(stand_.memory())
        await asyncio.sleep(0.5)


async def _account(stand_: Stand, chats: list[int], warm: list[int]) -> Account:
    """Hold everybody's one message against inbox and ledger."""
    database = open_database(stand_.url)
    found: list[Fate] = await database.read(lambda connection: fates(connection, RESIDENT))
    cases: list[Opened] = await database.read(lambda connection: opened(connection, RESIDENT))
    updates: defaultdict[int, list[int]] = defaultdict(list)
    for fate in found:
        updates[fate.chat].append(fate.update_id)
    told = {case.chat: case.message_id or 0 for case in cases}
    sent = [Sent(chat, told.get(chat, 0), tuple(updates[chat][:1])) for chat in [*chats, *warm]]
    result = await database.read(lambda connection: account(connection, RESIDENT, sent))
    result.doubled += sum(len(ids) - 1 for ids in updates.values() if ids)
    await database.close()
    return result


# --- what is read off ------------------------------------------------------------------------------------------------


def sends(seen: Seen, bot: str) -> list[dict[str, Any]]:
    return [c for c in seen.calls if c["bot_id"] == BOT_ID[bot] and c["method"].lower() == "sendmessage" and c["ok"]]


def share_of_limit(seen: Seen, people: dict[str, list[int]]) -> float:
    """Messages a second to residents while receipts waited, over the messenger's limit."""
    mine = {*people["burst"], *people["alarm"]}
    times: list[float] = sorted(call["at"] for call in sends(seen, RESIDENT) if call["chat_id"] in mine)
    begin, end = seen.burst_began + MARGIN, times[-1] - MARGIN
    return float(sum(begin <= at <= end for at in times) / (end - begin) / LIMIT)


def alarms_to_staff(seen: Seen, people: dict[str, list[int]]) -> list[float]:
    """Seconds from the first words to somebody in danger to the alarm on a phone of the staff."""
    told: dict[str, float] = {}
    for call in sends(seen, STAFF):
        for number in range(EMERGENCIES):
            if ALARM.format(n=number) in call["params"]["text"]:
                told.setdefault(str(number), call["at"])
    first = {call["chat_id"]: call["at"] for call in reversed(sends(seen, RESIDENT))}
    return sorted(told[str(n)] - first[chat] for n, chat in enumerate(people["alarm"]) if str(n) in told)


def twice(seen: Seen) -> int:
    """Receipts that were sent more than once: one ledger number is in one message."""
    numbers = Counter(call["params"]["text"].partition("（")[0] for call in sends(seen, RESIDENT))
    return sum(count - 1 for text, count in numbers.items() if "编号" in text)


@dataclass(frozen=True, slots=True)
class Line:
    """What was promised, what was seen, and whether it was kept. `speed`: the machine decides it, not the status."""

    what: str
    promised: str
    seen: str
    kept: bool = True
    speed: bool = False

    def __str__(self) -> str:
        return f"  {self.what:50} {self.promised:14} {self.seen}{'' if self.kept else '   NOT KEPT'}"


def lines(plan: Plan, seen: Seen, people: dict[str, list[int]]) -> list[Line]:
    """Every promise of the burst, with what the run showed of it."""
    megabytes = max(seen.memory) * 2**20 / 1e6
    return [
        *_nothing_lost(plan, seen),
        Line(
            "inbox empty after the burst",
            f"<= {EMPTY} s",
            f"{seen.inbox_empty_after:.1f} s",
            seen.inbox_empty_after <= EMPTY,
        ),
        *_speed(seen, people),
        *_emergencies(seen, people),
        Line("memory of the app, most", f"<= {MEMORY} MB", f"{megabytes:.0f} MB", megabytes <= MEMORY),
    ]


def _nothing_lost(plan: Plan, seen: Seen) -> list[Line]:
    found = seen.account
    lost, doubled = found.lost + found.parked + found.drafts, found.doubled + twice(seen)
    unanswered = sum(plan.counts[phase] - seen.delays[phase]["answered"] for phase in PHASES)
    return [
        Line("updates, lost", "0", f"{found.lines}, {lost}", not lost),
        Line("cases or receipts doubled", "0", f"{doubled}", not doubled),
        Line("people without an answer", "0", f"{unanswered}", not unanswered),
    ]


def _speed(seen: Seen, people: dict[str, list[int]]) -> list[Line]:
    share = share_of_limit(seen, people)
    before, after = (_delay(seen, phase, "p95") for phase in ("before", "after"))
    return [
        Line("receipts leave at this share of the limit", f">= {SHARE}", f"{share:.3f}", share >= SHARE, speed=True),
        Line("  their backlog gone after", "", f"{seen.drained_after:.0f} s"),
        Line("receipts at 20/s before, p95", f"<= {CALM_MS} ms", f"{before:.0f} ms", before <= CALM_MS, speed=True),
        Line("receipts at 20/s after, p95", f"<= {CALM_MS} ms", f"{after:.0f} ms", after <= CALM_MS, speed=True),
    ]


def _emergencies(seen: Seen, people: dict[str, list[int]]) -> list[Line]:
    """They are ahead if nearly all of them were answered sooner than the typical receipt of the burst."""
    first, others = _delay(seen, "alarm", "p95"), _delay(seen, "burst", "p50")
    staff = [seconds * 1000 for seconds in alarms_to_staff(seen, people)]
    told = f"{staff[int(0.95 * (len(staff) - 1))]:.0f} ms ({len(staff)} alarms)" if staff else "none"
    return [
        Line("emergencies in the burst, first words, p95", "ahead of all", f"{first:.0f} ms", first < others),
        Line("  then on a phone of the staff, p95 (1/s a chat)", "", told),
    ]


def _delay(seen: Seen, phase: str, which: str) -> float:
    """Milliseconds until an answer; endless if there was none."""
    found = seen.delays[phase][which]
    return math.inf if found is None else found * 1000


def report(plan: Plan, found: list[Line]) -> bool:
    """Print what was promised beside what was seen; whether all was kept that does not depend on the machine's speed."""
    print(f"{plan.rate} a second for {plan.seconds:g} s, SQLite synchronous=FULL, limit {LIMIT}/s")
    print(*found, sep="\n")
    return all(line.kept or line.speed for line in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--calm", type=float, default=60, help="seconds at 20 a second before and after")
    parser.add_argument("--via", type=Library, choices=list(Library), default=Library.AIOGRAM)
    parser.add_argument("--smallest", action="store_true", help="80 a second for 1.5 s, as long before and after")
    wanted = parser.parse_args()
    plan = Plan(80, 1.5, 1.5) if wanted.smallest else Plan(wanted.rate, wanted.seconds, wanted.calm)
    seen, people = asyncio.run(run(plan, wanted.via))
    sys.exit(0 if report(plan, lines(plan, seen, people)) else 1)


if __name__ == "__main__":
    main()
