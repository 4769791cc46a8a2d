"""From a resident's chat to the grid worker's and back, on real clients, with the libraries either way round."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from handlers.event import Address
from handlers.outbox import enqueue
from handlers.reply import Button, OutFile, Reply
from storage.reference_queries import load
from storage.tables import FileCopy
from storage.unit_of_work import UnitOfWork
from tests.botapi import JPEG, BotApiServer, Person, faults
from tests.channels.town import WAYS_ROUND, Town, town


@pytest.fixture(params=WAYS_ROUND, ids="-".join)
async def place(request: pytest.FixtureRequest, server: BotApiServer, tmp_path: Path, url: str) -> AsyncIterator[Town]:
    """A town served by long polling."""
    residents, staff = request.param
    async with town(server, tmp_path, url, residents=residents, staff=staff) as found:
        yield found


def _show_files(connection: Connection, place: Town, chat: int) -> None:
    """All files of the first case to a chat of the staff bot."""
    uow = UnitOfWork(connection, load(connection), place.clock.now())
    files = tuple(OutFile(row.kind, row.digest, "YA-1") for row in uow.cases.attachments((1, 1)))
    enqueue(place.app.context, uow, Reply(Address("staff", chat), "YA-1 的照片和文件", files=files))
    uow.flush()


def _digest(connection: Connection, place: Town, chat: int, text: str) -> None:
    """A text with two files and a button to a chat of the staff bot."""
    uow = UnitOfWork(connection, load(connection), place.clock.now())
    digests = [place.app.files.put(content) for content in (b"pages", b"book")]
    files = tuple(OutFile("document", digest, f"{digest[:4]}.pdf") for digest in digests)
    rows = ((Button("YA-1", "open_card", 1, 1),),)
    enqueue(place.app.context, uow, Reply(Address("staff", chat), text, rows, files=files))
    uow.flush()


def _forget_file_ids(connection: Connection) -> None:
    """The staff bot got a new token: its file ids are good for nothing."""
    connection.execute(update(FileCopy).values(file_id="AgACAgOfAnOlderToken"))


async def reported(place: Town, wang: Person, words: str = "3栋三单元门口的路灯坏了半个月了") -> None:
    """A resident comes by the poster of the community, reports and agrees."""
    link = place.app.context.links.make(1, None)  # type: ignore[attr-defined]
    await wang.starts(link)
    await wang.says(words)
    await place.runs()
    await wang.taps("同意，提交")
    await place.runs()


async def test_a_report_goes_to_the_worker_and_the_answer_comes_back(place: Town) -> None:
    chen, wang = await place.worker(), place.resident()
    assert chen.has("小陈，您好，已经为您开通")
    await reported(place, wang)
    await wang.sees("编号 YA-1")
    card = await chen.sees("YA-1", anywhere=True)
    assert "三单元门口的路灯坏了半个月了" in card.text

    tap = await chen.taps("受理", card)
    await place.runs()
    await tap.answered()
    assert "已受理" in card.text
    assert len([m for m in chen.messages if "路灯坏了" in m.text]) == 1, "the card changes in place"
    assert not wang.has("已经接手")
    await place.passes(seconds=61)
    await wang.sees("（YA-1），延安岭社区已经接手")

    await chen.taps("办结答复", card)
    await place.runs()
    await chen.says("路灯换了新的，今晚就亮")
    await place.runs()
    await place.passes(seconds=61)
    await wang.sees("路灯换了新的，今晚就亮")
    assert await place.value("SELECT count(*) FROM cases WHERE no > 0") == 1


async def test_photos_travel_from_one_bot_to_the_other(place: Town) -> None:
    chen, wang = await place.worker(), place.resident()
    await reported(place, wang)
    await wang.sends_album([JPEG, JPEG + b"\0"])
    await wang.sends_voice(b"OggS words")
    await place.runs()
    await place.passes(seconds=3)
    await wang.sees("收到照片或文件 2 个，已加到")
    while await place.app.fetcher.once():
        pass
    for forgets in (False, False, True, False):
        if forgets:
            await place.app.database.write(_forget_file_ids)
        await place.app.database.write(lambda connection: _show_files(connection, place, chen.id))
        await place.app.settle()
    shown = [m.media.content for m in chen.messages if m.media is not None]
    assert sorted(shown) == sorted([JPEG, JPEG + b"\0", b"OggS words"] * 4)
    uploads = ["<file" in str(call.params) for call in place.server.calls("sendMediaGroup", ok=True)]
    assert uploads == [True, False, True, False], "uploaded once, and again when the messenger had forgotten it"


async def test_a_text_too_long_for_a_caption_comes_with_its_files_and_its_buttons(place: Town) -> None:
    """As the digest of a busy week."""
    boss = await place.worker(2)
    text = "\n".join(f"{n}. 先办这一件" for n in range(200))
    await place.app.database.write(lambda connection: _digest(connection, place, boss.id, text))
    await place.app.settle()
    assert [m.media.content for m in boss.messages if m.media is not None] == [b"pages", b"book"]
    assert (boss.messages[-1].text, boss.messages[-1].buttons) == (text, ["YA-1"])
    assert await place.value("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'dead')") == 0


async def test_an_album_that_has_arrived_is_not_sent_again_when_its_text_fails(
    place: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.deliver.OUTAGE_WAIT", 0.0)
    boss = await place.worker(2)
    place.server.fails(faults.bad_gateway(), "sendMessage", times=2)
    await place.app.database.write(lambda connection: _digest(connection, place, boss.id, "先办这一件"))
    await place.app.settle()
    assert place.server.faults.plans == []
    assert [m.media.content for m in boss.messages if m.media is not None] == [b"pages", b"book"]
    assert (boss.messages[-1].text, boss.messages[-1].buttons) == ("先办这一件", ["YA-1"])
    assert await place.value("SELECT count(*) FROM file_copies") == 2, "what an earlier attempt has sent is known too"


async def test_an_edit_of_the_report_reaches_the_card(place: Town) -> None:
    chen, wang = await place.worker(), place.resident()
    await wang.starts(place.app.context.links.make(1, None))  # type: ignore[attr-defined]
    said = await wang.says("3栋三单元的路灯坏了")
    await place.runs()
    await wang.taps("同意，提交")
    await place.runs()
    await wang.edits(said, "3栋四单元的路灯坏了")
    await place.runs()
    await chen.sees("四单元", anywhere=True)
    assert await place.value("SELECT max(revision) FROM case_messages") >= 1


async def test_who_blocks_the_bot_is_left_alone_until_they_return(place: Town) -> None:
    chen, wang = await place.worker(), place.resident()
    await reported(place, wang)
    await wang.blocks()
    await place.runs()
    sent = len(place.server.calls())
    card = await chen.sees("YA-1", anywhere=True)
    await chen.taps("受理", card)
    await place.passes(seconds=61)
    to_wang = [c for c in place.server.calls()[sent:] if c.chat_id == wang.id and c.method.startswith("send")]
    assert to_wang == []
    await wang.starts()
    await place.runs()
    await wang.sees("您好，我是楚邻")


async def test_a_block_that_was_not_told_is_noticed_at_the_first_refusal(place: Town) -> None:
    chen, wang = await place.worker(), place.resident()
    await reported(place, wang)
    place.server.fails(faults.forbidden(), chat=wang.id, times=None)
    card = await chen.sees("YA-1", anywhere=True)
    for step in ("受理", "开始办理"):
        await chen.taps(step, card)
        await place.passes(seconds=61)
    refused = [c for c in place.server.calls() if c.chat_id == wang.id and c.status == 403]
    assert len(refused) == 1


async def test_a_staff_group_gets_the_cards_and_keeps_them_when_it_moves(place: Town) -> None:
    group = place.server.group("延安岭工作群")
    group.has(place.bots["staff"], "administrator")
    boss = place.server.user("周书记")
    await boss.private(place.bots["staff"]).starts(f"inv_{await place.invitation(2)}")
    await place.runs()
    await boss.in_group(group).says("今天开会")
    await boss.in_group(group).says("/here")
    await place.runs()
    await boss.in_group(group).sees("延安岭社区的新诉求以后发到这里")
    await reported(place, place.resident())
    await boss.in_group(group).sees("YA-1", anywhere=True)

    await group.upgrades()
    await reported(place, place.resident("张大爷"), "3栋楼下垃圾没人收")
    await boss.in_group(group).sees("YA-2")
    stored = await place.value("SELECT count(*) FROM inbox WHERE bot = 'staff'")
    assert stored == 4, "invitation, /here and both ends of the move; small talk is not kept"


async def test_a_move_that_was_not_told_is_noticed_at_the_first_refusal(place: Town) -> None:
    group = place.server.group("延安岭工作群", kind="group")
    group.has(place.bots["staff"], "administrator")
    boss = place.server.user("周书记")
    await boss.private(place.bots["staff"]).starts(f"inv_{await place.invitation(2)}")
    await place.runs()
    await boss.in_group(group).says("/here")
    await place.runs()
    await group.upgrades()
    place.bots["staff"].queue.drop()
    await reported(place, place.resident())
    await boss.in_group(group).sees("YA-1")


async def test_messages_survive_a_messenger_on_a_bad_day(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.deliver.OUTAGE_WAIT", 0.0)
    chen, wang = await place.worker(), place.resident()
    await wang.starts(place.app.context.links.make(1, None))  # type: ignore[attr-defined]
    for words in ("3栋三单元门口的路灯坏了", "同意，提交"):
        for fault in (faults.bad_gateway(), faults.dropped_before(), faults.server_error(), faults.cut_json()):
            place.server.fails(fault, "sendMessage", times=2)
        await (wang.taps if words == "同意，提交" else wang.says)(words)
        await place.runs()
        assert place.server.faults.plans == []
    await wang.sees("编号 YA-1")
    await chen.sees("YA-1", anywhere=True)
    assert await place.value("SELECT count(*) FROM cases") == 1
    assert await place.value("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'dead')") == 0


async def test_an_update_that_comes_again_is_handled_once(place: Town) -> None:
    wang = place.resident()
    await reported(place, wang)
    before = len(wang.messages)
    bot = place.bots["resident"]
    await place.app.channels["resident"].fetch(place._offsets["resident"], 0)
    assert place.server.redeliver(bot, 3) == 3
    again = await place.app.channels["resident"].fetch(None, 0)
    assert len(again) == 3
    await place.app.intake.store(place.app.channels["resident"], again)
    await place.runs()
    assert len(wang.messages) == before
    assert await place.value("SELECT count(*) FROM cases") == 1


async def test_poison_is_set_aside_and_the_chat_goes_on(place: Town) -> None:
    wang = place.resident()
    await wang.says("您好")
    bot, chat = place.bots["resident"], {"id": wang.id, "type": "private", "first_name": "王"}
    place.server.push_raw(bot, {"message": {"message_id": 77, "date": "never", "chat": chat, "text": "王婆婆的秘密"}})
    await wang.says("3栋路灯坏了")
    await place.runs()
    await wang.sees("3栋路灯坏了")
    assert await place.value("SELECT count(*) FROM inbox WHERE state = 'parked'") == 1
    reason = await place.value("SELECT outcome FROM inbox WHERE state = 'parked'")
    assert reason.startswith("Unreadable")
    assert "王婆婆" not in reason
