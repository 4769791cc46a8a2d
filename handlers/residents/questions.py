"""Answers a question from the community's own list, with the source, or passes it on to the grid worker."""

from handlers.turn import Turn
from ledger.scenes import Kind
from nlp import answers
from storage.reference import DISTRICT, QuestionRow

LONGEST = 60
"""Longer messages are read by a person."""


def known_answer(turn: Turn) -> QuestionRow | None:
    """The entry that answers the question, the community's before the district's; None if there is none."""
    communities = dict.fromkeys((turn.person.community_id or DISTRICT, DISTRICT))
    lists = [lines for community in communities if (lines := turn.uow.reference.questions.get(community))]
    if not lists or not _only_asks(turn):
        return None
    asked = turn.context.compare(turn.event.text)
    for lines in lists:
        if found := answers.best(asked, ((turn.context.compare(line.question), line) for line in lines)):
            return found
    return None


def _only_asks(turn: Turn) -> bool:
    found = turn.reading.matters
    return len(found) == 1 and found[0].kind is Kind.QUERY and not turn.event.files and len(turn.event.text) <= LONGEST
