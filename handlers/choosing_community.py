"""Choosing a community: by tapping, by writing its name, or by sending a location."""

from typing import Any

from handlers import communities
from handlers.case_names import named
from handlers.cases import emergencies, moving
from handlers.event import Location
from handlers.reply import Button, Reply, Rows, in_rows
from handlers.residents import drafts
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.cases import CaseRow
from storage.ids import new_id
from storage.reference import DISTRICT, CommunityRow


def ask(turn: Turn) -> None:
    """社区: where am I registered, and change it."""
    mine = turn.community(turn.person.community_id)
    texts, name = turn.context.texts, _name()
    text = texts("community.now", community=mine.name) if mine else texts("community.which")
    turn.send(Reply(turn.event.address, text, communities.rows(turn, name), logical=name))


def ask_nearest(turn: Turn, place: Location) -> None:
    """Somebody who says where they are, and has said nothing else."""
    near, name = communities.nearest(turn, place), _name()
    if drafts.there_is_one(turn):
        drafts.show(turn, _rows(turn, near, None), below=True)
        return
    text = turn.context.texts("community.nearest" if near else "community.which")
    turn.send(Reply(turn.event.address, text, _rows(turn, near, name), logical=name))


def ask_of_case(turn: Turn, case: CaseRow, place: Location) -> None:
    """In which community an emergency is, whose location lies between several; its name may be written as well."""
    name = _name()
    buttons = [
        Button(c.name, "in_community", case.community_id, case.no, {"community": c.id, "shown_in": name}, turn.account)
        for c in communities.nearest(turn, place)
    ]
    turn.expect("place", case)
    text = turn.context.texts("emergency.in_which_community")
    turn.send(Reply(turn.event.address, text, in_rows(buttons), logical=name))


def case_is_in(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """The answer: the emergency goes on there, unless it was said before where that is."""
    community = turn.community(int(data["community"]))
    if community is None:
        turn.tell("problem.gone")
        return
    case = moving.to_community(turn, case, community)
    if case.community_id == DISTRICT:
        turn.tell("mine.ended", alert=True, case=named(turn, case))
        return
    where = turn.community_of(case).name
    turn.close(data["shown_in"], "emergency.in_community", community=where)
    turn.tell("emergency.in_community", community=where)


def choose_street(turn: Turn, data: dict[str, Any]) -> None:
    found = communities.of_street(turn, int(data["street"]))
    _show(turn, communities.rows_of(turn, found, data["shown_in"]) + _back(turn, data["shown_in"]), data["shown_in"])


def other_community(turn: Turn, data: dict[str, Any]) -> None:
    _show(turn, communities.rows(turn, data["shown_in"]), data["shown_in"])


def choose_community(turn: Turn, data: dict[str, Any]) -> None:
    community = turn.community(int(data["community"]))
    if community is None:
        turn.tell("problem.gone")
        return
    chosen(turn, community, data["shown_in"])


def chosen(turn: Turn, community: CommunityRow, shown_in: str | None = None) -> None:
    """Keep it; a draft that waited for it goes on, where the person is looking."""
    set_community(turn, community)
    turn.outcome = "community"
    if drafts.there_is_one(turn):
        looking = shown_in == drafts.name(turn)
        turn.close(None if looking else shown_in, "community.set", community=community.name)
        drafts.show(turn, below=not looking)
        return
    turn.close(shown_in, "community.set", community=community.name)
    if shown_in is None:
        turn.say("community.set", community=community.name)
    else:
        turn.tell("community.set", community=community.name)


def set_community(turn: Turn, community: CommunityRow, building_id: int | None = None) -> None:
    """Store where the person lives. An emergency that they have just reported, without saying where, is there."""
    turn.person.community_id, turn.person.building_id = community.id, building_id
    if (case := emergencies.ringing(turn)) is not None:
        moving.to_community(turn, case, community)


def _name() -> str:
    return f"community:{new_id()}"


def _rows(turn: Turn, near: list[CommunityRow], name: str | None) -> Rows:
    """In a draft that is shown anew the buttons stand in its next version."""
    if name is None:
        draft = turn.talk.state["draft"]
        name = f"draft:{draft['id']}:{draft['shown'] + 1}"
    return communities.rows_of(turn, near, name) if near else communities.rows(turn, name)


def _back(turn: Turn, shown_in: str) -> Rows:
    return ((turn.mine("button.back", "other_community", data={"shown_in": shown_in}),),)


def _show(turn: Turn, rows: Rows, shown_in: str) -> None:
    if drafts.there_is_one(turn) and shown_in == drafts.name(turn):
        drafts.show(turn, rows)
    else:
        text = turn.context.texts("community.which")
        turn.send(Reply(turn.event.address, text, rows, logical=shown_in))
