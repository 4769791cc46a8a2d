"""Text that is safe in a cell: no character that XML refuses or that turns the reading direction, and a marked cut."""

import re

from ledger.text import utf16_length, without_bidi_controls

CELL_LIMIT = 32_767
"""UTF-16 units of one cell."""
REPLACED = "\ufffd"
# characters that XML 1.0 does not allow
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def cell(text: str, cut: str = "…") -> str:
    """Clean a text for a cell; one that is too long ends with `cut`."""
    if len(text) <= CELL_LIMIT // 2 and text.isprintable():
        return text  # as nearly every text
    clean = _REFUSED.sub(REPLACED, without_bidi_controls(text).replace("\r\n", "\n").replace("\r", "\n"))
    if utf16_length(clean) <= CELL_LIMIT:
        return clean
    return _first_units(clean, CELL_LIMIT - utf16_length(cut)) + cut


def _first_units(text: str, units: int) -> str:
    """The longest beginning of a text that fits `units` UTF-16 units."""
    head = text[:units]
    while utf16_length(head) > units:
        head = head[: len(head) - (utf16_length(head) - units + 1) // 2]
    return head
