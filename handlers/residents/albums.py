"""Albums: their parts arrive as single messages, in any order and without an end mark, and are handled as one."""

from typing import Any

from handlers.event import Event, EventKind
from handlers.file_packing import packed, unpacked
from handlers.residents import filing
from handlers.turn import Turn
from storage.cases import CaseRow


def gather(turn: Turn) -> None:
    """Store a part. The album is complete when no part has arrived for a while."""
    event = turn.event
    album = turn.talk.state.setdefault(
        "album", {"id": event.album, "files": [], "text": "", "message": None, "private": event.private, "due": 0.0}
    )
    album["files"] += [packed(file, event.message_id) for file in event.files]
    if event.text and not album["text"]:
        album["text"], album["message"] = event.text, event.message_id
    wait = turn.context.district.limits.album_receipt_after.wall
    album["due"] = (turn.uow.now + wait).timestamp()
    turn.wake_again()
    turn.outcome = "album part"


def other_waits(turn: Turn) -> bool:
    """Whether an album is waiting and this event is not part of it."""
    album: dict[str, Any] | None = turn.talk.state.get("album")
    return album is not None and bool(album["id"] != turn.event.album)


def take_out(turn: Turn) -> Event:
    """Take the whole album out of the conversation, as one event."""
    album = turn.talk.state.pop("album")
    turn.wake_again()
    files = unpacked(album["files"])
    message_id = album["message"] or files[0].message_id
    return Event(
        EventKind.MEDIA,
        turn.event.address,
        turn.event.account,
        turn.event.at,
        name=turn.event.name,
        private=album["private"],
        message_id=message_id,
        text=album["text"],
        files=files,
        album=album["id"],
    )


def is_late_part(turn: Turn) -> bool:
    """Whether this part arrived after its album was handled; it goes to the same place, without another receipt."""
    last = turn.talk.state.get("last")
    return bool(turn.event.album and last and last.get("album") == turn.event.album and not turn.event.text)


def attach_late(turn: Turn, case: CaseRow) -> None:
    for file in turn.event.files:
        filing.attach(turn, case, file)
    turn.outcome = "album part"
