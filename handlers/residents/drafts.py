"""Drafts: words that wait for consent. Shown to their author in one message, stored for a week, seen by nobody else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers import communities
from handlers.event import Location
from handlers.file_packing import packed, unpacked
from handlers.moderation import allowance
from handlers.reply import Reply, Rows
from handlers.residents import filing, matters, offers
from handlers.turn import Turn
from ledger.text import shortened
from nlp.understanding import Understanding
from storage.cases import CaseRow
from storage.ids import new_id
from storage.messenger.conversations import WORDS
from storage.reference import CommunityRow

DRAFT_SHOWN = 300
MOST_WORDS = 8000
MOST_FILES = 30
EARLY_KEPT = timedelta(hours=1)
NEARBY = 300
"""Characters before and after a message that are read with it, in case a danger is spread over messages."""
ONE_MATTER = 1000
"""From this length on a draft has more than one matter, and similar cases of neighbours are not offered."""


def there_is_one(turn: Turn) -> bool:
    return "draft" in turn.talk.state


def add(turn: Turn) -> None:
    """Add the words, files and place of this turn to the draft."""
    draft = turn.talk.state.setdefault("draft", {"id": new_id(), "shown": 0, "parts": [], "files": []})
    event = turn.event
    room = MOST_FILES - len(draft["files"])
    draft["files"] += [packed(file, event.message_id) for file in event.files[:room]]
    if len(event.files) > room:
        _say_full(turn, draft, "draft.files_full")
    if len(_words(draft)) + len(event.text) > MOST_WORDS:
        _say_full(turn, draft, "draft.full")
    elif event.text:
        draft["parts"].append([event.message_id, event.text])
    if event.location:
        draft["location"] = [event.location.latitude, event.location.longitude]
    keep_a_week(turn)
    turn.outcome = "draft"


def _say_full(turn: Turn, draft: dict[str, Any], key: str) -> None:
    """Say that something does not fit; to somebody who writes too fast only once."""
    if not (turn.throttled and draft.get(key)):
        turn.say(key, n=MOST_FILES)
    draft[key] = True


def keep_a_week(turn: Turn) -> None:
    """Have the draft deleted after a week if the person does not return to it."""
    turn.talk.expires_at = turn.uow.now + turn.context.district.limits.draft_kept.wall


def keep_edits_an_hour(turn: Turn) -> None:
    """Have edits whose message has not come deleted after an hour, or with the other words of the conversation."""
    talk, soon = turn.talk, turn.uow.now + EARLY_KEPT
    alone = not any(name in talk.state for name in WORDS if name != "edits")
    talk.expires_at = min(talk.expires_at or soon, soon) if alone else talk.expires_at or soon


def words(turn: Turn) -> str:
    return _words(turn.talk.state["draft"])


def brief(turn: Turn, longest: int) -> str:
    """The draft in a few words; one without words by its files."""
    files = len(turn.talk.state["draft"]["files"])
    return shortened(words(turn), longest) or turn.context.texts("mine.files", n=files)


def is_emergency(turn: Turn) -> bool:
    """Whether all words together report a danger, so that consent is not awaited."""
    return matters.emergency(turn.context.read(words(turn))) is not None


def danger_nearby(turn: Turn) -> Understanding | None:
    """The danger in this turn's message together with the text around it, or None.

    The rest was read when it arrived; reading a long draft again with every message would be slow.
    """
    return matters.emergency(turn.context.read(_nearby(turn.talk.state["draft"], turn.event.message_id)))


def _nearby(draft: dict[str, Any], message_id: int | None) -> str:
    """A message with the end of the text before it and the beginning of the text after it."""
    place = next((n for n, (part, _) in enumerate(draft["parts"]) if part == message_id), len(draft["parts"]))
    said = [text for _, text in draft["parts"]]
    before, after = "\n".join(said[:place]), "\n".join(said[place + 1 :])
    return "\n".join(filter(None, (before[-NEARBY:], *said[place : place + 1], after[:NEARBY])))


def _words(draft: dict[str, Any]) -> str:
    return "\n".join(text for _, text in draft["parts"])


def edited(turn: Turn) -> bool:
    """Apply an edit to the draft. False: the message is not part of it."""
    parts = turn.talk.state["draft"]["parts"] if there_is_one(turn) else []
    mine = [part for part in parts if part[0] == turn.event.message_id]
    for part in mine:
        part[1] = turn.event.text
    if mine and (found := danger_nearby(turn)):
        file(turn, found)
    elif mine:
        show(turn)
    return bool(mine)


# --- showing ---------------------------------------------------------------------------------------------------------


def show(turn: Turn, rows: Rows | None = None, *, below: bool = False) -> None:
    """Show the draft, why it is stored, and what is still needed: a community, then consent.

    `below`: as a new message at the end of the chat; the older one loses its buttons.
    """
    draft = turn.talk.state["draft"]
    if below:
        turn.close(name(turn) if draft["shown"] else None, "draft.continued")
        draft["shown"] += 1
    if not draft["parts"]:
        turn.send(Reply(turn.event.address, turn.context.texts("draft.need_words"), logical=name(turn)))
        return
    community = turn.community(turn.person.community_id)
    if community is None:
        rows = rows or communities.rows(turn, name(turn))
    text = _text(turn, choosing=rows is not None)
    case = _like(turn, community) if rows is None and community else None
    draft["offered"] = case is not None
    if case:
        text = turn.context.texts("draft.like", shown=text, about=offers.summary(turn, case))
        rows = ((offers.button(turn, case, name(turn), draft=True),), *_agree_rows(turn))
    turn.send(Reply(turn.event.address, text, rows or _agree_rows(turn), logical=name(turn)))


def _like(turn: Turn, community: CommunityRow) -> CaseRow | None:
    """A neighbour's case about the same matter, if the draft is about one matter; otherwise None."""
    said = words(turn)
    found = matters.to_file(turn.context.read(said)) if len(said) <= ONE_MATTER else ()
    return offers.like(turn, community.id, found[0]) if len(found) == 1 else None


def name(turn: Turn) -> str:
    draft = turn.talk.state["draft"]
    return f"draft:{draft['id']}:{draft['shown']}"


def _text(turn: Turn, *, choosing: bool) -> str:
    texts, community = turn.context.texts, turn.community(turn.person.community_id)
    key = "draft.choose" if choosing or community is None else "draft.agree"
    where = community.name if community else ""
    return texts(key, shown=_shown(turn), notice=texts("privacy.short"), community=where)


def _shown(turn: Turn) -> str:
    draft, texts = turn.talk.state["draft"], turn.context.texts
    shown = texts("draft.shown", text=shortened(_words(draft), DRAFT_SHOWN))
    return f"{shown}\n{texts('draft.files', n=len(draft['files']))}" if draft["files"] else shown


def _agree_rows(turn: Turn) -> Rows:
    return (
        (turn.mine("button.agree", "agree", once=True),),
        (turn.mine("button.agree_anonymous", "agree_anonymous", once=True),),
        (
            turn.mine("button.other_community", "other_community", data={"shown_in": name(turn)}),
            turn.mine("button.discard", "discard", once=True),
        ),
    )


# --- deciding --------------------------------------------------------------------------------------------------------


def agree(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    _agree(turn, anonymous=False)


def agree_anonymous(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    _agree(turn, anonymous=True)


def _agree(turn: Turn, *, anonymous: bool) -> None:
    """Record the consent with the version of the notice, and file the draft."""
    person = turn.person
    if not there_is_one(turn) or not words(turn) or turn.community(person.community_id) is None:
        turn.tell("draft.gone")
        return
    if allowance.has_to_wait(turn):
        return
    if not allowance.may_file(turn):
        allowance.say_later(turn)
        show(turn, below=True)
        return
    person.consent_version = turn.context.district.limits.consent_version
    person.consented_at = turn.uow.now
    turn.talk.state["anonymous"] = anonymous
    turn.close(name(turn), "draft.agreed", shown=_shown(turn))
    file(turn)


def file(turn: Turn, danger: Understanding | None = None) -> None:
    """File the draft, after consent, or at once if it or `danger` is an emergency."""
    reading = turn.context.read(words(turn))
    found, community = matters.to_file(reading), turn.community(turn.person.community_id)
    if danger and not matters.is_emergency(found[0]):
        found = (replace(danger, text=reading.text),)
    if matters.is_emergency(found[0]):
        turn.close(name(turn), "draft.agreed", shown=_shown(turn))
        community = communities.of_emergency(turn, reading.text, _location(turn.talk.state["draft"]))
    assert community is not None  # noqa: S101 - nobody agrees without one
    filing.file_report(turn, _report(turn, take_out(turn), found, community))


def _report(
    turn: Turn, draft: dict[str, Any], found: tuple[Understanding, ...], community: CommunityRow
) -> filing.Report:
    return filing.Report(
        found,
        community,
        anonymous=bool(turn.talk.state.get("anonymous")),
        files=unpacked(draft["files"]),
        said=tuple((message_id, text) for message_id, text in draft["parts"]),
        location=_location(draft),
        offered=draft.get("offered", False),
    )


def _location(draft: dict[str, Any]) -> Location | None:
    return Location(*draft["location"]) if "location" in draft else None


def discard(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    if there_is_one(turn):
        turn.close(name(turn), "draft.discarded")
        take_out(turn)
    turn.tell("draft.discarded")
    turn.outcome = "discarded"


def take_out(turn: Turn) -> dict[str, Any]:
    """Take the draft out of the conversation; other words in it are still deleted in time."""
    turn.talk.state.pop("said", None)
    found: dict[str, Any] = turn.talk.state.pop("draft")
    keep_edits_an_hour(turn)
    return found
