"""What residents write for neighbours to see: from the first look to the appeal, as one table.

Options and reasons of a topic, small wishes (微心愿) and the words of a topic itself all go this way. Who may take a
step stands in `ledger/rights.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.lifecycle import NotAllowed


class ContentKind(StrEnum):
    """Where it is kept: with a topic, as a call for help, or as the topic itself."""

    CONTRIBUTION = "contribution"
    WISH = "wish"
    TOPIC = "topic"


class ContentState(StrEnum):
    """Neighbours see only what was let through.

    `UPHELD`: somebody else has looked and it stays hidden; `ENDED`: what was asked for is done, nothing is decided
    about it any more.
    """

    WAITING = "waiting"
    SHOWN = "shown"
    HIDDEN = "hidden"
    UPHELD = "upheld"
    ENDED = "ended"


class Judgement(StrEnum):
    """What a person decides. `SHOW` of what was reported: it stays; `GRANT`, `UPHOLD`: somebody else, on an appeal."""

    SHOW = "show"
    HIDE = "hide"
    APPEAL = "appeal"
    GRANT = "grant"
    UPHOLD = "uphold"


S, J = ContentState, Judgement


@dataclass(frozen=True, slots=True)
class JudgementStep:
    """`appealed`: whether an appeal has to be open; a hiding may be appealed against once."""

    sources: frozenset[ContentState]
    to: ContentState
    appealed: bool | None = None


STEPS: dict[Judgement, JudgementStep] = {
    J.SHOW: JudgementStep(frozenset({S.WAITING, S.SHOWN}), S.SHOWN),
    J.HIDE: JudgementStep(frozenset({S.WAITING, S.SHOWN}), S.HIDDEN),
    J.APPEAL: JudgementStep(frozenset({S.HIDDEN}), S.HIDDEN, appealed=False),
    J.GRANT: JudgementStep(frozenset({S.HIDDEN}), S.SHOWN, appealed=True),
    J.UPHOLD: JudgementStep(frozenset({S.HIDDEN}), S.UPHELD, appealed=True),
}


def possible(state: ContentState, judgement: Judgement, *, appealed: bool) -> bool:
    row = STEPS[judgement]
    return state in row.sources and row.appealed in (None, appealed)


def step(state: ContentState, judgement: Judgement, *, appealed: bool) -> ContentState:
    """Return the state after `judgement`.

    Raises:
        NotAllowed: the table has no such step from here.
    """
    if not possible(state, judgement, appealed=appealed):
        raise NotAllowed(f"{judgement} does not start from {state}")
    return STEPS[judgement].to
