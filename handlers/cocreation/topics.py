"""议题: drafts go to the manager and the council; open topics are seen, supported and discussed by neighbours."""

from collections.abc import Collection
from typing import Any

from handlers.cocreation import carrying_out, invitations, promise_dates, promises, topic_card
from handlers.cocreation.notifying import close_for_all, tell_people, topic_button
from handlers.cocreation.prompts import ask_words, for_community, given_words
from handlers.feature import on_council
from handlers.reply import Button, Reply
from handlers.turn import Turn
from ledger import topics as rules
from ledger.lifecycle import Role
from ledger.text import shortened
from ledger.topics import PROPOSED, TALKED_OVER, Source, TopicAction, TopicState
from storage.cocreation.topics import TopicRow
from storage.reference import CommunityRow

IN_LIST = 22


# --- viewing ---------------------------------------------------------------------------------------------------------


def listed(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """议题: show topics under discussion and, to people who decide, the drafts that wait for them."""
    for_community(turn, "topics", _list)


def _list(turn: Turn, community: CommunityRow) -> None:
    decides = turn.as_staff or on_council(turn, community)
    states = TALKED_OVER | PROPOSED if decides else TALKED_OVER
    found = turn.uow.topics.listed([community.id], states, turn.context.district.limits.topics.listed)
    propose = turn.mine("button.propose", "propose", community_id=community.id)
    if not found:
        turn.say("topic.none", ((propose,),), community=community.name)
        return
    lines = [turn.context.texts("topic.list_head", community=community.name)]
    lines += [_line(turn, topic) for topic in found]
    buttons = [Button(_called(turn, topic), "topic_card", community.id, data={"topic": topic.no}) for topic in found]
    text = "\n".join(lines)
    turn.send(Reply(turn.event.address, text, (*((button,) for button in buttons), (propose,))))


def _line(turn: Turn, topic: TopicRow) -> str:
    n = turn.uow.topics.people_behind(topic.key)
    key, state = "topic.list_line" if n else "topic.list_line_new", topic_card.state_of(turn, topic)
    return turn.context.texts(key, no=topic.no, title=topic.title, state=state, n=n)


def _called(turn: Turn, topic: TopicRow) -> str:
    return turn.context.texts("topic.called", no=topic.no, title=shortened(topic.title, IN_LIST))


# --- drafts ----------------------------------------------------------------------------------------------------------


def begin(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """发起议题: ask a resident for a proposal, or a manager for a topic."""
    for_community(turn, "propose", _ask_for_topic)


def ask_for_topic(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    _ask_for_topic(turn, community)


def _ask_for_topic(turn: Turn, community: CommunityRow) -> None:
    limits = turn.context.district.limits.topics
    here, since = turn.event.address, turn.uow.now - limits.counted_over.wall
    if not turn.as_staff and turn.uow.topics.proposed_by(here.bot, turn.account, since) >= limits.proposals:
        turn.say("topic.proposed_enough", n=limits.proposals)
        return
    texts = turn.context.texts
    ask_words(turn, "propose", community, texts("topic.ask_title", community=community.name, most=limits.longest_title))


def proposed(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Store a proposed topic: the first line is its title, the rest its text."""
    limits = turn.context.district.limits.topics
    words = given_words(turn, community, asked, limits.longest_title + limits.longest)
    if words is None:
        return
    title, _, text = words.partition("\n")
    if len(title) > limits.longest_title:
        title, text = shortened(title, limits.longest_title), words
    of_resident = role is Role.RESIDENT
    here = turn.event.address
    topic = turn.uow.topics.begin(
        community.id,
        title=turn.context.mask(title),
        text=text.strip() or None,
        source=Source.RESIDENT if of_resident else Source.MANAGER,
        bot=here.bot if of_resident else None,
        account=turn.account if of_resident else None,
        chat=here.chat if of_resident else None,
        staff_id=None if of_resident else turn.staff_id,
    )
    turn.uow.topics.add_event(topic, "propose", role, None, staff_id=None if of_resident else turn.staff_id)
    if of_resident:
        turn.uow.topics.second(topic.key, (here.bot, turn.account, here.chat))
        topic_card.put_before_judges(turn, community, topic)
        turn.say("topic.proposed", no=topic.no)
    else:
        topic_card.show(turn, community, role, topic)


# --- deciding about drafts -------------------------------------------------------------------------------------------


def take(
    turn: Turn,
    topic: TopicRow,
    action: TopicAction,
    role: Role,
    *,
    given: dict[str, str] | None = None,
    quietly: bool = False,
    already_told: Collection[tuple[str, int]] = (),
    **changes: Any,
) -> int:
    """Take a step with a topic, and tell everybody who reported, seconded or contributed to it. Returns the event's id.

    `quietly`: they are told in another way; `already_told`: these people are.

    Raises:
        NotAllowed: the table has no such step here.
        LostRace: somebody else has changed it meanwhile.
    """
    given = given or {}
    before = topic.state
    turn.uow.topics.change(topic, state=rules.step(topic.state, action, given), **_ended(turn, action), **changes)
    words = given.get("reason") or given.get("decision") or given.get("words")
    staff_id = turn.staff_id if role not in (Role.RESIDENT, Role.SYSTEM) else None
    event_id = turn.uow.topics.add_event(topic, action, role, before, staff_id=staff_id, reason=words)
    tells = rules.STEPS[action].tells
    if tells and not quietly:
        values = {"no": topic.no, "title": topic.title} | given
        people = [who for who in turn.uow.topics.everybody(topic.key).values() if who[:2] not in already_told]
        text = turn.context.texts(tells, **values)
        tell_people(turn, people, text, f"topic:{topic.community_id}:{topic.no}:{event_id}", _more(turn, topic))
    return event_id


def _ended(turn: Turn, action: TopicAction) -> dict[str, Any]:
    """The time at which an ended topic forgets its people; cleared if it starts again."""
    ends = rules.STEPS[action].to in rules.ENDED
    kept = turn.context.district.limits.topics.kept.wall
    return {"ended_at": turn.uow.now, "next_at": turn.uow.now + kept} if ends else {"ended_at": None, "next_at": None}


def _more(turn: Turn, topic: TopicRow) -> Any:
    label = turn.context.texts("button.topic_card")
    return lambda account: ((topic_button(label, "topic_card", topic)(account),),)


def open_(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Open a topic for discussion; all residents are invited, at polite times."""
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    take(turn, topic, TopicAction.OPEN, role, opened_at=turn.uow.now)
    close_for_all(turn, topic_card.draft_name(topic), "topic.opened", no=topic.no, title=topic.title)
    invitations.about_topic(turn, community, topic)
    topic_card.show(turn, community, role, topic)


def later(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    take(turn, topic, TopicAction.PUT_OFF, role)
    until = turn.uow.now + turn.context.district.limits.topics.put_off.wall
    turn.uow.topics.change(topic, next_at=until)
    close_for_all(
        turn, topic_card.draft_name(topic), "topic.put_off", no=topic.no, until=invitations.local(until, community)
    )


def ask_decline(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    _ask_about(turn, community, data, "topic_decline", TopicAction.DECLINE)


def decline(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    topic = turn.uow.topics.get(community.id, int(asked["topic"]))
    if reason := given_words(turn, community, asked, turn.context.district.limits.topics.longest):
        take(turn, topic, TopicAction.DECLINE, role, given={"reason": reason})
        close_for_all(turn, topic_card.draft_name(topic), "topic.declined", no=topic.no, reason=reason)


def ask_decide(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    _ask_about(turn, community, data, "topic_decide", TopicAction.DECIDE)


def decide(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Decide a topic by discussion, without a vote."""
    topic = turn.uow.topics.get(community.id, int(asked["topic"]))
    if decision := given_words(turn, community, asked, turn.context.district.limits.topics.longest):
        given, at = {"decision": decision}, turn.uow.now
        event_id = take(turn, topic, TopicAction.DECIDE, role, given=given, decision=decision, decided_at=at)
        promise_dates.in_decision(turn, community, topic, event_id, decision)
        topic_card.show(turn, community, role, topic)


def ask_title(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    rules.step(topic.state, TopicAction.MERGE, {"target"})  # a topic that may still be merged may be renamed
    most = turn.context.district.limits.topics.longest_title
    ask_words(turn, "topic_rename", community, turn.context.texts("topic.ask_rename", most=most), topic=topic.no)


def rename(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Give a topic a better title."""
    topic = turn.uow.topics.get(community.id, int(asked["topic"]))
    rules.step(topic.state, TopicAction.MERGE, {"target"})
    if title := given_words(turn, community, asked, turn.context.district.limits.topics.longest_title):
        turn.uow.topics.change(topic, title=turn.context.mask(title))
        turn.uow.topics.add_event(topic, "rename", role, topic.state, staff_id=turn.staff_id)
        topic_card.show(turn, community, role, topic)


def ask_done(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    _ask_about(turn, community, data, "topic_done", TopicAction.CARRY_OUT)


def done(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    topic = turn.uow.topics.get(community.id, int(asked["topic"]))
    if words := given_words(turn, community, asked, turn.context.district.limits.topics.longest):
        rules.step(topic.state, TopicAction.CARRY_OUT, {"words"})
        answered = carrying_out.answer_cases(turn, topic, role, words)
        take(turn, topic, TopicAction.CARRY_OUT, role, given={"words": words}, already_told=answered)
        promises.kept_with(turn, community, topic.no)
        told = len({*turn.uow.topics.everybody(topic.key), *answered})
        tell = turn.mine("button.story_make", "story_make", community_id=community.id, data={"topic": topic.no})
        turn.say("topic.done_said", ((tell,),), no=topic.no, n=told)


def _ask_about(turn: Turn, community: CommunityRow, data: dict[str, Any], question: str, action: TopicAction) -> None:
    """Ask for the words of a step, after checking that it is possible."""
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    rules.step(topic.state, action, rules.STEPS[action].needs)
    text = turn.context.texts(f"topic.ask_{action}", no=topic.no, title=topic.title)
    ask_words(turn, question, community, text, topic=topic.no)


# --- seconding -------------------------------------------------------------------------------------------------------


def second(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """附议: support a topic, once for each person; a second tap takes it back."""
    topic, here = turn.uow.topics.living(community.id, int(data["topic"])), turn.event.address
    if topic.state not in TALKED_OVER:
        turn.tell("topic.not_open", alert=True)
        return
    new = turn.uow.topics.second(topic.key, (here.bot, turn.account, here.chat))
    n = len(turn.uow.topics.supporters(topic.key))
    turn.tell("topic.seconded_now" if new else "topic.seconded_already", no=topic.no, n=n)


def unsecond(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    topic = turn.uow.topics.living(community.id, int(data["topic"]))
    turn.uow.topics.take_back_support(topic.key, turn.event.address.bot, turn.account)
    turn.tell("topic.unseconded", no=topic.no, n=len(turn.uow.topics.supporters(topic.key)))


# --- moderation (moderation/content_decisions.py) ---------------------------------------------------------------------


def seen_no_more(turn: Turn, community: CommunityRow, no: int) -> None:
    """A topic was taken down: cancel its invitations."""
    invitations.call_off(turn, community, f"topic:{no}")


# --- the clock -------------------------------------------------------------------------------------------------------


def look_at(turn: Turn, topic: TopicRow) -> None:
    """Handle a due topic: bring back one that was put off; forget the people of one that ended long ago."""
    community = turn.uow.reference.communities[topic.community_id]
    if topic.state is TopicState.LATER:
        take(turn, topic, TopicAction.BRING_BACK, Role.SYSTEM)
        topic_card.put_before_judges(turn, community, topic)
    else:
        turn.uow.seconding.forget(topic.key)
        turn.uow.topics.forget_people(topic.key)
        turn.uow.topics.change(topic, next_at=None)
