"""What a feature of a community (surveys, topics, ...) consists of, and what its handlers need.

Separate from `handlers/feature_registry.py`, which lists the features, because the files of each feature import this.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from handlers.context import Serves
from handlers.reply import Button
from handlers.turn import LOCAL_FIRST, Turn, open_question
from ledger.lifecycle import Role
from ledger.rights import Part, may
from storage.reference import CommunityRow
from storage.unit_of_work import UnitOfWork

Command = Callable[[Turn], None]
Handler = Callable[[Turn, CommunityRow, Role, dict[str, Any]], None]
"""Called with the role that allows it, and the data of the button or question; words are in `turn.event`."""


@dataclass(frozen=True, slots=True)
class Due:
    """A kind of thing that becomes due: how to find those that are, how to tell them apart, what to do with each."""

    name: str
    find: Callable[[UnitOfWork], list[Any]]
    key: Callable[[Any], tuple[Hashable, ...]]
    do: Callable[[Turn, Any], None]


@dataclass(frozen=True, slots=True)
class Feature:
    """What a feature adds: buttons, questions, commands, things that become due.

    `exports`: what it stores about a person, as parts of 我的数据; `erases`: deletes all of that.
    """

    buttons: Mapping[str, Handler] = field(default_factory=dict)
    questions: Mapping[str, Handler] = field(default_factory=dict)
    resident_commands: Mapping[str, Command] = field(default_factory=dict)
    staff_commands: Mapping[str, Command] = field(default_factory=dict)
    due: tuple[Due, ...] = ()
    exports: Callable[[Turn], dict[str, Any]] | None = None
    erases: Callable[[Turn], None] | None = None


class Erases(Protocol):
    """A store that can delete everything it has about a person."""

    def erase(self, bot: str, account: int) -> None: ...


def erased_from(store: Callable[[UnitOfWork], Erases]) -> Callable[[Turn], None]:
    """The `erases` of a feature whose store deletes everything about a person itself."""
    return lambda turn: store(turn.uow).erase(turn.event.address.bot, turn.account)


def ask(turn: Turn, question: str, community: CommunityRow, /, *, lasting: bool = False, **data: Any) -> None:
    """Treat the person's next message here as the answer to `question`, if it comes soon (`lasting`: at any time)."""
    asked = {"what": question, "community": community.id, "at": turn.uow.now.timestamp(), "lasting": lasting}
    open_question(turn.talk.state, asked | data)


def own_button(turn: Turn, community: CommunityRow, action: str, label: str | None = None, /, **data: Any) -> Button:
    """A button of a community that only this person may press. `label`: its key, if the action is not its name."""
    return turn.mine(f"button.{label or action}", action, community_id=community.id, data=data)


def is_me(turn: Turn, row: Any) -> bool:
    """Whether a row names the person of this turn."""
    return bool((row.bot, row.account) == (turn.event.address.bot, turn.account))


def role_for(turn: Turn, action: str, community: CommunityRow) -> Role | None:
    """The role in which this person may take an action in a community, as staff or as a resident; None: not allowed."""
    roles = turn.roles(community.place()) if turn.as_staff else ()
    here = [role for role in LOCAL_FIRST if role in roles]
    lives_here = turn.bot.serves is not Serves.STAFF and turn.person.community_id == community.id
    part = Part.NEIGHBOUR if lives_here else Part.STRANGER
    role = may(action, here, None if turn.bot.serves is Serves.STAFF else part)
    return role or (may(action, (), Part.COUNCIL) if lives_here and on_council(turn, community) else None)


def on_council(turn: Turn, community: CommunityRow) -> bool:
    """Whether this resident is a member of the community's council now."""
    return turn.uow.council.sits(community.id, turn.event.address.bot, turn.account)
