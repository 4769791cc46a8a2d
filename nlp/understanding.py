"""What is understood of one message: the shape that the rest of the house reads.

Everything in it is a proposal. A resident corrects it with one tap, a grid worker can change all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.scenes import Kind, Scene, Urgency


class NoneType(StrEnum):
    """Why a message is no request."""

    GREETING = "greeting"
    THANKS = "thanks"
    ACK = "ack"
    SPAM = "spam"
    TEST = "test"
    ABUSE = "abuse"
    CHAT = "chat"
    VENT = "vent"


class Alarm(StrEnum):
    """Which number an emergency is told first; `HUMAN` has none and goes to a person at once."""

    POLICE = "110"
    FIRE = "119"
    AMBULANCE = "120"
    HUMAN = "human"


class Personal(StrEnum):
    """Kinds of personal data found in free text."""

    PHONE = "phone"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    WECHAT = "wechat"
    EMAIL = "email"
    NAME = "name"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range [start, end) of indices into the original text."""

    start: int
    end: int
    type: Personal


LEADS_ON = ",，、;；:： \n"
"""Marks between two matters, as they are written and as they are folded: they say nothing of either."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """One matter, labelled.

    Probabilities are calibrated and lie in [0, 1]. `why` holds the words that decided, strongest first.
    `places` are place words as written. `scenes` are the three likeliest scenes, best first, for asking back.
    `alarms` is empty unless the urgency is an emergency or a human is needed at once.
    """

    text: str
    scene: Scene
    scene_probability: float
    scenes: tuple[Scene, ...]
    scene2: Scene | None
    kind: Kind
    kind_probability: float
    none_type: NoneType | None
    item: int
    item_probability: float
    urgency: Urgency
    urgency_probability: float
    alarms: tuple[Alarm, ...]
    needs_human: bool
    places: tuple[str, ...]
    why: tuple[str, ...]
    personal: tuple[Span, ...]
    similar_key: Sequence[int]
    """Signature for the search for similar open cases (see nlp/similar.py); opaque elsewhere."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One message, read: its matters (at least one) in the order in which they are told."""

    text: str
    matters: tuple[Understanding, ...]

    @property
    def first(self) -> Understanding:
        return self.matters[0]
