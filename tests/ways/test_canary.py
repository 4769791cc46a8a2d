"""Personal data in what people write: told once, and looked for wherever a text leaves its case."""

import io
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from unicodedata import normalize

import openpyxl
import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlalchemy import select, update

from bot.handling import TRIES
from bot.http.server import application
from bot.logs import set_up
from bot.reporting.reports import Reporter
from digests.drawing_process import DrawHere
from digests.pdf_document import Document, Part, pdf
from handlers import router
from storage.tables import Case, Inbox
from tests.deciding.neighbours import OPTIONS, begin_vote, live_here, topic
from tests.deciding.test_council import seated
from tests.deciding.test_votes import choose
from tests.support.world import Person, World
from tests.support.written_files import words_in, words_kept
from tests.ways.steps import RUBBISH, all_text, change, has_staff_chat, settled
from tests.ways.test_resident_groups import hands_in, member
from tests.ways.test_surveys import started

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
    """Canaries in a text, wherever its lines are broken and in whatever width it is written (＠)."""
    together = "".join(normalize("NFKC", text).split()).casefold()
    return {kind: canary for kind, canary in CANARIES.items() if canary.casefold() in together}


def _workbook(words: str) -> bytes:
    content, book = io.BytesIO(), openpyxl.Workbook()
    book.create_sheet("第二页").append(["", words])
    book.save(content)
    return content.getvalue()


def _document(words: str) -> bytes:
    return pdf(Document("台账", ("本周",), [Part("一", (words,))], "1"))


@pytest.mark.parametrize("written", [_workbook, _document, str.encode])
def test_a_canary_in_a_file_is_found(written: Callable[[str], bytes]) -> None:
    assert found_in(words_in(written(TOLD))) == CANARIES


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


# --- wherever it is told, and whichever way it takes -----------------------------------------------------------------

WANG, LI, MANAGER = 1001, 1002, 2
TITLE = "3栋2单元501门口的垃圾没人收，13872190456"
KEY = "k" * 20


async def goes(person: Person, *words: str, taps: tuple[str, ...] = ()) -> None:
    """Say something and tap on from there."""
    for said in words:
        await person.says(said)
    for label in taps:
        await person.taps(label)


async def a_report(world: World) -> None:
    await world.resident(WANG).says(TOLD)


async def a_message_in_a_group(world: World) -> None:
    await hands_in(world, LI, WANG, TOLD)
    await member(world, WANG).taps("同意登记")


async def an_answer(world: World) -> None:
    await a_report(world)
    chen = world.worker(1)
    await goes(chen, "YA-1", taps=("受理", "办结答复"))
    await chen.says(ANSWER)
    await world.passes(seconds=61)


async def a_survey(world: World) -> None:
    await started(world)
    wang = world.resident(WANG)
    await goes(wang, taps=("好，开始", "跳过这题", "跳过这题"))
    await wang.says(TOLD)


async def a_topic_and_its_vote(world: World) -> None:
    wang, manager = world.resident(WANG), world.worker(MANAGER)
    await wang.says("发起议题")
    await wang.says(f"{TITLE}\n{TOLD}")
    await manager.taps("拿出来议")
    for option in OPTIONS:
        await goes(manager, "议题", taps=("议题 1", "提选项"))
        await manager.says(option)
    await begin_vote(manager)
    await choose(wang, OPTIONS[0])


async def an_option_that_is_taken_down(world: World) -> None:
    wang, manager = world.resident(WANG), await topic(world)
    await goes(wang, "议题", taps=("议题 1", "提选项"))
    await wang.says(TOLD)
    await goes(manager, taps=("不给看", "说到了个人隐私"))
    await wang.taps("请另一位再看")


async def a_wish(world: World) -> None:
    wang = world.resident(WANG)
    await goes(wang, "微心愿", taps=("我有个心愿", "出时间"))
    await wang.says(TOLD)
    await world.worker(MANAGER).taps("给邻居看")


async def minutes_of_the_council(world: World) -> None:
    await seated(world)
    manager = world.worker(MANAGER)
    await goes(manager, "议事会", taps=("定开会时间",))
    await manager.says("11月20日 19:30 楚邻驿站")
    await world.passes(days=3)
    await goes(manager, "会议纪要", taps=("第 1 次会",))
    await manager.says(TOLD)


async def a_story(world: World) -> None:
    manager = world.worker(MANAGER)
    await goes(manager, "故事", taps=("写个故事",))
    await goes(manager, f"{TITLE}\n{TOLD}\n{ANSWER}", taps=("公布",))


TOLD_IN = (
    a_report,
    a_message_in_a_group,
    an_answer,
    a_survey,
    a_topic_and_its_vote,
    an_option_that_is_taken_down,
    a_wish,
    minutes_of_the_council,
    a_story,
)


async def ways_out(world: World) -> dict[str, str]:
    """What others read after a week, by the way it takes to them."""
    for words in ("议题", "投票", "微心愿", "议事会", "故事", RUBBISH):
        await world.resident(LI).says(words)
    await world.worker(1, GROUP).says("/queue")
    for _ in range(8):
        await world.passes(days=1)
    await world.worker(MANAGER).says("周报")
    await drawn(world)
    staff, residents = world.staff.messages, world.residents.messages
    return {
        "neighbours": "\n".join(m.text for m in residents if m.chat > 0 and m.chat != WANG),
        "the group of the staff": "\n".join(m.text for m in staff if m.chat == GROUP),
        "reports": "\n".join(m.text for m in staff if m.files),
        "files": words_kept(world),
        "the web": await web(world),
    }


async def drawn(world: World) -> None:
    """Everything that is due or was asked for is drawn and sent."""
    app, now = world.app, world.clock.now()
    reporter = Reporter(
        app.database, app.context, app.files, world.clock, lambda: None, reference=app.reference, drawer=DrawHere()
    )
    await reporter.run_due(now)
    await reporter.run_requests(now)
    await world.runs()


async def web(world: World) -> str:
    world.app.settings.open311_key = SecretStr(KEY)
    paths = ("/metrics", "/readyz", "/healthz", "/stories/ya", f"/open311/v2/requests.json?api_key={KEY}")
    async with TestClient(TestServer(application(world.app))) as client:
        return "\n".join([await (await client.get(path)).text() for path in paths])


@pytest.mark.parametrize("told", TOLD_IN)
async def test_nothing_personal_goes_out(
    small_world: World, logs: io.StringIO, told: Callable[[World], Awaitable[None]]
) -> None:
    await change(small_world, has_staff_chat(GROUP))
    await live_here(small_world, range(WANG, LI + 1))
    await told(small_world)
    assert "门口的垃圾" in await all_text(small_world), "it was told"
    ways = await ways_out(small_world)
    assert all(ways.values()), "each of them was looked at"
    ways["logs"] = logs.getvalue()
    assert {way: kinds for way, said in ways.items() if (kinds := found_in(said))} == {}


async def test_logs_hold_nothing_of_what_was_said(small_world: World, logs: io.StringIO) -> None:
    await settled(small_world, words=TOLD)
    chen = small_world.worker(1)
    await chen.taps("受理")
    await chen.taps("办结答复")
    await chen.says("已经清走了，请欧阳建军看看，电话13872190456")
    await small_world.passes(seconds=61)
    assert not found_in(logs.getvalue())


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
