"""轻重缓急: in which order a community's shortfalls are made good (plan, 三(三)).

The rule, in the order in which it decides:

1. 急: something is lacking and residents ask for it urgently.
2. 重: something is lacking, and many ask for it, or it is for the old and the young (一老一幼, plan 三(二)).
3. 轻: the standard is met or not known, and yet it is asked for by many, or urgently, or it is in a poor state.
4. 缓: something is lacking, and hardly anybody asks for it now.

Within a class: more people first, then more urgent voices, then what lacks more of its standard, then the plan's order.
"""

from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """How soon, soonest first."""

    URGENT = "urgent"
    MAJOR = "major"
    MINOR = "minor"
    LATER = "later"


RANK = {need: rank for rank, need in enumerate(Need)}


@dataclass(frozen=True, slots=True)
class Voice:
    """What residents said of an item in a stretch of time: distinct people, cases, those of them that press (E, U).

    `surveyed` of the people named it in a survey.
    """

    people: int = 0
    cases: int = 0
    urgent: int = 0
    surveyed: int = 0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """An item as it is put in order. `share` of its standard is lacking (0: nothing), from 0 to 1."""

    item: int
    share: float
    voice: Voice
    focus: bool = False
    worn: bool = False


def need_of(found: Shortfall, asked_by: int) -> Need | None:
    """The class of an item; None where nothing is lacking and hardly anybody asks."""
    many = found.voice.people >= asked_by
    if found.share > 0:
        if found.voice.urgent:
            return Need.URGENT
        return Need.MAJOR if many or found.focus else Need.LATER
    return Need.MINOR if many or found.voice.urgent or found.worn else None


def order(found: Shortfall, need: Need) -> tuple[int, int, int, float, int]:
    """Sort key: the class first, then the people, then the urgent voices, then what is lacking, then the plan."""
    return RANK[need], -found.voice.people, -found.voice.urgent, -found.share, found.item
