"""How a case is named to the people in it: a few words of the matter, because nobody remembers numbers, and the number.

The words are masked, because neighbours may be in the case, too.
"""

import re

from handlers.turn import Turn
from ledger.scenes import Urgency
from nlp.first_words import first_words
from nlp.understanding import Alarm
from storage.cases import CaseRow

LENGTH = 14
INSTEAD_OF_WORDS = ("voice.words", "privacy.words_erased")
"""What a case says where its reporter's words are not text, or are gone."""
DELICATE = frozenset({Alarm.POLICE, Alarm.HUMAN})
"""Emergencies whose words nobody else should read on a phone that lies on the table."""


def named(turn: Turn, case: CaseRow, chat: int | None = None) -> str:
    """The case as a message in `chat` (by default here) names it; groups and delicate cases get only the number."""
    shared = (turn.event.address.chat if chat is None else chat) < 0
    words = "" if shared or _is_delicate(turn, case) else _words(turn, case)
    return _with(turn, case, words) if words else unnamed(turn, case)


def unnamed(turn: Turn, case: CaseRow) -> str:
    """The case without any of its words."""
    return turn.context.texts("case.unnamed", number=turn.number(case))


def wherever_named(turn: Turn, case: CaseRow) -> re.Pattern[str]:
    """Finds the name with words, whatever they are, in a message."""
    before, after = _with(turn, case, "\n").split("\n")
    return re.compile(f"{re.escape(before)}.{{1,{LENGTH + 1}}}?{re.escape(after)}")


def _with(turn: Turn, case: CaseRow, words: str) -> str:
    return turn.context.texts("case.named", words=words, number=turn.number(case))


def _words(turn: Turn, case: CaseRow) -> str:
    ours = {turn.context.texts(key) for key in INSTEAD_OF_WORDS}
    told = next((line for line in case.text.splitlines() if line.strip() and line.strip() not in ours), "")
    return first_words(turn.context.mask(told), LENGTH)


def _is_delicate(turn: Turn, case: CaseRow) -> bool:
    """Whether the words call for the police or for somebody to talk to."""
    if Urgency.EMERGENCY not in (case.urgency, case.proposal.get("urgency")):
        return False
    matters = turn.context.read(case.text).matters
    return any(matter.needs_human or not DELICATE.isdisjoint(matter.alarms) for matter in matters)
