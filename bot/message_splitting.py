"""Splits a long text into messages by UTF-16 units, at the end of a line if possible, never inside a character."""

from ledger.text import utf16_length


def split(text: str, limit: int) -> list[str]:
    """Return `text` in pieces of at most `limit` UTF-16 code units."""
    pieces: list[str] = []
    while utf16_length(text) > limit:
        cut = _cut(text, limit)
        pieces.append(text[:cut].rstrip("\n"))
        text = text[cut:].lstrip("\n")
    return [*pieces, text] if text or not pieces else pieces


def _cut(text: str, limit: int) -> int:
    end = units = 0
    for character in text:
        units += 2 if character > "\uffff" else 1
        if units > limit:
            break
        end += 1
    newline = text.rfind("\n", end // 2, end)
    cut = newline + 1 if newline > 0 else end
    while 0 < cut < len(text) and text[cut] in _JOINERS and cut > end // 2:
        cut -= 1  # keep an emoji and its modifiers together
    return max(cut, 1)


_JOINERS = (
    {"\u200d", "\ufe0f", "\ufe0e", "\u20e3"}
    | {chr(code) for code in range(0x1F3FB, 0x1F400)}
    | {chr(code) for code in range(0x300, 0x370)}
)
