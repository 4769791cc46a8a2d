"""A date in an answer or decision makes it a promise, which is stored."""

from handlers.cocreation import promises
from handlers.cocreation.date_parsing import day_of, promised_by
from handlers.cocreation.promises import END_OF_DAY, Promise
from handlers.reply import Reply
from handlers.turn import Turn
from ledger.lifecycle import Action, Role
from ledger.promises import Kind, noted, out_of_answer
from ledger.scenes import Kind as KindOfCase
from storage.cases import CaseRow
from storage.cocreation.topics import TopicRow
from storage.reference import DISTRICT, CommunityRow

ANSWERS = frozenset({Action.RESOLVE, Action.UNSOLVED, Action.PARK, Action.UPHOLD})
"""Steps whose words residents get as an answer."""


def in_answer(turn: Turn, case: CaseRow, role: Role, event_id: int, words: str) -> None:
    """Store a promise if an answer names a day; the people of the case are asked later whether it was kept."""
    community = turn.community_of(case)
    due_at = promised_by(words, turn.uow.now, community.zone, END_OF_DAY)
    if due_at is None or community.id == DISTRICT or case.kind is KindOfCase.QUERY:  # questions only get information
        return
    unit = turn.uow.reference.units.get(case.unit_id or 0) if role is Role.OFFICER else None
    promise = Promise(
        words,
        unit or (turn.staff.name if turn.staff else community.name),
        due_at,
        Kind.UNIT if unit else Kind.STAFF,
        turn.staff_id,
        case_no=case.no,
        source=out_of_answer(event_id),
    )
    people = [(person.bot, person.account) for person in turn.uow.cases.people(case.key)]
    _noted(turn, community, promises.make(turn, community, promise, people, tell=False), promise)


def in_decision(turn: Turn, community: CommunityRow, topic: TopicRow, event_id: int, words: str) -> bool:
    """Store a promise to all people of a topic if its decision names a day. Returns whether it does."""
    due_at = promised_by(words, turn.uow.now, community.zone, END_OF_DAY)
    if due_at is None:
        return False
    name = turn.staff.name if turn.staff else community.name
    source = out_of_answer(event_id)
    promise = Promise(words, name, due_at, staff_id=turn.staff_id, topic_no=topic.no, source=source)
    people = turn.uow.topics.everybody(topic.key)
    _noted(turn, community, promises.make(turn, community, promise, people, tell=False), promise)
    return True


def _noted(turn: Turn, community: CommunityRow, no: int, promise: Promise) -> None:
    """Tell the author that their words count as a promise, with a button to say that they were none."""
    name = noted(community.id, no)
    data = {"no": no, "shown_in": name}
    button = turn.mine("button.promise_none", "promise_none", community_id=community.id, data=data)
    values = {"no": no, "owner": promise.owner, "due": day_of(promise.due_at, community.zone)}
    text = turn.context.texts("promise.out_of_words", **values)
    turn.send(Reply(turn.event.address, text, ((button,),), logical=name))
