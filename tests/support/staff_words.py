"""Names of a case's states that only staff know."""

from bot.district import load_district

_DISTRICT = load_district()
STAFF_ONLY = [
    name for name in _DISTRICT.states.values() if not any(name in plain for plain in _DISTRICT.resident_states.values())
]


def staff_words_in(texts: list[str]) -> list[tuple[str, str]]:
    """(name, text) of every text that shows a state as staff call it."""
    return [(name, text) for text in texts for name in STAFF_ONLY if name in text]
