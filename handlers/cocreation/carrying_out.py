"""办成了: carrying out a topic answers every open case behind it, and each reporter judges their own."""

from handlers.cases import answering, steps
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Outcome, Role
from storage.cocreation.topics import TopicRow


def answer_cases(turn: Turn, topic: TopicRow, role: Role, words: str) -> set[tuple[str, int]]:
    """Answer the open cases of a topic with `words`. Returns the (bot, account) of everybody who is told by this.

    They are asked whether it is solved, and their answer closes or reopens their case, as after any answer.
    """
    told: set[tuple[str, int]] = set()
    given = {"reply": words}
    for case in turn.uow.topics.cases(topic.key):
        if case.state in OPEN:
            changes = answering.changes(Outcome.SOLVED)(turn, case, given)
            detail = {"topic": topic.no, "one_look": not told}  # one review of what was built, not one for each case
            steps.take(turn, case, Action.RESOLVE, role, given=given, changes=changes, detail=detail)
            told |= {(person.bot, person.account) for person in steps.people_to_tell(turn, case)}
    return told
