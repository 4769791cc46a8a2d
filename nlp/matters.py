"""A message about several things is cut into several matters.

Clauses are walked through from left to right. What announces something else (另外, 第二, 2.) begins a new matter;
so does a clause about a thing of another family than all before it, unless it tells cause, effect or comment, or
the families belong together. The words are data (`data/matters.txt`). Parts join to the message.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from nlp.cues import Cue, Cues
from nlp.tables import table

_END = ",。;!?\\n、 :"
_OPENERS = "另外|还有就是|还有我|还有隔壁|再就是|顺便|我自己想|旁边那|楼下餐馆|同时反映"
_CLAUSE = re.compile(rf"[^{_END}]+?(?:[{_END}]+|$|(?={_OPENERS}))|[{_END}]+")
_NUMBER = re.compile(r"\(?[1-9一二三四五六七八九]\)?[.、)](?!\d)|[①-⑨]|第[一二三四五][,、:个]|[一二三四五]是")
_REASON = re.compile(r"一(?:是|来|则)")
"""What is wanted or wrong has been said, and its reasons are counted: 想要个车棚，一是淋雨，二是好充电."""
_COUNTS_ON = re.compile(r"[二三四](?:是|来|则)")
_CLAIMED = re.compile(r"(?P<n>[两二三四五23])(?:[个件项]?(?:新|小)?(?:事|问题|情况|诉求)|件|样|桩)")
_CLAIM = re.compile(_CLAIMED.pattern + "(?=[,:。;]|$)")
_PROMISED = {"两": 2, "二": 2, "2": 2, "三": 3, "3": 3, "四": 4, "五": 5}
_SUBJECT = re.compile(
    r"楼上|楼下|对门|隔壁|顶楼|对面|[一二三四五六七八九十\d]{1,3}楼|\d{1,3}栋|[东南西北]门|[一二三四五]单元"
    r"|(?:我自己|我妈|我爸|我|老人|小孩|孩子|奶奶|爷爷|婆婆|爹爹|伢|娃|她爷爷)(?:嘛,)?(?:也|还)?(?:想|要|问|报)"
)
_TOO = re.compile(r"[^,]{1,7}(?:也|又|还)(?![说是能想被要没会])")
"""Something else is wrong, too: 车又乱停."""
_FAULT = re.compile(
    r"[不没冇坏掉漏满堵停吵臭脏破裂烂少缺偷乱占黑慢贵涨挡断塌松歪锈锁碎难太几想问修养摆撬被多低滴抛哪拉短要报频]"
    r"|怎么|能不能|建议|增设|无人|失灵|时候"
)
_SHORTEST = 4
_TOLD_AT_LENGTH = 90
"""Longer messages tell one matter with all its surroundings: there only an announcement begins another."""
_BLANK = "="
_ANNOUNCING = frozenset({"more", "also"})
_MARKS = frozenset({"more", "also", "if", "since", "says"})


@dataclass(frozen=True, slots=True)
class Families:
    words: dict[str, list[str]] = field(default_factory=dict)
    together: set[frozenset[str]] = field(default_factory=set)
    effects: set[frozenset[str]] = field(default_factory=set)

    def add(self, related: set[frozenset[str]], names: Sequence[str]) -> None:
        related.update(frozenset({names[0], other}) for other in names[1:])


def _related(pairs: set[frozenset[str]], some: Iterable[str], others: Iterable[str]) -> bool:
    return any(frozenset({one, other}) in pairs for one in some for other in others)


@dataclass(frozen=True, slots=True)
class Clause:
    """`marks`: special words that it begins with. `subject`: the place or person that it begins with."""

    start: int
    text: str
    families: frozenset[str]
    marks: frozenset[str]
    subject: str
    numbered: bool
    listed: bool
    """It stands behind a semicolon."""
    tells: bool
    """It says that something is wrong or wanted."""
    empty: bool
    """It is no matter by itself."""


@dataclass(slots=True)
class _Told:
    """The matter that is being told."""

    families: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    said: int = 0
    tells: bool = False
    reasons: bool = False

    def add(self, clause: Clause) -> None:
        self.reasons |= bool(self.families and _REASON.match(clause.text))
        self.families |= clause.families
        self.subjects |= {clause.subject} - {""}
        self.tells |= clause.tells
        self.said += 0 if clause.empty and not clause.families else len(clause.text)


def split(text: str) -> list[str]:
    """The parts of a message, in order; they join to the message. `text` is folded."""
    cuts = _cuts(text)
    if not cuts:
        return [text]
    starts = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(starts) if b > a]


def _cuts(text: str) -> list[int]:
    clauses = _clauses(text)
    if counted := _counted(clauses):
        return counted
    long = len(text) > _TOLD_AT_LENGTH
    cuts, told = list[int](), _Told()
    for clause in clauses:
        if told.said and _begins(clause, told, long=long):
            cuts.append(clause.start)
            told = _Told()
        told.add(clause)
    return cuts


def _counted(clauses: Sequence[Clause]) -> list[int]:
    """Somebody says 三件事, and just as many clauses follow."""
    for at, clause in enumerate(clauses):
        if claim := _CLAIM.search(clause.text):
            rest = [follows for follows in clauses[at + 1 :] if not follows.empty or follows.families]
            return [follows.start for follows in rest[1:]] if len(rest) == _PROMISED[claim["n"]] else []
    return []


def _begins(clause: Clause, told: _Told, *, long: bool) -> bool:
    """Whether the clause begins another matter than the one that is being told."""
    if _reasons(clause, told):
        return False
    if clause.numbered or "more" in clause.marks:
        return told.said >= _SHORTEST and (clause.numbered or not clause.empty or bool(clause.families))
    if "also" in clause.marks:
        unknown = not clause.families and not told.families
        return told.said >= _SHORTEST and (unknown or bool(clause.families - told.families))
    return bool(clause.families and told.families and not clause.families & told.families) and _differs(
        clause, told, long=long
    )


def _reasons(clause: Clause, told: _Told) -> bool:
    return bool((told.families and _REASON.match(clause.text)) or (told.reasons and _COUNTS_ON.match(clause.text)))


def _differs(clause: Clause, told: _Told, *, long: bool) -> bool:
    """Whether a clause about another family is another matter, though nothing announces it."""
    if clause.subject and told.subjects and clause.subject not in told.subjects:
        return True
    known = _families()[0]
    if _related(known.effects, clause.families, told.families):
        return False
    if "since" in clause.marks or (long and "if" not in clause.marks):
        return False
    if not long and (clause.listed or _TOO.match(clause.text)):
        return True
    return told.tells and clause.tells and not _related(known.together, clause.families, told.families)


def _clauses(text: str) -> list[Clause]:
    hits = list(_CLAUSE.finditer(text))
    if len(hits) <= 1:
        return []
    found = _families()[1].find(text)
    if not _may_be_several(text, hits, found):
        return []
    starts = [cue.start for cue in found]
    return [
        _clause(text, hit, found[bisect_left(starts, hit.start()) : bisect_left(starts, hit.end())]) for hit in hits
    ]


def _may_be_several(text: str, clauses: Iterable[re.Match[str]], found: Iterable[Cue]) -> bool:
    """Whether anything is counted or announced, or two families are named: most messages have nothing of it."""
    names = frozenset[str]().union(*[cue.names for cue in found])
    return (
        len(names - _MARKS) > 1
        or not names.isdisjoint(_ANNOUNCING)
        or bool(_CLAIMED.search(text))
        or any(_NUMBER.match(clause[0]) for clause in clauses)
    )


def _clause(text: str, hit: re.Match[str], found: Sequence[Cue]) -> Clause:
    start, said = hit.start(), hit.group()
    names = frozenset[str]().union(*[cue.names for cue in found])
    first = found[0].names if found and found[0].start == start else frozenset[str]()
    subject = _SUBJECT.match(said)
    return Clause(
        start,
        said,
        names - _MARKS,
        first & _MARKS,
        subject.group() if subject else "",
        numbered=bool(_NUMBER.match(said)),
        listed=";" in text[max(0, start - 2) : start],
        tells=bool(_FAULT.search(said)),
        empty="says" in names or len(said) < _SHORTEST or bool(_CLAIM.search(said)),
    )


@cache
def _families() -> tuple[Families, Cues]:
    found, name = Families(), ""
    for line in table("matters.txt"):
        if line.startswith("["):
            name = line[1 : line.index("]")]
            found.words[name] = []
        elif line.startswith("~ "):
            found.add(found.together, line.split()[1:])
        elif line.startswith("! "):
            found.add(found.effects, line.split()[1:])
        else:
            found.words[name] += line.split()
    return found, Cues(found.words, _BLANK)
