"""周报, 月报, 季报: reports on demand, for those who may see them."""

from digests.subject import QUARTER, Subject, subjects
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


def monthly(turn: Turn) -> None:
    """Ask for last month's report of one's communities or street."""
    _ask(turn, "monthly", [subject for subject in _mine(turn) if subject.months != QUARTER])


def quarterly(turn: Turn) -> None:
    """Ask for last quarter's report of the district."""
    _ask(turn, "quarterly", [subject for subject in _mine(turn) if subject.months == QUARTER])


def _mine(turn: Turn) -> list[Subject]:
    staff = turn.staff
    return [subject for subject in subjects(turn.uow.reference) if subject.is_read_by(staff)] if staff else []


def _ask(turn: Turn, name: str, wanted: list[Subject]) -> None:
    report = turn.context.texts(f"summary.report_{name}")
    if not wanted:
        turn.say("summary.not_yours", report=report)
        return
    for subject in wanted[:MOST]:
        turn.uow.reports.ask(subject.community_id, turn.event.address, subject.code)
    places = "、".join(subject.name(turn.uow.reference) for subject in wanted[:MOST])
    turn.say("summary.coming", places=places or turn.context.texts("summary.district"), report=report)
    turn.outcome = name
