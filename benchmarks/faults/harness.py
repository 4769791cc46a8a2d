"""What every fault is tried on: residents who each write once, a real app that serves them, and the count at the end."""

import asyncio
import re
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, func, select

from benchmarks.burst import BOT_ID, reports
from benchmarks.faults.forked_process import Started
from benchmarks.real_process import STOP_SECONDS, Stand, stand
from bot.build import RESIDENT, STAFF
from bot.district import DEFAULT_FOLDER, load_texts
from bot.replaying.reconciliation import Sent, account
from bot.settings import Library
from storage.database import open_database
from storage.messenger.inbox import DONE, PARKED, InboxRows
from storage.messenger.inbox import WAITING as IN_WAITING
from storage.messenger.outbox import WAITING
from storage.tables import Lease, Outbox
from storage.update_outcomes import Fate, Opened, fates, messages_out, opened, updates_in
from tests.botapi.remote import ControlError

T = TypeVar("T")

PATIENCE = 300
"""Seconds in which something has to go on, once nothing is broken any more, until all is handled and answered.

A busy machine may take long; one on which nothing happens any more has come to an end.
"""
PREFIX = "resident"
FAILED = load_texts()("problem.failed")
"""What residents are told when something could not be done; no fault of the list may bring that about."""
CARD = re.compile(r"^(\w+)-(\d+)　", re.MULTILINE)
"""The line of a staff card with the ledger number."""
ENOUGH = 100
NOBODY = 0
ON_THE_WAY = 2
"""Messages of a process that can be on their way: one of each bot."""


@dataclass
class Seen:
    """What a fault left behind. All of it is read from the fake's log and from the database, nothing from the app."""

    said: int = 0
    lost: int = 0
    doubled: int = 0
    repeated: int = 0
    """Messages that somebody got twice."""
    unanswered: int = 0
    """People who got nothing at all."""
    sorry: int = 0
    """Messages which say that it did not work."""
    dead: int = 0
    cards: int = 0
    """Cards that the staff should have, if they are counted."""
    cards_lost: int = 0
    cards_repeated: int = 0
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return not (self.lost or self.doubled or self.unanswered or self.sorry or self.dead or self.cards_lost)


Standing = tuple[int, int, int]
"""Updates that are known, those of them that are done, and messages that wait to be sent."""


Card = tuple[int, str, int]
"""A chat of the staff and the case whose card it shows: the community's letters and the number."""


class AppEndedError(Exception):
    """No process of the app is left, though nobody ended them."""


class Harness:
    """A stand with `count` residents who have agreed to the notice and have written nothing yet."""

    def __init__(self, stand_: Stand, chats: list[int], settings: Mapping[str, str]) -> None:
        self.stand = stand_
        self.chats = chats
        self.settings = dict(settings)
        self.said = 0
        self.processes: list[Started] = []

    def starts(self, module: str = "benchmarks.faults.short_leases", **environment: str) -> Started:
        """Start a process of the app; more than one may run."""
        process = Started(module, ["run"], self.stand.folder, self.stand.environment | self.settings | environment)
        self.processes.append(process)
        return process

    async def serves(self, module: str = "benchmarks.faults.short_leases") -> Started:
        """Start a process and wait until it talks to the messenger."""
        calls, process = await self.calls(), self.starts(module)
        await self.asked(calls)
        return process

    async def kills(self, process: Started) -> None:
        process.kill()
        await process.wait()
        await self.is_gone(process)

    async def is_gone(self, process: Started) -> None:
        """One has ended without a word. If no other is left, nobody waits until its leases run out."""
        self.processes.remove(process)
        if not self.processes and "postgresql" in self.stand.url:
            await self._asks(lambda connection: connection.execute(delete(Lease)), write=True)

    async def ends(self, process: Started) -> None:
        """End one as an operator does."""
        process.terminate()
        await process.wait()
        self.processes.remove(process)

    async def stops(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(*(process.wait() for process in self.processes))
        self.processes.clear()

    async def says(self, rate: float, *, wait: bool = False) -> None:
        """Every resident writes once, `rate` of them a second."""
        await self.more_say(len(self.chats), rate, wait=wait)

    async def more_say(self, count: int, rate: float, *, wait: bool = False) -> None:
        """The next residents write, `rate` of them a second: for what takes as long as it takes."""
        first, self.said = self.said, self.said + count
        await self.stand.remote.do(
            "feed", bot=RESIDENT, texts=reports(count), users=count, count=count, first=first, rate=rate,
            wait=wait, prefix=PREFIX,
        )  # fmt: skip

    async def one_more_says(self) -> None:
        """The next resident writes."""
        await self.stand.remote.do(
            "act", user=f"{PREFIX}{self.said}", bot=RESIDENT, act="says",
            args={"text": reports(ENOUGH)[self.said % len(reports(ENOUGH))]},
        )  # fmt: skip
        self.said += 1

    async def calls(self) -> int:
        """How often the app has asked or told the messenger anything."""
        counts: dict[str, int] = await self.stand.remote.do("counts")
        return sum(counts.values())

    async def asked(self, since: int) -> None:
        """Wait until the app talks to the messenger again."""
        while await self.calls() <= since:
            self._is_there()
            await asyncio.sleep(0.05)

    async def settles(self, *, cards: bool = False) -> bool:
        """Wait until everything that was said is stored, handled and answered; False if it never is.

        `cards`: and until the staff have their messages, too.
        """
        before, since = None, time.monotonic()
        while time.monotonic() - since < PATIENCE:
            self._is_there()
            handed_out, now = (
                await self._handed_out(),
                await self._standing((RESIDENT, STAFF) if cards else (RESIDENT,)),
            )
            if handed_out and self._is_quiet(now):
                return True
            if now != before:
                before, since = now, time.monotonic()
            await asyncio.sleep(0.2)
        return False

    async def waits_for_less_than(self, most: int) -> None:
        """Go on when fewer updates and messages than so many wait in the app."""

        def look(connection: Connection) -> int:
            out = select(func.count()).select_from(Outbox).where(Outbox.state == WAITING)
            return InboxRows(connection).counts().get(IN_WAITING, 0) + int(connection.execute(out).scalar_one())

        before, since = None, time.monotonic()
        while (now := await self._asks(look)) >= most:
            self._is_there()
            if now != before:
                before, since = now, time.monotonic()
            assert time.monotonic() - since < PATIENCE, f"{now} wait, and nothing goes on"
            await asyncio.sleep(0.1)

    async def answers(self) -> int:
        """How often the messenger was given something to show."""
        counts: dict[str, int] = await self.stand.remote.do("counts")
        return sum(n for call, n in counts.items() if call.lower().startswith("sendmessage"))

    async def next_answer(self) -> float:
        """Seconds until somebody is answered again; several must be waiting, for what was on its way does not count."""
        began, answers = time.monotonic(), await self.answers()
        while await self.answers() <= answers + ON_THE_WAY:
            self._is_there()
            assert time.monotonic() - began < PATIENCE, "nobody is answered any more"
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def _handed_out(self) -> bool:
        """Whether the messenger has no update left."""
        try:
            await self.stand.remote.do("drained", bot=RESIDENT, seconds=1)
        except ControlError:
            return False
        return True

    def _is_there(self) -> None:
        """An app that has ended by itself settles nothing."""
        ended = [process.returncode for process in self.processes if process.returncode is not None]
        if self.processes and len(ended) == len(self.processes):
            raise AppEndedError(f"with status {ended}")

    def _is_quiet(self, standing: Standing) -> bool:
        known, done, waiting = standing
        return known >= self.said and done == known and not waiting

    async def _standing(self, bots: Iterable[str]) -> Standing:
        def look(connection: Connection) -> Standing:
            states, waiting = updates_in(connection, RESIDENT), [messages_out(connection, bot)[WAITING] for bot in bots]
            return states.total(), states[DONE] + states[PARKED], sum(waiting)

        return await self._asks(look)

    async def _asks(self, work: Callable[[Connection], T], *, write: bool = False) -> T:
        """Beside the app, and through no connection that outlasts it: who comes after a kill finds what it left."""
        database = open_database(self.stand.url)
        try:
            return await (database.write if write else database.read)(work)
        finally:
            await database.close()

    async def seen(self, *, cards: bool = False) -> Seen:
        """Compare what residents wrote with the ledger, and the messenger's log with what they should have got.

        `cards`: and with what the staff should have got.
        """
        settled = await self.settles(cards=cards)
        await self.stops()
        written = self.chats if self.said else []
        database = open_database(self.stand.url)
        found: list[Fate] = await database.read(lambda connection: fates(connection, RESIDENT))
        cases = await database.read(lambda connection: opened(connection, RESIDENT))
        updates: defaultdict[int, list[int]] = defaultdict(list)
        for fate in found:
            updates[fate.chat].append(fate.update_id)
        first = {case.chat: case.message_id or 0 for case in cases}
        sent = [Sent(chat, first.get(chat, 0), tuple(updates[chat][:1])) for chat in written]
        booked = await database.read(lambda connection: account(connection, RESIDENT, sent))
        await database.close()
        told = await self._told()
        owed, lost, repeated = await self._cards(cases) if cards else (0, 0, 0)
        return Seen(
            said=len(written),
            lost=booked.lost + booked.parked + booked.drafts,
            doubled=booked.doubled + sum(max(len(updates[chat]) - 1, 0) for chat in written),
            repeated=sum(times - 1 for texts in told.values() for times in texts.values()),
            unanswered=sum(not told[chat] for chat in written),
            sorry=sum(texts[FAILED] for texts in told.values()),
            dead=booked.out["dead"],
            cards=owed,
            cards_lost=lost,
            cards_repeated=repeated,
            notes={} if settled else {"settled": f"nothing went on for {PATIENCE} s"},
        )

    async def _told(self) -> defaultdict[int, Counter[str]]:
        """What the messenger really showed each resident, by its own log."""
        told: defaultdict[int, Counter[str]] = defaultdict(Counter)
        async for call in self._shown_by(RESIDENT):
            told[call["chat_id"]][call["params"]["text"]] += 1
        return told

    async def _cards(self, cases: Iterable[Opened]) -> tuple[int, int, int]:
        """How many cards the staff should have, how many they do not, and how many they got again, by the same log."""
        codes = [place.code for place in self.stand.sample.communities]
        shown: Counter[Card] = Counter()
        async for call in self._shown_by(STAFF):
            shown.update((call["chat_id"], code, int(no)) for code, no in CARD.findall(call["params"]["text"]))
        return cards_counted(shown, [(codes[case.community_id - 1], case.no) for case in cases])

    async def _shown_by(self, bot: str) -> AsyncIterator[dict[str, Any]]:
        """New messages that people really got from a bot."""
        async for call in self.stand.calls():
            if call["bot_id"] == BOT_ID[bot] and call["method"].lower() == "sendmessage" and call["effect"]:
                yield call


def cards_counted(shown: Counter[Card], cases: Iterable[tuple[str, int]]) -> tuple[int, int, int]:
    """Whoever gets cards of a community gets one of each of its cases: how many those are, and how many lack or repeat."""
    chats: defaultdict[str, set[int]] = defaultdict(set)
    for chat, code, _ in shown:
        chats[code].add(chat)
    owed = [(chat, code, no) for code, no in cases for chat in chats.get(code, {NOBODY})]
    return len(owed), sum(not shown[card] for card in owed), sum(times - 1 for times in shown.values())


@asynccontextmanager
async def harness(url: str, count: int, limits: Mapping[str, str] | None = None) -> AsyncIterator[Harness]:
    """`url` of an empty database, or nothing for a file of SQLite's own.

    `limits`: pieces of the district's limits, and what stands in their place.
    """
    async with stand(Library.AIOGRAM, url) as stand_:
        people = await stand_.remote.do("users", prefix=PREFIX, count=count)
        places = len(stand_.sample.communities)
        await stand_.plants({chat: 1 + number % places for number, chat in enumerate(people)})
        settings = {"CHULIN_DISTRICT_DIR": str(_district(stand_.folder, limits))} if limits else {}
        found = Harness(stand_, people, settings)
        try:
            yield found
        finally:
            for process in found.processes:
                if process.returncode is None:
                    process.kill()
                    await process.wait()


def _district(folder: Path, limits: Mapping[str, str]) -> Path:
    """The district's files, with other limits."""
    district = folder / "district"
    shutil.copytree(DEFAULT_FOLDER, district)
    text = (district / "limits.yaml").read_text(encoding="utf-8")
    for plain, other in limits.items():
        assert text.count(plain) == 1, plain
        text = text.replace(plain, other)
    (district / "limits.yaml").write_text(text, encoding="utf-8")
    return district
