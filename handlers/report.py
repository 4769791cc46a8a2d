"""A resident's report: free text first. What is not agreed to yet is shown back and kept as a draft."""

from datetime import timedelta
from typing import Any

from handlers import emergencies, filing
from handlers.event import File, Location
from handlers.reply import Button, Reply
from handlers.turn import Rows, Turn
from ledger.scenes import Scene
from ledger.words import shortened
from nlp.understanding import NoneType, Understanding
from storage.ids import new_id
from storage.reference import DISTRICT, CommunityRow

DRAFT_SHOWN = 300
LONGEST_PLACE = 60


def report(turn: Turn, files: tuple[File, ...] = (), messages: tuple[int, ...] = ()) -> None:
    """Take a message as a report, or say in a word why it is none."""
    matter = turn.reading.first
    draft = turn.talk.state.get("draft")
    messages = messages or ((turn.event.message_id,) if turn.event.message_id else ())
    if matter.alarms or matter.needs_human:
        _emergency(turn, files, messages)
    elif draft is None and not files and _is_no_request(turn):
        _small_talk(turn, matter)
    elif draft is None and _agreed(turn):
        filing.file_report(turn, _report(turn, turn.reading.matters, files, messages))
    else:
        add_to_draft(turn, files, messages)
        show_draft(turn)


def _agreed(turn: Turn) -> bool:
    """Whether this person has agreed to the present notice and said where they live."""
    current = turn.context.district.limits.consent_version
    return turn.person.consent_version == current and turn.community(turn.person.community_id) is not None


def _report(
    turn: Turn, matters: tuple[Understanding, ...], files: tuple[File, ...], messages: tuple[int, ...]
) -> filing.Report:
    community = turn.community(turn.person.community_id) or turn.uow.reference.communities[DISTRICT]
    return filing.Report(matters, community, files=files, messages=messages, location=turn.event.location)


def _is_no_request(turn: Turn) -> bool:
    return all(matter.scene in (Scene.NONE, Scene.OUT_OF_REMIT) for matter in turn.reading.matters)


def _emergency(turn: Turn, files: tuple[File, ...], messages: tuple[int, ...]) -> None:
    """The number to call, then file it and fetch a person; consent is asked for afterwards."""
    emergencies.first_words(turn, turn.reading.first)
    case = filing.file_report(turn, _report(turn, turn.reading.matters, files, messages))[0]
    if not case.place:
        turn.say("emergency.where")
        turn.expect("place", case=list(case.key))
    turn.outcome = "emergency"


def _small_talk(turn: Turn, matter: Understanding) -> None:
    """Nothing to file: a short honest word; what is not ours gets the number that is."""
    if matter.scene is Scene.OUT_OF_REMIT:
        turn.outcome = "out_of_remit"
        turn.say("talk.out_of_remit", _anyway(turn))
        return
    kind = matter.none_type or NoneType.CHAT
    turn.outcome = f"none {kind}"
    rows = _anyway(turn) if kind in (NoneType.VENT, NoneType.CHAT, NoneType.ABUSE) else ()
    turn.say(f"talk.{kind}", rows)


def _anyway(turn: Turn) -> Rows:
    """The machine may be wrong: one tap files it all the same."""
    turn.talk.state["said"] = turn.event.text
    turn.talk.expires_at = turn.uow.now + turn.context.district.limits.draft_kept.wall
    return ((turn.mine("button.file_anyway", "file_anyway", once=True),),)


def file_anyway(turn: Turn, _data: dict[str, Any]) -> None:
    """Somebody insists that it is a matter: the grid worker will see."""
    said = turn.talk.state.pop("said", None)
    if said is None:
        turn.tell("draft.gone")
        return
    as_said = turn.with_text(str(said))
    matters = as_said.reading.matters
    if _agreed(turn):
        filing.file_report(turn, _report(turn, matters, (), ()))
    else:
        add_to_draft(as_said, (), ())
        show_draft(turn)


# --- the draft -------------------------------------------------------------------------------------------------------


def add_to_draft(turn: Turn, files: tuple[File, ...], messages: tuple[int, ...]) -> None:
    """Keep words and files until the person agrees; nobody on the staff sees them before."""
    talk = turn.talk
    draft = talk.state.setdefault("draft", {"id": new_id(), "text": "", "files": [], "messages": []})
    draft["files"] += [[f.kind, f.id, f.unique_id, f.size, f.media_type] for f in files]
    draft["messages"] += list(messages)
    if turn.event.location:
        draft["location"] = [turn.event.location.latitude, turn.event.location.longitude]
    if turn.event.text:
        draft["text"] = f"{draft['text']}\n{turn.event.text}" if draft["text"] else turn.event.text
    talk.expires_at = turn.uow.now + turn.context.district.limits.draft_kept.wall
    turn.outcome = "draft"


def show_draft(turn: Turn) -> None:
    """Show back what was said, why it is kept, and what is still needed: a community, then the agreement."""
    draft, texts = turn.talk.state["draft"], turn.context.texts
    if not draft["text"]:
        turn.say("draft.need_words")
        return
    community = turn.community(turn.person.community_id)
    shown = texts("draft.shown", text=shortened(draft["text"], DRAFT_SHOWN))
    if draft["files"]:
        shown += "\n" + texts("draft.files", n=len(draft["files"]))
    if community is None:
        _show(turn, texts("draft.choose", shown=shown, notice=texts("privacy.short")), choose_rows(turn))
    else:
        text = texts("draft.agree", shown=shown, notice=texts("privacy.short"), community=community.name)
        _show(turn, text, agree_rows(turn))


def _show(turn: Turn, text: str, rows: Rows) -> None:
    """The draft is one message that changes in place; a new draft is a new message."""
    turn.send(Reply(turn.event.address, text, rows, logical=f"draft:{turn.talk.state['draft']['id']}"))


def agree_rows(turn: Turn) -> Rows:
    return (
        (turn.mine("button.agree", "agree", once=True), turn.mine("button.agree_anonymous", "agree_anonymous", once=True)),
        (turn.mine("button.other_community", "other_community"), turn.mine("button.discard", "discard", once=True)),
    )


def choose_rows(turn: Turn) -> Rows:
    """Streets to choose from; the communities at once where there are few."""
    reference = turn.uow.reference
    communities = reference.real_communities()
    if len(communities) <= 8:  # noqa: PLR2004 - what fits a phone without scrolling
        return community_rows(turn, communities)
    streets = sorted(reference.streets.items(), key=lambda pair: pair[1])
    buttons = [
        Button(name, "choose_street", data={"street": street_id}, account=turn.account) for street_id, name in streets
    ]
    return in_rows(buttons, 2)


def community_rows(turn: Turn, communities: list[CommunityRow]) -> Rows:
    buttons = [
        Button(c.name, "choose_community", data={"community": c.id}, account=turn.account) for c in communities
    ]
    return in_rows(buttons, 2)


def in_rows(buttons: list[Button], width: int) -> Rows:
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))


def choose_street(turn: Turn, data: dict[str, Any]) -> None:
    street = int(data["street"])
    communities = [c for c in turn.uow.reference.real_communities() if c.street_id == street]
    _which(turn, community_rows(turn, communities))


def choose_community(turn: Turn, data: dict[str, Any]) -> None:
    community = turn.community(int(data["community"]))
    if community is None:
        turn.tell("problem.gone")
        return
    turn.person.community_id, turn.person.building_id = community.id, None
    if "draft" in turn.talk.state:
        show_draft(turn)
    else:
        turn.say("community.set", community=community.name)


def other_community(turn: Turn, _data: dict[str, Any]) -> None:
    _which(turn, choose_rows(turn))


def _which(turn: Turn, rows: Rows) -> None:
    if "draft" in turn.talk.state:
        _show(turn, turn.context.texts("draft.which_community"), rows)
    else:
        turn.say("draft.which_community", rows)


def agree(turn: Turn, _data: dict[str, Any]) -> None:
    _file_draft(turn, anonymous=False)


def agree_anonymous(turn: Turn, _data: dict[str, Any]) -> None:
    _file_draft(turn, anonymous=True)


def _file_draft(turn: Turn, *, anonymous: bool) -> None:
    """The tap that agrees files the draft and records the consent with its version."""
    talk, person = turn.talk, turn.person
    draft, community = talk.state.pop("draft", None), turn.community(person.community_id)
    if draft is None or not draft["text"] or community is None:
        turn.tell("draft.gone")
        return
    talk.expires_at = None
    person.consent_version = turn.context.district.limits.consent_version
    person.consented_at = turn.uow.now
    location = Location(*draft["location"]) if "location" in draft else None
    filing.file_report(
        turn,
        filing.Report(
            turn.with_text(draft["text"]).reading.matters,
            community,
            anonymous=anonymous,
            files=tuple(File(*file) for file in draft["files"]),
            messages=tuple(draft["messages"]),
            location=location,
        ),
    )


def discard(turn: Turn, _data: dict[str, Any]) -> None:
    turn.talk.state.pop("draft", None)
    turn.talk.expires_at = None
    turn.say("draft.discarded")


def soon(turn: Turn, limit: timedelta) -> bool:
    """Whether the person's last report is younger than `limit`."""
    last = turn.talk.state.get("last")
    return bool(last) and turn.uow.now.timestamp() - float(last["at"]) <= limit.total_seconds()
