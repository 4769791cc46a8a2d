"""Names of persons in free text.

A name is a surname and one or two given-name characters. That alone would find 高压 and 马上, so each candidate is
weighed: how common its characters are in names, whether the tokeniser makes everyday words of them (方便, 江水), what
precedes it (我叫, 户主, 我妈) and what follows (女士, 家的, a telephone number). The weights were set by hand;
tests/nlp/test_personal.py checks what they achieve.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from nlp.data_files import pairs, table
from nlp.places import place_endings
from nlp.tokens import tagged
from nlp.understanding import Personal, Span

_ENOUGH = 2.45
_TINY = 1e-6
_CUT_MOST = 0.5
"""The most that `_cutting` can add for each character: each is a word that the dictionary knows as a name."""
_HOPELESS = -0.9
"""A weight that no context can make up for."""
_LENGTHS = (5, 4, 3, 2, 1)
_NEAR, _FOLLOWING = 12, 6
"""How many characters before and behind a candidate are examined."""
_GAP = " :,'\"“”‘’「」『』《》()[]"
_STOPS = frozenset(",.;:!?、。，；：！？ \n()（）[]\"'“”「」~…+")
_SPOKEN = frozenset(
    ("东方", *"何于和时全车单常曾都应向明来花水安方温平白路游房边高金石马江关成计连强解商包位钱经从左黄满党项充阳")
)
"""Surnames whose characters usually mean something else."""
_JOINS = frozenset("、和跟与,及同")
_HAMLETS = frozenset("里湾塆墩坳冲垸咀嘴铺店岭畈坪坝沟塘桥巷弄台坡港渡洲河")
_NO_GIVEN = frozenset(("家", "某", "某某", "工", "总", "姓"))
_NEVER = frozenset("的了吗呢吧们这那哪我你他她它不没是在就也还都很太又要会能和跟与把被给从到说去过着个之为")
"""Characters that no given name contains."""
_LEFT: Mapping[str, float] = {
    "says": 3.0,
    "who": 1.6,
    "point": 0.8,
    "edge": 0.5,
    "of": 0.4,
    "name": 1.6,
    "told": 2.2,
    "numbered": 1.4,
    "nothing": -0.9,
}
_RIGHT: Mapping[str, float] = {"title": 1.6, "kin": 2.8, "contact": 1.4, "did": 1.4, "acts": 0.7, "edge": 0.6}


_NUMBERED = re.compile(r"\d{2}[\dx] ?$")
_TOLD = re.compile(r"(?:我是|我叫|就是|姓|名叫)[^,。;!? ]{1,9}的$|姓.叫$")
"""As in 我是开小卖部的童国平."""


_NUMBER = re.compile(r"[\da-z一二三四五六七八九十]{1,3}(?:号|栋|幢|座|期|区|单元|#)")


class _Candidate(NamedTuple):
    start: int
    given: int
    end: int


@cache
def _surnames() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """(common, other, compound) surnames."""
    lines = [*table("surnames.txt")]
    return frozenset(lines[0]), frozenset("".join(lines[1:2])), frozenset(lines[2].split())


@cache
def _given() -> frozenset[str]:
    return frozenset("".join(table("given.txt")))


@cache
def _cues() -> Mapping[str, frozenset[str]]:
    return {sort: frozenset(words.split()) for sort, words in pairs("name-cues.txt")}


@cache
def _not_names() -> frozenset[str]:
    return frozenset(word for line in table("not-names.txt") for word in line.split())


@cache
def _titles() -> frozenset[str]:
    """What can follow a surname instead of a given name."""
    return _cues()["title"] | _NO_GIVEN


def find_names(text: str) -> list[Span]:
    """Spans of names in folded text, in order."""
    spans = {span for a, b in _weighed(text) for span in _everywhere(text, text[a:b])}
    found, done = list[Span](), 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= done:
            done = end
            found.append(Span(start, end, Personal.NAME))
    return found


def _everywhere(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Every occurrence of a name that was recognised once."""
    at = text.find(name)
    while at >= 0:
        yield at, at + len(name)
        at = text.find(name, at + len(name))


def _weighed(text: str) -> list[tuple[int, int]]:
    """The strongest candidates without overlaps; a second pass counts names beside them (付桂香、尹元珍)."""
    if not _may_be_named(text):
        return []
    words = _Words(text)
    weights: dict[_Candidate, float] = {}
    for name in _candidates(text):
        inside = _inside(words, name)
        if inside > _HOPELESS:
            weights[name] = inside + _before(text, name.start) + _behind(text, name.end)
    kept = _apart(weights)
    ends = {end for _, end in kept}
    beside = [name for name in weights if name.start - 1 in ends and text[name.start - 1] in _JOINS]
    for name in beside:
        weights[name] += _LEFT["name"] - _before(text, name.start)
    return _apart(weights) if beside else kept


def _may_be_named(text: str) -> bool:
    """Whether any candidate could reach the threshold if it is cut like a name: one text in ten."""
    for name in _candidates(text):
        most = _characters(text, name) + _grown(text[name.start : name.end]) + _CUT_MOST * (name.end - name.start)
        around = _before(text, name.start) + _behind(text, name.end)
        if most + around >= _ENOUGH - _TINY and not _hopeless(text, name):
            return True
    return False


def _apart(weights: Mapping[_Candidate, float]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    taken: set[int] = set()
    enough = [(weight, name) for name, weight in weights.items() if weight >= _ENOUGH]
    for _, name in sorted(enough, reverse=True):
        places = range(name.start, name.end)
        if taken.isdisjoint(places):
            kept.append((name.start, name.end))
            taken.update(places)
    return kept


@cache
def _family() -> re.Pattern[str]:
    """A surname, and one or two characters that a given name may contain."""
    common, single, double = _surnames()
    given = f"(?![{''.join(sorted(_NEVER))}])[一-鿿]"
    return re.compile(rf"({'|'.join(sorted(double))}|[{''.join(sorted(common | single))}])({given})({given})?")


@cache
def _beginning() -> re.Pattern[str]:
    """First characters of surnames; most texts contain at most one."""
    return re.compile(f"[{''.join(sorted({name[0] for names in _surnames() for name in names}))}]")


def _candidates(text: str) -> list[_Candidate]:
    found = []
    for begins in _beginning().finditer(text):
        hit = _family().match(text, begins.start())
        if hit and hit[1] != hit[2]:
            start, given = hit.span(1)
            found.append(_Candidate(start, given, given + 1))
            if hit[3]:
                found.append(_Candidate(start, given, given + 2))
    return found


class _Words:
    """The words of a text, and whether the dictionary tags them as names."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._at: list[tuple[int, int, bool]] = []
        for word, tag in tagged(text):
            start, length = len(self._at), len(word)
            self._at += [(start, start + length, tag.startswith("nr"))] * length

    def over(self, start: int, end: int) -> Iterable[tuple[int, int, bool]]:
        """The words that overlap [start, end), as (start, end, whether it is tagged as a name)."""
        return dict.fromkeys(self._at[start:end])


def _inside(words: _Words, name: _Candidate) -> float:
    """The weight of the candidate itself, without its context."""
    if _hopeless(words.text, name):
        return _HOPELESS
    return _characters(words.text, name) + _cutting(words, name)


def _hopeless(text: str, name: _Candidate) -> bool:
    """Whether it is an everyday word or a place, which no context can make up for."""
    whole, given = text[name.start : name.end], text[name.given : name.end]
    if whole in _not_names() or given in _titles() or text.startswith("*", name.end):
        return True
    if given[0] == "家" and given[-1] in _HAMLETS:
        return True  # 张家湾
    return given[-1] in place_endings() and bool(_NUMBER.match(text, name.end))  # 幸福苑4栋


def _characters(text: str, name: _Candidate) -> float:
    weight, usual = _surname_weights()[text[name.start : name.given]], _given()
    one = text[name.given]
    if name.end - name.given == 1:
        return weight + 0.45 if one in usual else weight - 0.8
    two = text[name.given + 1]
    count = 2 if one == two or one + two in _cues()["nick"] else (one in usual) + (two in usual)
    return weight + 0.7 + 0.45 * count - 0.8 * (2 - count)


@cache
def _surname_weights() -> Mapping[str, float]:
    common, single, double = _surnames()
    weights = dict.fromkeys(single, 0.5) | dict.fromkeys(common, 0.9) | dict.fromkeys(double, 1.6)
    return {family: weight - 0.6 if family in _SPOKEN else weight for family, weight in weights.items()}


def _cutting(words: _Words, name: _Candidate) -> float:
    """The weight of how the tokeniser cuts the candidate: names fall apart into single characters."""
    weight = _grown(words.text[name.start : name.end])
    for start, end, is_name in words.over(name.start, name.end):
        inside = name.start <= start and end <= name.end
        if is_name:
            weight += 0.5 if inside else -1.5
        elif end - start > 1:
            weight -= 2.5 if not inside else 0.6 if start >= name.given else 1.6
    return weight


def _grown(whole: str) -> float:
    """The weight of an everyday word with one more character: 孙子说 is no name, 宋江涛 may be one."""
    if whole[:2] not in _not_names():
        return 0.0
    return -0.8 if whole[-1] in _given() else -2.0


def _before(text: str, start: int) -> float:
    """The weight of what precedes a candidate; punctuation and brackets in between are ignored."""
    bare = start
    while bare > 0 and text[bare - 1] in _GAP:
        bare -= 1
    if text[bare - 1 : bare] in _introducing():
        ends = [text[max(0, bare - n) : bare] for n in _LENGTHS]
        if cue := _longest(_introduces(), ends):
            return cue
    last = text[start - 1 : start]
    if not last:
        return _LEFT["edge"]
    if (last.isdigit() or last in "x ") and _NUMBERED.search(text, max(0, start - _NEAR), start):
        return _LEFT["numbered"]
    if last in "的叫" and _TOLD.search(text, max(0, start - _NEAR), start):
        return _LEFT["told"]
    if last in _STOPS or last.isdigit():
        return _LEFT["edge"]
    return _LEFT["of"] if last == "的" else _LEFT["nothing"]


def _behind(text: str, end: int) -> float:
    first = text[end : end + 1]
    if first in _STOPS or not first:
        follows = _following(text[end : end + _FOLLOWING].lstrip(_GAP))
        return follows if follows == _RIGHT["contact"] else _RIGHT["edge"]
    return _following(text[end : end + _FOLLOWING]) if first in _first_following() else 0.0


def _following(rest: str) -> float:
    return _longest(_follows(), [rest[:n] for n in _LENGTHS])


def _longest(cues: Mapping[str, float], parts: Iterable[str]) -> float:
    return next((cues[part] for part in parts if part in cues), 0.0)


@cache
def _introduces() -> Mapping[str, float]:
    return {word: _LEFT[sort] for sort in ("point", "who", "says") for word in _cues()[sort]}


@cache
def _follows() -> Mapping[str, float]:
    return {word: _RIGHT[sort] for sort in ("acts", "did", "contact", "kin", "title") for word in _cues()[sort]}


@cache
def _introducing() -> frozenset[str]:
    """Last characters of the words that introduce a name."""
    return frozenset(word[-1] for word in _introduces())


@cache
def _first_following() -> frozenset[str]:
    return frozenset(word[0] for word in _follows())
