"""Methods that send and fetch files."""

from tests.botapi.errors import bad_request
from tests.botapi.files import (
    DOWNLOAD_LIMIT,
    StoredFile,
    file_id,
    media_json,
    wanted_file,
)
from tests.botapi.methods.call import ApiCall, Handler, draft
from tests.botapi.params import Params
from tests.botapi.state import Json

ALBUM_MIN, ALBUM_MAX = 2, 10
_TOGETHER = {"photo": "visual", "video": "visual"}


def _send_one(call: ApiCall, kind: str, right: str) -> Json:
    named = kind if kind in call.params.files else call.params.values.get(kind)
    stored = _file(call, kind, named)
    content = {**media_json(call.bot, stored), **call.caption_of(call.params)}
    return draft(call, right).post(content, stored)


def _file(call: ApiCall, kind: str, value: object) -> StoredFile:
    return wanted_file(call.world, call.bot, call.params, kind, value)


def send_photo(call: ApiCall) -> Json:
    """Send a picture of at most 10 MB."""
    return _send_one(call, "photo", "can_send_photos")


def send_document(call: ApiCall) -> Json:
    """Send a file as it is."""
    return _send_one(call, "document", "can_send_documents")


def send_voice(call: ApiCall) -> Json:
    """Send a voice note."""
    return _send_one(call, "voice", "can_send_voice_notes")


def send_video(call: ApiCall) -> Json:
    """Send a video."""
    return _send_one(call, "video", "can_send_videos")


def send_media_group(call: ApiCall) -> list[Json]:
    """Send an album of 2 to 10; each is a message of its own."""
    items = call.params.array("media", dict)
    if not ALBUM_MIN <= len(items) <= ALBUM_MAX:
        raise bad_request("there must be 2-10 items in the media group")
    _check_kinds([str(item.get("type")) for item in items])
    contents = [_album_part(call, item) for item in items]
    place = draft(call)
    group = str(10**16 + call.world.serial())
    return [place.post({"media_group_id": group, **content}, stored) for content, stored in contents]


def _check_kinds(kinds: list[str]) -> None:
    if set(kinds) - {"photo", "video", "document", "audio"}:
        raise bad_request("can't parse InputMedia: media type is invalid")
    if len({_TOGETHER.get(kind, kind) for kind in kinds}) > 1:
        raise bad_request("documents and audio files can't be mixed with other media types")


def _album_part(call: ApiCall, item: Json) -> tuple[Json, StoredFile]:
    stored = _file(call, item["type"], item.get("media"))
    text = call.caption_of(Params({k: v for k, v in item.items() if v}))
    return {**media_json(call.bot, stored), **text}, stored


def get_file(call: ApiCall) -> Json:
    """Return where to download a file of at most 20 MB."""
    stored = call.bot.files.get(call.params.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    call.bot.paths[stored.path] = stored
    return {
        "file_id": file_id(call.bot, stored),
        "file_unique_id": stored.unique_id,
        "file_size": stored.size,
        "file_path": stored.path,
    }


METHODS: dict[str, Handler] = {
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVoice": send_voice,
    "sendVideo": send_video,
    "sendMediaGroup": send_media_group,
    "getFile": get_file,
}
