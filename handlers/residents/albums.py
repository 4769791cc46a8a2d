"""Albums: their parts come as single messages, in any order and without an end mark; they are handled as one."""

from typing import Any

from handlers.event import Event, EventKind
from handlers.packing import packed, unpacked
from handlers.residents import filing
from handlers.turn import Turn
from storage.cases import CaseRow


def gather(turn: Turn) -> None:
    """Keep a part; the album is complete when none has come for a while."""
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
    """Whether an album waits that this event is no part of."""
    album: dict[str, Any] | None = turn.talk.state.get("album")
    return album is not None and bool(album["id"] != turn.event.album)


def taken(turn: Turn) -> Event:
    """The whole album as one event, out of the conversation."""
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
    """A part that comes after its album was taken: it goes where the others went, without another receipt."""
    last = turn.talk.state.get("last")
    return bool(turn.event.album and last and last.get("album") == turn.event.album and not turn.event.text)


def attach_late(turn: Turn, case: CaseRow) -> None:
    for file in turn.event.files:
        filing.attach(turn, case, file)
    turn.outcome = "album part"
