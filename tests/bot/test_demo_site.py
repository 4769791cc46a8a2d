"""The page's small server: what it shows, what it takes, and what it refuses."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from bot.channels.port import Choice, Outgoing
from bot.channels.web import WebChannel
from bot.demo.clock import StandingClock
from bot.demo.people import Person
from bot.demo.sample import Sample, load_sample
from bot.demo.script import START
from bot.demo.site import LARGEST_FILE, OWN_HEADER, Site, serve
from handlers.event import FileKind
from handlers.reply import Answer

OWN = {OWN_HEADER: "1"}


@dataclass
class FakeStage:
    """A stage without an app: only the chats, the sample and the clock."""

    clock: StandingClock
    resident: WebChannel
    staff: WebChannel
    sample: Sample = field(default_factory=load_sample)
    woken: int = 0

    def to_monday(self) -> timedelta:
        return timedelta(days=2)

    async def wakes(self) -> None:
        self.woken += 1


@dataclass
class Browser:
    stage: FakeStage
    session: ClientSession
    wang: Person
    chen: Person

    async def post(self, path: str, body: Any, **headers: str) -> int:
        async with self.session.post(path, json=body, headers=OWN | headers) as answer:
            return answer.status

    async def events(self, count: int, path: str = "/events") -> list[tuple[str, Any]]:
        """The first `count` events of the line."""
        found: list[tuple[str, Any]] = []
        async with self.session.get(path) as line:
            while len(found) < count:
                name = (await line.content.readline()).decode().removeprefix("event: ").strip()
                data = (await line.content.readline()).decode().removeprefix("data: ")
                await line.content.readline()
                found.append((name, json.loads(data)))
        return found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    clock = StandingClock(START)
    stage = FakeStage(clock, WebChannel("resident", clock), WebChannel("staff", clock))
    wang, chen = Person(stage.resident.messenger, 1, "王阿姨"), Person(stage.staff.messenger, 2, "小陈")
    site = Site(stage, {"resident": wang, "worker": chen})  # type: ignore[arg-type]
    async with serve(site, 0) as address, ClientSession(address) as session:
        yield Browser(stage, session, wang, chen)


@pytest.mark.parametrize(
    "path", ["/", "/main.js", "/phone.js", "/message.js", "/composer.js", "/style.css", "/phone.css", "/lamp.jpg"]
)
async def test_the_page_comes_whole_from_this_machine(browser: Browser, path: str) -> None:
    async with browser.session.get(path) as answer:
        body = await answer.read()
        assert answer.status == 200
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert b"http://" not in body.replace(b"http://www.w3.org/2000/svg", b"")
    assert b"https://" not in body


async def test_words_go_in_and_come_out_as_events(browser: Browser) -> None:
    assert await browser.post("/say", {"who": "resident", "text": "路灯坏了\ud800"}) == 204
    await browser.stage.resident.send(Outgoing(1, 0, "已登记", [[Choice("撤回", "1.a")]]))
    ((name, everything),) = await browser.events(1)
    assert (name, everything["now"]) == ("all", START.timestamp() * 1000)
    mine, ours = everything["chats"]["resident"]
    assert (mine["mine"], ours["mine"], ours["text"]) == (True, False, "已登记")
    assert ours["rows"] == [[{"label": "撤回", "data": "1.a"}]]


async def test_changes_reach_a_browser_that_listens(browser: Browser) -> None:
    sent = await browser.stage.staff.send(Outgoing(2, 0, "待受理"))
    async with browser.session.get("/events") as line:
        for _ in range(3):
            await line.content.readline()
        await browser.stage.staff.send(Outgoing(2, 0, "已受理", edit=sent.message_id))
        press = browser.chen.presses(sent.message_id, "1.a")
        await browser.stage.staff.answer(press, Answer("好了"))
        await browser.stage.staff.send(Outgoing(99, 0, "给别人的"))
        await browser.post("/time", {"to": "minute"})
        names = [(await line.content.readline()).decode().strip() for _ in range(9)]
    assert [line for line in names if line.startswith("event")] == ["event: message", "event: answer", "event: time"]
    assert not any("给别人的" in line.encode().decode("unicode_escape") for line in names)


async def test_pressing_and_editing_go_to_the_messenger(browser: Browser) -> None:
    said = browser.wang.says("三栋的灯坏了")
    assert await browser.post("/edit", {"who": "resident", "message": said.id, "text": "四栋的灯坏了"}) == 204
    assert await browser.post("/press", {"who": "resident", "message": 5, "data": "1.a"}) == 204
    assert await browser.post("/place", {"who": "resident"}) == 204
    kinds = [raw["kind"] for raw in await browser.stage.resident.fetch(None, 0)]
    assert kinds == ["text", "edit", "press", "location"]


async def test_only_own_messages_can_be_edited(browser: Browser) -> None:
    sent = await browser.stage.resident.send(Outgoing(1, 0, "已登记"))
    assert await browser.post("/edit", {"who": "resident", "message": sent.message_id, "text": "我改"}) == 400


async def test_the_clock_moves_by_a_minute_and_to_monday(browser: Browser) -> None:
    assert await browser.post("/time", {"to": "minute"}) == 204
    assert browser.stage.clock.now() == START + timedelta(minutes=1)
    assert await browser.post("/time", {"to": "monday"}) == 204
    assert browser.stage.clock.now() == START + timedelta(days=2, minutes=1)
    assert browser.stage.woken == 2


async def test_a_photo_goes_up_and_is_shown(browser: Browser) -> None:
    headers = OWN | {"Content-Type": "image/jpeg"}
    path = "/photo?who=resident&caption=看&album=a1"
    async with browser.session.post(path, data=b"\xff\xd8\xff", headers=headers) as answer:
        assert answer.status == 204
    ((_, everything),) = await browser.events(1)
    file = everything["chats"]["resident"][0]["files"][0]
    assert file["picture"]
    async with browser.session.get("/" + file["url"]) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/jpeg", b"\xff\xd8\xff")


async def test_what_is_no_picture_is_only_ever_a_download(browser: Browser) -> None:
    file = browser.stage.staff.messenger.hold_file(b"<script>", FileKind.DOCUMENT, '周报"\r\n.html', "text/html")
    async with browser.session.get(f"/files/staff/{file.id}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with browser.session.get("/files/staff/none") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/say", {"who": "nobody", "text": "在吗"}, 400),
        ("/say", {"who": "resident", "text": "  "}, 400),
        ("/say", {"who": "resident", "text": "长" * 4097}, 400),
        ("/say", {"who": "resident", "text": 7}, 400),
        ("/say", ["resident"], 400),
        ("/press", {"who": "resident", "message": "x", "data": "y"}, 400),
        ("/edit", {"who": "resident", "message": 999, "text": "无"}, 400),
        ("/time", {"to": "yesterday"}, 400),
        ("/nothing", {}, 404),
    ],
)
async def test_nonsense_gets_a_plain_no(browser: Browser, path: str, body: Any, status: int) -> None:
    assert await browser.post(path, body) == status
    assert await browser.stage.resident.fetch(None, 0) == []


async def test_broken_json_and_foreign_files_are_refused(browser: Browser) -> None:
    async with browser.session.post("/say", data=b"{", headers=OWN) as answer:
        assert answer.status == 400
    async with browser.session.post("/photo?who=resident", data=FormData({"a": "b"}), headers=OWN) as answer:
        assert answer.status == 415
    huge = BytesIO(bytes(LARGEST_FILE + 1))
    headers = OWN | {"Content-Type": "image/png"}
    async with browser.session.post("/photo?who=resident", data=huge, headers=headers) as answer:
        assert answer.status == 413


async def test_other_pages_in_the_same_browser_are_kept_out(browser: Browser) -> None:
    async with browser.session.post("/say", json={"who": "resident", "text": "骗你的"}) as answer:
        assert answer.status == 403
    async with browser.session.get("/events", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
    assert await browser.stage.resident.fetch(None, 0) == []
