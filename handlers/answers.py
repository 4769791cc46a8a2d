"""Words that answer a question of ours: a resident's "where?", a worker's reply to a case, a number to merge into."""

from collections.abc import Callable
from typing import Any

from handlers import answering, matters, media, merging, mine, report, worded
from handlers.turn import Turn
from ledger.lifecycle import Action, Role
from storage.cases import CaseRow

LONGEST_PLACE = 60
OF_STAFF: dict[str, Callable[[Turn, CaseRow, Role, dict[str, Any]], None]] = {
    "merge": merging.merge_typed,
    "amend": answering.amended,
}
OF_RESIDENTS: dict[str, Callable[[Turn, CaseRow], None]] = {"supplement": mine.supplement, "place": mine.place}


def taken(turn: Turn) -> bool:
    """Take the words as the answer to what we asked; False if we asked nothing or they are plainly something else."""
    asked = turn.expected()
    if asked is None:
        return False
    if asked["what"] in OF_RESIDENTS:
        return _resident_answers(turn, asked)
    case = turn.uow.cases.get(*asked["case"])
    role = turn.role_for(asked["what"], case)
    if role is None:
        turn.say("problem.no_right")
    elif asked["what"] in OF_STAFF:
        OF_STAFF[asked["what"]](turn, case, role, asked)
    else:
        worded.words_given(turn, Action(asked["what"]), case, role, asked)
    return True


def _resident_answers(turn: Turn, asked: dict[str, Any]) -> bool:
    case = media.takes_more(turn, asked["case"])
    if case is None:
        return False
    text = turn.event.text.strip()
    emergency = bool(text) and matters.emergency(turn.reading) is not None
    still_open = asked["lasting"] if emergency else asked["what"] == "place" and _is_courtesy(turn)
    if still_open or not text:
        turn.talk.state["expects"] = asked  # the words are still to come
    if emergency:
        return False
    if asked["what"] == "place" and not (text and _is_a_place(turn, sure=bool(asked.get("tapped")))):
        return False
    OF_RESIDENTS[asked["what"]](turn, case)
    return True


def _is_a_place(turn: Turn, *, sure: bool) -> bool:
    """Whether words may say where (`sure`: the person said that they would).

    What is surely a matter, and not mostly made of place words, is a new report.
    """
    text, matter = turn.event.text.strip(), turn.reading.first
    if len(text) > LONGEST_PLACE or _is_courtesy(turn):
        return False
    named = sum(map(len, matter.places)) * 2 >= len(text)
    clear = matter.scene_probability >= turn.context.district.limits.ask_back_below
    return sure or named or not (clear and matters.requests(turn.reading))


def _is_courtesy(turn: Turn) -> bool:
    """A thank you or an "all right" says no place; a number may."""
    matter = turn.reading.first
    says_where = matter.places or any(character.isdigit() for character in turn.event.text)
    return matter.none_type in report.COURTESIES and not says_where
