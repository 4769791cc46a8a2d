"""A vote's rules: its lifecycle as one table, who it is for, how it is counted, when it counts at all."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.lifecycle import NotAllowed


class VoteState(StrEnum):
    """Where a vote stands. `LOOKED_AT`: it has ended, and somebody has to look at it before it is counted."""

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
"""What options are called on the ballot."""


class Method(StrEnum):
    """One option, as many as one likes, or an order of them."""

    SINGLE = "single"
    APPROVAL = "approval"
    RANKED = "ranked"


class Electorate(StrEnum):
    """Whose vote it is: of everybody who lives here, or of the lines of the register of that kind."""

    RESIDENT = "resident"
    PERSON = "person"
    HOUSEHOLD = "household"
    OWNER = "owner"


REGISTERED: frozenset[Electorate] = frozenset(Electorate) - {Electorate.RESIDENT}


class Hold(StrEnum):
    """What came of a look at many new accounts."""

    OPEN = "open"
    ADMITTED = "admitted"
    LEFT_OUT = "left_out"


class Validity(StrEnum):
    """Why a vote decides nothing, or that it does."""

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
    """The ballot after option `place` was tapped: taken, added at the end, or, if it was there, taken back."""
    if method is Method.SINGLE:
        return [place]
    if place in before:
        return [other for other in before if other != place]
    return sorted([*before, place]) if method is Method.APPROVAL else [*before, place]


def tag(key: str, who: str) -> str:
    """What the roll calls a voter. Without the key of the vote nobody can find out whose it is, not even by trying."""
    return hmac.new(bytes.fromhex(key), who.encode(), hashlib.sha256).hexdigest()


def receipt(voter: str) -> str:
    """The part of a voter's tag that they are given, to find it on the roll: 3F2A-91C0-77."""
    return "-".join((voter[:4], voter[4:8], voter[8:10])).upper()


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many voted, of how many (None: not known), and how many had to (per cent; 0: no quorum)."""

    n: int
    eligible: int | None
    quorum: int

    @property
    def needed(self) -> int:
        """Votes that the quorum takes, rounded up."""
        return -(-(self.eligible or 0) * self.quorum // 100)

    @property
    def percent(self) -> int | None:
        return round(100 * self.n / self.eligible) if self.eligible else None

    @property
    def reached(self) -> bool:
        return self.n >= self.needed


def validity(turnout: Turnout, fewest: int, winners: Sequence[int]) -> Validity:
    """Whether a vote decides. Under `fewest` nothing is counted: so few ballots would tell who chose what."""
    if turnout.n < fewest:
        return Validity.TOO_FEW
    if not turnout.reached:
        return Validity.NO_QUORUM
    return Validity.DECIDES if len(winners) == 1 else Validity.TIE
