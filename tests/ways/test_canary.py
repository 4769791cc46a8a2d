"""Personal data in a report: told once, and looked for wherever a text leaves its case."""

import io
import logging
from typing import Any

import openpyxl
import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update

from bot.handling import TRIES
from bot.http.server import application
from bot.logs import set_up
from handlers import router
from storage.tables import Case, Inbox
from tests.support.world import World
from tests.ways.steps import RUBBISH, change, has_staff_chat, settled

CANARIES = {
    "phone": "13872190456",
    "id_card": "42020219580312254X",
    "bank_card": "6222021718001234563",
    "plate": "鄂B3K778",
    "wechat": "canary_0714",
    "email": "canary.hs@163.com",
    "name": "欧阳建军",
    "room": "2单元501",
}
TOLD = (
    "3栋2单元501门口的垃圾没人收，业主欧阳建军，电话13872190456，微信号canary_0714，邮箱canary.hs@163.com，"
    "身份证42020219580312254X，卡号6222021718001234563，鄂B3K778也停在垃圾桶边上，臭得很"
)
ANSWER = "垃圾清走了，请欧阳建军放心，有事打他电话13872190456，住2单元501的以后找物业0714-6251234"
GROUP = -500


def found_in(text: str) -> dict[str, str]:
    return {kind: canary for kind, canary in CANARIES.items() if canary.casefold() in text.casefold()}


async def test_the_sample_is_told_and_kept_as_it_was_said(small_world: World) -> None:
    """So that the tests below look for what is really there."""
    await settled(small_world, words=TOLD)
    assert small_world.worker(1).sees("13872190456"), "whoever handles a case privately may read it"


async def test_a_group_of_staff_reads_nothing_personal(small_world: World) -> None:
    await change(small_world, has_staff_chat(GROUP))
    wang = await settled(small_world, words=TOLD)
    group = small_world.worker(1, GROUP)
    await group.taps("受理")
    await wang.says("再说一句：我是欧阳建军，电话13872190456，住2单元501")
    assert group.messages
    assert not found_in("\n".join(m.text for m in group.messages))


async def test_a_queue_in_a_group_reads_nothing_personal(small_world: World) -> None:
    await change(small_world, has_staff_chat(GROUP))
    await settled(small_world, words=TOLD)
    group = small_world.worker(1, GROUP)
    await group.says("/queue")
    assert not found_in(group.last.text)


async def test_a_neighbour_who_may_join_reads_nothing_personal(small_world: World) -> None:
    await settled(small_world, words=TOLD)
    li = await settled(small_world, 1002, "三单元门口的路灯坏了半个月了")
    await li.says(RUBBISH)
    assert li.sees("YA-1"), "it was offered"
    assert not found_in("\n".join(m.text for m in li.messages))


async def test_who_is_asked_about_what_is_late_reads_nothing_personal(small_world: World) -> None:
    """A question goes further up than whoever handles the case, and so does the list of what is overdue."""
    await settled(small_world, words=TOLD)
    before = len(small_world.worker(1).messages)
    for _ in range(12):
        await small_world.passes(days=1)
    for account in (2, 3):
        await small_world.worker(account).says("督办")
        assert small_world.worker(account).last.text.count("垃圾") == 1
    asked = small_world.worker(1).messages[before:] + small_world.worker(2).messages + small_world.worker(3).messages
    said = "\n".join(message.text for message in asked)
    assert said.count("垃圾") > 3, "some were asked, too"
    assert not found_in(said)


async def test_who_may_join_does_not_read_where_somebody_lives(small_world: World) -> None:
    await settled(small_world, words=TOLD)
    place = f"3栋{CANARIES['room']}{CANARIES['name']}家"
    await change(small_world, lambda connection: connection.execute(update(Case).values(place=place)))
    li = await settled(small_world, 1002, "三单元门口的路灯坏了半个月了")
    await li.says("我也遇到 YA-1")
    assert "3栋" in li.last.text
    assert not found_in(li.last.text)


async def test_digests_and_their_files_hold_nothing_personal(small_world: World) -> None:
    await settled(small_world, words=TOLD)
    await small_world.passes(days=7)
    manager = small_world.worker(2)
    await manager.says("周报")
    now = small_world.clock.now()
    await small_world.app.reporter.run_requests(now)
    await small_world.runs()
    said = "\n".join(m.text for m in manager.messages if "周报" in m.text)
    assert "YA-1" in said
    assert not found_in(said)
    for digest in _kept(small_world):
        assert not found_in(_read(digest))


def _kept(world: World) -> list[bytes]:
    return [path.read_bytes() for path in world.app.files.folder.rglob("*") if path.is_file()]


def _read(content: bytes) -> str:
    """The cells of a workbook; anything else as it is."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "ignore")
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


async def test_logs_hold_nothing_of_what_was_said(small_world: World, logs: io.StringIO) -> None:
    await settled(small_world, words=TOLD)
    chen = small_world.worker(1)
    await chen.taps("受理")
    await chen.taps("办结答复")
    await chen.says("已经清走了，请欧阳建军看看，电话13872190456")
    await small_world.passes(seconds=61)
    assert not found_in(logs.getvalue())


async def test_metrics_hold_nothing_of_what_was_said(small_world: World) -> None:
    await settled(small_world, words=TOLD)
    async with TestClient(TestServer(application(small_world.app))) as client:
        for path in ("/metrics", "/readyz", "/healthz"):
            assert not found_in(await (await client.get(path)).text())


async def test_what_fails_with_the_words_in_hand_tells_them_nowhere(
    small_world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In its text, in the locals of its frames, in what caused it, and in the list of what was set aside."""
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    wang = await settled(small_world)

    def fails(_context: Any, _uow: Any, event: Any, _reading: Any) -> None:
        words = event.text
        try:
            {}[words]
        except KeyError:
            raise ValueError(words) from None

    try:
        set_up("DEBUG")
        with monkeypatch.context() as patch:
            patch.setattr(router, "handle", fails)
            await wang.says(TOLD)
            for _ in range(TRIES):
                await small_world.passes(minutes=10)
    finally:
        root.handlers[:] = kept
        root.setLevel(level)
    said = "".join(capfd.readouterr())
    assert "ValueError" in said
    assert not found_in(said)
    aside = await small_world.rows(lambda c: c.execute(select(Inbox.state, Inbox.outcome)).all())
    assert ("parked", "ValueError") in [tuple(row) for row in aside]
    assert not found_in(str(aside))


async def test_an_answered_case_told_to_others_holds_nothing_personal(small_world: World) -> None:
    wang: Any = await settled(small_world, words=TOLD)
    li = await settled(small_world, 1002, "三单元门口的路灯坏了半个月了")
    await li.says(RUBBISH)
    await li.taps("就是 YA-1")
    chen = small_world.worker(1)
    await chen.says("YA-1")
    await chen.taps("受理")
    await chen.taps("办结答复")
    await chen.says(ANSWER)
    await small_world.passes(seconds=61)
    await li.says("YA-1")
    assert not found_in("\n".join(m.text for m in li.messages))
    assert wang.sees(ANSWER), "who told it reads the whole answer"
    said = "\n".join(m.text for m in li.messages)
    assert said.count("垃圾清走了") == 2, "in the answer and in the case"
    assert said.count("0714-6251234") == 2, "a number to call, which only the staff gave"
