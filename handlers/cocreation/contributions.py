"""Options and reasons for a topic: written by residents, let through or hidden by a person, with one appeal."""

from typing import Any

from handlers.cocreation.telling import Judge, close_for_all, judges, not_the_same, others, send_to, who_judges
from handlers.cocreation.topics import LETTERS
from handlers.cocreation.words import ask_words, given_words
from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.topics import ContributionKind, ContributionState, TopicState
from ledger.words import shortened
from storage.reference import CommunityRow
from storage.topics import ContributionRow, TopicRow

SHOWN = 24


def ask_option(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _ask(turn, community, role, ContributionKind.OPTION, data)


def ask_reason(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _ask(turn, community, role, ContributionKind.REASON, data)


def _ask(turn: Turn, community: CommunityRow, role: Role, kind: ContributionKind, data: dict[str, Any]) -> None:
    topic, limits = _open(turn, community, data), turn.context.district.limits.topics
    if role is Role.RESIDENT and _so_far(turn) >= limits.contributions:
        turn.tell("contribution.enough", alert=True, n=limits.contributions)
        return
    text = turn.context.texts(f"contribution.ask_{kind}", no=topic.no, title=topic.title, most=limits.longest)
    ask_words(turn, f"{kind}_add", community, text, topic=topic.no)


def _open(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> TopicRow:
    topic = turn.uow.topics.living(community.id, int(data["topic"]))
    if topic.state is not TopicState.OPEN:
        raise NotAllowed("only an open topic is written for")
    return topic


def _so_far(turn: Turn) -> int:
    since = turn.uow.now - turn.context.district.limits.topics.counted_over.wall
    return turn.uow.topics.contributed_by(turn.event.address.bot, turn.account, since)


def option_given(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    _given(turn, community, role, ContributionKind.OPTION, asked)


def reason_given(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    _given(turn, community, role, ContributionKind.REASON, asked)


def _given(turn: Turn, community: CommunityRow, role: Role, kind: ContributionKind, asked: dict[str, Any]) -> None:
    topic = _open(turn, community, asked)
    words = given_words(turn, community, asked, turn.context.district.limits.topics.longest)
    if words is None:
        return
    known = turn.uow.topics.contributions(topic.key, ContributionState.SHOWN, ContributionState.WAITING)
    if any(row.text == words and row.kind is kind for row in known):
        turn.say("contribution.there_already")
        return
    here = turn.event.address
    by_resident = role is Role.RESIDENT
    who = (here.bot, turn.account, here.chat) if by_resident else None
    row = turn.uow.topics.contribute(topic.key, kind, words, who, shown=not by_resident)
    turn.uow.topics.add_event(topic, f"{kind}_added", role, topic.state, detail={"contribution": row.id})
    if by_resident:
        turn.say("contribution.waits", no=topic.no)
        _put_before(turn, community, topic, row)
    else:
        n = len(turn.uow.topics.options(topic.key))
        turn.say("contribution.shown_at_once", no=topic.no, letter=LETTERS[min(n, len(LETTERS)) - 1])


# --- a person looks --------------------------------------------------------------------------------------------------


def _put_before(turn: Turn, community: CommunityRow, topic: TopicRow, row: ContributionRow) -> None:
    text = _card(turn, topic, row)
    for judge in judges(turn, community):
        if (judge.to.bot, judge.account) != (row.bot, row.account):
            send_to(turn, judge, text, _rows(turn, row, judge, ("words_show", "words_hide")), _name(row))


def _card(turn: Turn, topic: TopicRow, row: ContributionRow) -> str:
    kind = turn.context.texts(f"contribution.{row.kind}")
    return turn.context.texts("contribution.card", no=topic.no, title=topic.title, kind=kind) + f"\n「{row.text}」"


def _rows(turn: Turn, row: ContributionRow, judge: Judge, deeds: tuple[str, ...]) -> Rows:
    texts, data = turn.context.texts, {"words": row.id}
    buttons = [
        Button(texts(f"button.{deed}"), deed, row.community_id, data=data, account=judge.account) for deed in deeds
    ]
    return (tuple(buttons),)


def _name(row: ContributionRow) -> str:
    return f"words:{row.community_id}:{row.id}"


def show(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _judge(turn, _waiting(turn, community, data), role, ContributionState.SHOWN)


def ask_hide(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Hiding needs a reason: one of the district's own, or words."""
    row = _waiting(turn, community, data)
    reasons = turn.context.texts("contribution.reasons").split("|")
    chips = [turn_button(turn, row, reason) for reason in reasons]
    ask_words(turn, "words_hide", community, turn.context.texts("contribution.ask_hide"), chips, words=row.id)


def turn_button(turn: Turn, row: ContributionRow, reason: str) -> Button:
    data = {"words": row.id, "reason": reason}
    return Button(reason, "words_hide", row.community_id, data=data, account=turn.account)


def hide(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """By a tap on a reason; without one it is asked for."""
    if "reason" not in data:
        ask_hide(turn, community, role, data)
        return
    asked = turn.expected() or {}
    turn.close(asked.get("shown_in"), "ask.answered")
    _judge(turn, _waiting(turn, community, data), role, ContributionState.HIDDEN, why=str(data["reason"]))


def hide_because(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    if reason := given_words(turn, community, asked, turn.context.district.limits.topics.longest):
        _judge(turn, _waiting(turn, community, asked), role, ContributionState.HIDDEN, why=reason)


def _waiting(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> ContributionRow:
    row = turn.uow.topics.contribution(community.id, int(data["words"]))
    if row.state in (ContributionState.HIDDEN, ContributionState.UPHELD):
        raise NotAllowed("it was decided; an appeal goes to somebody else")
    return row


def _judge(turn: Turn, row: ContributionRow, role: Role, state: ContributionState, why: str | None = None) -> None:
    if role is Role.RESIDENT and (row.bot, row.account) == (turn.event.address.bot, turn.account):
        turn.tell("problem.own", alert=True)
        return
    told = row.state is not state
    if not turn.uow.topics.judge(row, state, why=why, **who_judges(turn, role)):
        turn.tell("contribution.judged_already")
        return
    _keep(turn, row, role, why)
    close_for_all(turn, _name(row), f"contribution.judged_{state}", text=row.text)
    if told:
        _tell_author(turn, row, f"contribution.told_{state}", appeal=state is ContributionState.HIDDEN)


def _keep(turn: Turn, row: ContributionRow, role: Role, why: str | None) -> None:
    topic = turn.uow.topics.get(row.community_id, row.topic_no)
    staff_id = turn.staff_id if role is not Role.RESIDENT else None
    detail = {"contribution": row.id}
    action = f"words_{row.state}"
    turn.uow.topics.add_event(topic, action, role, topic.state, staff_id=staff_id, reason=why, detail=detail)


def _tell_author(turn: Turn, row: ContributionRow, key: str, *, appeal: bool = False) -> None:
    if row.author is None:
        return
    bot, account, chat = row.author
    text = turn.context.texts(key, text=row.text, why=row.why or "")
    label = turn.context.texts("button.words_appeal")
    rows: Rows = ()
    if appeal and not row.appealed:
        rows = ((Button(label, "words_appeal", row.community_id, data={"words": row.id}, account=account),),)
    turn.send(Reply(Address(bot, chat), text, rows, priority=Priority.NOTICE))


# --- somebody else looks ---------------------------------------------------------------------------------------------


def appeal(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """The author asks for a second look, once; it goes to everybody who may decide but for who decided."""
    row = turn.uow.topics.contribution(community.id, int(data["words"]))
    mine = (row.bot, row.account) == (turn.event.address.bot, turn.account)
    if not mine or row.state is not ContributionState.HIDDEN or row.appealed:
        turn.tell("contribution.appealed_already" if mine else "problem.no_right", alert=True)
        return
    turn.uow.topics.judge(row, ContributionState.HIDDEN, appealed=True)
    topic = turn.uow.topics.get(row.community_id, row.topic_no)
    text = turn.context.texts("contribution.appeal_card", why=row.why or "") + "\n" + _card(turn, topic, row)
    for judge in others(turn, community, row):
        rows = _rows(turn, row, judge, ("words_appeal_show", "words_appeal_hide"))
        send_to(turn, judge, text, rows, f"{_name(row)}:appeal")
    turn.tell("contribution.appealed")


def appeal_show(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _decide_appeal(turn, community, role, data, ContributionState.SHOWN)


def appeal_hide(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _decide_appeal(turn, community, role, data, ContributionState.UPHELD)


def _decide_appeal(
    turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any], state: ContributionState
) -> None:
    row = turn.uow.topics.contribution(community.id, int(data["words"]))
    if row.state is not ContributionState.HIDDEN or not row.appealed:
        turn.tell("contribution.judged_already")
        return
    not_the_same(turn, row)
    turn.uow.topics.judge(row, state, **who_judges(turn, role))
    _keep(turn, row, role, row.why)
    close_for_all(turn, f"{_name(row)}:appeal", f"contribution.judged_{state}", text=row.text)
    _tell_author(turn, row, f"contribution.told_{state}")


# --- neighbours report -----------------------------------------------------------------------------------------------


def report(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """举报: which one; then whoever decides looks at it again."""
    if "words" not in data:
        _ask_which(turn, community, data)
        return
    row = turn.uow.topics.contribution(community.id, int(data["words"]))
    turn.tell("contribution.reported")
    if row.state is ContributionState.SHOWN:
        topic = turn.uow.topics.get(row.community_id, row.topic_no)
        text = turn.context.texts("contribution.report_card") + "\n" + _card(turn, topic, row)
        for judge in judges(turn, community):
            if (judge.to.bot, judge.account) != (row.bot, row.account):
                send_to(turn, judge, text, _rows(turn, row, judge, ("words_show", "words_hide")), _name(row))


def _ask_which(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> None:
    topic = turn.uow.topics.living(community.id, int(data["topic"]))
    found = turn.uow.topics.contributions(topic.key, ContributionState.SHOWN)
    rows = tuple(
        (
            Button(
                shortened(row.text, SHOWN),
                "words_report",
                community.id,
                data={"words": row.id},
                account=turn.account,
                once=True,
            ),
        )
        for row in found
    )
    turn.say("contribution.which" if rows else "contribution.nothing", rows)
