"""Who decides about topics and votes, who decides appeals, and how people are told."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from handlers.cases.emergencies import reachable
from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Rows, Showing
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.cocreation.topics import TopicRow
from storage.reference import CommunityRow

Who = tuple[str | None, int | None]
"""Bot and account of a person; None for nobody."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Somebody who may decide: a member of staff, or a resident on the council (then `account` is set)."""

    to: Address
    account: int | None = None

    def who(self, turn: Turn) -> Who:
        staff = turn.uow.reference.staff_by_chat.get((self.to.bot, self.to.chat))
        bound = next((a for bot, a, _ in staff.accounts if bot == self.to.bot), None) if staff else None
        return self.to.bot, self.account or bound or self.to.chat


def judge_here(turn: Turn) -> Judge:
    """The person of this turn."""
    return Judge(turn.event.address, turn.account)


def judges(turn: Turn, community: CommunityRow, *, council: bool = True) -> list[Judge]:
    """The managers of a community and, unless `council` is False, its council."""
    managers = turn.uow.reference.staff_with(community.id, Role.MANAGER)
    found = [Judge(to) for to in reachable(turn, managers)]
    if council:
        members = [m for m in turn.uow.council.sitting(community.id) if m.account is not None]
        there = turn.uow.people.reachable([(m.bot, m.account) for m in members])
        found += [Judge(Address(m.bot, m.chat), m.account) for m in members if (m.bot, m.account) in there]
    return found


def other_judges(turn: Turn, community: CommunityRow, not_to: Collection[Who]) -> list[Judge]:
    """Who may decide an appeal: managers, council and street, without `not_to` (who decided, and who appeals)."""
    street = [Judge(to) for to in reachable(turn, turn.uow.reference.staff_with(community.id, Role.SUPERVISOR))]
    return [judge for judge in judges(turn, community) + street if judge.who(turn) not in not_to]


def accounts_of(turn: Turn, staff_id: int | None) -> set[Who]:
    staff = turn.uow.reference.staff.get(staff_id or 0)
    return {(bot, account) for bot, account, _ in staff.accounts} if staff else set()


def who_judges(turn: Turn, role: Role) -> dict[str, Any]:
    """The columns that record who decided."""
    if role is not Role.RESIDENT:
        return {"judge_staff_id": turn.staff_id, "judge_bot": None, "judge_account": None}
    return {"judge_staff_id": None, "judge_bot": turn.event.address.bot, "judge_account": turn.account}


# --- telling ---------------------------------------------------------------------------------------------------------


def topic_button(label: str, action: str, topic: TopicRow, **data: Any) -> Callable[[int | None], Button]:
    """A function that makes a button about a topic for the account that may press it."""
    values = {"topic": topic.no} | data
    return lambda account: Button(label, action, topic.community_id, data=values, account=account)


def send_to(turn: Turn, judge: Judge, text: str, rows: Rows, logical: str, *, key: str | None = None) -> None:
    """Send a card to somebody who decides; a later one with the same logical name replaces it."""
    turn.send(Reply(judge.to, text, rows, priority=Priority.NOTICE, logical=logical, showing=Showing.ANEW, key=key))


def close_for_all(turn: Turn, logical: str, key: str, **values: Any) -> None:
    """Replace a card by a final text, in every chat that shows it or soon will."""
    text = turn.context.texts(key, **values)
    for bot, chat in {*turn.uow.shown_messages.chats(logical), (turn.event.address.bot, turn.event.address.chat)}:
        turn.send(Reply(Address(bot, chat), text, logical=logical, showing=Showing.CLOSE))


def notify(turn: Turn, person: Any, key: str, rows: Rows = (), /, **values: Any) -> None:
    """Send a text of the catalogue to the chat of a row that names a person."""
    text = turn.context.texts(key, **values)
    turn.send(Reply(Address(person.bot, person.chat), text, rows, priority=Priority.NOTICE))


def tell_people(
    turn: Turn, people: Iterable[tuple[str, int, int]], text: str, key: str, rows: Callable[[int], Rows] | None = None
) -> None:
    """Tell each person once, except the one of this turn. `rows`: makes the buttons for an account."""
    everybody = {(bot, account): chat for bot, account, chat in people}
    there = turn.uow.people.reachable(everybody)
    for (bot, account), chat in sorted(everybody.items()):
        if (bot, account) in there and turn.event.address != Address(bot, chat):
            buttons = rows(account) if rows else ()
            name = f"{key}:{bot}:{account}"
            turn.send(Reply(Address(bot, chat), text, buttons, priority=Priority.NOTICE, key=name))
