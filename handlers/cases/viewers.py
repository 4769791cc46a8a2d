"""Who sees a case's card: where, in which role, and what is hidden from them."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.cases.emergencies import on_duty, reachable
from handlers.event import Address
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.cases import CaseRow

OUTSIDE = (Role.OFFICER, Role.HELPER)
"""Roles outside the community: they see place and matter, but not the person (PIPL, article 23)."""
LEVELS = (Role.WORKER, Role.MANAGER, Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class View:
    """A viewer of a card: chat, role, and whether personal data is hidden."""

    to: Address
    role: Role = Role.WORKER
    masked: bool = False

    @property
    def knows_people(self) -> bool:
        return not self.masked and self.role not in OUTSIDE

    def hides(self, turn: Turn) -> Callable[[str], str]:
        """The function that masks words for this view."""
        if self.masked:
            return turn.context.mask
        return turn.context.mask_contacts if self.role in OUTSIDE else str


def viewers(turn: Turn, case: CaseRow) -> list[View]:
    """The community's staff chat, else its workers privately, else the level above, else the staff on duty."""
    community = turn.community_of(case)
    if community.staff_chat:
        return [View(Address(*community.staff_chat), masked=True)]
    for role in LEVELS:
        staff = turn.uow.reference.staff_with(case.community_id, role)
        if addresses := reachable(turn, staff):
            return [View(address, role) for address in addresses]
    return [View(address) for address in on_duty(turn, case)]


def private_view(turn: Turn, case: CaseRow, bot: str, chat: int) -> View | None:
    """The view of a private chat by the person's current rights. None: they have no role in the case."""
    staff = turn.uow.reference.staff_by_chat.get((bot, chat))
    role = turn.role_over(case, staff) if staff else None
    return View(Address(bot, chat), role) if role else None
