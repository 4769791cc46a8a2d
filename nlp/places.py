"""Finds places in a message, as written: buildings, named places, spots.

The tokeniser knows the names that the community imported and keeps them whole. Others are recognised by the endings of
place names.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from nlp.data_files import table, words

_BUILDING = re.compile(
    r"(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-z]\d?|[东南西北甲乙丙丁])(?:号楼|栋|幢|座|#楼|#)(?:(?:\d{1,2}|[一二三四五六七八九十甲乙丙])(?:单元|门栋|梯))?"
    r"|(?:\d{1,2}|[一二三四五六七八九十甲乙丙])单元"
)
_BUILT = re.compile("[栋幢座#楼元]")
"""Every name of a building contains one of these."""
_STOP = frozenset(
    "的了在到从是我你他她它们有没不和与跟同去来把被将就都也还又很太最住对向往给让请问个这那哪每此该某及或但而因为所以由于位处"
    "靠近附"
)
_SIDES = frozenset("边旁外前后上下左右中内")
"""As tokens they end a name; in a longer word they may be part of it (中山, 下陆)."""
_DISTRICT = frozenset("省市县区镇乡")
"""A word with this ending contains the place and is not part of its name."""
_SHORTEST, _LONGEST = 2, 8
_WANTED = re.compile(
    r"(?:(?:(?:新|增|扩|改|兴|修|配)?建设?|增设|设立|规划|盖|办|开|修|搞|弄|装|架|要|缺)(?:一|几|两)?(?:个|座|所|家|处|条|片|间|块)"
    r"|(?<!新)建(?!议)设?|增设|设立|规划|盖)[^,。;!?\s议的在了到于对离]{0,3}$"
)
"""Precedes a place that does not exist yet: 建个, 增设公办, 要一座. A 新建大楼 exists already."""
_WANTING = re.compile("[建设划盖办开修搞弄装架要缺立]")
"""Every match of `_WANTED` contains one of these."""
_LOOKED_BACK = 12
_WAY = re.compile(r"(?:公里|里路)$")
"""A distance, not a road."""


@cache
def place_endings() -> tuple[str, ...]:
    return tuple(sorted({word for line in table("place-endings.txt") for word in line.split()}, key=len, reverse=True))


@cache
def _last_characters() -> frozenset[str]:
    return frozenset(ending[-1] for ending in place_endings())


@cache
def _spots() -> frozenset[str]:
    return frozenset(word for line in table("spots.txt") for word in line.split())


@cache
def _before_names() -> frozenset[str]:
    return words("before-names.txt")


@cache
def _no_places() -> frozenset[str]:
    return words("no-places.txt")


def find_places(text: str, folded: str, tokens: Sequence[str], known: frozenset[str]) -> tuple[str, ...]:
    """Places in the order of the text. `folded`: `text` folded; `tokens`: the tokens of `folded`."""
    found = [hit.span() for hit in _BUILDING.finditer(folded)] if _BUILT.search(folded) else []
    found += [span for span in _named(tokens, known) if folded[slice(*span)] in known or _is_there(folded, *span)]
    if not found:
        return ()
    found.sort(key=lambda span: (span[0], -span[1]))
    kept: list[tuple[int, int]] = []
    for span in found:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return tuple(dict.fromkeys(text[start:end] for start, end in kept))


def _is_there(folded: str, start: int, end: int) -> bool:
    """Whether something that ends like a place exists, and is not only wished for or announced."""
    before = max(start - _LOOKED_BACK, 0)
    wanted = _WANTING.search(folded, before, start) and _WANTED.search(folded, before, start)
    return not wanted and not _WAY.search(folded, start, end)


def _named(tokens: Sequence[str], known: frozenset[str]) -> Iterable[tuple[int, int]]:
    spots, endings, last = _spots(), place_endings(), _last_characters()
    at = 0
    for number, token in enumerate(tokens):
        end = at + len(token)
        if token in spots or token in known:
            yield at, end
        elif token[-1] in last and token.endswith(endings) and token not in _no_places():
            length = len(token) + _before(tokens, number)
            if length > _SHORTEST:
                yield end - length, end
        at = end


def _before(tokens: Sequence[str], number: int) -> int:
    """Length of a name before its last token, back to the nearest token that cannot belong to it."""
    length, room = 0, _LONGEST - len(tokens[number])
    for token in reversed(tokens[max(number - room, 0) : number]):
        if length + len(token) > room or _ends_names(token):
            break
        length += len(token)
    return length


def _ends_names(token: str) -> bool:
    alone = len(token) == 1
    return (
        token.isascii()
        or not token.isalpha()
        or token in _before_names()
        or token in _spots()
        or (token in _SIDES if alone else token[-1] in _DISTRICT)
        or any(char in _STOP for char in token)
    )
