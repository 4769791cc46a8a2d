"""`chulin inbox` and `chulin outbox`: what was set aside, without what people wrote."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from storage.messenger.inbox import NORMAL, RawUpdate, Stored
from storage.messenger.outbox import OutRow
from storage.unit_of_work import UnitOfWork
from tests.bot.conftest import Operator
from tests.bot.test_invite import writes

SECRET = "王婆婆的电话13800000000"
NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


@pytest.fixture
def parked(desk: Operator) -> Operator:
    def park(uow: UnitOfWork) -> None:
        for update_id in (1, 2):
            uow.inbox.store([RawUpdate("resident", update_id, 5, json.dumps({"text": SECRET}))], NOW)
            uow.inbox.park(Stored("resident", update_id, 5, "", 0, NOW), f"ValueError: {SECRET}", NOW)

    writes(park)
    return desk


def inbox_states() -> dict[str, int]:
    found: dict[str, int] = writes(lambda uow: uow.inbox.counts())
    return found


def test_parked_updates_are_listed_without_words(parked: Operator) -> None:
    ended = parked.runs("inbox", "list")
    assert ended.status == 0
    assert SECRET not in ended.said
    assert "11-18 10:00" in ended.out
    assert "ValueError" in ended.out
    assert "共 2 条" in ended.out


def test_words_are_shown_on_demand(parked: Operator) -> None:
    assert parked.runs("inbox", "list", "--show").out.count("13800000000") == 4


def test_one_parked_update_is_put_back(parked: Operator) -> None:
    assert parked.runs("inbox", "retry", "resident", 1).out == "放回去了 1 条\n"
    assert inbox_states() == {"parked": 1, "waiting": 1}
    assert writes(lambda uow: uow.inbox.ready_lanes(["resident"], uow.now, 9)) == {("resident", 5): NORMAL}


def test_parked_updates_are_put_back_or_given_up_together(parked: Operator) -> None:
    assert parked.runs("inbox", "drop", "resident", 2).status == 0
    assert parked.runs("inbox", "retry", "--all").out == "放回去了 1 条\n"
    assert inbox_states() == {"waiting": 1}
    assert parked.runs("inbox", "drop", "--all", "--yes").out == "放弃了 0 条\n"


def test_a_dropped_update_leaves_no_words(parked: Operator) -> None:
    parked.runs("inbox", "drop", "--all", "--yes")
    assert inbox_states() == {}
    assert SECRET not in parked.runs("inbox", "list", "--show").out


def test_what_is_not_parked_cannot_be_put_back(parked: Operator) -> None:
    assert parked.runs("inbox", "retry", "resident", 99).status == 2
    assert parked.runs("inbox", "retry", "resident").status == 2
    assert parked.runs("inbox", "retry").status == 2
    assert parked.runs("inbox", "drop", "resident", "x").status == 2


def outgoing(uow: UnitOfWork, chat: int, logical: str | None = None) -> OutRow:
    uow.outbox.add(bot="staff", chat=chat, topic=0, priority=1, body={"text": SECRET}, due_at=NOW, logical=logical)
    uow.flush()
    return max(uow.outbox.due("staff", 99, set()), key=lambda row: row.id)


@pytest.fixture
def dead(desk: Operator) -> tuple[Operator, list[int]]:
    """Two dead letters; of the second a newer version was delivered since."""

    def kill(uow: UnitOfWork) -> list[int]:
        first, second = outgoing(uow, 5), outgoing(uow, 6, "card:1:6")
        uow.outbox.kill(first, "chat not found")
        uow.outbox.kill(second, "chat not found")
        uow.outbox.mark_sent(outgoing(uow, 6, "card:1:6"), 77)
        return [first.id, second.id]

    ids: list[int] = writes(kill)
    return desk, ids


def outbox_states() -> dict[str, int]:
    found: dict[str, int] = writes(lambda uow: uow.outbox.counts())
    return found


def test_dead_letters_are_listed_without_words(dead: tuple[Operator, list[int]]) -> None:
    operator, ids = dead
    ended = operator.runs("outbox", "list")
    assert ended.status == 0
    assert str(ids[0]) in ended.out
    assert "chat not found" in ended.out
    assert SECRET not in ended.said
    assert SECRET in operator.runs("outbox", "list", "--show").out


def test_a_dead_letter_is_sent_after_all(dead: tuple[Operator, list[int]]) -> None:
    operator, ids = dead
    assert operator.runs("outbox", "retry", ids[0]).out == "放回去了 1 条\n"
    assert outbox_states() == {"dead": 1, "waiting": 1}


def test_an_old_version_does_not_replace_a_newer_one(dead: tuple[Operator, list[int]]) -> None:
    operator, ids = dead
    ended = operator.runs("outbox", "retry", "--all")
    assert ended.status == 2
    assert ended.out == "放回去了 1 条\n"
    assert str(ids[1]) in ended.err
    assert operator.runs("outbox", "drop", ids[1]).status == 0
    assert outbox_states() == {"waiting": 1}


def test_dropping_everything_is_asked_about(dead: tuple[Operator, list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    operator, _ = dead

    def nobody_answers(*_args: Any, **_more: Any) -> str:
        raise EOFError

    monkeypatch.setattr("click.termui.visible_prompt_func", nobody_answers)
    assert operator.runs("outbox", "drop", "--all").status == 130
    assert outbox_states() == {"dead": 2}
    assert operator.runs("outbox", "drop", "--all", "--yes").out == "放弃了 2 条\n"
    assert outbox_states() == {}


def test_columns_stand_under_each_other(parked: Operator) -> None:
    head, first, *_ = parked.runs("inbox", "list").out.splitlines()
    assert head.startswith("机器人    更新号  ")
    assert first.startswith("resident  1       ")


@pytest.mark.parametrize("words", [("inbox", "retry", "resident"), ("inbox", "drop", "resident"), ("outbox", "retry")])
@pytest.mark.parametrize("number", [10**30, -1, "x"])
def test_a_number_that_no_row_can_have_is_refused_in_one_line(
    desk: Operator, words: tuple[str, ...], number: object
) -> None:
    ended = desk.runs(*words, "--", number)
    assert ended.status == 2
    assert "Traceback" not in ended.err
