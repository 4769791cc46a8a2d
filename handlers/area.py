"""What an area of a community (surveys, topics, ...) is made of, and what its conversations need.

Apart from `handlers/areas.py`, which lists the areas: each area's own files import this one.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from handlers.context import Serves
from handlers.turn import LOCAL_FIRST, Turn
from ledger.lifecycle import Role
from ledger.rights import Part, may
from storage.reference import CommunityRow
from storage.unit_of_work import UnitOfWork

Command = Callable[[Turn], None]
Handler = Callable[[Turn, CommunityRow, Role, dict[str, Any]], None]
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

    buttons: Mapping[str, Handler] = field(default_factory=dict)
    questions: Mapping[str, Handler] = field(default_factory=dict)
    resident_commands: Mapping[str, Command] = field(default_factory=dict)
    staff_commands: Mapping[str, Command] = field(default_factory=dict)
    due: tuple[Due, ...] = ()
    exports: Callable[[Turn], dict[str, Any]] | None = None
    erases: Callable[[Turn], None] | None = None


class Erases(Protocol):
    """A store that takes away all that it keeps of a person."""

    def erase(self, bot: str, account: int) -> None: ...


def erased_from(store: Callable[[UnitOfWork], Erases]) -> Callable[[Turn], None]:
    """The part of an area in erasing whoever writes, where its store does it all."""
    return lambda turn: store(turn.uow).erase(turn.event.address.bot, turn.account)


def ask(turn: Turn, what: str, community: CommunityRow, *, lasting: bool = False, **data: Any) -> None:
    """The next message of this person here answers `what`, if it comes soon (or always: `lasting`)."""
    asked = {"what": what, "community": community.id, "at": turn.uow.now.timestamp(), "lasting": lasting}
    turn.talk.state["expects"] = asked | data


def role_for(turn: Turn, action: str, community: CommunityRow) -> Role | None:
    """The role in which this person may do something in a community: of the staff there, or as who lives there."""
    roles = turn.roles(community.place()) if turn.as_staff else ()
    here = [role for role in LOCAL_FIRST if role in roles]
    lives_here = turn.bot.serves is not Serves.STAFF and turn.person.community_id == community.id
    role = may(action, here, Part.NEIGHBOUR if lives_here else None)
    return role or (may(action, (), Part.COUNCIL) if lives_here and on_council(turn, community) else None)


def on_council(turn: Turn, community: CommunityRow) -> bool:
    """Whether this resident sits on the community's council now."""
    return turn.uow.council.sits(community.id, turn.event.address.bot, turn.account)
