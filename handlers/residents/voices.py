"""Voice notes without text: a person listens to them. They are never transcribed by a machine.

Where its words would stand, the case says that there is a voice to be heard (which does not make two voices one matter:
handlers/residents/offers.py).
"""

from handlers.event import FileKind
from handlers.residents import drafts
from handlers.turn import Turn


def alone(turn: Turn) -> bool:
    """Whether the turn is a voice, with no words there or waiting in the draft."""
    voice = any(file.kind is FileKind.VOICE for file in turn.event.files)
    begun = drafts.there_is_one(turn) and bool(drafts.words(turn))
    return voice and not turn.event.text.strip() and not begun


def begin(turn: Turn) -> None:
    """It goes into the draft, to be agreed to like words."""
    turn.say("voice.a_person_listens")
    spoken = turn.as_if(text=turn.context.texts("voice.words"))
    drafts.add(spoken)
    drafts.show(spoken, below=True)
    turn.outcome = "voice"
