"""The public page of a community's stories: large type, no scripts, no names of people.

GET /stories/<code of the community>
GET /stories/<code>/<number>/<digest>   a picture, as long as its sender agrees and the story is public
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from string import Template
from typing import TYPE_CHECKING, Any

from aiohttp import web
from sqlalchemy import Connection

from bot.files import FileStore
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.build import App

MOST = 30
NUMBER = re.compile(r"[0-9]{1,9}")
JPEG, PNG, PNG_BEGINS = "image/jpeg", "image/png", b"\x89PNG"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""`no-store`: a picture that was taken back must not stay in a cache."""
PAGE = Template("""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title><style>
body { font: 1.4rem/1.7 sans-serif; margin: 0 auto; max-width: 40rem; padding: 1rem; color: #222; background: #fffdf8 }
h1 { font-size: 2rem; line-height: 1.3 } h2 { font-size: 1.6rem; margin: 2.2rem 0 .4rem; color: #8a2a12 }
p { margin: .3rem 0 } b { color: #666; font-weight: normal } img { max-width: 100%; border-radius: .5rem }
footer { margin-top: 3rem; color: #666; font-size: 1.1rem }
</style></head><body><h1>$title</h1>
$stories
<footer>$foot</footer></body></html>
""")


@dataclass(frozen=True, slots=True)
class Shown:
    """A story and the digests of the pictures that may be shown with it."""

    story: Any
    pictures: Sequence[str]


def add_routes(found: web.Application, app: "App") -> None:
    found.router.add_get("/stories/{code}", partial(_stories, app))
    found.router.add_get("/stories/{code}/{no}/{digest}", partial(_picture, app))


async def _stories(app: "App", request: web.Request) -> web.Response:
    text = await page_of(app, request.match_info["code"])
    if text is None:
        return web.Response(status=404)
    return web.Response(text=text, content_type="text/html", headers=HEADERS)


async def page_of(app: "App", code: str) -> str | None:
    """The page of the community with this code; None: there is none."""

    def work(connection: Connection) -> tuple[str, list[Shown]] | None:
        uow = _uow(app, connection)
        community = _community(uow, code)
        if community is None:
            return None
        public = uow.stories.public(community.id, MOST)
        return community.name, [Shown(row, [p.digest for p in uow.stories.pictures(row)]) for row in public]

    result = await app.database.read(work)
    return page(app.context.texts, result[0], code, result[1]) if result else None


async def _picture(app: "App", request: web.Request) -> web.Response:
    no, digest = request.match_info["no"], request.match_info["digest"]

    def work(connection: Connection) -> bool:
        uow = _uow(app, connection)
        community = _community(uow, request.match_info["code"])
        known = NUMBER.fullmatch(no) is not None
        return bool(known and community and uow.stories.picture(community.id, int(no), digest))

    content = await asyncio.to_thread(_content, app.files, digest) if await app.database.read(work) else None
    if content is None:
        return web.Response(status=404)
    kind = PNG if content.startswith(PNG_BEGINS) else JPEG
    return web.Response(body=content, content_type=kind, headers=HEADERS)


def _content(files: FileStore, digest: str) -> bytes | None:
    """The picture, decrypted; None: its file is gone."""
    try:
        return files.read(digest)
    except FileNotFoundError:
        return None


def page(texts: Any, community: str, code: str, shown: Sequence[Shown]) -> str:
    """The whole page; everything that people wrote is escaped."""
    title = escape(texts("story.page_title", community=community))
    stories = "\n".join(_story(texts, code, one) for one in shown) or f"<p>{escape(texts('story.page_none'))}</p>"
    return PAGE.substitute(title=title, stories=stories, foot=escape(texts("story.page_foot")))


def _story(texts: Any, code: str, shown: Shown) -> str:
    story, alt = shown.story, escape(texts("story.page_picture"))
    lines = [f"<h2>{escape(story.title)}</h2>"]
    for name, words in (("story.page_before", story.before), ("story.page_after", story.after)):
        lines.append(f"<p><b>{escape(texts(name))}</b> {escape(words)}</p>")
    lines += [
        f'<p><img src="/stories/{escape(code)}/{story.no}/{escape(digest)}" alt="{alt}"></p>'
        for digest in shown.pictures
    ]
    return "\n".join(lines)


def _uow(app: "App", connection: Connection) -> UnitOfWork:
    return UnitOfWork(connection, app.reference.current(connection), app.clock.now())


def _community(uow: UnitOfWork, code: str) -> Any:
    return next((c for c in uow.reference.real_communities() if c.code.upper() == code.upper()), None)
