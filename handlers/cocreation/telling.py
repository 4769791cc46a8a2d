"""Who decides about topics and votes, who hears an appeal, and how people are told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from handlers.emergencies import reachable
from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Rows, Showing
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Refusal, Role
from storage.reference import CommunityRow
from storage.topics import ContributionRow, TopicRow


@dataclass(frozen=True, slots=True)
class Judge:
    """Somebody who may decide: of the staff, or a resident on the council (then with an account of their own)."""

    to: Address
    account: int | None = None


def judges(turn: Turn, community: CommunityRow, *, council: bool = True) -> list[Judge]:
    """The managers of a community and, unless only they are meant, its council."""
    managers = turn.uow.reference.staff_with(community.id, Role.MANAGER)
    found = [Judge(to) for to in reachable(turn, managers)]
    if council:
        members = [m for m in turn.uow.council.sitting(community.id) if m.account is not None]
        there = turn.uow.people.reachable([(m.bot, m.account) for m in members])
        found += [Judge(Address(m.bot, m.chat), m.account) for m in members if (m.bot, m.account) in there]
    return found


def others(turn: Turn, community: CommunityRow, row: ContributionRow) -> list[Judge]:
    """Who may hear an appeal: managers, council and street, but for whoever decided, and the author themselves."""
    street = [Judge(to) for to in reachable(turn, turn.uow.reference.staff_with(community.id, Role.SUPERVISOR))]
    not_to = {_judge_of(turn, row), (row.bot, row.account)}
    return [judge for judge in judges(turn, community) + street if _account(turn, judge) not in not_to]


def _judge_of(turn: Turn, row: ContributionRow) -> tuple[str | None, int | None]:
    staff = turn.uow.reference.staff.get(row.judge_staff_id or 0)
    if staff is not None:
        return next(((bot, account) for bot, account, _ in staff.accounts), (None, None))
    return row.judge_bot, row.judge_account


def _account(turn: Turn, judge: Judge) -> tuple[str, int]:
    staff = turn.uow.reference.staff_by_chat.get((judge.to.bot, judge.to.chat))
    mine = next((a for bot, a, _ in staff.accounts if bot == judge.to.bot), None) if staff else None
    return judge.to.bot, judge.account or mine or judge.to.chat


def who_judges(turn: Turn, role: Role) -> dict[str, Any]:
    """The columns that keep who decided."""
    if role is not Role.RESIDENT:
        return {"judge_staff_id": turn.staff_id, "judge_bot": None, "judge_account": None}
    return {"judge_staff_id": None, "judge_bot": turn.event.address.bot, "judge_account": turn.account}


def not_the_same(turn: Turn, row: ContributionRow) -> None:
    """An appeal is heard by somebody else.

    Raises:
        NotAllowed: whoever presses has decided it themselves, or wrote it.
    """
    me = (turn.event.address.bot, turn.account)
    judged = row.judge_staff_id is not None and row.judge_staff_id == turn.staff_id
    if judged or me in ((row.judge_bot, row.judge_account), (row.bot, row.account)):
        raise NotAllowed("somebody else hears an appeal", Refusal.OWN)


# --- saying ----------------------------------------------------------------------------------------------------------


def of_topic(label: str, deed: str, topic: TopicRow, **data: Any) -> Callable[[int | None], Button]:
    """A button about a topic, still without whoever may press it; `label` is what stands on it."""
    values = {"topic": topic.no} | data
    return lambda account: Button(label, deed, topic.community_id, data=values, account=account)


def send_to(turn: Turn, judge: Judge, text: str, rows: Rows, logical: str, *, key: str | None = None) -> None:
    """A card for somebody who decides; a later one under the same name takes its place."""
    turn.send(Reply(judge.to, text, rows, priority=Priority.NOTICE, logical=logical, showing=Showing.ANEW, key=key))


def close_for_all(turn: Turn, logical: str, key: str, **values: Any) -> None:
    """The last word in place of a card, in every chat that shows it or is about to."""
    text = turn.context.texts(key, **values)
    for bot, chat in {*turn.uow.shown.chats(logical), (turn.event.address.bot, turn.event.address.chat)}:
        turn.send(Reply(Address(bot, chat), text, logical=logical, showing=Showing.CLOSE))


def tell_people(
    turn: Turn, people: Iterable[tuple[str, int, int]], text: str, key: str, rows: Callable[[int], Rows] | None = None
) -> None:
    """Tell each of them once, but for who is here and sees it anyway; `rows` makes their own buttons."""
    everybody = {(bot, account): chat for bot, account, chat in people}
    there = turn.uow.people.reachable(everybody)
    for (bot, account), chat in sorted(everybody.items()):
        if (bot, account) in there and turn.event.address != Address(bot, chat):
            buttons = rows(account) if rows else ()
            name = f"{key}:{bot}:{account}"
            turn.send(Reply(Address(bot, chat), text, buttons, priority=Priority.NOTICE, key=name))
