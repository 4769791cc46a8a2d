"""The features of a community other than cases (surveys, topics, ...). Each declares once what it adds.

Buttons and questions of a feature are checked here against the table of permissions, in the community that their row
names, before any code of the feature runs.
"""

from typing import Any

from handlers import display_preferences, pushes
from handlers.cases import handover, overdue
from handlers.checkups.feature import FEATURE as CHECKUPS
from handlers.cocreation import calls, events, promises, rooms, rotas, rules_by_vote, stories
from handlers.cocreation.feature import FEATURE as DECIDING
from handlers.feature import Command, Due, Feature, Handler, role_for
from handlers.moderation import concern_decisions, content_decisions
from handlers.residents import broken_again
from handlers.surveys.feature import FEATURE as SURVEYS
from handlers.turn import Turn
from storage.reference import CommunityRow

FEATURES: tuple[Feature, ...] = (
    DECIDING,
    promises.FEATURE,
    rules_by_vote.FEATURE,
    rotas.FEATURE,
    calls.FEATURE,
    events.FEATURE,
    rooms.FEATURE,
    stories.FEATURE,
    overdue.FEATURE,
    handover.FEATURE,
    CHECKUPS,
    SURVEYS,
    concern_decisions.FEATURE,
    content_decisions.FEATURE,
    broken_again.FEATURE,
    display_preferences.FEATURE,
    pushes.FEATURE,
)
"""Features that invite come before `pushes`, so that their invitations are sent in the same tick."""

BUTTONS: dict[str, Handler] = {name: handler for feature in FEATURES for name, handler in feature.buttons.items()}
QUESTIONS: dict[str, Handler] = {name: handler for feature in FEATURES for name, handler in feature.questions.items()}
RESIDENT_COMMANDS: dict[str, Command] = {
    n: command for feature in FEATURES for n, command in feature.resident_commands.items()
}
STAFF_COMMANDS: dict[str, Command] = {
    n: command for feature in FEATURES for n, command in feature.staff_commands.items()
}
DUE: tuple[Due, ...] = tuple(due for feature in FEATURES for due in feature.due)


def press(turn: Turn, name: str, community_id: int, data: dict[str, Any]) -> None:
    """Handle a button of a feature."""
    turn.outcome = f"press {name}"
    if not _done(turn, name, BUTTONS[name], community_id, data):
        turn.outcome = "button refused"


def answer(turn: Turn, asked: dict[str, Any]) -> None:
    """Handle words that answer a question of a feature."""
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
