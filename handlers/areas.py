"""What a community has beside its cases (surveys, topics, ...): each area says once what it adds to the conversation.

Buttons and questions of an area are held here against the table of rights, in the community that their row names,
before anything of the area runs.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.context import Serves
from handlers.turn import LOCAL_FIRST, Turn
from ledger.lifecycle import Role
from ledger.rights import Part, may
from storage.reference import CommunityRow
from storage.unit_of_work import UnitOfWork

Command = Callable[[Turn], None]
Deed = Callable[[Turn, CommunityRow, Role, dict[str, Any]], None]
"""Takes the role in which it is done, and what the button or the question carried; the words are in `turn.event`."""


@dataclass(frozen=True, slots=True)
class Due:
    """A kind of thing that becomes due: what to find, how to tell one from another, what to do with each."""

    name: str
    find: Callable[[UnitOfWork], list[Any]]
    key: Callable[[Any], tuple[Hashable, ...]]
    do: Callable[[Turn, Any], None]


@dataclass(frozen=True, slots=True)
class Area:
    """`exports`: what it keeps of a person, as the parts of 我的数据; `erases`: takes all of that away."""

    buttons: Mapping[str, Deed] = field(default_factory=dict)
    questions: Mapping[str, Deed] = field(default_factory=dict)
    resident_commands: Mapping[str, Command] = field(default_factory=dict)
    staff_commands: Mapping[str, Command] = field(default_factory=dict)
    due: tuple[Due, ...] = ()
    exports: Callable[[Turn], dict[str, Any]] | None = None
    erases: Callable[[Turn], None] | None = None


AREAS: tuple[Area, ...] = ()

BUTTONS: dict[str, Deed] = {name: deed for area in AREAS for name, deed in area.buttons.items()}
QUESTIONS: dict[str, Deed] = {name: deed for area in AREAS for name, deed in area.questions.items()}
RESIDENT_COMMANDS: dict[str, Command] = {n: command for area in AREAS for n, command in area.resident_commands.items()}
STAFF_COMMANDS: dict[str, Command] = {n: command for area in AREAS for n, command in area.staff_commands.items()}
DUE: tuple[Due, ...] = tuple(due for area in AREAS for due in area.due)


def press(turn: Turn, name: str, community_id: int, data: dict[str, Any]) -> None:
    """A button about a thing of a community."""
    turn.outcome = f"press {name}"
    if not _done(turn, name, BUTTONS[name], community_id, data):
        turn.outcome = "button refused"


def answer(turn: Turn, asked: dict[str, Any]) -> None:
    """Words that answer a question of an area."""
    turn.outcome = f"answer {asked['what']}"
    if not _done(turn, asked["what"], QUESTIONS[asked["what"]], asked["community"], asked):
        turn.outcome = "answer refused"


def ask(turn: Turn, what: str, community: CommunityRow, *, lasting: bool = False, **data: Any) -> None:
    """The next message of this person here answers `what`, if it comes soon (or always: `lasting`)."""
    asked = {"what": what, "community": community.id, "at": turn.uow.now.timestamp(), "lasting": lasting}
    turn.talk.state["expects"] = asked | data


def role_for(turn: Turn, deed: str, community: CommunityRow) -> Role | None:
    """The role in which this person may do something in a community: of the staff there, or as who lives there."""
    roles = turn.roles(community.place()) if turn.as_staff else ()
    lives_here = turn.bot.serves is not Serves.STAFF and turn.person.community_id == community.id
    return may(deed, [role for role in LOCAL_FIRST if role in roles], Part.NEIGHBOUR if lives_here else None)


def _done(turn: Turn, name: str, deed: Deed, community_id: int, data: dict[str, Any]) -> bool:
    community = turn.community(community_id)
    role = role_for(turn, name, community) if community else None
    if community is None or role is None:
        turn.tell("problem.no_right", alert=True)
        return False
    deed(turn, community, role, data)
    return True
