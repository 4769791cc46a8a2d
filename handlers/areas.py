"""The areas of a community other than cases (surveys, topics, ...). Each declares once what it adds.

Buttons and questions of an area are checked here against the table of permissions, in the community that their row
names, before any code of the area runs.
"""

from typing import Any

from handlers import display_preferences, pushes
from handlers.area import Area, Command, Due, Handler, role_for
from handlers.cases import handover, overdue
from handlers.checkups.area import AREA as CHECKUPS
from handlers.cocreation import calls, events, promises, rooms, rotas, rules_by_vote, stories
from handlers.cocreation.area import AREA as DECIDING
from handlers.moderation import concern_decisions, content_decisions
from handlers.residents import broken_again
from handlers.surveys.area import AREA as SURVEYS
from handlers.turn import Turn
from storage.reference import CommunityRow

AREAS: tuple[Area, ...] = (
    DECIDING,
    promises.AREA,
    rules_by_vote.AREA,
    rotas.AREA,
    calls.AREA,
    events.AREA,
    rooms.AREA,
    stories.AREA,
    overdue.AREA,
    handover.AREA,
    CHECKUPS,
    SURVEYS,
    concern_decisions.AREA,
    content_decisions.AREA,
    broken_again.AREA,
    display_preferences.AREA,
    pushes.AREA,
)
"""Areas that invite come before `pushes`, so that their invitations are sent in the same tick."""

BUTTONS: dict[str, Handler] = {name: handler for area in AREAS for name, handler in area.buttons.items()}
QUESTIONS: dict[str, Handler] = {name: handler for area in AREAS for name, handler in area.questions.items()}
RESIDENT_COMMANDS: dict[str, Command] = {n: command for area in AREAS for n, command in area.resident_commands.items()}
STAFF_COMMANDS: dict[str, Command] = {n: command for area in AREAS for n, command in area.staff_commands.items()}
DUE: tuple[Due, ...] = tuple(due for area in AREAS for due in area.due)


def press(turn: Turn, name: str, community_id: int, data: dict[str, Any]) -> None:
    """Handle a button of an area."""
    turn.outcome = f"press {name}"
    if not _done(turn, name, BUTTONS[name], community_id, data):
        turn.outcome = "button refused"


def answer(turn: Turn, asked: dict[str, Any]) -> None:
    """Handle words that answer a question of an area."""
    turn.outcome = f"answer {asked['what']}"
    if not _done(turn, asked["what"], QUESTIONS[asked["what"]], asked["community"], asked):
        turn.outcome = "answer refused"


def _refused(turn: Turn, community: CommunityRow | None) -> None:
    """Refuse; residents who have moved meanwhile are told where they are registered now."""
    mine = turn.community(turn.person.community_id)
    if community is None or mine is None or turn.as_staff or mine.id == community.id:
        turn.tell("problem.no_right", alert=True)
    else:
        turn.tell("problem.elsewhere", alert=True, community=community.name, mine=mine.name)


def _done(turn: Turn, name: str, handler: Handler, community_id: int, data: dict[str, Any]) -> bool:
    community = turn.community(community_id)
    role = role_for(turn, name, community) if community else None
    if community is None or role is None:
        _refused(turn, community)
        return False
    handler(turn, community, role, data)
    return True
