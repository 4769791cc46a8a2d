"""Who sees a case's card: where, in which role, and what is hidden from them."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.cases.emergencies import reachable
from handlers.event import Address
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.cases import CaseRow

OUTSIDE = (Role.OFFICER, Role.HELPER)
"""Other handlers than the community: they see the place and the matter, not whose it is (PIPL, article 23)."""
LEVELS = (Role.WORKER, Role.MANAGER, Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class View:
    """Who looks at a card: where, with which role, and whether personal data is hidden there."""

    to: Address
    role: Role = Role.WORKER
    masked: bool = False

    @property
    def knows_people(self) -> bool:
        return not self.masked and self.role not in OUTSIDE

    def hides(self, turn: Turn) -> Callable[[str], str]:
        """What is done to words before they are shown here."""
        if self.masked:
            return turn.context.mask
        return turn.context.mask_contacts if self.role in OUTSIDE else str


def viewers(turn: Turn, case: CaseRow) -> list[View]:
    """The community's staff chat, else its workers privately, else whoever is above them, else who is on duty."""
    community = turn.community_of(case)
    if community.staff_chat:
        return [View(Address(*community.staff_chat), masked=True)]
    for role in LEVELS:
        staff = turn.uow.reference.staff_with(case.community_id, role)
        if addresses := reachable(turn, staff):
            return [View(address, role) for address in addresses]
    return [View(address) for address in reachable(turn, turn.called_to(case))]


def private_view(turn: Turn, case: CaseRow, bot: str, chat: int) -> View | None:
    """A chat of somebody who has a role over the case by the rights of now."""
    staff = turn.uow.reference.staff_by_chat.get((bot, chat))
    role = turn.role_over(case, staff) if staff else None
    return View(Address(bot, chat), role) if role else None
