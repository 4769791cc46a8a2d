"""The rules of a vote: its lifecycle as one table, its electorate and method, and when it decides anything."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.lifecycle import NotAllowed


class VoteState(StrEnum):
    """The state of a vote. `LOOKED_AT`: it has ended, and is reviewed before it is counted."""

    DRAFT = "draft"
    PLANNED = "planned"
    OPEN = "open"
    LOOKED_AT = "looked_at"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class VoteAction(StrEnum):
    PLAN = "plan"
    OPEN = "open"
    END = "end"
    COUNT = "count"
    CANCEL = "cancel"


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Names of the options on the ballot."""


class Method(StrEnum):
    """How a ballot is marked: one option, any number of options, or options in order of preference."""

    SINGLE = "single"
    APPROVAL = "approval"
    RANKED = "ranked"


class Electorate(StrEnum):
    """Who votes: every resident, or the entries of that kind in the register (名册)."""

    RESIDENT = "resident"
    PERSON = "person"
    HOUSEHOLD = "household"
    OWNER = "owner"


REGISTERED: frozenset[Electorate] = frozenset(Electorate) - {Electorate.RESIDENT}


class Hold(StrEnum):
    """The decision on many new accounts that joined during a vote."""

    OPEN = "open"
    ADMITTED = "admitted"
    LEFT_OUT = "left_out"


class Validity(StrEnum):
    """Whether a vote decides, or why it does not."""

    DECIDES = "decides"
    TOO_FEW = "too_few"
    NO_QUORUM = "no_quorum"
    TIE = "tie"


S, A = VoteState, VoteAction
RUNNING: frozenset[VoteState] = frozenset({S.PLANNED, S.OPEN, S.LOOKED_AT})
STEPS: dict[VoteAction, tuple[frozenset[VoteState], VoteState]] = {
    A.PLAN: (frozenset({S.DRAFT}), S.PLANNED),
    A.OPEN: (frozenset({S.PLANNED}), S.OPEN),
    A.END: (frozenset({S.OPEN}), S.LOOKED_AT),
    A.COUNT: (frozenset({S.LOOKED_AT}), S.CLOSED),
    A.CANCEL: (frozenset({S.DRAFT}) | RUNNING, S.CANCELLED),
}


def step(state: VoteState, action: VoteAction) -> VoteState:
    """Return the state after `action`.

    Raises:
        NotAllowed: the table has no such step from here.
    """
    sources, to = STEPS[action]
    if state not in sources:
        raise NotAllowed(f"{action} does not start from {state}")
    return to


def chosen(method: Method, before: Sequence[int], place: int) -> list[int]:
    """The ballot after option `place` was tapped: chosen, added, or, if it was on it already, removed."""
    if method is Method.SINGLE:
        return [place]
    if place in before:
        return [other for other in before if other != place]
    return sorted([*before, place]) if method is Method.APPROVAL else [*before, place]


def tag(key: str, who: str) -> str:
    """The voter's pseudonym on the roll: a keyed hash, which cannot be guessed without the key of the vote."""
    return hmac.new(bytes.fromhex(key), who.encode(), hashlib.sha256).hexdigest()


def receipt(voter: str) -> str:
    """The part of the pseudonym that the voter is given, to find it on the roll: 3F2A-91C0-77."""
    return "-".join((voter[:4], voter[4:8], voter[8:10])).upper()


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many voted, how many could (None: unknown), and the quorum in per cent (0: none)."""

    n: int
    eligible: int | None
    quorum: int

    @property
    def needed(self) -> int:
        """Number of votes that the quorum requires, rounded up."""
        return -(-(self.eligible or 0) * self.quorum // 100)

    @property
    def percent(self) -> int | None:
        return round(100 * self.n / self.eligible) if self.eligible else None

    @property
    def reached(self) -> bool:
        return self.n >= self.needed


def validity(turnout: Turnout, fewest: int, winners: Sequence[int]) -> Validity:
    """Whether a vote decides. Below `fewest` ballots nothing is counted: it would show who chose what."""
    if turnout.n < fewest:
        return Validity.TOO_FEW
    if not turnout.reached:
        return Validity.NO_QUORUM
    return Validity.DECIDES if len(winners) == 1 else Validity.TIE
