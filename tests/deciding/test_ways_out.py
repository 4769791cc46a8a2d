"""Who chose what leaves the ballot box by no way out: whoever looks sees the same, had two neighbours swapped their choices.

Each random history is played twice. The two worlds differ in one thing only: within each pair of neighbours one taps what
the other taps in the other world, so that the counts are the same. Then everything that anybody can get hold of has to be
the same, at every moment before the closing and after it; else it would tell who of the two chose what. Only the word
over one's own button differs, and the box itself.
"""

import asyncio
import io
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pyrage
import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest
from pydantic import SecretStr
from sqlalchemy import Connection

from bot import backup
from bot.commands.ledger import ExportRequest, _exported
from bot.http.server import application
from bot.metrics import METRICS
from digests.votes import log
from ledger.votes import Method
from storage.ids import nothing_left_to_chance
from storage.reference_queries import load
from storage.unit_of_work import UnitOfWork
from tests.conftest import copy_of
from tests.deciding.neighbours import MANAGER, live_here, told_results, vote
from tests.deciding.test_secrecy import CANARY, WITH_CHOICES, database_of
from tests.support.logs import everything_logged
from tests.support.world import Person, World, make_world

PAIRS = 3
CLEAR = -1
KEY, IDENTITY = "k" * 20, pyrage.x25519.Identity.generate()
METHODS = {Method.SINGLE: (), Method.APPROVAL: ("选一个",), Method.RANKED: ("选一个", "可以选几个")}
"""What the manager taps in the setting of a vote to get there."""
OF_THIS_RUN = (
    (re.compile(r"\b[0-9a-f]{16,}\b"), "<drawn>"),
    (re.compile(r"\b[0-9a-f]{12}\b|(?<=resident-)[0-9a-f]{8}\b|(?<=staff-)[0-9a-f]{8}\b"), "<seal or file>"),
    (re.compile(r"\d{12,}"), "<drawn>"),
    (re.compile(r"\b\d+\.\d+(e-?\d+)?\b"), "<seconds>"),
    (re.compile(r"127\.0\.0\.1:\d+|\[\d\d/\w{3}/\d{4}:[^\]]*\]|task-?\d+|0x[0-9a-f]+", re.IGNORECASE), "<run>"),
)
"""What is drawn or measured anew each time. A place on a ballot, an account or a count is none of it."""


@dataclass(frozen=True)
class History:
    """`taps`: what one of each pair taps, `turned`: what the other taps instead of each option; `moves`: whose turn."""

    method: Method
    taps: tuple[tuple[int, ...], ...]
    turned: tuple[tuple[int, ...], ...]
    moves: tuple[tuple[str, int], ...]

    def of(self, voter: int, *, swapped: bool) -> list[int]:
        pair, second = divmod(voter, 2)
        turned = self.turned[pair] if bool(second) is not swapped else range(len(CANARY))
        return [tap if tap == CLEAR else turned[tap] for tap in self.taps[pair]]


@st.composite
def histories(draw: st.DrawFn) -> History:
    places = st.integers(0, len(CANARY) - 1)
    taps = [[*draw(st.lists(places | st.just(CLEAR), max_size=2)), draw(places)] for _ in range(PAIRS)]
    turned = [draw(st.permutations(range(len(CANARY)))) for _ in range(PAIRS)]
    moves = [("taps", voter) for voter in range(2 * PAIRS) for _ in taps[voter // 2]]
    looks = st.tuples(st.sampled_from(("sees", "exports", "manages")), st.integers(0, 2 * PAIRS - 1))
    moves += draw(st.lists(looks, max_size=3))
    return History(
        draw(st.sampled_from(Method)),
        tuple(map(tuple, taps)),
        tuple(map(tuple, turned)),
        tuple(draw(st.permutations(moves))),
    )


# --- one world -------------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """All that whoever looks gets hold of, by the way out."""

    ways: dict[str, list[str]] = field(default_factory=dict)

    def note(self, way: str, lines: Sequence[str]) -> None:
        for pattern, instead in OF_THIS_RUN:
            lines = [pattern.sub(instead, line) for line in lines]
        self.ways.setdefault(way, []).extend(sorted(lines))


async def played(folder: Path, template: Path, history: History, *, swapped: bool, leaks: bool = False) -> Seen:
    seen, counted = Seen(), _counters()
    with nothing_left_to_chance(7), everything_logged() as logged:
        world = await make_world(folder, copy_of(template, folder))
        world.app.settings.open311_key = SecretStr(KEY)
        try:
            people = await live_here(world, range(1001, 1001 + 2 * PAIRS))
            await vote(world, *CANARY, sets=METHODS[history.method])
            for person in people:
                await person.says("投票")
            await _moves(world, people, history, seen, swapped=swapped, leaks=leaks)
            seen.note("tables while it runs", await _rows(world, but=WITH_CHOICES))
            await world.passes(days=7)
            await told_results(world)
            await _after_the_closing(world, people, seen)
        finally:
            await world.app.close()
    seen.note("log lines", [line.replace(str(folder), "<folder>") for line in logged.getvalue().splitlines()])
    seen.note("metrics", [f"{name} {n}" for name, n in (_counters() - counted).items()])
    return seen


async def _moves(
    world: World, people: list[Person], history: History, seen: Seen, *, swapped: bool, leaks: bool
) -> None:
    taps = {voter: iter(history.of(voter, swapped=swapped)) for voter in range(len(people))}
    for move, voter in history.moves:
        person = people[voter]
        if move == "sees":
            await person.taps("我的票")
        elif move == "exports":
            await person.says("我的数据")
        elif move == "manages":
            await world.worker(MANAGER).says("投票")
        elif (place := next(taps[voter])) == CLEAR:
            await person.taps("重投")
        else:
            await person.taps(CANARY[place])
            if leaks:
                logging.getLogger("leak").debug("voter %s place %s", voter, place)
        seen.note("messages", _messages(world))


def _messages(world: World) -> list[str]:
    return [
        f"{channel.name} {m.chat} {m.text} {list(m.buttons)} {m.files} {m.edits}"
        for channel in (world.residents, world.staff)
        for m in channel.messages
    ]


async def _rows(world: World, but: set[str]) -> list[str]:
    found = await database_of(world)
    return [f"{table} {row}" for table, rows in found.items() if table not in but for row in rows]


async def _after_the_closing(world: World, people: list[Person], seen: Seen) -> None:
    """Every export, report, file, table and backup."""
    for person in people:
        await person.says("我的数据")
    manager = world.worker(MANAGER)
    for word in ("周报", "投票", "议题"):
        await manager.says(word)
        await world.app.reporter.run_requests(world.clock.now())
        await world.runs()
    seen.note("messages", _messages(world))
    seen.note("files", _files(world.app.files.folder))
    seen.note("tables after it", await _rows(world, but=WITH_CHOICES))
    seen.note("ballots", await world.rows(_ballots))
    seen.note("ledger export", await world.rows(lambda c: _ledger(world, c)))
    seen.note("vote log", await world.rows(lambda c: _vote_log(world, c)))
    seen.note("backup", await asyncio.to_thread(_backup, world))
    seen.note("open311 and metrics by http", await _by_http(world))


def _uow(world: World, connection: Connection) -> UnitOfWork:
    return UnitOfWork(connection, load(connection), world.clock.now())


def _ballots(connection: Connection) -> list[str]:
    """The choices that were counted, as a heap: of whose there is nothing, and their ids are drawn anew."""
    return [str(row[0]) for row in connection.exec_driver_sql("SELECT choice FROM ballots")]


def _ledger(world: World, connection: Connection) -> list[str]:
    context, now = world.app.context, world.clock.now().date()
    files = []
    for form in ("csv", "xlsx"):
        layout = next(iter(context.district.layouts))
        request = ExportRequest("延安岭社区", now.replace(year=now.year - 1), now, layout, form, "核对全部内容")
        content, _ = _exported(_uow(world, connection), context.district, context.texts, request)
        files += _lines(content)
    return files


def _vote_log(world: World, connection: Connection) -> list[str]:
    uow = _uow(world, connection)
    lines = log.of_vote(uow, uow.reference.communities[1], uow.votes.get(1, 1))
    return [str(line | ({"id": ""} if "id" in line else {})) for line in lines]


def _backup(world: World) -> list[str]:
    url, folder = world.app.settings.database_url, world.app.settings.data_dir
    path, _ = backup.make(url, folder, folder / "backups", [IDENTITY.to_public()], world.clock.now())
    found: list[str] = []
    for name, content in backup.entries(path, [IDENTITY]):
        table = name.split("/")[1] if name.startswith("rows/") else ""
        if table not in WITH_CHOICES and name != backup.LINK_KEY:
            found += [f"{name.split('/')[0]} {table} {line}" for line in _lines(content)]
    path.unlink()
    return found


async def _by_http(world: World) -> list[str]:
    async with TestClient(TestServer(application(world.app))) as client:
        answer = await client.get("/open311/v2/requests.json", params={"api_key": KEY})
        page = await client.get("/stories/YA")
        return [await answer.text(), await page.text()]


def _files(folder: Path) -> list[str]:
    return [line for path in folder.rglob("*") if path.is_file() for line in _lines(path.read_bytes())]


def _lines(content: bytes) -> list[str]:
    """A file as lines: the cells of a workbook, the text of a text; a picture is drawn of what the tables hold."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [str([cell.value for cell in row]) for sheet in book for row in sheet.iter_rows()]
    try:
        return content.decode().splitlines()
    except UnicodeDecodeError:
        return [f"a picture {content[:8]!r}"]


def _counters() -> Counter[str]:
    """Everything that is counted, but for time and memory, which are measured."""
    lines = generate_latest(METRICS.registry).decode().splitlines()
    kept = [line for line in lines if line.startswith("chulin_") and "seconds" not in line and "_created" not in line]
    return Counter({name: round(float(n)) for name, _, n in (line.rpartition(" ") for line in kept)})


# --- both ------------------------------------------------------------------------------------------------------------


def both(folder: Path, template: Path, history: History, *, leaks: bool = False) -> tuple[Seen, Seen]:
    found = []
    for swapped in (False, True):
        there = folder / f"swapped-{swapped}"
        there.mkdir()
        found.append(asyncio.run(played(there, template, history, swapped=swapped, leaks=leaks)))
    return found[0], found[1]


@given(histories())
@settings(
    max_examples=4,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # each example is two whole worlds: none is made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_way_out_tells_which_of_two_neighbours_chose_what(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, history: History
) -> None:
    one, other = both(tmp_path_factory.mktemp("ways"), sqlite_template, history)
    assert one.ways.keys() == other.ways.keys()
    for way, lines in one.ways.items():
        assert Counter(lines) == Counter(other.ways[way]), way
        assert lines or way == "ballots", f"nothing was looked at: {way}"


def test_a_way_out_that_tells_is_seen(tmp_path: Path, sqlite_template: Path) -> None:
    """The comparison itself can fail: a line in the log with the voter and the place is enough."""
    moves = tuple(("taps", voter) for voter in range(2 * PAIRS))
    history = History(Method.SINGLE, ((0,),) * PAIRS, ((1, 2, 0),) * PAIRS, moves)
    one, other = both(tmp_path, sqlite_template, history, leaks=True)
    told = [way for way, lines in one.ways.items() if Counter(lines) != Counter(other.ways[way])]
    assert told == ["log lines"]
