"""Words that answer our question: a resident's place, a worker's reply, the number of a case to merge into."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from handlers import button_presses, feature_registry, phrases
from handlers.cases import answering, emergencies, labels, merging, phoning, staff_steps, worded_steps
from handlers.context import Serves
from handlers.residents import drafts, matters, media, own_cases, receipts, report
from handlers.turn import Turn
from ledger.lifecycle import Action, Role
from ledger.scenes import Urgency
from storage.cases import CaseRow

LONGEST_PLACE = 60
GIVES_UP = ("drop", "kept", "not_going")
"""What ends a question of ours without an answer."""
ENDS = " 。.!！~,，"
CLAUSES = re.compile(r"[\s,，。;；!！]+")
IT_IS = re.compile(r"^(?:应该|就)?(?:是|在)?(?:在)?")
OF_STAFF: dict[str, Callable[[Turn, CaseRow, Role, dict[str, Any]], None]] = {
    "merge": merging.merge_typed,
    "amend": answering.amended,
}
OF_RESIDENTS: dict[str, Callable[[Turn, CaseRow], bool]] = {
    "supplement": own_cases.supplement,
    "place": own_cases.place,
}
"""Each says whether it has taken the answer."""


def take_answer(turn: Turn) -> bool:
    """Take the words as the answer to what we asked; False if we asked nothing or they are plainly something else."""
    asked = turn.expected()
    if asked is None:
        return _place_after_all(turn)
    if _given_up(turn, asked):
        staff_steps.never_mind(turn, asked)
        return True
    if asked["what"] in OF_THEMSELVES:
        return not _in_danger(turn, asked) and OF_THEMSELVES[asked["what"]](turn, asked)
    if asked["what"] in feature_registry.QUESTIONS:
        return _of_a_feature(turn, asked)
    if asked["what"] in OF_RESIDENTS:
        return _resident_answers(turn, asked)
    case = turn.uow.cases.where_it_goes_on(turn.uow.cases.get(*asked["case"]))
    role = turn.role_for(asked["what"], case)
    if role is None:
        turn.say("problem.no_right")
    elif asked["what"] in OF_STAFF:
        OF_STAFF[asked["what"]](turn, case, role, asked)
    else:
        worded_steps.words_given(turn, Action(asked["what"]), case, role, asked)
    return True


def _given_up(turn: Turn, asked: dict[str, Any]) -> bool:
    """算了, 点错了: what the button under the question says may be written as well.

    Where it was the person's own wish to say more, it needs no button; an answer that the staff wait for may say so.
    """
    own_wish = asked["what"] == "supplement" and not asked["lasting"]
    theirs = "shown_in" in asked or asked.get("tapped") or own_wish
    return theirs and phrases.said(turn.context.texts, "heard", GIVES_UP, turn.event.text) is not None


def _withdrawn(turn: Turn, asked: dict[str, Any]) -> bool:
    """确定, where a tap was awaited."""
    if phrases.said(turn.context.texts, "heard", ("sure",), turn.event.text) is None:
        return False
    own_cases.withdraw(turn, turn.uow.cases.get(*asked["case"]), Role.RESIDENT, asked)
    return True


def _named(turn: Turn, asked: dict[str, Any]) -> bool:
    """The name on a button, written instead of tapped."""
    data = labels.named(turn, asked["what"].removeprefix("set_"))
    if data is not None:
        case = turn.uow.cases.get(*asked["case"])
        button_presses.do(turn, asked["what"], case, data | {"shown_in": asked["shown_in"]})
    return data is not None


OF_THEMSELVES = {"phone": phoning.number_given, "withdraw": _withdrawn, "set_scene": _named, "set_urgency": _named}


def _in_danger(turn: Turn, asked: dict[str, Any]) -> bool:
    """Whoever is in danger is heard first; the question stays open."""
    found = bool(turn.event.text.strip()) and matters.emergency(turn.reading) is not None
    if found:
        turn.talk.state["expects"] = asked
    return found


def _of_a_feature(turn: Turn, asked: dict[str, Any]) -> bool:
    if _in_danger(turn, asked):
        return False
    feature_registry.answer(turn, asked)
    return True


def _resident_answers(turn: Turn, asked: dict[str, Any]) -> bool:
    case = media.awaits(turn, asked)
    if case is None:
        return False
    if emergencies.overtook(turn, asked):
        turn.talk.state["expects"] = asked
        return False
    text = turn.event.text.strip()
    emergency = bool(text) and matters.emergency(turn.reading) is not None
    still_open = asked["lasting"] if emergency else asked["what"] == "place" and report.is_courtesy(turn)
    if still_open or not text:  # the words are still to come
        turn.talk.state["expects"] = asked if still_open else asked | {"at": turn.uow.now.timestamp()}
    if emergency:
        return False
    if asked["what"] == "place" and not (text and _is_a_place(turn, sure=bool(asked.get("tapped")))):
        return False
    if not OF_RESIDENTS[asked["what"]](turn, case):
        turn.talk.state["expects"] = asked  # it may be said again without the link
    elif text:
        own_cases.repeat_question(turn)
    return True


def _place_after_all(turn: Turn) -> bool:
    """A place and nothing else, though nothing is asked: it corrects the last report's place, or says it late."""
    if turn.bot.serves is Serves.STAFF or not turn.event.private or drafts.there_is_one(turn):
        return False
    where = _only_a_place(turn) if "last" in turn.talk.state else ""
    case = media.last_case(turn, _place_comes_within(turn)) if where else None
    if case is None or case.urgency is Urgency.EMERGENCY:
        return False
    own_cases.place(turn, case, where)
    return True


def _place_comes_within(turn: Turn) -> Callable[[CaseRow], timedelta]:
    limits = turn.context.district.limits
    return lambda case: (limits.place_joins_for if receipts.lacks_place(case) else limits.media_joins_for).wall


def _only_a_place(turn: Turn) -> str:
    """The place, if the words say nothing else but that it was wrong before: 不对，是4栋2单元."""
    texts, text, matter = turn.context.texts, turn.event.text.strip(), turn.reading.first
    *before, last = CLAUSES.split(text.rstrip(ENDS))
    clear = matter.scene_probability >= turn.context.district.limits.ask_back_below and matters.requests(turn.reading)
    if (
        turn.event.files
        or clear
        or not all(phrases.mentions(texts, "answers.wrong_before", part) for part in before if part)
    ):
        return ""
    where = IT_IS.sub("", last)
    named = sum(len(place) for part in turn.reading.matters for place in part.places if place in where)
    return where if where and named * 2 > len(where) else ""


def _is_a_place(turn: Turn, *, sure: bool) -> bool:
    """Whether words may say where (`sure`: the person said that they would).

    What is surely a matter, and not mostly made of place words, is a new report.
    """
    text, matter = turn.event.text.strip(), turn.reading.first
    if len(text) > LONGEST_PLACE or report.is_courtesy(turn):
        return False
    if sure:
        return True
    named = sum(map(len, matter.places)) * 2 >= len(text)
    clear = matter.scene_probability >= turn.context.district.limits.ask_back_below
    told = phrases.mentions(turn.context.texts, "heard.trouble", text) or (clear and matters.requests(turn.reading))
    return named or (_says_where(turn) and not told)


def _says_where(turn: Turn) -> bool:
    """Whether there is any word of a place, or a number: 看嘛 and 都差不多吧 have neither."""
    text = turn.event.text
    named = bool(turn.reading.first.places) or any(map(str.isdigit, text))
    return named or phrases.mentions(turn.context.texts, "heard.where", text)
