"""The stable codes of the taxonomy.

The names, colours, clocks and units that belong to a code are data of the district (see `district/`);
the codes themselves stand in stored rows and in trained weights, so they are code.
Source: 黄石港区完整社区建设实施方案, 三(二) and annex 2; domain labelling guide v1, sections 1 and 6.
"""

from enum import StrEnum


class Scene(StrEnum):
    """The eight scenes of the plan, in its order, and the two labels beside them."""

    PUBLIC_SERVICE = "public_service"
    INNOVATION = "innovation"
    LEARNING = "learning"
    GREEN = "green"
    CULTURE = "culture"
    HEALTH = "health"
    SAFETY = "safety"
    NEIGHBOUR = "neighbour"
    NONE = "none"
    OUT_OF_REMIT = "out_of_remit"


class Kind(StrEnum):
    """Problem ledger, need list, question, or nothing to be done."""

    PROBLEM = "problem"
    NEED = "need"
    QUERY = "query"
    NONE = "none"


class Urgency(StrEnum):
    """轻重缓急, most urgent first."""

    EMERGENCY = "E"
    URGENT = "U"
    NORMAL = "N"
    LONG_TERM = "L"


EIGHT_SCENES: tuple[Scene, ...] = tuple(Scene)[:8]
NO_ITEM = 0
"""Construction item number of a matter that none of annex 2's twenty items covers."""
