"""周报: the weekly digest on demand, for who may see it."""

from handlers.turn import Turn
from ledger.lifecycle import Role

READERS = {Role.MANAGER, Role.SUPERVISOR, Role.ADMIN}


def weekly(turn: Turn) -> None:
    """Ask for the last full week's digest of every community that this person answers for."""
    communities = [c for c in turn.uow.reference.real_communities() if turn.roles(c.place()) & READERS]
    if not communities:
        turn.say("problem.no_right")
        return
    for community in communities[:5]:
        turn.uow.reports.ask(community.id, turn.event.address)
    turn.say("weekly.coming", communities="、".join(c.name for c in communities[:5]))
