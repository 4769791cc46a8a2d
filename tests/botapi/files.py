"""Files: what was uploaded, under which id each bot knows it.

A file id belongs to the bot it was given to; another bot's id is refused. The
unique id is the same for all bots and cannot be used to send or fetch.
"""

import hashlib
import struct
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.botapi.errors import bad_request
from tests.botapi.params import Params, Upload
from tests.botapi.state import Bot, Json

if TYPE_CHECKING:
    from tests.botapi.world import World

DOWNLOAD_LIMIT = 20 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
PHOTO_SIDES_LIMIT = 10_000
PHOTO_RATIO_LIMIT = 20
_SIDES = (90, 320, 800, 1280)
_PLACES = {
    "photo": ("AgACAg", "photos", ".jpg"),
    "document": ("BQACAg", "documents", ""),
    "voice": ("AwACAg", "voice", ".oga"),
    "video": ("BAACAg", "videos", ".mp4"),
    "audio": ("CQACAg", "music", ".mp3"),
    "animation": ("CgACAg", "animations", ".mp4"),
    "sticker": ("CAACAg", "stickers", ".webp"),
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's content and what Telegram says about it."""

    serial: int
    kind: str
    content: bytes
    size: int
    name: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    duration: int = 0

    @property
    def unique_id(self) -> str:
        """The same for every bot."""
        digest = hashlib.sha256(f"{self.serial}:{self.width}".encode()).digest()
        return "AQAD" + urlsafe_b64encode(digest[:9]).decode()

    @property
    def path(self) -> str:
        """The place under /file/bot<token>/."""
        _, folder, suffix = _PLACES[self.kind]
        if not suffix and "." in self.name:
            suffix = "." + self.name.rpartition(".")[2]
        return f"{folder}/file_{self.serial}_{self.width}{suffix}"


def store(world: "World", kind: str, content: bytes, **about: object) -> StoredFile:
    """Keep a file; ``size`` may claim more than the content has."""
    size = int(str(about.pop("size", None) or len(content)))
    made = StoredFile(world.serial(), kind, content, size)
    return replace(made, **about)  # type: ignore[arg-type]


def file_id(bot: Bot, stored: StoredFile) -> str:
    """Return the id under which this bot may use the file."""
    prefix = _PLACES[stored.kind][0]
    secret = f"{bot.id}:{stored.serial}:{stored.width}".encode()
    digest = hashlib.sha512(secret).digest()[:45]
    made = prefix + urlsafe_b64encode(digest).decode()
    bot.files[made] = stored
    return made


def describe(bot: Bot, stored: StoredFile) -> Json:
    """Return the Bot API object of any kind of file but a photo."""
    about: Json = {
        "file_id": file_id(bot, stored),
        "file_unique_id": stored.unique_id,
        "file_size": stored.size,
    }
    if stored.kind in {"document", "video", "audio"} and stored.name:
        about["file_name"] = stored.name
    if stored.mime:
        about["mime_type"] = stored.mime
    if stored.kind in {"video", "animation"}:
        about |= {"width": stored.width or 720, "height": stored.height or 1280}
    if stored.kind in {"voice", "video", "audio", "animation"}:
        about["duration"] = stored.duration
    return about


def photo_sizes(bot: Bot, stored: StoredFile) -> list[Json]:
    """Return the photo in the sizes Telegram makes of it, smallest first."""
    longest = max(stored.width, stored.height)
    sides = [side for side in _SIDES if side < longest] + [min(longest, 1280)]
    return [_size(bot, stored, side, longest) for side in dict.fromkeys(sides)]


def _size(bot: Bot, stored: StoredFile, side: int, longest: int) -> Json:
    """Return one size; all share the bytes, as nothing is decoded here."""
    scaled = replace(
        stored,
        width=max(1, stored.width * side // longest),
        height=max(1, stored.height * side // longest),
    )
    return {
        "file_id": file_id(bot, scaled),
        "file_unique_id": scaled.unique_id,
        "file_size": scaled.size,
        "width": scaled.width,
        "height": scaled.height,
    }


def media_json(bot: Bot, stored: StoredFile) -> Json:
    """Return the part of a message that holds this file."""
    if stored.kind == "photo":
        return {"photo": photo_sizes(bot, stored)}
    return {stored.kind: describe(bot, stored)}


def wanted_file(
    world: "World",
    bot: Bot,
    params: Params,
    kind: str,
    value: object,
) -> StoredFile:
    """Return what a call sends: an upload, attach://name or a file id."""
    name = str(value or "")
    upload = params.files.get(name.removeprefix("attach://"))
    if upload is not None:
        return _uploaded(world, kind, upload)
    if not name:
        raise bad_request(f"there is no {kind} in the request")
    if name.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    stored = bot.files.get(name)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind and "photo" in {kind, stored.kind}:
        raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
    return stored


def _uploaded(world: "World", kind: str, upload: Upload) -> StoredFile:
    if not upload.content:
        raise bad_request("file must be non-empty")
    width = height = 0
    if kind == "photo":
        width, height = _checked_photo(upload.content)
    return store(
        world,
        kind,
        upload.content,
        name=upload.name,
        mime=upload.mime if kind != "photo" else "",
        width=width,
        height=height,
    )


def _checked_photo(content: bytes) -> tuple[int, int]:
    if len(content) > PHOTO_LIMIT:
        raise bad_request(
            f"file of size {len(content)} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT} bytes"
        )
    sides = image_size(content)
    if sides is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(sides) > PHOTO_SIDES_LIMIT or (max(sides) > PHOTO_RATIO_LIMIT * min(sides)):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return sides


def image_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG by its header, or None."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and content[12:16] == b"IHDR":
        width, height = struct.unpack(">II", content[16:24])
        return (width, height) if width and height else None
    if content[:3] == b"\xff\xd8\xff":
        return _jpeg_size(content)
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk the segments up to the frame header."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], content[at + 2 : at + 4]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return (width, height) if width and height else None
        at += 2 + int.from_bytes(length, "big")
    return None
