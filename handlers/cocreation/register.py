"""登记住户: an account claims an entry of the register, with the code on its slip or by its door."""

import re
from typing import Any

from handlers.cases.emergencies import reachable
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words
from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Rows, Showing
from handlers.turn import Turn
from ledger.lifecycle import Role
from nlp.numerals import NUMBER, plain
from storage.reference import BuildingRow, CommunityRow

LONGEST = 60
SHORTEST_CODE = 6
OF_A_DOOR = re.compile(rf"{NUMBER}(?=栋|号楼|幢|座|单元)")


def begin(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    for_community(turn, "line_claim", _ask)


def ask_line(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    _ask(turn, community)


def _ask(turn: Turn, community: CommunityRow) -> None:
    here = turn.event.address
    mine = [row for row in turn.uow.voters.claims_of(here.bot, turn.account) if row.community_id == community.id]
    lines = [_said(turn, row) for row in mine]
    text = "\n".join([*lines, turn.context.texts("register.ask", community=community.name)])
    ask_words(turn, "line_claim", community, text)


def _said(turn: Turn, row: Any) -> str:
    key = "register.is_of" if row.confirmed else "register.says_to_be"
    return turn.context.texts(key, door=door(turn, row), kind=turn.context.texts(f"vote.electorate_{row.kind}"))


def door(turn: Turn, line: Any) -> str:
    buildings = turn.uow.reference.buildings_of.get(line.community_id, [])
    name = next((b.name for b in buildings if b.id == line.building_id), "")
    return f"{name}{line.room}"


def lines_in(turn: Turn, community: CommunityRow, words: str) -> list[Any]:
    """Lines of the register for the door that words name: 3栋 2单元501."""
    building, room = building_in(turn, community, words)
    return turn.uow.voters.at(community.id, building.id, room) if building else []


def building_in(turn: Turn, community: CommunityRow, words: str) -> tuple[BuildingRow | None, str]:
    """The building at the beginning of a door (3栋, 三栋), and the rest."""
    said = "".join(words.split())
    known = turn.uow.reference.buildings_of.get(community.id, [])
    for door in (said, OF_A_DOOR.sub(lambda number: plain(number[0]), said)):
        if found := [b for b in known if door.startswith(b.name)]:
            building = max(found, key=lambda b: len(b.name))
            return building, door.removeprefix(building.name)
    return None, said


def claimed(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    """Handle a claim: a code confirms it at once; a door alone is checked by staff who know it."""
    words = given_words(turn, community, asked, LONGEST)
    if words is None:
        return
    here = turn.event.address
    who = (here.bot, turn.account, here.chat)
    by_code = turn.uow.voters.by_code(community.id, words) if len(words) >= SHORTEST_CODE else []
    lines = by_code or [line for line in lines_in(turn, community, words) if line.code_hash is None]
    if not lines:
        ask_again(turn, asked, turn.context.texts("register.not_found"), lambda: _ask(turn, community))
        return
    for line in lines:
        turn.uow.voters.claim(community.id, line.id, who, confirmed=bool(by_code))
    if by_code:
        turn.say("register.confirmed", door=door(turn, lines[0]))
        return
    turn.say("register.waits", door=door(turn, lines[0]))
    _ask_staff(turn, community, lines)


def _ask_staff(turn: Turn, community: CommunityRow, lines: list[Any]) -> None:
    """Ask the grid workers, who know the doors, or, if there are none, the manager."""
    reference, here = turn.uow.reference, turn.event.address
    workers = reference.staff_with(community.id, Role.WORKER) or reference.staff_with(community.id, Role.MANAGER)
    for line in lines:
        kind = turn.context.texts(f"vote.electorate_{line.kind}")
        text = turn.context.texts("register.card", name=turn.person.name or "", door=door(turn, line), kind=kind)
        data = {"line": line.id, "bot": here.bot, "account": turn.account, "chat": here.chat}
        rows: Rows = (
            tuple(
                Button(turn.context.texts(f"button.{action}"), action, community.id, data=data)
                for action in ("line_confirm", "line_refuse")
            ),
        )
        for to in reachable(turn, workers):
            name = _name(community, line.id, turn.account)
            turn.send(Reply(to, text, rows, priority=Priority.NOTICE, logical=name, showing=Showing.ANEW))


def _name(community: CommunityRow, line: int, account: int) -> str:
    return f"line:{community.id}:{line}:{account}"


def confirm(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    _decide(turn, community, data, confirmed=True)


def refuse(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    _decide(turn, community, data, confirmed=False)


def _decide(turn: Turn, community: CommunityRow, data: dict[str, Any], *, confirmed: bool) -> None:
    line_id, bot, account = int(data["line"]), str(data["bot"]), int(data["account"])
    line = turn.uow.voters.line(community.id, line_id)
    if line is None or not turn.uow.voters.decide(community.id, line_id, bot, account, confirmed=confirmed):
        turn.tell("register.decided_already")
        return
    where = door(turn, line)
    key = "register.confirmed" if confirmed else "register.refused"
    turn.send(Reply(Address(bot, int(data["chat"])), turn.context.texts(key, door=where), priority=Priority.NOTICE))
    name = _name(community, line_id, account)
    done = turn.context.texts("register.card_yes" if confirmed else "register.card_no", door=where)
    for other_bot, chat in {*turn.uow.shown_messages.chats(name), (turn.event.address.bot, turn.event.address.chat)}:
        turn.send(Reply(Address(other_bot, chat), done, logical=name, showing=Showing.CLOSE))
