"""体检 as a command: what is filled in, what comes next, and the check-up itself with its files."""

from typing import Any

from digests.subject import TODAY, Subject, checkups
from digests.summary import Level
from handlers.checkups import filling, next_actions
from handlers.reply import Button, Reply, in_rows
from handlers.turn import Turn
from ledger.checkup import State, judge_all
from ledger.lifecycle import Role
from ledger.rights import may
from storage.reference import CommunityRow

BUTTONS_SHOWN = 30


def checkup(turn: Turn) -> None:
    """A manager gets the way on, a street or the district the check-ups of their communities side by side."""
    mine = [c for c in turn.communities_for("checkup") if may("checkup_fill", turn.roles(c.place()))]
    areas = [subject for subject in _areas(turn) if turn.staff and subject.is_read_by(turn.staff)]
    for community in mine:
        _menu(turn, community)
    for subject in areas:
        _ask_for(turn, subject)
        _offer_communities(turn, subject)
    if not mine and not areas:
        turn.say("checkups.not_yours")
    turn.outcome = "checkup"


def _areas(turn: Turn) -> list[Subject]:
    return [subject for subject in checkups(turn.uow.reference) if subject.level is not Level.COMMUNITY]


def _menu(turn: Turn, community: CommunityRow) -> None:
    points = turn.context.district.checkup.points
    found = judge_all(points, turn.uow.facilities.of(community.id))
    left = sum(finding.state is State.UNKNOWN for finding in found.values())
    values = {"community": community.name, "all": len(found), "filled": len(found) - left, "left": left}
    text = turn.context.texts("checkups.menu" if left else "checkups.menu_full", **values)
    turn.send(Reply(turn.event.address, text, next_actions.rows(turn, community, left=left)))


def show(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    """The check-up of one community, with its files."""
    _ask_for(turn, Subject(Level.COMMUNITY, community.id, TODAY))


def _ask_for(turn: Turn, subject: Subject) -> None:
    turn.uow.reports.ask(subject.community_id, turn.event.address, subject.code)
    place = subject.name(turn.uow.reference) or turn.context.texts("summary.district")
    turn.say("checkups.coming", place=place)


def _offer_communities(turn: Turn, subject: Subject) -> None:
    """One tap to the check-up of each of them."""
    communities = subject.communities(turn.uow.reference)[:BUTTONS_SHOWN]
    buttons = [Button(c.name, "checkup", c.id, account=turn.account) for c in communities]
    if buttons:
        turn.say("checkups.which", in_rows(buttons, 2))


def pick(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    """Which item is to be put right."""
    buttons = [
        Button(str(item.no), "checkup_item", community.id, data={"item": item.no}, account=turn.account)
        for item in turn.context.district.items
    ]
    lines = [f"{item.no}  {item.name}" for item in turn.context.district.items]
    text = "\n".join([turn.context.texts("checkups.pick", community=community.name), *lines])
    turn.send(Reply(turn.event.address, text, in_rows(buttons, 5)))


def item(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    filling.begin(turn, community, only=int(data["item"]))


def fill(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    filling.begin(turn, community)
