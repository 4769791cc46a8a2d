"""The chat page on 127.0.0.1: static files, what people do as small requests, what happens as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel

from bot.channels.webchat import Change, Messenger
from bot.demo.people import Person
from bot.demo.server_events import PICTURES, event, message_data
from bot.demo.stage import Stage
from digests import fonts
from handlers.event import FileKind

PAGE = Path(__file__).parent / "page"
LARGEST_FILE = 10 * 1024 * 1024
LONGEST_TEXT = 4096
HEARTBEAT = 15.0
STEPS = {"minute": timedelta(minutes=1), "five": timedelta(minutes=5)}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
OWN_HEADER = "X-Chulin-Demo"
"""A page from elsewhere cannot send it without asking first, and is never allowed to."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sent(BaseModel):
    """What the page sends: who does it, and what that act needs."""

    who: str = ""
    text: str = ""
    message: int = 0
    data: str = ""
    to: Literal["", "minute", "five", "monday"] = ""


class Site:
    """The page of one stage. `people` are who has a phone on it, by the names that the page uses."""

    def __init__(self, stage: Stage, people: dict[str, Person]) -> None:
        self.stage = stage
        self.people = people
        self.port = 0
        self._listening: set[asyncio.Queue[str | None]] = set()
        for messenger in {id(person.messenger): person.messenger for person in people.values()}.values():
            messenger.watch.append(self._watcher(messenger))

    def application(self) -> web.Application:
        found = web.Application(client_max_size=LARGEST_FILE, middlewares=[self._guard])
        found.router.add_get("/", _file(PAGE / "index.html"))
        for path in (*PAGE.iterdir(), fonts.regular(), fonts.bold(), fonts.emoji()):
            found.router.add_get(f"/{path.name}", _file(path))
        found.router.add_get("/events", self._events)
        found.router.add_get("/files/{bot}/{id}", self._download)
        for name in ("say", "press", "edit", "place", "photo", "time"):
            found.router.add_post(f"/{name}", getattr(self, f"_{name}"))
        found.on_shutdown.append(self._end)
        return found

    # what is allowed -------------------------------------------------------------------------------------------------

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only this page, under this address: other sites in the same browser get nothing and change nothing."""
        if request.host not in (f"127.0.0.1:{self.port}", f"localhost:{self.port}"):
            raise web.HTTPForbidden(text="wrong host")
        if request.method == "POST" and OWN_HEADER not in request.headers:
            raise web.HTTPForbidden(text="wrong page")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    # what people do --------------------------------------------------------------------------------------------------

    async def _say(self, request: web.Request) -> web.Response:
        person, sent = await self._sent(request)
        person.says(_words(sent))
        return web.Response(status=204)

    async def _press(self, request: web.Request) -> web.Response:
        person, sent = await self._sent(request)
        person.presses(sent.message, sent.data)
        return web.Response(status=204)

    async def _edit(self, request: web.Request) -> web.Response:
        person, sent = await self._sent(request)
        mine = {message.id: message for message in person.messages if message.account}
        if sent.message not in mine:
            raise web.HTTPBadRequest(text="not a message of theirs")
        person.edits(mine[sent.message], _words(sent))
        return web.Response(status=204)

    async def _place(self, request: web.Request) -> web.Response:
        """The sample's own place: where the visitor really is concerns nobody."""
        person, _ = await self._sent(request)
        home = self.stage.sample.communities[self.stage.sample.home[0] - 1]
        person.is_at(home.latitude, home.longitude)
        return web.Response(status=204)

    async def _photo(self, request: web.Request) -> web.Response:
        if request.content_type not in PICTURES:
            raise web.HTTPUnsupportedMediaType(text="only pictures")
        person, query = self._person(request.query.get("who", "")), request.query
        content = await request.read()
        caption = query.get("caption", "")[:LONGEST_TEXT]
        album = query.get("album", "")[:40] or None
        person.sends(content, FileKind.PHOTO, media_type=request.content_type, caption=caption, album=album)
        return web.Response(status=204)

    async def _time(self, request: web.Request) -> web.Response:
        to = (await _read(request)).to
        if not to:
            raise web.HTTPBadRequest(text="to when?")
        self.stage.clock.forward(STEPS.get(to) or self.stage.to_monday())
        self._tell("time", {"now": self._now()})
        await self.stage.wakes()
        return web.Response(status=204)

    async def _sent(self, request: web.Request) -> tuple[Person, Sent]:
        sent = await _read(request)
        return self._person(sent.who), sent

    def _person(self, who: str) -> Person:
        if who not in self.people:
            raise web.HTTPBadRequest(text="nobody of that name")
        return self.people[who]

    # what they see ---------------------------------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Everything so far, then each change as it comes. A browser that lost the line asks again and gets all."""
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        queue.put_nowait(event("all", {"now": self._now(), "chats": self._chats()}))
        self._listening.add(queue)
        try:
            while (line := await _next(queue)) is not None:
                await response.write(line.encode())
        except ConnectionError:
            pass
        finally:
            self._listening.discard(queue)
        return response

    def _chats(self) -> dict[str, list[dict[str, Any]]]:
        return {
            who: [message_data(person.messenger.bot, message) for message in person.messages]
            for who, person in self.people.items()
        }

    def _watcher(self, messenger: Messenger) -> Callable[[Change], None]:
        who_of = {p.account: (who, p) for who, p in self.people.items() if p.messenger is messenger}

        def tell(change: Change) -> None:
            if change.chat not in who_of:
                return
            who, person = who_of[change.chat]
            if change.message is not None:
                self._tell("message", {"who": who, "message": message_data(person.messenger.bot, change.message)})
            elif change.answer is not None:
                self._tell("answer", {"who": who, **asdict(change.answer)})

        return tell

    def _tell(self, name: str, data: dict[str, Any]) -> None:
        for queue in self._listening:
            queue.put_nowait(event(name, data))

    def _now(self) -> float:
        """The demo's time in milliseconds."""
        return self.stage.clock.now().timestamp() * 1000

    async def _download(self, request: web.Request) -> web.Response:
        bot = {"resident": self.stage.resident, "staff": self.stage.staff}[request.match_info["bot"]]
        held = bot.messenger.file(request.match_info["id"])
        if held is None:
            raise web.HTTPNotFound
        file, content = held
        picture = file.media_type in PICTURES
        name = quote(request.query.get("name") or file.name or file.id, safe="")
        way = "inline" if picture else "attachment"
        return web.Response(
            body=content,
            content_type=file.media_type if picture else "application/octet-stream",
            headers={"Content-Disposition": f"{way}; filename*=UTF-8''{name}"},
        )

    async def _end(self, _application: web.Application) -> None:
        for queue in self._listening:
            queue.put_nowait(None)


@asynccontextmanager
async def serve(site: Site, port: int) -> AsyncIterator[str]:
    """Serve the page while the block runs; gives its address. Port 0: any free one."""
    runner = web.AppRunner(site.application(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        site.port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{site.port}/"
    finally:
        await runner.cleanup()


def _file(path: Path) -> Handler:
    async def handler(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(path)

    return handler


async def _read(request: web.Request) -> Sent:
    try:
        return Sent.model_validate(await request.json())
    except ValueError:  # of JSON, of UTF-8 and of the fields
        raise web.HTTPBadRequest(text="cannot read that") from None


def _words(sent: Sent) -> str:
    """What one message may hold; the page cuts at the same length."""
    if not sent.text.strip() or len(sent.text) > LONGEST_TEXT:
        raise web.HTTPBadRequest(text="no words, or too many")
    return sent.text


async def _next(queue: "asyncio.Queue[str | None]") -> str | None:
    """The next event; a comment now and then shows that the line stands."""
    try:
        async with asyncio.timeout(HEARTBEAT):
            return await queue.get()
    except TimeoutError:
        return ":\n\n"
