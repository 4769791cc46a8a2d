"""The card of a topic: what it is about, its evidence, possible options, and the buttons of its viewer."""

from collections import Counter
from typing import Any

from handlers.cocreation import invitations, open_requests, seconding
from handlers.cocreation.notifying import judges, send_to, topic_button
from handlers.feature import on_council
from handlers.format import number
from handlers.reply import Button, Reply, Rows
from handlers.turn import Turn
from ledger import topics as rules
from ledger.lifecycle import Role
from ledger.moderation import ContentState
from ledger.text import shortened
from ledger.topics import IN_SIGHT, TopicAction, TopicState
from ledger.votes import VoteState
from storage.cases import CaseRow
from storage.cocreation.contributions import ContributionRow
from storage.cocreation.topics import TopicRow
from storage.reference import CommunityRow

NUMBERS, QUOTES, PLACES = 5, 3, 3
QUOTE = 30
CARD_WORDS = 3500
BUILT_ON = frozenset({TopicState.OPEN, TopicState.DECIDED, TopicState.DONE})
"""States in which neighbours can do something together for a topic."""


def state_of(turn: Turn, topic: TopicRow) -> str:
    return turn.context.texts(f"topic.state_{topic.state}")


def open_card(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Show a topic, as far as this person may see it."""
    topic = turn.uow.topics.living(community.id, int(data["topic"]))
    show(turn, community, role, topic)


def show(turn: Turn, community: CommunityRow, role: Role, topic: TopicRow) -> None:
    decides = role is not Role.RESIDENT or on_council(turn, community)
    if topic.state not in IN_SIGHT and not decides:
        turn.tell("content.seen_no_more" if topic.state is TopicState.HIDDEN else "topic.not_open", alert=True)
        return
    said = turn.uow.contributions.of(topic.key, ContentState.SHOWN)
    rows = _judge_rows(turn, topic, turn.account) if decides else ()
    rows += _resident_rows(turn, topic, said) if role is Role.RESIDENT else _manager_rows(turn, topic)
    turn.send(Reply(turn.event.address, card(turn, community, topic, said), rows))


def card(turn: Turn, community: CommunityRow, topic: TopicRow, said: list[ContributionRow]) -> str:
    """A topic in words: what it is, its evidence, and what could be done (`said`)."""
    texts = turn.context.texts
    lines = [texts("topic.head", no=topic.no, title=topic.title, state=state_of(turn, topic))]
    lines += [turn.context.mask(topic.text)] if topic.text else []
    lines += evidence(turn, community, topic)
    if seconded := len(turn.uow.topics.supporters(topic.key)):
        lines.append(texts("topic.seconded", n=seconded))
    lines += seconding.lines(turn, said)
    lines += [texts("topic.decision", decision=topic.decision)] if topic.decision else []
    lines += _votes(turn, topic)
    lines += open_requests.lines(turn, community.id, topic_no=topic.no)
    return _cut("\n".join(lines))


def _cut(text: str) -> str:
    return text if len(text) <= CARD_WORDS else f"{text[: CARD_WORDS - 1]}…"


def evidence(turn: Turn, community: CommunityRow, topic: TopicRow) -> list[str]:
    """The evidence: how many people, which scenes and places, their words (masked), and what it would need."""
    texts, district, cases = turn.context.texts, turn.context.district, turn.uow.topics.cases(topic.key)
    item = district.item(topic.item)
    street = turn.uow.reference.street_of(community.id)
    needs = [texts("topic.needs", item=item.name, units=district.units_at(item.units, street))] if item else []
    if not cases:
        return [texts("topic.no_evidence"), *needs]
    people = len(turn.uow.topics.people_of_cases(community.id, [case.no for case in cases]))
    numbers = "、".join(number(community, case) for case in cases[:NUMBERS])
    scenes = Counter(district.scenes[case.scene].name for case in cases).most_common()
    key = "topic.evidence_such_as" if len(cases) > NUMBERS else "topic.evidence"
    lines = [texts(key, people=people, n=len(cases), numbers=numbers)]
    lines.append(texts("topic.scenes", scenes="、".join(f"{name} {n}" for name, n in scenes)))
    if places := _places(turn, cases):
        lines.append(texts("topic.places", places="、".join(places)))
    return [*lines, *(f"「{quote}」" for quote in _quotes(turn, cases)), *needs]


def _places(turn: Turn, cases: list[CaseRow]) -> list[str]:
    said = Counter(turn.context.mask(case.place) for case in cases if case.place)
    return [place for place, _ in said.most_common(PLACES)]


def _quotes(turn: Turn, cases: list[CaseRow]) -> list[str]:
    most = sorted(cases, key=lambda case: (-case.supporters, case.no))[:QUOTES]
    return [shortened(turn.context.mask(case.text), QUOTE) for case in most]


def _votes(turn: Turn, topic: TopicRow) -> list[str]:
    community = turn.uow.reference.communities[topic.community_id]
    return [
        turn.context.texts("topic.vote_runs", no=vote.no, until=invitations.local(vote.closes_at, community))
        for vote in turn.uow.votes.of_topic(topic.community_id, topic.no)
        if vote.state is VoteState.OPEN and vote.closes_at
    ]


# --- buttons ---------------------------------------------------------------------------------------------------------


def _button(turn: Turn, topic: TopicRow, name: str, account: int | None) -> Button:
    return topic_button(turn.context.texts(f"button.{name}"), name, topic)(account)


def _judge_rows(turn: Turn, topic: TopicRow, account: int | None) -> Rows:
    """Buttons for the manager and the council about a proposed topic."""
    possible = rules.possible(topic.state)
    offered = (
        ("topic_open", TopicAction.OPEN),
        ("topic_later", TopicAction.PUT_OFF),
        ("topic_decline", TopicAction.DECLINE),
    )
    row = tuple(_button(turn, topic, name, account) for name, action in offered if action in possible)
    return (row,) if row else ()


def _manager_rows(turn: Turn, topic: TopicRow) -> Rows:
    possible = rules.possible(topic.state)
    offered = (
        ("topic_rename", TopicAction.MERGE),
        ("option_add", TopicAction.CALL_VOTE),
        ("vote_new", TopicAction.CALL_VOTE),
        ("topic_merge", TopicAction.MERGE),
        ("topic_decide", TopicAction.DECIDE),
        ("decision_add", TopicAction.CARRY_OUT),
        ("topic_done", TopicAction.CARRY_OUT),
    )
    row = [_button(turn, topic, name, None) for name, action in offered if action in possible]
    row += [_button(turn, topic, "content_report", None)] if topic.state in IN_SIGHT else []
    row += [_button(turn, topic, "topic_together", None)] if topic.state in BUILT_ON else []
    return (*(tuple(row[i : i + 2]) for i in range(0, len(row), 2)), *_apart_rows(turn, topic))


def _apart_rows(turn: Turn, topic: TopicRow) -> Rows:
    """Buttons to separate merged topics, while nothing is decided and their people are known."""
    if topic.state not in rules.UNDECIDED:
        return ()
    found = [other for other in turn.uow.topics.absorbed(topic.key) if other.next_at is not None]
    texts = turn.context.texts
    labels = [texts("button.topic_unmerge", no=other.no) for other in found]
    return tuple(
        (topic_button(label, "topic_unmerge", other)(turn.account),) for label, other in zip(labels, found, strict=True)
    )


def _resident_rows(turn: Turn, topic: TopicRow, said: list[ContributionRow]) -> Rows:
    if topic.state not in IN_SIGHT:
        return ()
    mine = turn.uow.topics.supports(topic.key, turn.event.address.bot, turn.account)
    rows: list[tuple[Button, ...]] = [
        (_button(turn, topic, "topic_unsecond" if mine else "topic_second", turn.account),)
    ]
    if topic.state is TopicState.OPEN:
        option, reason = (_button(turn, topic, name, turn.account) for name in ("option_add", "reason_add"))
        rows += [(option, reason), seconding.button(turn, topic, said)]
    running = [
        vote
        for vote in turn.uow.votes.of_topic(topic.community_id, topic.no)
        if vote.state in (VoteState.OPEN, VoteState.CLOSED)
    ]
    for vote in running[:1]:
        name = "ballots" if vote.state is VoteState.OPEN else "vote_result"
        rows.append((turn.mine(f"button.{name}", name, community_id=topic.community_id, data={"vote": vote.no}),))
    if topic.state in BUILT_ON:
        rows.append((_button(turn, topic, "topic_together", turn.account),))
    rows.append((_button(turn, topic, "content_report", turn.account),))
    return (*(row for row in rows if row), *open_requests.buttons(turn, topic.community_id, topic_no=topic.no))


# --- drafts -----------------------------------------------------------------------------------------------------------


def put_before_judges(turn: Turn, community: CommunityRow, topic: TopicRow) -> None:
    """Send a draft to the manager and the council, each with their own buttons."""
    said = turn.uow.contributions.of(topic.key, ContentState.SHOWN)
    text = turn.context.texts(f"topic.draft_{topic.source}") + "\n" + card(turn, community, topic, said)
    for judge in judges(turn, community):
        if judge.to != turn.event.address:
            send_to(turn, judge, text, _judge_rows(turn, topic, judge.account), draft_name(topic))


def draft_name(topic: TopicRow) -> str:
    return f"topic:{topic.community_id}:{topic.no}"
