"""周报: the weekly digest on demand, for who may see it."""

from handlers.turn import Turn

MOST = 5
"""Digests to one request: a street has more communities than somebody reads at once."""


def weekly(turn: Turn) -> None:
    """Ask for the last full week's digest of the communities that this person answers for."""
    communities = turn.communities_for("weekly")
    if not communities:
        turn.say("weekly.not_yours")
        return
    for community in communities[:MOST]:
        turn.uow.reports.ask(community.id, turn.event.address)
    text = "weekly.coming" if len(communities) <= MOST else "weekly.coming_first"
    turn.say(text, communities="、".join(c.name for c in communities[:MOST]), left=len(communities) - MOST)
    turn.outcome = "weekly"
