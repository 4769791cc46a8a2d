"""Voice notes without text: a person listens to them. They are never transcribed by a machine.

Instead of words the case says that there is a voice note to listen to. This text is never compared with other cases
(handlers/residents/offers.py).
"""

from handlers.event import FileKind
from handlers.residents import drafts
from handlers.turn import Turn


def alone(turn: Turn) -> bool:
    """Whether the turn is a voice note, with no words in it or in the draft."""
    voice = any(file.kind is FileKind.VOICE for file in turn.event.files)
    begun = drafts.there_is_one(turn) and bool(drafts.words(turn))
    return voice and not turn.event.text.strip() and not begun


def begin(turn: Turn) -> None:
    """Put the voice note into the draft, which needs consent as for words."""
    turn.say("voice.a_person_listens")
    spoken = turn.as_if(text=turn.context.texts("voice.words"))
    drafts.add(spoken)
    drafts.show(spoken, below=True)
    turn.outcome = "voice"
