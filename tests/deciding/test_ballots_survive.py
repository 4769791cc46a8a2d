"""A ballot survives what the cases survive: a kill at every statement, repeated and forged buttons, two processes."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.util import await_only

from storage.cocreation.votes import Votes
from storage.tables import Ballot, Mark, Slip, Vote, VoteEvent
from tests.deciding.neighbours import OPTIONS, live_here, on_the_register, rows_of, told_results, vote
from tests.support.world import Person, World, make_world
from tests.ways.steps import count

MOST_STATEMENTS = 120
SECOND = 100_000
"""Where the second process's messenger begins to count."""


class Killed(BaseException):
    """The process ends here; what was not committed is gone. No `except Exception` lives on after it."""


class Power:
    """Goes off at the n-th statement that the writer runs, and stays off until it is switched on again."""

    def __init__(self, engine: Any) -> None:
        self._left = -1
        event.listen(engine, "before_cursor_execute", self._statement)

    def goes_off_at(self, statement: int) -> None:
        self._left = statement

    def comes_back(self) -> bool:
        """Whether it was off."""
        was_off, self._left = self._left == 0, -1
        return was_off

    def _statement(self, *_: Any) -> None:
        if self._left > 0:
            self._left -= 1
        if self._left == 0:
            raise Killed


def button_of(person: Person, option: str) -> str:
    return next(d for m in reversed(person.messages) for label, d in m.buttons.items() if option in label)


async def asked(person: Person) -> Person:
    await person.says("投票")
    return person


async def test_a_kill_at_any_statement_of_a_tap_neither_loses_nor_doubles_the_ballot(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1001 + MOST_STATEMENTS))
    await vote(small_world, *OPTIONS)
    power = Power(small_world.app.database._writing)  # type: ignore[attr-defined]
    killed = 0
    for statement in itertools.count(1):
        person = await asked(people[statement - 1])
        power.goes_off_at(statement)
        with contextlib.suppress(Killed):
            await person.presses(button_of(person, OPTIONS[0]))
        was_off = power.comes_back()
        await small_world.passes(minutes=6)  # it starts again; what failed is tried again in a while
        assert await count(small_world, Mark) == await count(small_world, Ballot) == statement, statement
        killed += was_off
        if not was_off:
            break
    assert killed > 8, "a tap is more than a few statements"


async def test_a_tap_that_comes_twice_is_one_ballot(world: World) -> None:
    (wang,) = await live_here(world, range(1001, 1002))
    await vote(world, *OPTIONS)
    await asked(wang)
    await wang.presses(button_of(wang, OPTIONS[0]))
    raw = wang.channel.pushed[-1]
    wang.channel.updates += [raw, raw]
    await world.runs()
    for _ in range(3):
        await wang.presses(button_of(wang, OPTIONS[0]))
    assert await count(world, Mark) == await count(world, Ballot) == 1


async def test_a_button_that_was_changed_marks_nothing(world: World) -> None:
    wang, mallory = await live_here(world, range(1001, 1003))
    await vote(world, *OPTIONS)
    await asked(wang)
    good = button_of(wang, OPTIONS[0])
    await mallory.presses(good)
    assert await count(world, Ballot) == 0, "it was given to somebody else"
    for forged in forgeries(good):
        await mallory.presses(forged)
        await wang.presses(forged)
    known = {d for m in wang.messages for d in m.buttons.values()}
    marked = await count(world, Ballot)
    assert marked == 0 or known & set(forgeries(good)), "only another of their own buttons could mark their ballot"
    assert not [row for row in await rows_of(world, Mark) if row.paper]
    assert await count(world, Mark) <= 1, "and nobody else's"


def forgeries(data: str) -> Iterator[str]:
    """Every place changed a little, cut short, made longer, and what never was a button."""
    for place in range(len(data)):
        yield data[:place] + ("A" if data[place] != "A" else "B") + data[place + 1 :]
    yield from (data[:-1], data + "0", "", "vote", "ballot_mark:1:0", data.upper(), "9" * 64)


async def test_late_taps_change_nothing(world: World) -> None:
    people = await live_here(world, range(1001, 1007))
    await vote(world, *OPTIONS)
    for person in people:
        await asked(person)
        await person.presses(button_of(person, OPTIONS[0]))
    late = [(person, button_of(person, OPTIONS[1])) for person in people]
    await world.passes(days=7)
    (before,) = await rows_of(world, Vote)
    for person, data in late:
        assert "截止" in await person.presses(data)
    (after,) = await rows_of(world, Vote)
    assert after.result["counts"] == before.result["counts"]
    assert sum(after.result["counts"]) == 6


# --- two processes ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def two(tmp_path: Path, walled_url: str) -> AsyncIterator[tuple[World, World]]:
    """Two processes of the program on one PostgreSQL, each with a messenger of its own to take updates from."""
    worlds = []
    for n in range(2):
        folder = tmp_path / str(n)
        folder.mkdir()
        worlds.append(await make_world(folder, walled_url))
    for channel in (worlds[1].residents, worlds[1].staff):
        channel._ids, channel._message_ids = itertools.count(SECOND), itertools.count(SECOND)
    yield worlds[0], worlds[1]
    for world in worlds:
        await world.app.close()


async def test_who_taps_in_two_processes_at_once_has_one_ballot(two: tuple[World, World]) -> None:
    one, other = two
    people = await live_here(one, range(1001, 1013))
    await vote(one, *OPTIONS)
    for person in people:
        await asked(person)
        for world, option in ((one, OPTIONS[0]), (other, OPTIONS[1])):
            fields = {
                "kind": "press",
                "press": button_of(person, option),
                "press_id": f"{world is one}{person.account}",
            }
            world.residents.push(chat=person.chat, account=person.account, name="", **fields)
    await asyncio.gather(one.runs(), other.runs())
    await asyncio.gather(one.runs(), other.runs())
    marks, ballots = await rows_of(one, Mark), await rows_of(one, Ballot)
    assert len(marks) == len(ballots) == len(people)
    assert {mark.ballot_id for mark in marks} == {ballot.id for ballot in ballots}
    assert all(len(ballot.choice) == 1 for ballot in ballots)


async def paper_to_be_read(two: tuple[World, World]) -> None:
    """One voter took a paper, voting is over, and the manager and the worker each are asked for a slip."""
    one, other = two
    await on_the_register(one, ("household", "1-501", ""))
    manager, worker = await vote(one, sets=("按人，社区居民", "按人，名册上的")), one.worker(1)
    await manager.says("投票")
    await manager.taps("领纸票")
    await manager.says("3栋 1-501")
    other.clock.forward(days=7)
    await one.passes(days=7)
    await manager.taps("录纸票")
    await worker.says("投票")
    await worker.taps("录纸票")


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, method: str, work: Callable[[], Coroutine[Any, Any, None]]
) -> list[asyncio.Task[None]]:
    """When a process has called this method of `Votes`, `work` is done elsewhere, or waits for the commit."""
    plain, begun = getattr(Votes, method), list[asyncio.Task[None]]()

    def slow(votes: Votes, *given: Any) -> Any:
        found = plain(votes, *given)
        if not begun:
            begun.append(asyncio.ensure_future(work()))
            await_only(asyncio.wait(begun, timeout=0.5))
        return found

    monkeypatch.setattr(Votes, method, slow)
    return begun


async def test_two_slips_that_are_read_at_once_are_no_more_than_the_papers(
    two: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    await paper_to_be_read(two)
    begun = meanwhile(monkeypatch, "read_slip", lambda: other.worker(1).says("2 A"))
    await one.worker(2).says("1 A")
    await begun[0]
    assert [row.slip for row in await rows_of(one, Slip)] == [1]


async def test_a_slip_that_is_read_while_the_box_is_said_to_be_empty_is_refused_and_not_lost(
    two: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    await paper_to_be_read(two)
    begun = meanwhile(monkeypatch, "unfinished_slips", lambda: other.worker(1).says("1 A"))
    await one.worker(2).taps("纸票录完了")
    await begun[0]
    (row,) = await rows_of(one, Vote)
    assert row.papers_done
    assert not any(world.worker(1).sees("请另一位同事再录一遍") for world in two), "whichever of them delivers it"


async def test_a_vote_is_counted_once_however_many_processes_look_at_it(two: tuple[World, World]) -> None:
    one, other = two
    people = await live_here(one, range(1001, 1009))
    await vote(one, *OPTIONS)
    for person in people:
        await asked(person)
        await person.presses(button_of(person, OPTIONS[0]))
    for world in (one, other):
        world.clock.forward(days=7, minutes=1)
    await asyncio.gather(one.runs(), other.runs())
    await asyncio.gather(told_results(one), told_results(other))
    counted = [row for row in await rows_of(one, VoteEvent) if row.action == "count"]
    assert len(counted) == 1
    (row,) = await rows_of(one, Vote)
    assert row.result["n"] == len(people)
    assert sum(row.result["counts"]) == len(people)
