"""Decisions about what residents write for neighbours: show it, hide it with a reason, hear an appeal, take reports.

The author is told the decision and the reason. An appeal goes to somebody else.
"""

from collections.abc import Callable
from typing import Any

from handlers.cocreation import calls, topics
from handlers.cocreation.notifying import Who, accounts_of, close_for_all, judge_here, judges, other_judges, who_judges
from handlers.cocreation.prompts import ask_words, for_community, given_words
from handlers.event import Address
from handlers.feature import Feature, erased_from
from handlers.moderation import content
from handlers.reply import Button, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Refusal, Role
from ledger.moderation import ContentKind, ContentState, Judgement, possible, step
from ledger.text import shortened
from ledger.topics import IN_SIGHT, TopicState
from storage.moderation.content import ContentRow
from storage.reference import CommunityRow

LISTED, LABEL, LONGEST = 10, 24, 200
SEEN: dict[ContentKind, Callable[[Turn, CommunityRow, int], None]] = {ContentKind.WISH: calls.now_seen}
UNSEEN: dict[ContentKind, Callable[[Turn, CommunityRow, int], None]] = {
    ContentKind.WISH: calls.seen_no_more,
    ContentKind.TOPIC: topics.seen_no_more,
}
"""What else happens when something is shown to neighbours (`SEEN`) or hidden from them (`UNSEEN`)."""


def waiting(turn: Turn) -> None:
    """待看: show the card of everything that waits for a decision."""
    for_community(turn, "content", _waiting)


def _waiting(turn: Turn, community: CommunityRow) -> None:
    found = turn.uow.content.to_decide(community.id, LISTED)
    turn.say("content.waiting" if found else "content.none_waits", community=community.name)
    for row in found:
        if row.state is not ContentState.HIDDEN:
            content.show_to(turn, row, [judge_here(turn)])
        elif judge_here(turn).who(turn) not in _decided(turn, row):
            content.appeal_to(turn, row, [judge_here(turn)])


def _of(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> ContentRow:
    found: ContentRow = turn.uow.content.get(community.id, ContentKind(data["kind"]), int(data["id"]))
    return found


# --- the first decision, and the one after a report ------------------------------------------------------------------


def show(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Show it to neighbours; if it was reported, keep it."""
    _judge(turn, _of(turn, community, data), role, Judgement.SHOW)


def hide(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Hide it, for the reason that was tapped; without a reason, ask for one."""
    row = _of(turn, community, data)
    if not possible(row.state, Judgement.HIDE, appealed=row.appealed):
        turn.tell("content.decided_already")
    elif "reason" in data:
        turn.close((turn.expected() or {}).get("shown_in"), "ask.answered")
        _judge(turn, row, role, Judgement.HIDE, why=str(data["reason"]))
    elif _may_go(turn, row):
        _ask_why(turn, community, row)
    else:
        turn.tell("content.vote_first", alert=True)


def _may_go(turn: Turn, row: ContentRow) -> bool:
    """Whether it may be hidden: not what people vote on. No vote can begin before this transaction ends.

    Raises:
        LostRace: somebody else changed the topic since.
    """
    if row.kind is not ContentKind.TOPIC:
        return True
    topic = turn.uow.topics.get(row.community_id, row.id)
    turn.uow.topics.change(topic)
    return topic.state is not TopicState.VOTING


def _ask_why(turn: Turn, community: CommunityRow, row: ContentRow) -> None:
    data = {"kind": row.kind, "id": row.id}
    chips = [
        Button(reason, "content_hide", row.community_id, data=data | {"reason": reason}, account=turn.account)
        for reason in turn.context.texts.alternatives("content.reasons")
    ]
    ask_words(turn, "content_hide", community, turn.context.texts("content.ask_why"), chips, **data)


def hide_because(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    if reason := given_words(turn, community, asked, LONGEST):
        _judge(turn, _of(turn, community, asked), role, Judgement.HIDE, why=reason)


def _judge(turn: Turn, row: ContentRow, role: Role, judgement: Judgement, why: str | None = None) -> None:
    """Take a decision, unless somebody else already has. Authors do not decide about their own words."""
    if role is Role.RESIDENT and judge_here(turn).who(turn) == row.author:
        raise NotAllowed("who wrote it does not judge it", Refusal.OWN)
    if judgement is Judgement.HIDE and not _may_go(turn, row):
        turn.tell("content.vote_first", alert=True)
        return
    before = row.state
    looked_at = judgement is Judgement.SHOW and before is ContentState.SHOWN and not turn.uow.content.reports(row)
    values = who_judges(turn, role) | ({"why": why, "appealed": False} if why else {})
    if looked_at or not _moved(turn, row, judgement, role, **values):
        turn.tell("content.decided_already")
        return
    turn.uow.content.settle(row)
    close_for_all(
        turn, content.name_of(row), f"content.was_{row.state}", text=row.text, what=content.kind_name(turn, row)
    )
    if before is not row.state:
        _comes_of_it(turn, row, before)


def _moved(turn: Turn, row: ContentRow, judgement: Judgement, role: Role, **values: Any) -> bool:
    """Take a step and record it. False: it is not possible from this state, or somebody else was faster."""
    if not possible(row.state, judgement, appealed=row.appealed):
        return False
    if not turn.uow.content.judge(row, step(row.state, judgement, appealed=row.appealed), **values):
        return False
    staff_id = turn.staff_id if role is not Role.RESIDENT else None
    turn.uow.content.add_step(row, judgement, role, staff_id=staff_id, reason=values.get("why"))
    return True


def _comes_of_it(turn: Turn, row: ContentRow, before: ContentState) -> None:
    """Tell the author, and show the content to neighbours or hide it from them."""
    community, seen_before = turn.uow.reference.communities[row.community_id], before is ContentState.SHOWN
    _tell_author(turn, row, "content.told_taken_down" if seen_before else f"content.told_{row.state}")
    if row.state is ContentState.SHOWN and row.kind in SEEN:
        SEEN[row.kind](turn, community, row.id)
    elif seen_before and row.kind in UNSEEN:
        UNSEEN[row.kind](turn, community, row.id)


def _tell_author(turn: Turn, row: ContentRow, key: str) -> None:
    if row.bot is None or row.chat is None:
        return
    texts = turn.context.texts
    text = texts(key, what=content.kind_name(turn, row), text=row.text, why=row.why or "")
    rows: Rows = ()
    if possible(row.state, Judgement.APPEAL, appealed=row.appealed):
        text = f"{text}\n{texts('content.may_appeal')}"
        rows = ((content.button(turn, row, "content_appeal", row.account),),)
    turn.send(Reply(Address(row.bot, row.chat), text, rows, priority=Priority.NOTICE))


# --- appeals ---------------------------------------------------------------------------------------------------------


def appeal(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """The author appeals, once. It goes to everybody who may decide, except to whoever has decided."""
    row = _of(turn, community, data)
    if judge_here(turn).who(turn) != row.author:
        raise NotAllowed("only who wrote it may appeal")
    if not possible(row.state, Judgement.APPEAL, appealed=row.appealed):
        turn.tell("content.appealed_already" if row.appealed else "content.decided_already", alert=True)
        return
    hear_it = other_judges(turn, community, {*_decided(turn, row), row.author})
    if not hear_it:
        turn.say("content.nobody_else")
        return
    _moved(turn, row, Judgement.APPEAL, role, appealed=True)
    content.appeal_to(turn, row, hear_it)
    turn.tell("content.appealed")


def _decided(turn: Turn, row: ContentRow) -> set[Who]:
    return accounts_of(turn, row.judge_staff_id) or {(row.judge_bot, row.judge_account)}


def grant(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _hear(turn, community, role, data, Judgement.GRANT)


def uphold(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _hear(turn, community, role, data, Judgement.UPHOLD)


def _hear(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any], judgement: Judgement) -> None:
    """Decide about an appeal.

    Raises:
        NotAllowed: this person hid it or wrote it.
    """
    row = _of(turn, community, data)
    if judge_here(turn).who(turn) in {*_decided(turn, row), row.author}:
        raise NotAllowed("somebody else hears an appeal", Refusal.OWN)
    if not _moved(turn, row, judgement, role, **who_judges(turn, role)):
        turn.tell("content.decided_already")
        return
    name, what = content.appeal_name(row), content.kind_name(turn, row)
    close_for_all(turn, name, f"content.was_{row.state}", text=row.text, what=what)
    _comes_of_it(turn, row, ContentState.HIDDEN)


# --- reports by neighbours -------------------------------------------------------------------------------------------


def report(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """有一条不合适: ask for a new decision. Staff decide at once."""
    if "id" not in data:
        _ask_which(turn, community, data)
        return
    row = _of(turn, community, data)
    if role is not Role.RESIDENT:
        hide(turn, community, role, data)
    elif row.state is not ContentState.SHOWN or not _in_sight(turn, row):
        turn.tell("content.seen_no_more", alert=True)
    elif judge_here(turn).who(turn) == row.author:
        turn.tell("problem.own", alert=True)
    elif _may_report(turn):
        _report(turn, community, row)


def _in_sight(turn: Turn, row: ContentRow) -> bool:
    """Whether neighbours can see it; a topic: whether it is, or was, under discussion."""
    if row.kind is not ContentKind.TOPIC:
        return True
    return turn.uow.topics.get(row.community_id, row.id).state in IN_SIGHT


def _may_report(turn: Turn) -> bool:
    limits = turn.context.district.limits.moderation
    who = (turn.event.address.bot, turn.account)
    may = len(turn.uow.content.reported_by(*who, turn.uow.now - limits.reports.within.wall)) < limits.reports.times
    if not may:
        turn.tell("content.reported_enough", alert=True, n=limits.reports.times)
    return may


def _report(turn: Turn, community: CommunityRow, row: ContentRow) -> None:
    """Record a report, one for each person, and show all reports on one card."""
    if not turn.uow.content.report(row, turn.event.address.bot, turn.account):
        turn.tell("content.reported_already", alert=True)
        return
    turn.tell("content.reported", alert=True)
    content.show_to(turn, row, [judge for judge in judges(turn, community) if judge.who(turn) != row.author])


def _ask_which(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> None:
    """Ask which: the topic itself, or one of the contributions to it."""
    topic, texts = turn.uow.topics.living(community.id, int(data["topic"])), turn.context.texts
    found = [(ContentKind.TOPIC, topic.no, texts("content.the_topic", title=topic.title))]
    found += [
        (ContentKind.CONTRIBUTION, row.id, row.text) for row in turn.uow.contributions.of(topic.key, ContentState.SHOWN)
    ]
    rows = tuple(
        (
            Button(
                shortened(label, LABEL),
                "content_report",
                community.id,
                data={"kind": kind, "id": number},
                account=turn.account,
                once=True,
            ),
        )
        for kind, number, label in found
    )
    turn.say("content.which", rows)


# --- own data --------------------------------------------------------------------------------------------------------


def _exported(turn: Turn) -> dict[str, Any]:
    found = turn.uow.content.reported_by(turn.event.address.bot, turn.account)
    return {"content_reports": [{"at": row.at} for row in found]}


FEATURE = Feature(
    buttons={
        "content_show": show,
        "content_keep": show,
        "content_hide": hide,
        "content_appeal": appeal,
        "content_grant": grant,
        "content_uphold": uphold,
        "content_report": report,
    },
    questions={"content_hide": hide_because},
    staff_commands={"content": waiting},
    exports=_exported,
    erases=erased_from(lambda uow: uow.content),
)
