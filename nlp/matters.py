"""A message about several things is cut into several matters.

Clauses are walked through from left to right. What is counted (第二, 2.) or announced (另外) begins a new matter; of
any other clause it is weighed whether it does: whether it speaks of a thing, a topic, a trouble that were not told yet,
how it begins and ends, how long it is and what joins it. The weights (`data/cut-weights.txt`) are learned from messages
with marked cuts and from the corpus (nlp/training/cuts.py). Parts join to the message.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from nlp.clauses import CLAIM, NOTHING, SEVERAL, SHORTEST, Clause, Spoken, clauses, has_several_clauses
from nlp.tables import pairs

_REASON = re.compile(r"一(?:是|来|则)")
"""What is wanted or wrong has been said, and its reasons are counted: 想要个车棚，一是淋雨，二是好充电."""
_COUNTS_ON = re.compile(r"[二三四](?:是|来|则)")
_PROMISED = {"两": 2, "二": 2, "2": 2, "三": 3, "3": 3, "四": 4, "五": 5}
_TOO = re.compile(r"[^,]{1,7}(?:也|又|还)(?![说是能想被要没会])")
"""Something else is wrong, too: 车又乱停."""
_ASKS = re.compile(r"(?:吗|哪里?|哪天|没有?|不|几[号点时]|么时候|怎么.?)$|能不能|有没有|怎么|什么时候|多少钱?|哪里")
_WHO = re.compile(
    r"(?:请问|我们?家?|他家?|她家?)?(?:我?[妈爸爹]妈?爸?|老公|老婆|爱人|老伴|婆婆|公公|爷爷|奶奶|外公|外婆|儿子|女儿|孩子"
    r"|小孩|伢|孙子|老人|大人|邻居|隔壁|房东|物业|保安|保洁|社区|他家|她家|自己|我)"
)
"""Whom a clause begins with: 我妈想学画画，我爸想下棋."""
_WHERE = re.compile(
    r"(?:小区|我们)?(?:楼上|楼下|对面|对门|隔壁|[上下里外]头|[上下里外]面|前门|后门|门口|旁边|屋里|屋外|墙上|地上|路上"
    r"|[东南西北][边门头]|[一二三四五六七八九十\d]{1,3}(?:楼|栋|号楼|单元)|早上|晚上|白天|夏天|冬天|平时|今天|昨天|明天|下雨"
    r"|天晴|这次|上次)"
)
"""Which place or time it begins with: 一楼没水，五楼漏雨."""
_SHORT = 9
"""All clauses so short: the message is a list."""
ALONE = "alone"
"""The weight that every clause has."""


@dataclass(slots=True)
class Told:
    """The matter that is being told. `last` is the clause before, `matters` how many were told before this one."""

    spoken: Spoken = NOTHING
    subjects: set[str] = field(default_factory=set)
    said: int = 0
    tells: bool = False
    reasons: bool = False
    last: str = ""
    matters: int = 0

    @property
    def about(self) -> bool:
        return bool(self.spoken.things or self.spoken.topics)

    def add(self, clause: Clause) -> None:
        self.reasons |= bool(self.about and _REASON.match(clause.text))
        self.spoken = self.spoken.and_also(clause.spoken)
        self.subjects |= {clause.subject} - {""}
        self.tells |= clause.tells
        self.said += 0 if clause.empty and clause.named_at < 0 else len(clause.text)
        self.last = clause.bare

    def next(self) -> "Told":
        return Told(last=self.last, matters=self.matters + 1)


def split(text: str) -> list[str]:
    """The parts of a message, in order; they join to the message. `text` is folded."""
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
        if told.said and _begins(clause, told, shape):
            cuts.append(clause.start)
            told = told.next()
        told.add(clause)
    return cuts


def _counted(clauses: Sequence[Clause]) -> list[int]:
    """Somebody says 三件事, and just as many clauses follow."""
    for at, clause in enumerate(clauses):
        if claim := CLAIM.search(clause.text):
            rest = [follows for follows in clauses[at + 1 :] if not follows.empty or follows.named_at >= 0]
            return [follows.start for follows in rest[1:]] if len(rest) == _PROMISED[claim["n"]] else []
    return []


def _begins(clause: Clause, told: Told, shape: "Shape") -> bool:
    """Whether the clause begins another matter than the one that is being told."""
    if _reasons(clause, told):
        return False
    says = not clause.empty or clause.named_at >= 0
    if clause.numbered or "more" in clause.marks:
        return told.said >= SHORTEST and (clause.numbered or clause.announces or says)
    heard = clause.named_at >= 0 or clause.tells or clause.marks
    return bool(says and heard and weigh(clause, told, shape) > 0)


def _reasons(clause: Clause, told: Told) -> bool:
    return bool((told.about and _REASON.match(clause.text)) or (told.reasons and _COUNTS_ON.match(clause.text)))


@dataclass(frozen=True, slots=True)
class Shape:
    """How a message is built as a whole: `short` clauses only; `promised`, it says that it tells of several things."""

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
    return sum([number > border for border in borders])


def weigh(clause: Clause, told: Told, shape: Shape) -> float:
    """How much speaks for another matter: above 0 more than against it."""
    weights = _weights()
    return weights[ALONE] + sum([weights.get(name, 0.0) for name in features(clause, told, shape)])


def features(clause: Clause, told: Told, shape: Shape) -> list[str]:
    """What is weighed, each once."""
    return related(clause, told, shape) + worded(clause.bare)


def worded(bare: str) -> list[str]:
    """How the clause begins and ends, and what it consists of."""
    ends = ["^" + bare[:1], "^" + bare[:2], "^" + bare[:3], "$" + bare[-1:], "$" + bare[-2:]]
    return [*ends, *{"~" + two for two in map(str.__add__, bare, bare[1:])}, *{"." + one for one in bare}]


def related(clause: Clause, told: Told, shape: Shape) -> list[str]:
    """How the clause stands to what was told."""
    bare = clause.bare
    thing, topic, scene, aspect = map(_shared, clause.spoken, told.spoken)
    same = thing + topic
    named = "-" if clause.named_at < 0 else _step(clause.named_at, (0, 2, 5))
    too = bool(_TOO.match(clause.text))
    tells = f"{clause.tells:d}{told.tells:d}"
    marks = ",".join(sorted(clause.marks))
    parallel = f"{bare[-1:] == told.last[-1:]:d}{abs(len(bare) - len(told.last)) <= 1:d}"
    subject = "-" if not clause.subject else "new" if told.subjects and clause.subject not in told.subjects else "old"
    last = told.last
    asks = f"{bool(_ASKS.search(bare)):d}{bool(_ASKS.search(last)):d}"
    who, against = _set_apart(_WHO, bare, last), _set_apart(_WHERE, bare, last)
    return [
        "thing " + thing,
        "topic " + topic,
        "scene " + scene,
        "aspect " + aspect,
        "both " + same,
        f"trouble {thing}{aspect}",
        f"named {named}",
        f"named {named} {same}",
        f"length {_step(len(bare), (3, 5, 8, 12, 18))}",
        f"message {shape.length}",
        f"list {shape.short:d} {same}",
        f"list {shape.short:d} {parallel}",
        f"parallel {parallel}",
        f"said {_step(told.said, (5, 9, 14, 22, 40))}",
        f"tells {tells}",
        f"tells {tells} {same}",
        f"marks {marks}",
        f"marks {marks} {thing}",
        f"too {too:d} {thing}",
        f"joint {clause.joint}",
        f"joint {clause.joint} {thing}",
        "subject " + subject,
        f"asks {asks}",
        f"asks {asks} {same}",
        f"who {who}",
        f"who {who} {thing}",
        f"against {against}",
        f"against {against} {thing}",
        f"matters {min(told.matters, 2)}",
        f"promised {shape.promised:d} {thing}",
        f"promised {shape.promised:d} {topic}",
    ]


def _set_apart(begins: re.Pattern[str], clause: str, last: str) -> str:
    """Whether this clause and the last begin with one, and with different ones."""
    new, old = begins.match(clause), begins.match(last)
    return f"{bool(new):d}{bool(old):d}{bool(new and old and new[0] != old[0]):d}"


def _shared(new: int, told: int) -> str:
    """Whether what a clause speaks of has something in common with what was told: - nothing new, + only new."""
    if not new:
        return "-"
    return "=" if new & told else "/" if told else "+"


@cache
def _weights() -> dict[str, float]:
    return {name: float(weight) for name, weight in pairs("cut-weights.txt")}
