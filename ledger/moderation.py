"""Moderation of what residents write for their neighbours, from the first review to the appeal, as one table.

It applies to options and reasons of a topic, to small wishes (微心愿) and to the text of a topic itself. Who may take
a step is decided by `ledger/rights.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.lifecycle import NotAllowed


class ContentKind(StrEnum):
    """What was written: an option or reason of a topic, a small wish, or the topic's own text."""

    CONTRIBUTION = "contribution"
    WISH = "wish"
    TOPIC = "topic"


class ContentState(StrEnum):
    """Where it stands. Neighbours see only what is `SHOWN`.

    `UPHELD`: hidden, and confirmed by a second person on appeal. `ENDED`: the wish has been fulfilled, so there is
    nothing left to decide.
    """

    WAITING = "waiting"
    SHOWN = "shown"
    HIDDEN = "hidden"
    UPHELD = "upheld"
    ENDED = "ended"


class Judgement(StrEnum):
    """A decision. `SHOW` keeps reported content; `GRANT` and `UPHOLD` are a second person's answers to an appeal."""

    SHOW = "show"
    HIDE = "hide"
    APPEAL = "appeal"
    GRANT = "grant"
    UPHOLD = "uphold"


S, J = ContentState, Judgement


@dataclass(frozen=True, slots=True)
class JudgementStep:
    """One row of the table. `appealed`: whether an appeal must have been made (None: either). One appeal is allowed."""

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
