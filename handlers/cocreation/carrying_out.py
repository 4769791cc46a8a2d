"""办成了: what was done for a topic answers every case behind it, and each reporter judges their own."""

from handlers.cases import answering, steps
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Outcome, Role
from storage.cocreation.topics import TopicRow


def answer_cases(turn: Turn, topic: TopicRow, role: Role, words: str) -> set[tuple[str, int]]:
    """Answer those that are open, in these words; returns who hears of it so, as (bot, account).

    They are asked whether it is solved, and what they say closes their case or opens it again, as after any answer.
    """
    told: set[tuple[str, int]] = set()
    given = {"reply": words}
    for case in turn.uow.topics.cases(topic.key):
        if case.state in OPEN:
            changes = answering.changes(Outcome.SOLVED)(turn, case, given)
            detail = {"topic": topic.no, "one_look": not told}  # a colleague looks at what was built once
            steps.take(turn, case, Action.RESOLVE, role, given=given, changes=changes, detail=detail)
            told |= {(person.bot, person.account) for person in steps.people_to_tell(turn, case)}
    return told
