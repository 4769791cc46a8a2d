"""The card of a case, as staff see it: one message that changes in place."""

from handlers.event import Address
from handlers.format import day_and_time, number
from handlers.reply import Button, Priority, Reply
from handlers.turn import Rows, Turn
from ledger.lifecycle import Action, Role, State, actions_for
from ledger.scenes import Urgency
from ledger.words import shortened
from storage.cases import CaseRow
from storage.reference import CommunityRow

TEXT_ON_CARD = 600
OFFERED: tuple[tuple[Action | str, ...], ...] = (
    (Action.ACCEPT, Action.START, Action.RESOLVE),
    (Action.DISPATCH, Action.ASK, Action.MERGE),
    ("staff_scene", "staff_urgency", Action.REFUSE),
)
"""Buttons of a card by row, most used first; those that the state does not allow are left out."""


def show(turn: Turn, case: CaseRow, similar: list[int] | None = None) -> None:
    """Send the card to whoever handles the community's cases, or change it where it stands already."""
    for address in staff_addresses(turn, case):
        turn.send(card(turn, case, address, similar or []))


def card(turn: Turn, case: CaseRow, to: Address, similar: list[int]) -> Reply:
    return Reply(
        to,
        card_text(turn, case, to, similar),
        card_buttons(turn, case, similar),
        priority=Priority.EMERGENCY if case.urgency is Urgency.EMERGENCY else Priority.NOTICE,
        logical=f"card:{case.community_id}:{case.no}",
    )


def staff_addresses(turn: Turn, case: CaseRow) -> list[Address]:
    """The community's staff chat, else its workers privately, else whoever is above them."""
    community = turn.uow.reference.communities[case.community_id]
    if community.staff_chat:
        bot, chat, topic = community.staff_chat
        return [Address(bot, chat, topic)]
    for role in (Role.WORKER, Role.MANAGER, Role.SUPERVISOR, Role.ADMIN):
        staff = turn.uow.reference.staff_with(case.community_id, role)
        bot = turn.context.staff_bot
        if addresses := [Address(b, chat) for row in staff for b, _, chat in row.accounts if b == bot]:
            return addresses
    return []


def card_text(turn: Turn, case: CaseRow, to: Address, similar: list[int]) -> str:
    texts, district = turn.context.texts, turn.context.district
    community = turn.uow.reference.communities[case.community_id]
    in_group = bool(community.staff_chat) and (to.bot, to.chat) == tuple(community.staff_chat or ())[:2]
    words = turn.context.mask(case.text) if in_group else case.text
    lines = [
        texts(
            "card.head",
            mark=district.urgencies[case.urgency].mark,
            urgency=district.urgencies[case.urgency].name,
            scene=district.scenes[case.scene].name,
            kind=district.kinds[case.kind],
            number=number(community, case),
            state=district.states[case.state],
            community=community.name,
        ),
        texts("card.words", text=shortened(words, TEXT_ON_CARD)),
        texts("card.place", place=case.place or texts("receipt.no_place")),
        texts("card.times", filed=day_and_time(case.created_at, community.zone), due=day_and_time(case.due_at, community.zone)),
    ]
    return "\n".join([*lines, *_more_lines(turn, case, community, similar)])


def _more_lines(turn: Turn, case: CaseRow, community: CommunityRow, similar: list[int]) -> list[str]:
    """Lines that only some cards have."""
    texts, district, reference = turn.context.texts, turn.context.district, turn.uow.reference
    lines = []
    if item := district.item(case.item):
        lines.append(texts("card.item", no=item.no, item=item.name, units="、".join(item.units)))
    if case.supporters > 1:
        lines.append(texts("card.supporters", n=case.supporters))
    if why := case.proposal.get("why"):
        sure = "card.why" if not case.confirmed else "card.confirmed"
        lines.append(texts(sure, why="、".join(why[:4]), percent=round(100 * float(case.proposal.get("p", 0)))))
    if case.staff_id in reference.staff:
        lines.append(texts("card.staff", name=reference.staff[case.staff_id].name))
    if case.unit_id in reference.units:
        lines.append(texts("card.unit", unit=reference.units[case.unit_id]))
    if case.reply:
        lines.append(texts("card.reply", reply=shortened(case.reply, TEXT_ON_CARD)))
    if similar:
        lines.append(texts("card.similar", numbers="、".join(f"{community.code}-{no}" for no in similar)))
    return lines


def card_buttons(turn: Turn, case: CaseRow, similar: list[int]) -> Rows:
    """What a grid worker could do next, by the lifecycle's table."""
    possible: set[Action | str] = set(actions_for(case.state, Role.WORKER))
    if case.state is State.WAITING:
        possible.discard(Action.START)
    if Action.RELABEL in possible:
        possible |= {"staff_scene", "staff_urgency"}
    rows = [[_button(turn, case, action) for action in row if action in possible] for row in OFFERED]
    if Action.MERGE in possible and similar:
        rows.append([_merge_button(turn, case, no) for no in similar[:2]])
    return tuple(tuple(row) for row in rows if row)


def _button(turn: Turn, case: CaseRow, action: str) -> Button:
    return Button(turn.context.texts(f"button.{action}"), action, case.community_id, case.no)


def _merge_button(turn: Turn, case: CaseRow, into: int) -> Button:
    community = turn.uow.reference.communities[case.community_id]
    label = turn.context.texts("button.merge_into", number=f"{community.code}-{into}")
    return Button(label, "merge_into", case.community_id, case.no, {"into": into})
