"""Photos, voice notes and locations: with words they are a report, without words they join the last message."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from handlers import choosing_community
from handlers.case_names import named
from handlers.cases import cards, emergencies, moving
from handlers.event import File
from handlers.residents import albums, drafts, filing, own_cases, receipts, report, voice_notes
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Role, State
from ledger.scenes import Urgency
from storage.cases import CaseRow
from storage.reference import DISTRICT

ANSWERED_BY_A_PLACE = ("place", "supplement")
"""Questions about a case that a location can answer."""


def media(turn: Turn) -> None:
    """Handle files, with or without words; an album is handled as a whole (see albums)."""
    case = _under_way(turn) or (None if drafts.there_is_one(turn) else _says_where(turn))
    if case is not None and albums.is_late_part(turn):
        albums.attach_late(turn, case)
        cards.refresh(turn, case)
    elif not turn.event.text.strip():
        _join(turn, case)
    elif case is not None and report.says_what_a_photo_shows(turn):
        own_cases.supplement(turn, case)
    else:
        report.report(turn)


def _join(turn: Turn, case: CaseRow | None) -> None:
    """Add files without words to the draft, else to a recent report; otherwise wait for words."""
    if case is None and voice_notes.alone(turn):
        voice_notes.begin(turn)
        return
    if case is None:
        drafts.add(turn)
        drafts.show(turn, below=bool(drafts.words(turn)))
        return
    files: tuple[File, ...] = turn.event.files
    for file in files:
        filing.attach(turn, case, file)
    turn.uow.cases.add_event(case, action="added", role=Role.RESIDENT, before=case.state, via=turn.via)
    if "last" in turn.talk.state:
        turn.talk.state["last"]["album"] = turn.event.album
    cards.refresh(turn, case)
    if case.urgency is Urgency.EMERGENCY:
        cards.notify(turn, case, "card.added", text=turn.context.texts("card.a_file"))
    turn.say("media.added", n=len(files), case=named(turn, case))
    turn.outcome = "joined"


def _says_where(turn: Turn) -> CaseRow | None:
    """The case whose place we asked for, while that is open, if a voice note answers it; otherwise None."""
    asked = turn.talk.state.get("expects")
    place = asked is not None and asked["what"] == "place"
    return awaits(turn, asked) if asked and place and voice_notes.alone(turn) else None


def location(turn: Turn) -> None:
    """Use a location as the place of a recent report, else to choose the person's community."""
    place = turn.event.location
    if place is None:
        return
    case = _asked_about(turn) or _under_way(turn)
    if case is not None:
        _place_case(turn, case)
        return
    if drafts.there_is_one(turn):
        drafts.add(turn)
        if turn.person.community_id is not None:
            drafts.show(turn, below=True)
            return
    choosing_community.ask_nearest(turn, place)


def _place_case(turn: Turn, case: CaseRow) -> None:
    """Store where a case is, which may tell in which community it is; if it does not, that is asked."""
    place, asked = turn.event.location, case.state is State.NEEDS_INFO
    assert place is not None  # noqa: S101 - checked by the caller
    said = report.in_the_case(turn, case).event
    turn.uow.cases.change(case, latitude=place.latitude, longitude=place.longitude)
    case = moving.to_located_community(turn, case, place)
    turn.uow.cases.add_message(
        case.key,
        by=Role.RESIDENT,
        kind="location",
        bot=said.address.bot,
        chat=said.address.chat,
        message_id=said.message_id,
    )
    turn.uow.cases.add_event(case, action="placed", role=Role.RESIDENT, before=case.state, via=turn.via)
    if asked:
        own_cases.answer_staff(turn, case, "")
    cards.refresh(turn, case)
    receipts.refresh(turn, case)
    where = turn.context.texts("card.map", latitude=f"{place.latitude:.6f}", longitude=f"{place.longitude:.6f}")
    if asked or (case.urgency is Urgency.EMERGENCY and emergencies.is_news(turn, where)):
        cards.notify(turn, case, "card.placed", text=where)
    if case.community_id == DISTRICT and case.state in OPEN:
        choosing_community.ask_of_case(turn, case, place)
    elif turn.event.private:
        turn.say("media.place_added", case=named(turn, case))
    else:
        turn.say(emergencies.passed_on(turn))
    turn.outcome = "joined"


def add_to_emergency(turn: Turn, case: CaseRow) -> None:
    """Words, files or a location from a group, by somebody who has told of the emergency there."""
    if turn.event.location is not None:
        _place_case(turn, case)
    else:
        report.more_of_emergency(turn, case)


def _under_way(turn: Turn) -> CaseRow | None:
    """The emergency of just now; else, if no draft waits, the last report."""
    return emergencies.ringing(turn) or (None if drafts.there_is_one(turn) else last_case(turn))


def _asked_about(turn: Turn) -> CaseRow | None:
    """The case that a location would answer a question about, or None; staff or the bot may have asked."""
    asked = turn.expected()
    if asked is None:
        return None
    if asked["what"] not in ANSWERED_BY_A_PLACE or emergencies.overtook(turn, asked):
        turn.talk.state["expects"] = asked
        return None
    return awaits(turn, asked)


def last_case(turn: Turn, within: Callable[[CaseRow], timedelta] | None = None) -> CaseRow | None:
    """The person's last report, if it is recent and staff still read additions; otherwise None."""
    last = turn.talk.state.get("last")
    case = takes_more(turn, last["case"]) if last else None
    if last is None or case is None:
        return None
    limit = within(case) if within else turn.context.district.limits.media_joins_for.wall
    return case if report.fresh(turn, last, limit) else None


def awaits(turn: Turn, asked: dict[str, Any]) -> CaseRow | None:
    """The case that a question was about, while an answer is still wanted.

    What the staff went on without is no question for long: later words are about something else.
    """
    case = takes_more(turn, asked["case"])
    given_up = case is not None and asked["lasting"] and case.state is not State.NEEDS_INFO
    return None if given_up and turn.older(asked["at"]) else case


def takes_more(turn: Turn, key: list[int]) -> CaseRow | None:
    case = turn.uow.cases.living((key[0], key[1]))
    return case if case is not None and case.state in own_cases.TAKES_WORDS else None
