"""`chulin demo --script`: the whole way without a browser, on a clock that stands still, with nothing left to chance.

Tells the conversation as it happens, then shows the ledger and the digest; every promise of the story is checked.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from bot.channels.webchat import Change, Message
from bot.console import in_columns
from bot.demo.clock import StandingClock
from bot.demo.past import ZONE
from bot.demo.people import NoSuchButton, Person
from bot.demo.stage import Stage, digest_maker, set_up
from digests.dates import day_and_time
from digests.drawing_process import DrawHere, Draws
from handlers.format import number
from ledger.periods import last_full_week
from ledger.text import shortened
from storage.ids import nothing_left_to_chance
from storage.reference_queries import load
from storage.unit_of_work import UnitOfWork

START = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
"""A Friday, 09:30 in the community."""
LONGEST_TOLD = 14
WORDS_IN_TABLE = 22
BOT = "楚邻"
SAME_EACH_TIME = 7


class Tale:
    """The stage with people on it; tells what is said and keeps account of what was promised."""

    def __init__(self, stage: Stage, echo: Callable[[str], None]) -> None:
        self.stage = stage
        self.people = stage.people()
        self.checked = 0
        self.broken: list[str] = []
        self._echo = echo
        self._heard: dict[str, list[str]] = {}
        self._quiet = False
        self._softly: set[str] = set()
        self._told_at: datetime | None = None
        for who, person in self.people.items():
            self.meets(who, person)

    def meets(self, who: str, person: Person, *, aloud: bool = True) -> None:
        """Somebody comes on stage; what they say and hear is told from now on (only listened to, if not `aloud`)."""
        self.people[who] = person
        if not aloud:
            self._softly.add(person.name)
        person.messenger.watch.append(self._teller(who, person))

    async def plays(self, title: str, chapter: "Chapter") -> None:
        """Play one chapter; where people do not find what they look for, it is broken off."""
        self._echo(f"\n【{title}】")
        try:
            await chapter(self)
        except NoSuchButton as missing:
            self.expects(f"{title}：有按钮「{missing}」", is_so=False)

    async def goes_on(self, *, quietly: bool = False, **by: float) -> None:
        """Let time pass, then everything happen that is due; `quietly` tells nothing of it."""
        self._heard = {}
        self.stage.clock.forward(timedelta(**by))
        self._quiet = quietly
        await self.stage.runs()
        self._quiet = False

    async def taps(self, who: str, label: str, on: str = "", *, quietly: bool = False) -> None:
        pressed = self.people[who].taps(label, on)
        if not quietly:
            self._tell(self.people[who].name, BOT, [f"（点）{pressed}"])
        await self.goes_on(quietly=quietly)
        if not quietly and (word := self.people[who].over_the_button) and word.text:
            self._tell(BOT, self.people[who].name, [f"（浮窗）{word.text}"])

    def heard(self, who: str) -> str:
        """What the bot has said to somebody, or changed, since things last went on."""
        return "\n".join(self._heard.get(who, []))

    def expects(self, what: str, *, is_so: object) -> None:
        self.checked += 1
        self._echo(f"    {'✓' if is_so else '✗'} {what}")
        if not is_so:
            self.broken.append(what)

    def _teller(self, who: str, person: Person) -> Callable[[Change], None]:
        def told(change: Change) -> None:
            if change.chat != person.account or change.message is None:
                return
            message = change.message
            mine = message.account is not None
            if not mine:
                self._heard.setdefault(who, []).append(message.text)
            self._tell(*((person.name, BOT) if mine else (BOT, person.name)), _lines(message))

        return told

    def _tell(self, speaker: str, listener: str, lines: list[str]) -> None:
        if self._quiet or not self._softly.isdisjoint((speaker, listener)):
            return
        now = self.stage.clock.now().replace(second=0)
        if now != self._told_at:
            self._told_at = now
            self._echo(f"  ── {day_and_time(now, ZONE)} ──")
        self._echo(f"  {speaker} → {listener}：{lines[0] if lines else ''}")
        for line in lines[1:]:
            self._echo(f"      {line}")


Chapter = Callable[[Tale], Awaitable[None]]


def _lines(message: Message) -> list[str]:
    text = "（扫码或点开始）" if message.text.startswith("/start") else message.text
    lines = text.splitlines()
    if len(lines) > LONGEST_TOLD:
        lines = [*lines[:3], f"……（共 {len(text.splitlines())} 行，全文见后）"]
    if message.edited:
        lines = ["（更新）" + " ".join(lines[:2])]
    lines += [f"［{'照片' if file.kind == 'photo' else '文件'} {file.name}］" for file in message.files]
    if message.location:
        lines.append("［位置］")
    if message.rows and not message.edited:
        lines.append(" ".join(f"[{choice.label}]" for row in message.rows for choice in row))
    return lines


async def play(folder: Path, echo: Callable[[str], None], drawer: Draws | None = None) -> int:
    """Play the story; returns 0 only if everything promised has happened."""
    with nothing_left_to_chance(SAME_EACH_TIME):
        return await _play(folder, echo, drawer)


async def _play(folder: Path, echo: Callable[[str], None], drawer: Draws | None) -> int:
    from bot.demo import cocreation  # noqa: PLC0415 - the stories play on `Tale`
    from bot.demo.story import CHAPTERS, LATER  # noqa: PLC0415

    stage = await set_up(folder, StandingClock(START), drawer or DrawHere())
    tale = Tale(stage, echo)
    try:
        for title, chapter in CHAPTERS:
            await tale.plays(title, chapter)
        echo("\n【台账：石榴巷社区，刚过去的一周】")
        for line in await stage.app.database.read(lambda connection: _ledger(connection, stage)):
            echo(f"  {line}")
        echo("\n【周报】")
        for line in _digest(tale.people["manager"]).splitlines():
            echo(f"  {line}")
        for title, chapter in (*LATER, *cocreation.CHAPTERS):
            await tale.plays(title, chapter)
    finally:
        await stage.app.close()
    echo(f"\n检查 {tale.checked} 项，{'全部做到' if not tale.broken else f'{len(tale.broken)} 项没有做到'}。")
    for what in tale.broken:
        echo(f"  ✗ {what}")
    return 1 if tale.broken else 0


def _digest(manager: Person) -> str:
    return max((message.text for message in manager.heard), key=len)


def _ledger(connection: Connection, stage: Stage) -> list[str]:
    """The week's cases of the resident's community, one a line."""
    uow = UnitOfWork(connection, load(connection), stage.clock.now())
    community = uow.reference.communities[stage.sample.home[0]]
    district = stage.app.context.district
    period = last_full_week(uow.now, district.limits.digest, community.zone)
    filed = digest_maker(stage.app).order(uow, community, period).rows.filed
    rows = [("编号", "急", "场景", "状态", "人数", "最晚答复", "原话")]
    rows += [
        (
            number(community, case),
            district.urgencies[case.urgency].name,
            district.scenes[case.scene].name,
            district.states[case.state],
            str(case.supporters),
            day_and_time(case.due_at, community.zone),
            shortened(case.text, WORDS_IN_TABLE),
        )
        for case in filed
    ]
    return in_columns(rows)
