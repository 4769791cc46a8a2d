"""Cuts a message about several things into several matters.

Clauses are read from left to right. A numbered (第二, 2.) or announced (另外) clause begins a new matter. For any other
clause this is weighed: does it mention a new thing, topic or trouble; how does it begin and end; how long is it; what
punctuation precedes it. The weights (`data/cut-weights.txt`) are learned from messages with marked cuts and from the
corpus (nlp/training/segmentation.py). The parts join to the message.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from operator import add
from typing import NamedTuple

from nlp.clauses import (
    ASPECTS,
    NAMED,
    NOTHING,
    SCENES,
    SEVERAL,
    SHORTEST,
    THINGS,
    TOPICS,
    Clause,
    Spoken,
    clauses,
    has_several_clauses,
)
from nlp.data_files import pairs

_REASON = re.compile(r"一(?:是|来|则)")
"""Reasons for a matter already stated are numbered like matters: 想要个车棚，一是淋雨，二是好充电."""
_COUNTS_ON = re.compile(r"[二三四](?:是|来|则)")
_PROMISED = {"两": 2, "二": 2, "2": 2, "三": 3, "3": 3, "四": 4, "五": 5}
_TOO = re.compile(r"[^,]{1,7}(?:也|又|还)(?![说是能想被要没会])")
"""Says that something else is wrong, too: 车又乱停."""
_ASKS = re.compile("吗$|哪$|哪天$|没有?$|不$|几[号点时]$|么时候$|能不能|有没有|怎么|什么时候|多少|哪里")
_WHO = re.compile(
    r"(?:请问|我们?家?|他家?|她家?)?(?:我?[妈爸爹]妈?爸?|老公|老婆|爱人|老伴|婆婆|公公|爷爷|奶奶|外公|外婆|儿子|女儿|孩子"
    r"|小孩|伢|孙子|老人|大人|邻居|隔壁|房东|物业|保安|保洁|社区|他家|她家|自己|我)"
)
"""The person at the beginning of a clause: 我妈想学画画，我爸想下棋."""
_WHERE = re.compile(
    r"(?:小区|我们)?(?:楼上|楼下|对面|对门|隔壁|[上下里外]头|[上下里外]面|前门|后门|门口|旁边|屋里|屋外|墙上|地上|路上"
    r"|[东南西北][边门头]|[一二三四五六七八九十\d]{1,3}(?:楼|栋|号楼|单元)|早上|晚上|白天|夏天|冬天|平时|今天|昨天|明天|下雨"
    r"|天晴|这次|上次)"
)
"""The place or time at the beginning of a clause: 一楼没水，五楼漏雨."""
_SHORT = 9
"""If no clause is longer, the message is a list."""
ALONE = "alone"
"""Name of the constant weight that every clause gets."""
_WORDED = "^$~."
"""Prefixes of feature names: beginning, end, pair of characters, character."""
_LATELY = 4
"""Cached results of `_turned`; each clause is compared with the next one."""
_KNOWN = 8192
"""Cached weights of `_Facts`; most of them recur."""


@dataclass(slots=True)
class Told:
    """The current matter. `last`: the previous clause; `matters`: the number of matters before this one."""

    spoken: Spoken = NOTHING
    subjects: set[str] = field(default_factory=set)
    said: int = 0
    tells: bool = False
    reasons: bool = False
    last: str = ""
    matters: int = 0

    @property
    def about(self) -> bool:
        return bool(self.spoken & NAMED)

    def add(self, clause: Clause) -> None:
        self.reasons |= bool(self.about and _REASON.match(clause.text))
        self.spoken |= clause.spoken
        if clause.subject:
            self.subjects.add(clause.subject)
        self.tells |= clause.tells
        self.said += 0 if clause.empty and clause.named_at < 0 else len(clause.text)
        self.last = clause.bare

    def next(self) -> "Told":
        return Told(last=self.last, matters=self.matters + 1)


def split(text: str) -> list[str]:
    """The matters of a message, in order; they join to the message. `text` is folded."""
    cuts = _cuts(text)
    if not cuts:
        return [text]
    starts = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(starts) if b > a]


def _cuts(text: str) -> list[int]:
    if not has_several_clauses(text):
        return []
    found = clauses(text)
    if counted := _counted(found):
        return counted
    shape, cuts, told = Shape.of(text, found), list[int](), Told()
    for clause in found:
        if told.said and (told.about or told.tells) and _begins(clause, told, shape):
            cuts.append(clause.start)
            told = told.next()
        told.add(clause)
    return cuts


def _counted(clauses: Sequence[Clause]) -> list[int]:
    """The cuts if the message announces 三件事 and exactly that many clauses follow; otherwise empty."""
    for at, clause in enumerate(clauses):
        if clause.claims:
            rest = [follows for follows in clauses[at + 1 :] if not follows.empty or follows.named_at >= 0]
            return [follows.start for follows in rest[1:]] if len(rest) == _PROMISED[clause.claims] else []
    return []


def _begins(clause: Clause, told: Told, shape: "Shape") -> bool:
    """Whether the clause begins a new matter."""
    if _reasons(clause, told):
        return False
    says = not clause.empty or clause.named_at >= 0
    if clause.numbered or "more" in clause.marks:
        return told.said >= SHORTEST and (clause.numbered or clause.announces or says)
    heard = clause.named_at >= 0 or clause.tells or clause.marks
    return bool(says and heard and weigh(clause, told, shape) > 0)


def _reasons(clause: Clause, told: Told) -> bool:
    return bool((told.about and _REASON.match(clause.text)) or (told.reasons and _COUNTS_ON.match(clause.text)))


class Shape(NamedTuple):
    """The whole message. `short`: it has only short clauses; `promised`: it announces several matters."""

    length: int
    short: bool
    promised: bool

    @classmethod
    def of(cls, text: str, clauses: Sequence[Clause]) -> "Shape":
        return cls(
            _step(len(text), (12, 20, 30, 45, 60, 90)),
            all(len(clause.text) <= _SHORT for clause in clauses),
            bool(SEVERAL.search(text)),
        )


def _step(number: int, borders: Sequence[int]) -> int:
    return bisect_left(borders, number)


class _Content(NamedTuple):
    """How what the clause is about relates to the current matter."""

    thing: str
    topic: str
    scene: str
    aspect: str
    named: str
    tells: bool
    told: bool
    promised: bool

    def names(self) -> list[str]:
        same, tells = self.thing + self.topic, f"{self.tells:d}{self.told:d}"
        return [
            "thing " + self.thing,
            "topic " + self.topic,
            "scene " + self.scene,
            "aspect " + self.aspect,
            "both " + same,
            f"trouble {self.thing}{self.aspect}",
            f"named {self.named}",
            f"named {self.named} {same}",
            f"tells {tells}",
            f"tells {tells} {same}",
            f"promised {self.promised:d} {self.thing}",
            f"promised {self.promised:d} {self.topic}",
        ]


class _Joint(NamedTuple):
    """How the clause begins, and what precedes it. `who`, `where`: whether person or place differ from before."""

    thing: str
    marks: frozenset[str]
    joint: str
    too: bool
    who: str
    where: str

    def names(self) -> list[str]:
        thing, marks = self.thing, ",".join(sorted(self.marks))
        return [
            f"marks {marks}",
            f"marks {marks} {thing}",
            f"joint {self.joint}",
            f"joint {self.joint} {thing}",
            f"too {self.too:d} {thing}",
            f"who {self.who}",
            f"who {self.who} {thing}",
            f"against {self.where}",
            f"against {self.where} {thing}",
        ]


class _Likeness(NamedTuple):
    """Whether the clause is built like the last one."""

    same: str
    short: bool
    ending: bool
    length: bool
    asks: bool
    asked: bool

    def names(self) -> list[str]:
        same, parallel, asks = self.same, f"{self.ending:d}{self.length:d}", f"{self.asks:d}{self.asked:d}"
        listed = f"list {self.short:d}"
        return [
            f"{listed} {same}",
            f"{listed} {parallel}",
            f"parallel {parallel}",
            f"asks {asks}",
            f"asks {asks} {same}",
        ]


class _Course(NamedTuple):
    """The position in the message."""

    length: int
    message: int
    said: int
    subject: str
    matters: int

    def names(self) -> list[str]:
        return [f"{name} {value}" for name, value in self._asdict().items()]


_Facts = _Content | _Joint | _Likeness | _Course
"""The relation of a clause to the current matter, in four parts that recur and whose weights are cached."""


def weigh(clause: Clause, told: Told, shape: Shape) -> int:
    """The weight of evidence for a new matter, in hundredths; above 0 the clause begins one."""
    weights = _weights()
    related = sum(map(_weight, _related(clause, told, shape)))
    return weights.named[ALONE] + related + sum(map(_sum_of, weights.worded, _worded(clause.bare)))


def features(clause: Clause, told: Told, shape: Shape) -> list[str]:
    """Names of the features of a clause, each once."""
    related = [name for facts in _related(clause, told, shape) for name in facts.names()]
    return related + [mark + part for mark, parts in zip(_WORDED, _worded(clause.bare), strict=True) for part in parts]


@lru_cache(_KNOWN, typed=True)
def _weight(facts: _Facts) -> int:
    return _sum_of(_weights().named, facts.names())


def _sum_of(weights: Mapping[str, int], names: Collection[str]) -> int:
    return sum(filter(None, map(weights.get, names)))


def _worded(bare: str) -> tuple[Collection[str], ...]:
    """Beginnings, ends, pairs of characters and characters of a clause."""
    return (bare[:1], bare[:2], bare[:3]), (bare[-1:], bare[-2:]), {*map(add, bare, bare[1:])}, {*bare}


def _related(clause: Clause, told: Told, shape: Shape) -> tuple[_Facts, ...]:
    """The relation of the clause to the current matter."""
    new, old, bare, last = clause.spoken, told.spoken, clause.bare, told.last
    thing, topic, scene, aspect = [_shared(new & sort, old & sort) for sort in (THINGS, TOPICS, SCENES, ASPECTS)]
    named = "-" if clause.named_at < 0 else str(_step(clause.named_at, (0, 2, 5)))
    subject = "-" if not clause.subject else "new" if told.subjects and clause.subject not in told.subjects else "old"
    (asks, who, where), (asked, whose, there) = _turned(bare), _turned(last)
    too, who, where = bool(_TOO.match(clause.text)), _set_apart(who, whose), _set_apart(where, there)
    length, said = _step(len(bare), (3, 5, 8, 12, 18)), _step(told.said, (5, 9, 14, 22, 40))
    return (
        _Content(thing, topic, scene, aspect, named, clause.tells, told.tells, shape.promised),
        _Joint(thing, clause.marks, clause.joint, too, who, where),
        _Likeness(thing + topic, shape.short, bare[-1:] == last[-1:], abs(len(bare) - len(last)) <= 1, asks, asked),
        _Course(length, shape.length, said, subject, min(told.matters, 2)),
    )


class _Turned(NamedTuple):
    """Whether a clause asks, and the person and the place or time at its beginning."""

    asks: bool
    who: str
    where: str


@lru_cache(_LATELY)
def _turned(bare: str) -> _Turned:
    who, where = _WHO.match(bare), _WHERE.match(bare)
    return _Turned(bool(_ASKS.search(bare)), who[0] if who else "", where[0] if where else "")


def _set_apart(new: str, old: str) -> str:
    """Three digits: this clause has one, the last has one, both have different ones."""
    return f"{bool(new):d}{bool(old):d}{bool(new and old and new != old):d}"


def _shared(new: Spoken, told: Spoken) -> str:
    """`-`: the clause names nothing; `=`: something is known; `/`: nothing is known; `+`: nothing was told before."""
    if not new:
        return "-"
    return "=" if new & told else "/" if told else "+"


class _Weights(NamedTuple):
    """In hundredths, so that sums are exact. `named`: by feature name; `worded`: by text, a table for each prefix."""

    named: Mapping[str, int]
    worded: Sequence[Mapping[str, int]]


@cache
def _weights() -> _Weights:
    named = {name: round(100 * float(weight)) for name, weight in pairs("cut-weights.txt")}
    return _Weights(named, [{name[1:]: w for name, w in named.items() if name[0] == mark} for mark in _WORDED])
