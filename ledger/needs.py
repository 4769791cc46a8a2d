"""轻重缓急: the order in which a community's shortfalls are to be remedied (plan, 三(三)).

The classes, in this order:

1. 急: something is lacking, and residents ask for it urgently.
2. 重: something is lacking, and either many ask for it or it serves older people or children (一老一幼, plan 三(二)).
3. 轻: the standard is met or unknown, but many ask for it, or it is asked for urgently, or it is in poor condition.
4. 缓: something is lacking, but hardly anybody asks for it.

Within a class: most people first, then most urgent cases, then the largest missing share, then the plan's order.
"""

from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """The class of a need, the most pressing first."""

    URGENT = "urgent"
    MAJOR = "major"
    MINOR = "minor"
    LATER = "later"


RANK = {need: rank for rank, need in enumerate(Need)}


@dataclass(frozen=True, slots=True)
class Demand:
    """How residents asked for an item in a period: distinct people, cases, and urgent cases (E and U).

    `surveyed`: how many of the people named it in a survey.
    """

    people: int = 0
    cases: int = 0
    urgent: int = 0
    surveyed: int = 0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """An item to be put in order. `share`: the part of its standard that is lacking, from 0 (nothing) to 1."""

    item: int
    share: float
    demand: Demand
    focus: bool = False
    worn: bool = False


def need_of(found: Shortfall, asked_by: int) -> Need | None:
    """The class of an item; None: nothing is lacking and hardly anybody asks. `asked_by` people count as many."""
    many = found.demand.people >= asked_by
    if found.share > 0:
        if found.demand.urgent:
            return Need.URGENT
        return Need.MAJOR if many or found.focus else Need.LATER
    return Need.MINOR if many or found.demand.urgent or found.worn else None


def order(found: Shortfall, need: Need) -> tuple[int, int, int, float, int]:
    """Sort key: class, number of people, urgent cases, missing share, number in the plan."""
    return RANK[need], -found.demand.people, -found.demand.urgent, -found.share, found.item
