"""Files in both directions, with the raw client; the libraries have their own test."""

import io
import json
import struct
from typing import Any

import aiohttp
import pytest

from tests.botapi import JPEG, Bot, BotApiServer, Person
from tests.botapi.files import image_size
from tests.botapi.rawbot import RawBot

MB = 1024 * 1024


def _png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)


async def _upload(api: RawBot, method: str, files: dict[str, bytes], **values: Any) -> dict[str, Any]:
    form = aiohttp.FormData()
    for name, value in values.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, content in files.items():
        form.add_field(name, io.BytesIO(content), filename=f"{name}.jpg")
    assert api._session is not None
    async with api._session.post(f"{api.base}/{method}", data=form) as reply:
        body: dict[str, Any] = await reply.json()
        return body


async def _download(server: BotApiServer, bot: Bot, path: str) -> tuple[int, bytes]:
    url = f"{server.url}/file/bot{bot.token}/{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as reply:
        return reply.status, await reply.read()


async def test_what_a_person_sent_can_be_fetched(server: BotApiServer, bot: Bot, api: RawBot, chat: Person) -> None:
    await chat.sends_document("楼道".encode(), "楼道.txt", mime="text/plain")
    document = (await api.updates())[-1]["message"]["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == ("楼道.txt", "text/plain", 6)
    found = await api.does("getFile", file_id=document["file_id"])
    assert found["file_path"].endswith(".txt")
    assert await _download(server, bot, found["file_path"]) == (200, "楼道".encode())
    assert (await _download(server, bot, "documents/none.txt"))[0] == 404


async def test_a_file_of_more_than_20_mb_cannot_be_fetched(api: RawBot, chat: Person) -> None:
    await chat.sends_video(size=20 * MB + 1)
    video = (await api.updates())[-1]["message"]["video"]
    assert await api.refused("getFile", file_id=video["file_id"]) == "Bad Request: file is too big"


async def test_a_file_id_belongs_to_one_bot(server: BotApiServer, api: RawBot, chat: Person) -> None:
    staff = server.bot("工单")
    group = server.group("阳光小区")
    group.has(staff)
    photo = await chat.sends_photo()
    mine = (await api.updates())[-1]["message"]["photo"][-1]
    person = server.user("王婆婆").private(staff)
    await person.forwards(photo)
    async with RawBot(server.url, staff.token) as other:
        theirs = (await other.updates())[-1]["message"]["photo"][-1]
        assert theirs["file_unique_id"] == mine["file_unique_id"]
        assert theirs["file_id"] != mine["file_id"]
        refusal = await other.refused("getFile", file_id=mine["file_id"])
        assert refusal == "Bad Request: wrong file_id or the file is temporarily unavailable"
        refusal = await other.refused("sendPhoto", chat_id=person.id, photo=mine["file_id"])
        assert refusal == "Bad Request: wrong file identifier/HTTP URL specified"
        assert await other.does("sendPhoto", chat_id=person.id, photo=theirs["file_id"])


async def test_a_picture_is_uploaded_by_name_or_as_attachment(api: RawBot, chat: Person) -> None:
    plain = await _upload(api, "sendPhoto", {"photo": JPEG}, chat_id=chat.id, caption="<b>好</b>", parse_mode="HTML")
    assert plain["result"]["caption_entities"][0]["type"] == "bold"
    attached = await _upload(api, "sendDocument", {"x": b"%PDF"}, chat_id=chat.id, document="attach://x")
    assert attached["result"]["document"]["file_name"] == "x.jpg"
    again = await api.does("sendPhoto", chat_id=chat.id, photo=plain["result"]["photo"][-1]["file_id"])
    assert again["photo"][-1]["file_unique_id"] == plain["result"]["photo"][-1]["file_unique_id"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "file must be non-empty"),
        (b"<svg/>", "IMAGE_PROCESS_FAILED"),
        (_png(9_000, 1_001), "PHOTO_INVALID_DIMENSIONS"),
        (_png(1_000, 49), "PHOTO_INVALID_DIMENSIONS"),
        (_png(10, 10) + bytes(10 * MB), "is too big for a photo; the maximum size is 10485760 bytes"),
    ],
)
async def test_pictures_telegram_would_not_take(api: RawBot, chat: Person, content: bytes, complaint: str) -> None:
    answer = await _upload(api, "sendPhoto", {"photo": content}, chat_id=chat.id)
    assert complaint in answer["description"]


async def test_an_upload_of_more_than_50_mb_is_413(api: RawBot, chat: Person) -> None:
    answer = await _upload(api, "sendDocument", {"document": bytes(50 * MB + 1)}, chat_id=chat.id)
    assert (answer["error_code"], answer["description"]) == (413, "Request Entity Too Large")


async def test_sending_nothing_or_an_address_is_refused(api: RawBot, chat: Person) -> None:
    assert await api.refused("sendPhoto", chat_id=chat.id) == "Bad Request: there is no photo in the request"
    refusal = await api.refused("sendPhoto", chat_id=chat.id, photo="https://a.cn/x.jpg")
    assert refusal == "Bad Request: failed to get HTTP URL content"
    voice = await api.updates()
    assert voice
    await chat.sends_voice()
    voice_id = (await api.updates())[-1]["message"]["voice"]["file_id"]
    assert await api.does("sendVoice", chat_id=chat.id, voice=voice_id)
    assert "can't use file of type Voice" in await api.refused("sendPhoto", chat_id=chat.id, photo=voice_id)


async def test_an_album_has_2_to_10_of_a_kind(api: RawBot, chat: Person) -> None:
    def media(*kinds: str) -> list[dict[str, str]]:
        return [{"type": kind, "media": "attach://a", "caption": f"第{n}张"} for n, kind in enumerate(kinds)]

    sent = await _upload(api, "sendMediaGroup", {"a": JPEG}, chat_id=chat.id, media=media("photo", "video"))
    assert [m["caption"] for m in sent["result"]] == ["第0张", "第1张"]
    assert len({m["media_group_id"] for m in sent["result"]}) == 1
    for kinds, complaint in (
        (["photo"], "2-10 items"),
        (["photo"] * 11, "2-10 items"),
        (["photo", "document"], "can't be mixed"),
        (["photo", "voice"], "media type is invalid"),
    ):
        answer = await _upload(api, "sendMediaGroup", {"a": JPEG}, chat_id=chat.id, media=media(*kinds))
        assert complaint in answer["description"]
    assert len(chat.messages) == 2, "a refused album leaves nothing behind"


async def test_a_caption_has_at_most_1024_units(api: RawBot, chat: Person) -> None:
    sent = await _upload(api, "sendPhoto", {"photo": JPEG}, chat_id=chat.id, caption="灯" * 1024)
    place = {"chat_id": chat.id, "message_id": sent["result"]["message_id"]}
    assert await api.refused("editMessageCaption", **place, caption="灯" * 1025) == (
        "Bad Request: message caption is too long"
    )
    assert (await api.does("editMessageCaption", **place, caption="短"))["caption"] == "短"
    assert "not modified" in await api.refused("editMessageCaption", **place, caption="短")
    assert "caption" not in await api.does("editMessageCaption", **place)
    assert "no text in the message" in await api.refused("editMessageText", **place, text="x")


def test_sizes_are_read_from_headers() -> None:
    assert image_size(JPEG) == (4, 4)
    assert image_size(_png(3, 2)) == (3, 2)
    assert image_size(b"\xff\xd8\xff\xd9") is None
    assert image_size(b"GIF89a") is None
