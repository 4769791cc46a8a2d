"""Photos, voice and places without words: they join what the person just said."""

from handlers import filing, report
from handlers.event import File
from handlers.format import number
from handlers.reply import Reply
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.cases import CaseRow
from storage.errors import NotFound


def media(turn: Turn) -> None:
    """Files, with or without a caption. An album is gathered first and taken as a whole (see `album_complete`)."""
    if turn.event.album and not (turn.event.text and turn.reading.first.alarms):
        _gather_album(turn)
    elif turn.event.text:
        report.report(turn, files=turn.event.files)
    else:
        _join(turn, turn.event.files)


def _gather_album(turn: Turn) -> None:
    """Keep a part; the album is complete when no part has come for a while. It has no end mark."""
    talk, event = turn.talk, turn.event
    album = talk.state.get("album")
    if album and album["id"] != event.album:
        album_complete(turn)
        album = None
    if album is None:
        album = talk.state["album"] = {"id": event.album, "files": [], "messages": [], "text": ""}
    album["files"] += [[f.kind, f.id, f.unique_id, f.size, f.media_type] for f in event.files]
    album["messages"].append(event.message_id)
    album["text"] = album["text"] or event.text
    talk.wake_at = turn.uow.now + turn.context.district.limits.album_receipt_after.wall
    turn.outcome = "album part"


def album_complete(turn: Turn) -> None:
    """One report and one receipt for all parts of an album."""
    album = turn.talk.state.pop("album", None)
    turn.talk.wake_at = None
    if album is None:
        return
    files = tuple(File(*file) for file in album["files"])
    if album["text"]:
        report.report(turn.with_text(album["text"]), files=files, messages=tuple(album["messages"]))
    else:
        _join(turn, files)


def location(turn: Turn) -> None:
    """A place: of the last report if that is fresh, else it says which community the person is in."""
    case = last_case(turn)
    place = turn.event.location
    if case is not None and place is not None:
        turn.uow.cases.change(case, latitude=place.latitude, longitude=place.longitude)
        _note(turn, case, "location")
        turn.say("media.place_added", number=_number(turn, case))
        turn.outcome = "joined"
    elif place is not None:
        _nearest_communities(turn, place.latitude, place.longitude)


def _nearest_communities(turn: Turn, latitude: float, longitude: float) -> None:
    """Offer the three nearest communities; degrees are near enough for an order."""
    known = [c for c in turn.uow.reference.real_communities() if c.latitude is not None and c.longitude is not None]
    known.sort(key=lambda c: ((c.latitude or 0) - latitude) ** 2 + ((c.longitude or 0) - longitude) ** 2)
    rows = report.community_rows(turn, known[:3]) if known else report.choose_rows(turn)
    turn.say("community.nearest" if known else "draft.which_community", rows)


def _join(turn: Turn, files: tuple[File, ...]) -> None:
    """Without words: into the draft, else into the last report if it is fresh, else wait for the words."""
    case = None if "draft" in turn.talk.state else last_case(turn)
    if case is None:
        report.add_to_draft(turn, files, (turn.event.message_id,) if turn.event.message_id else ())
        report.show_draft(turn)
        return
    for file in files:
        filing.attach(turn, case, file)
    turn.outcome = "joined"
    turn.send(
        Reply(turn.event.address, turn.context.texts("media.added", n=len(files), number=_number(turn, case)))
    )


def last_case(turn: Turn) -> CaseRow | None:
    """The person's last report, if it is young enough to be joined."""
    if not report.soon(turn, turn.context.district.limits.media_joins_for.wall):
        return None
    try:
        return turn.uow.cases.get(*turn.talk.state["last"]["case"])
    except NotFound:
        return None


def _note(turn: Turn, case: CaseRow, kind: str) -> None:
    address = turn.event.address
    turn.uow.cases.add_message(
        case.key, by=Role.RESIDENT, kind=kind, bot=address.bot, chat=address.chat, message_id=turn.event.message_id
    )


def _number(turn: Turn, case: CaseRow) -> str:
    return number(turn.uow.reference.communities[case.community_id], case)
