"""What is understood of a message, in the form that the rest of the program uses.

Everything in it is a proposal. A resident corrects it with one tap, a grid worker can change all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

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
    """Whom to call in an emergency; `HUMAN` has no number: a person takes over at once."""

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
"""Punctuation between two matters, written and folded; it belongs to neither."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """One matter, labelled.

    Probabilities are calibrated and lie in [0, 1]. `why`: the words that decided, strongest first.
    `places`: place names as written. `scenes`: the three likeliest scenes, best first, for asking back.
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
    """Signature for the search for similar open cases (see nlp/similar_index.py); opaque elsewhere."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A message that was read: its matters (at least one) in the order of the text."""

    text: str
    matters: tuple[Understanding, ...]

    @property
    def first(self) -> Understanding:
        return self.matters[0]

    @property
    def main(self) -> Understanding:
        """The matter that labels the whole message: an emergency, else the first request, else the first."""
        urgent = (matter for matter in self.matters if matter.urgency is Urgency.EMERGENCY)
        wanted = (matter for matter in self.matters if matter.scene is not Scene.NONE)
        return next(chain(urgent, wanted, self.matters))
