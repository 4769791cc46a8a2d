"""Files that an interruption left without a row are found and dropped; no other is."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

import handlers
from bot.files import FileStore
from bot.sweep import EVERY, SETTLED_AFTER
from handlers.event import Address
from handlers.reply import OutFile, Reply
from storage.files_used import BY_COLUMN, WITHIN
from storage.ids import first_id_at
from storage.messenger.shown_messages import ASKED_ONCE
from storage.tables import Attachment, Base, Shown
from tests.bot.test_deliver import queue
from tests.deciding.neighbours import OPTIONS, live_here, told_results, vote
from tests.deciding.test_votes import choose
from tests.support.world import World
from tests.ways.steps import settled

LONG = SETTLED_AFTER + 60


def kept(world: World) -> set[str]:
    return {path.name for path in world.app.files.folder.rglob("??/*")}


def hours_pass(world: World, seconds: float = LONG) -> None:
    """What lies in the store was last touched so long ago."""
    for path in world.app.files.folder.rglob("*"):
        os.utime(path, (time.time() - seconds,) * 2)


async def test_a_file_whose_row_never_came_is_dropped_when_it_has_had_its_time(world: World) -> None:
    digest = world.app.files.put(b"drawn, and then the process was killed")
    assert await world.app.sweeper.once() == 0
    assert kept(world) == {digest}
    stamp(world).unlink()
    hours_pass(world)
    assert await world.app.sweeper.once() == 1
    assert kept(world) == set()


async def test_an_interrupted_download_is_dropped_and_one_that_goes_on_is_not(world: World) -> None:
    store: FileStore = world.app.files
    store.scratch().write_bytes(b"half of a picture")
    hours_pass(world)
    going_on = store.scratch()
    assert await world.app.sweeper.once() == 1
    assert list(store.folder.glob("new-*")) == [going_on]


async def test_who_was_erased_while_the_process_was_killed_leaves_no_picture(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wang = await with_photo(world)
    hours_pass(world, 30 * 86_400)
    with monkeypatch.context() as killed:
        killed.setattr(FileStore, "drop", lambda _store, _digests: None)
        await wang.says("/privacy")
        await wang.taps("删除我的数据")
        await wang.taps("全部删除")
    assert await world.rows(lambda c: c.execute(select(Attachment.digest)).all()) == []
    [left] = kept(world)
    os.utime(world.app.files.path(left), (world.app.files.path(left).stat().st_mtime - LONG,) * 2)
    await world.app.sweeper.once()
    assert kept(world) == set()


async def with_photo(world: World) -> Any:
    wang = await settled(world)
    await wang.sends("photo")
    await world.app.fetcher.once()
    return wang


async def test_what_a_row_names_stays(world: World) -> None:
    wang = await with_photo(world)
    await wang.says("/privacy")
    await wang.taps("给我一份我的数据")
    waits = world.app.files.put(b"on its way to somebody")
    await queue(world, Reply(Address("resident", 50), "给", files=(OutFile("document", waits, "a.pdf"),)))
    before = kept(world)
    assert len(before) == 3
    hours_pass(world)
    assert await world.app.sweeper.once() == 0
    assert kept(world) == before


async def test_the_picture_of_a_result_stays_for_whoever_asks_for_it_later(world: World) -> None:
    people = await live_here(world, range(1001, 1008))
    await vote(world)
    for person in people:
        await choose(person, OPTIONS[0])
    await world.passes(days=7)
    await told_results(world)
    before = kept(world)
    assert before
    hours_pass(world)
    assert await world.app.sweeper.once() == 0
    assert kept(world) == before


async def test_a_file_that_is_kept_again_meanwhile_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = world.app.files.put(b"the same picture twice")
    hours_pass(world)
    read = world.app.database.read

    async def again(work: Callable[..., Any]) -> Any:
        found = await read(work)
        world.app.files.put(b"the same picture twice")
        return found

    monkeypatch.setattr(world.app.database, "read", again)
    assert await world.app.sweeper.once() == 0
    assert kept(world) == {digest}


async def test_it_looks_every_few_hours_and_leaves_nothing_out_between_two_looks(world: World) -> None:
    await world.app.sweeper.once()
    first = stamped(world)
    await world.app.sweeper.once()
    assert stamped(world) == first
    world.app.files.put(b"of a day on which the program was off")
    hours_pass(world, SETTLED_AFTER + 20 * EVERY)
    stamp(world).write_text(str(first - 22 * EVERY))
    assert await world.app.sweeper.once() == 1


async def test_a_question_is_forgotten_with_its_buttons_and_a_receipt_is_not(world: World) -> None:
    wang = await settled(world)
    await wang.says("撤回")
    await world.worker(1).taps("受理")
    assert {"receipt", "card", "sure", "done"} <= await shown(world)
    await world.app.sweeper.once()
    assert {"sure", "done"} <= await shown(world), "their buttons can still be pressed"
    stamp(world).unlink()
    kept = world.app.context.district.limits.button_kept.wall
    await long_ago(world, kept.total_seconds() + 60)
    await world.app.sweeper.once()
    assert {"receipt", "card"} <= await shown(world)
    assert not {"sure", "done"} & await shown(world)


async def shown(world: World) -> set[str]:
    """Beginnings of the names of messages that are shown anywhere."""
    names = await world.rows(lambda connection: connection.execute(select(Shown.logical)).scalars().all())
    return {name.partition(":")[0] for name in names}


async def long_ago(world: World, seconds: float) -> None:
    """Everything that is shown was delivered so long ago."""
    values = {"outbox_id": first_id_at(time.time() - seconds)}
    await world.app.database.write(lambda connection: connection.execute(update(Shown).values(values)))


def test_every_name_that_is_given_anew_each_time_is_forgotten() -> None:
    files = Path(handlers.__file__).parent.rglob("*.py")
    given = {name for file in files for name in re.findall(r'f"([\w-]+):\{new_id\(\)\}"', file.read_text())}
    assert given | {"done"} == set(ASKED_ONCE)


def stamp(world: World) -> Path:
    return world.app.files.folder / "swept"


def stamped(world: World) -> float:
    return float(stamp(world).read_text())


def test_every_column_that_names_a_file_is_looked_at() -> None:
    looked_at = {(column.table.name, column.name) for column in (*BY_COLUMN, *(column for column, _ in WITHIN))}
    named = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name == "digest" or "file" in column.name
    }
    ids_of_the_messenger = {("attachments", "file_id"), ("file_copies", "file_id"), ("file_copies", "digest")}
    assert named - ids_of_the_messenger <= looked_at
