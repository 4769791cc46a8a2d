"""Place words, as written: buildings, named places, spots.

Names that the community imported are known to the tokeniser and found whole; others are found by how names of
places end.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from nlp.tables import table

_BUILDING = re.compile(
    r"(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-z]\d?|[东南西北甲乙丙丁])(?:号楼|栋|幢|座|#楼|#)(?:(?:\d{1,2}|[一二三四五六七八九十甲乙丙])(?:单元|门栋|梯))?"
    r"|(?:\d{1,2}|[一二三四五六七八九十甲乙丙])单元"
)
_BUILT = re.compile("[栋幢座#楼元]")
"""What a building cannot be named without."""
_STOP = frozenset(
    "的了在到从是我你他她它们有没不和与跟同去来把被将就都也还又很太最住对向往给让请问个这那哪每此该某及或但而因为所以由于位处"
    "靠近附边旁里外前后上下左右中内,。;:!?、()[]\"' \n\t〕〔“”‘’"
)
_SHORTEST, _LONGEST = 2, 6


@cache
def place_endings() -> tuple[str, ...]:
    return tuple(sorted({word for line in table("place-endings.txt") for word in line.split()}, key=len, reverse=True))


@cache
def _last_characters() -> frozenset[str]:
    return frozenset(ending[-1] for ending in place_endings())


@cache
def _spots() -> frozenset[str]:
    return frozenset(word for line in table("spots.txt") for word in line.split())


def find_places(text: str, folded: str, tokens: Sequence[str], known: frozenset[str]) -> tuple[str, ...]:
    """Places in the order of the text. `folded` is `text` folded; `tokens` are cut from `folded`."""
    found = [hit.span() for hit in _BUILDING.finditer(folded)] if _BUILT.search(folded) else []
    found += _named(folded, tokens, known)
    found.sort(key=lambda span: (span[0], -span[1]))
    kept: list[tuple[int, int]] = []
    for span in found:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return tuple(dict.fromkeys(text[start:end] for start, end in kept))


def _named(folded: str, tokens: Sequence[str], known: frozenset[str]) -> Iterable[tuple[int, int]]:
    spots, endings, last = _spots(), place_endings(), _last_characters()
    at = 0
    for token in tokens:
        end = at + len(token)
        if token in spots or token in known:
            yield at, end
        elif token[-1] in last and token.endswith(endings) and (start := _start(folded, at, end, token)) is not None:
            yield start, end
        at = end


def _start(folded: str, at: int, end: int, token: str) -> int | None:
    """Where a name that ends at `end` begins: back to the nearest character that cannot belong to it."""
    start = at
    while start > 0 and end - start < _LONGEST + 2 and folded[start - 1] not in _STOP:
        start -= 1
    return (
        start
        if (end - start > max(_SHORTEST, 2 if len(token) > 1 else 1) and start < at) or len(token) > _SHORTEST
        else None
    )
