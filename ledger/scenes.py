"""The codes of the taxonomy.

Names, colours, clocks and units are the district's data (see `district/`). The codes are part of the program, because
stored rows and trained weights contain them.
Source: 黄石港区完整社区建设实施方案, 三(二) and annex 2; domain labelling guide v1, sections 1 and 6.
"""

from enum import StrEnum


class Scene(StrEnum):
    """The eight scenes of the plan, in its order, and two labels for what belongs to none of them."""

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
    """A problem for the ledger, a need, a question, or nothing to act on."""

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
"""Item number of a matter that none of the twenty construction items of annex 2 covers."""
