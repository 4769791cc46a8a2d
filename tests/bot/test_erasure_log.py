"""The marks of who was erased outlast whatever is interrupted: a backup must not bring anybody back."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from bot.erasure_log import ErasureLog
from tests.support.world import NOW, World
from tests.ways.steps import settled

MANY = 150


def erased(folder: Path) -> ErasureLog:
    """As another process has it."""
    return ErasureLog(b"k" * 32, folder)


def test_a_mark_that_is_noted_while_old_ones_are_dropped_stays(tmp_path: Path) -> None:
    one, two = erased(tmp_path), erased(tmp_path)
    over = threading.Event()

    def drops() -> None:
        old = 0
        while not over.is_set():
            old += 1
            two.note("resident", -old, NOW - timedelta(days=400))
            two.forget(NOW - timedelta(days=30))

    other = threading.Thread(target=drops)
    other.start()
    for account in range(1, MANY + 1):
        one.note("resident", account, NOW)
    over.set()
    other.join()
    marks = erased(tmp_path).marks()
    assert [account for account in range(1, MANY + 1) if not one.at(marks, "resident", account)] == []


def test_a_line_that_was_cut_off_takes_no_other_along(tmp_path: Path) -> None:
    log = erased(tmp_path)
    log.note("resident", 1, NOW)
    with (tmp_path / "erased.log").open("a") as file:
        file.write("2026-11-18T02:0")
    log.note("resident", 2, NOW)
    marks = log.marks()
    assert log.at(marks, "resident", 1) == log.at(marks, "resident", 2) == NOW


def test_the_newest_of_several_marks_counts_in_whatever_order_they_stand(tmp_path: Path) -> None:
    log, other = erased(tmp_path), erased(tmp_path / "other")
    log.note("resident", 1, NOW)
    other.note("resident", 1, NOW - timedelta(days=3))
    log.add((tmp_path / "other" / "erased.log").read_text())
    assert log.at(log.marks(), "resident", 1) == NOW


def test_only_what_no_backup_can_hold_any_more_is_dropped(tmp_path: Path) -> None:
    log = erased(tmp_path)
    log.note("resident", 1, NOW - timedelta(days=31))
    log.note("resident", 2, NOW - timedelta(days=30))
    log.forget(NOW - timedelta(days=30))
    marks = log.marks()
    assert (log.at(marks, "resident", 1), log.at(marks, "resident", 2)) == (None, NOW - timedelta(days=30))


async def test_the_start_drops_no_mark_as_long_as_a_backup_may_hold_the_person(small_world: World) -> None:
    app, clock = small_world.app, small_world.clock
    app.erased.note("resident", 7, clock.now())
    clock.forward(seconds=app.context.district.limits.backups_kept.wall.total_seconds())
    await app.ticker.erase_again(app.erased)
    assert app.erased.at(app.erased.marks(), "resident", 7), "the last backup is deleted within a day after it"
    clock.forward(days=1, seconds=1)
    await app.ticker.erase_again(app.erased)
    assert app.erased.marks() == {}


async def test_who_is_erased_is_marked_though_the_process_ends_just_after_the_commit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wang = await settled(world)
    await wang.says("删除我的数据")
    monkeypatch.setattr(world.app.worker, "_after_commit", lambda _result: None)
    await wang.taps("是的，全部删除")
    assert world.app.erased.at(world.app.erased.marks(), "resident", 1001) is not None
