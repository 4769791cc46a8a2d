"""居民议事会: its members and their terms. They join with a code, and decide about topics like the manager."""

from typing import Any

from handlers.cocreation import meetings
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words
from handlers.feature import on_council
from handlers.reply import Button, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.ids import new_code
from storage.reference import CommunityRow

LONGEST_NAME = 20
LONGEST_CODE = 20


def show(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """议事会: show the members, the next meeting, and what this person may do."""
    for_community(turn, "council", _show)


def _show(turn: Turn, community: CommunityRow) -> None:
    texts = turn.context.texts
    members = turn.uow.council.sitting(community.id)
    lines = [texts("council.head" if members else "council.none", community=community.name, n=len(members))]
    lines += [_line(turn, community, member) for member in members]
    rows = _rows(turn, community, members)
    if meeting := meetings.coming(turn, community):
        lines += meetings.agenda_lines(turn, community, meeting)
        may = community in turn.communities_for("meeting_call_off") if turn.as_staff else False
        rows = (*rows, meetings.call_off_button(turn, community, meeting.no)) if may else rows
    turn.send(Reply(turn.event.address, "\n".join(lines), rows))


def _line(turn: Turn, community: CommunityRow, member: Any) -> str:
    until = member.until.astimezone(community.zone)
    key = "council.member" if member.account else "council.member_not_yet"
    name = member.name if turn.as_staff or on_council(turn, community) else f"{member.name[:1]}**"
    return turn.context.texts(key, name=name, until=f"{until.year}年{until.month}月")


def _rows(turn: Turn, community: CommunityRow, members: list[Any]) -> Rows:
    texts = turn.context.texts
    if not turn.as_staff:
        if on_council(turn, community):
            return ()
        return ((turn.mine("button.council_join", "council_join", community_id=community.id),),)
    if community not in turn.communities_for("council_add"):
        return ()
    add = tuple(
        turn.mine(f"button.{action}", action, community_id=community.id) for action in ("council_add", "meeting_call")
    )
    ends = [
        (
            Button(
                texts("council.end", name=member.name),
                "council_end",
                community.id,
                data={"member": member.id},
                account=turn.account,
            ),
        )
        for member in members
    ]
    return (add, *ends)


def ask_name(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    ask_words(turn, "council_add", community, turn.context.texts("council.ask_name"))


def add(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    """Add a member for a term from now on; the manager gives them the code."""
    name = given_words(turn, community, asked, LONGEST_NAME)
    if name is None:
        return
    code, term = new_code(), turn.context.district.limits.council.term.wall
    turn.uow.council.add(community.id, name, code, turn.uow.now, turn.uow.now + term)
    turn.say("council.added", name=name, code=code)


def end(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    member = turn.uow.council.end(community.id, int(data["member"]))
    if member is None:
        turn.tell("council.ended_already")
    else:
        turn.say("council.ended", name=member.name)


def ask_code(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    ask_words(turn, "council_join", community, turn.context.texts("council.ask_code"))


def join(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    code = given_words(turn, community, asked, LONGEST_CODE)
    if code is None:
        return
    here = turn.event.address
    member = turn.uow.council.join(community.id, code, (here.bot, turn.account, here.chat))
    if member is None:
        why = turn.context.texts("council.no_such_code")
        ask_again(turn, asked, why, lambda: ask_code(turn, community, role, asked))
        return
    until = member.until.astimezone(community.zone)
    turn.say("council.welcome", community=community.name, until=f"{until.year}年{until.month}月")
