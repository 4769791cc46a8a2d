"""The catalogue of all texts that people read. The texts themselves are data (`district/texts/`)."""

from collections.abc import Mapping
from functools import cache
from string import Formatter

from ledger.text import without_bidi_controls


@cache
def alternatives(text: str) -> tuple[str, ...]:
    """The words of a text that is written `one|another`."""
    return tuple(text.split("|"))


class Texts:
    """Texts by key, with named places to fill in. What people wrote cannot change the direction of the text around it.

    Raises:
        KeyError: no such text, or a place is not filled. Both are mistakes of ours, so tests look for them.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._plain = {key: text for key, text in texts.items() if "{" not in text and "}" not in text}

    def __call__(self, key: str, /, **values: object) -> str:
        if plain := self._plain.get(key):
            return plain
        try:
            return without_bidi_controls(self._texts[key].format(**values))
        except KeyError as missing:
            raise KeyError(f"text {key}: no such, or place {missing} not filled") from None

    def alternatives(self, key: str) -> tuple[str, ...]:
        """The words of the text called `key`, which is written `one|another`."""
        return alternatives(self(key))

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def keys(self) -> list[str]:
        return sorted(self._texts)

    def places(self, key: str) -> set[str]:
        """Names of the places to fill in the text called `key`."""
        return {name for _, name, _, _ in Formatter().parse(self._texts[key]) if name}
