"""When something of ours breaks: the person hears of it once, the words are kept, and nobody else waits for it."""

from typing import Any

import pytest
from sqlalchemy import select

from bot import handling
from handlers import router
from handlers.cases import closing_review, supervising, timed_steps
from storage.cases.store import Cases
from storage.tables import Case, Inbox
from tests.support.world import World
from tests.ways.steps import LAMP, RUBBISH, answered, case, count, means, settled
from tests.ways.test_emergencies import ALARM, FIRE
from tests.ways.test_nudges import supervised


def breaks_on(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    whole = router._words

    def breaking(turn):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if turn.event.text == words:
            raise RuntimeError("broken")
        whole(turn)

    monkeypatch.setattr(router, "_words", breaking)


async def test_who_cannot_be_served_is_told_once_and_the_words_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks_on(monkeypatch, LAMP)
    wang = world.resident()
    await wang.says(LAMP)
    assert not wang.messages, "it is tried again before anybody is bothered"
    for _ in range(handling.TRIES):
        await world.passes(minutes=5)
    assert [m.text for m in wang.messages] == [world.app.context.texts("problem.failed")]
    assert "110" in wang.last.text
    kept = await world.rows(lambda c: c.execute(select(Inbox.state, Inbox.body)).one())
    assert kept.state == "parked"
    assert LAMP in kept.body.encode().decode("unicode_escape")
    await wang.says(RUBBISH)
    assert RUBBISH in wang.last.text


async def test_an_apology_that_fails_does_not_keep_the_update_from_being_set_aside(
    small_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_letters(*_given: Any) -> None:
        raise RuntimeError("broken, too")

    breaks_on(monkeypatch, LAMP)
    monkeypatch.setattr(handling, "enqueue", no_letters)
    wang = small_world.resident()
    await wang.says(LAMP)
    for _ in range(handling.TRIES):
        await small_world.passes(minutes=5)
    assert await small_world.rows(lambda c: c.execute(select(Inbox.state)).scalar_one()) == "parked"
    assert [m for m in caplog.messages if m.startswith("no apology")] == ["no apology for update resident/1"]


async def test_a_parked_update_that_is_retried_is_handled(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks_on(monkeypatch, LAMP)
    wang = small_world.resident()
    await wang.says(LAMP)
    for _ in range(handling.TRIES):
        await small_world.passes(minutes=5)
    monkeypatch.undo()

    def again(connection):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        from storage.messenger.inbox import InboxRows  # noqa: PLC0415

        row = connection.execute(select(Inbox.bot, Inbox.update_id)).one()
        return InboxRows(connection).retry(row.bot, row.update_id, small_world.clock.now())

    assert await small_world.app.database.write(again)
    await small_world.runs()
    assert LAMP in wang.last.text


async def test_a_case_that_breaks_the_clock_does_not_stop_it_for_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answered(world)
    wang, chen = await settled(world, 1002, RUBBISH), world.worker(1)
    whole = timed_steps.look_at

    def breaking(turn, case):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if case.no == 1:
            raise RuntimeError("broken")
        return whole(turn, case)

    monkeypatch.setattr(timed_steps, "look_at", breaking)
    await chen.taps("办结答复")
    await chen.says("垃圾清走了")
    await world.passes(days=8)
    assert "现在解决了吗" in wang.last.text
    monkeypatch.undo()
    await world.passes(minutes=2)
    assert (await case(world)).state == "closed_unconfirmed"


@pytest.mark.parametrize(
    ("of", "broken"), [(supervising, "_answer"), (closing_review, "shortened"), (Cases, "like")], ids=str
)
async def test_what_follows_an_answer_fails_without_the_question_to_the_resident(
    small_world: World, monkeypatch: pytest.MonkeyPatch, of: object, broken: str
) -> None:
    street, chen = await supervised(small_world)
    wang, zhou = small_world.resident(), small_world.worker(2)

    def fails(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(of, broken, fails)
    await chen.says("YA-1")
    await chen.taps("办结答复")
    await chen.says("三单元门口的灯，今天下午换好了。")
    await small_world.passes(seconds=61)
    assert "现在解决了吗" in wang.last.text
    assert street.sees("督办有回话了") is (broken != "_answer")
    assert zhou.sees("请您帮着看一眼") is (broken != "shortened")
    asked = len(wang.messages)
    await small_world.passes(minutes=5)
    assert len(wang.messages) == asked, "what failed does not ask again"


async def test_an_album_that_breaks_does_not_stop_those_of_others(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(small_world)
    await settled(small_world, 1002, RUBBISH)
    whole = router._free_text

    def breaking(turn):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if turn.account == 1001:
            raise RuntimeError("broken")
        whole(turn)

    monkeypatch.setattr(router, "_free_text", breaking)
    for account in (1001, 1002):
        await small_world.resident(account).sends("photo", "5栋后面的路灯坏了", album=f"a{account}")
    await small_world.passes(seconds=3)
    assert await count(small_world, Case) == 3
    monkeypatch.undo()
    await small_world.passes(minutes=2)
    assert await count(small_world, Case) == 4


async def test_alarms_ring_on_whatever_else_is_broken(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(small_world, FIRE, ALARM)
    await answered(small_world)
    wang = await settled(small_world, 1002, RUBBISH)
    await wang.says(FIRE)

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(timed_steps, "look_at", broken)
    await small_world.passes(minutes=5, seconds=1)
    assert small_world.worker(2).sees("紧急 YA-3")


@pytest.mark.parametrize("words", ["\x00", "\u202e坏了灯路", "{text}", "%s{0}", "<b>灯坏了</b>", "🧑‍🤝‍🧑" * 50])
async def test_odd_words_are_answered_like_others(world: World, words: str) -> None:
    wang = world.resident()
    await wang.says(f"{words}三单元门口的路灯坏了")
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert "编号 YA-1" in wang.last.text
    assert "路灯坏了" in world.worker(1).messages[0].text


async def test_four_thousand_characters_are_filed_whole(small_world: World) -> None:
    words = LAMP + "，请来看看" * 900
    wang = await settled(small_world, words=words)
    assert "编号 YA-1" in wang.last.text
    assert (await case(small_world)).text == words


@pytest.mark.parametrize("command", ["/nosuch", "/start x" * 30, "/", "/待办", "/start inv_", "/start " + "A" * 64])
async def test_unknown_commands_get_a_plain_answer(small_world: World, command: str) -> None:
    wang = small_world.resident()
    await wang.says(command)
    assert len(wang.messages) == 1
