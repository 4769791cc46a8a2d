"""The clauses of a message, and what each of them speaks of."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import or_
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from ledger.scenes import Scene
from nlp import concepts
from nlp.cues import Cue, Cues
from nlp.lexicon import lexicon
from nlp.tables import table

ENDS = ",。;!?\n、 :"
_END = re.escape(ENDS)
_OPENERS = "另外|还有就是|还有我|还有隔壁|再就是|顺便|我自己想|旁边那|楼下餐馆|同时反映"
_CLAUSE = re.compile(rf"[^{_END}]+?(?:[{_END}]+|$|(?={_OPENERS}))|[{_END}]+")
_SECOND = re.compile(rf"[^{_END}](?:[{_END}]+[^{_END}]|(?={_OPENERS}))|^[{_END}]")
_NUMBER = re.compile(r"\(?[1-9一二三四五六七八九]\)?[.、)](?!\d)|[①-⑨]|第[一二三四五][,、:个]|[一二三四五]是")
_CLAIMED = re.compile(r"(?P<n>[两二三四五23])(?:[个件项]?(?:新|小)?(?:事|问题|情况|诉求)|件|样|桩)")
CLAIM = re.compile(_CLAIMED.pattern + "(?=[,:。;]|$)")
SEVERAL = re.compile(r"[两二三四五几多23][个件项样桩]?(?:新|小)?(?:事|问题|情况|诉求)|[两三几][件样桩](?=[,:。; ]|$)")
_SUBJECT = re.compile(
    r"楼上|楼下|对门|隔壁|顶楼|对面|[一二三四五六七八九十\d]{1,3}楼|\d{1,3}栋|[东南西北]门|[一二三四五]单元"
    r"|(?:我自己|我妈|我爸|我|老人|小孩|孩子|奶奶|爷爷|婆婆|爹爹|伢|娃|她爷爷)(?:嘛,)?(?:也|还)?(?:想|要|问|报)"
)
_FAULT = re.compile(
    r"[不没冇坏掉漏满堵停吵臭脏破裂烂少缺偷乱占黑慢贵涨挡断塌松歪锈锁碎难太几想问修养摆撬被多低滴抛哪拉短要报频]"
    r"|怎么|能不能|建议|增设|无人|失灵|时候"
)
SHORTEST = 4
_ANNOUNCED = 5
"""What is no longer than this and says that something follows says nothing else."""
_BLANK = "="
_SAYS_NOTHING, _MORE = "says", "more"
_VAGUE = frozenset(
    {"procedure", "attitude", "complaintoffice", "cityunit", "policeunit", "trafficunit", "deptunit"}
    | {"danger", "injury", "window"}
)
"""Topics that any matter may have."""


class Spoken(NamedTuple):
    """Sets of things, topics, scenes and aspects, each a bit of a number."""

    things: int = 0
    topics: int = 0
    scenes: int = 0
    aspects: int = 0

    def and_also(self, other: "Spoken") -> "Spoken":
        return Spoken(*map(or_, self, other))


NOTHING = Spoken()


@dataclass(frozen=True, slots=True)
class Clause:
    """`marks`: special words that it begins with. `subject`: the place or person that it begins with."""

    start: int
    text: str
    marks: frozenset[str]
    subject: str
    numbered: bool
    joint: str
    """What stands before it."""
    tells: bool
    """It says that something is wrong or wanted."""
    empty: bool
    """It is no matter by itself."""
    announces: bool
    """It only says that something else follows."""
    spoken: Spoken
    named_at: int
    """Where the first thing or topic is named; -1 if none is."""

    @property
    def bare(self) -> str:
        return self.text.rstrip(ENDS)


def has_several_clauses(text: str) -> bool:
    """A quick look: most messages have only one."""
    return bool(_SECOND.search(text))


def clauses(text: str) -> list[Clause]:
    """They join to the text, which is folded."""
    hits = list(_CLAUSE.finditer(text))
    marks, spoken = _marks().find(text), _spoken().find(text)
    marked, named = [cue.start for cue in marks], [start for start, _ in spoken]
    found = []
    for hit in hits:
        start, end = hit.span()
        own = marks[bisect_left(marked, start) : bisect_left(marked, end)]
        found.append(_clause(text, hit, own, spoken[bisect_left(named, start) : bisect_left(named, end)]))
    return found


def _clause(text: str, hit: re.Match[str], marks: Sequence[Cue], spoken: Sequence[tuple[int, Spoken]]) -> Clause:
    start, said = hit.start(), hit.group()
    first = marks[0].names if marks and marks[0].start == start else frozenset[str]()
    nothing = any(_SAYS_NOTHING in cue.names for cue in marks)
    of = _together([meant for _, meant in spoken])
    named_at = next((at - start for at, (things, topics, _, _) in spoken if things or topics), -1)
    bare = said.rstrip(ENDS)
    only = bool(first) and (marks[0].end - start >= len(bare) or (named_at < 0 and len(bare) <= _ANNOUNCED))
    announces = _MORE in first and only and not nothing
    subject = _SUBJECT.match(said)
    return Clause(
        start,
        said,
        first,
        subject.group() if subject else "",
        numbered=bool(_NUMBER.match(said)),
        joint=text[start - 1 : start],
        tells=bool(of.aspects or _FAULT.search(said)),
        empty=announces or nothing or len(said) < SHORTEST or bool(CLAIM.search(said)),
        announces=announces,
        spoken=of,
        named_at=named_at,
    )


def _together(spoken: Sequence[Spoken]) -> Spoken:
    things = topics = scenes = aspects = 0
    for thing, topic, scene, aspect in spoken:
        things |= thing
        topics |= topic
        scenes |= scene
        aspects |= aspect
    return Spoken(things, topics, scenes, aspects)


@cache
def _marks() -> Cues:
    found: dict[str, list[str]] = {}
    for line in table("matters.txt"):
        if line.startswith("["):
            found[name := line[1 : line.index("]")]] = []
        else:
            found[name] += line.split()
    return Cues(found, _BLANK)


class _Speech:
    """Finds words of concepts and of the lexicon, of which the longest counts at each place."""

    def __init__(self, words: Mapping[str, Spoken]) -> None:
        self._spoken = list(words.values())
        self._search = AhoCorasick(words)

    def find(self, text: str) -> list[tuple[int, Spoken]]:
        """(start, what it speaks of), in the order of the text."""
        hits = self._search.find_matches_as_indexes(text, overlapping=True)
        longest = {start: (end, number) for number, start, end in hits}  # they come in the order of their ends
        done, found = 0, []
        for start in sorted(longest):
            if start >= done:
                done, number = longest[start]
                found.append((start, self._spoken[number]))
        return found


@cache
def _spoken() -> _Speech:
    words: dict[str, Spoken] = {}
    for word, of in chain(_concepts(), _topics()):
        if len(word) > 1 or of.things:
            words[word] = words.get(word, NOTHING).and_also(of)
    return _Speech(words)


def _concepts() -> Iterator[tuple[str, Spoken]]:
    """A kind of a thing counts as the thing."""
    bits = _Bits()
    for word, meant in concepts.meanings().items():
        for sort, name in meant:
            if sort == concepts.THING:
                yield word, Spoken(things=bits[name.partition("/")[0]])
            else:
                yield word, Spoken(aspects=bits[name])


def _topics() -> Iterator[tuple[str, Spoken]]:
    topics, scenes, known = _Bits(), _Bits(), lexicon()
    for word, names in known.spoken():
        for name in names:
            scene = known.scene_of.get(name, "")
            if name not in _VAGUE and scene != Scene.NONE:
                yield word, Spoken(topics=topics[name], scenes=scenes[scene] if scene else 0)


class _Bits(dict[str, int]):
    """A bit for each name."""

    def __missing__(self, name: str) -> int:
        self[name] = 1 << len(self)
        return self[name]
