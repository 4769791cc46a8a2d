"""The clauses of a message, and what each of them is about."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from ledger.scenes import Scene
from nlp import concepts
from nlp.cues import Cue, Cues
from nlp.data_files import table
from nlp.lexicon import lexicon

ENDS = ",。;!?\n、 :"
_MARKS = frozenset(ENDS)
_END = re.escape(ENDS)
_OPENERS = "另外|再一个|对了|还有就是|还有我|还有隔壁|再就是|顺便|我自己想|旁边那|楼下餐馆|同时反映"
_CLAUSE = re.compile(rf"[^{_END}]+[{_END}]*|[{_END}]+")
_OPENER = re.compile(_OPENERS)
_OPENED = re.compile(rf"[^{_END}]+?(?:[{_END}]+|$|(?={_OPENERS}))|[{_END}]+")
"""Like `_CLAUSE`, but openers begin clauses, too; looking for them at every character takes three times as long."""
_TURN = re.compile(
    rf"[了吗呢吧呀嘛](?<=[^{_END}]{{5}})(?![半几多点些个一两二三四五六七八九十百\d的没吗吧呢啊呀嘛])(?=[^{_END}]{{5}})"
)
"""Where another clause may begin in text dictated without punctuation: 路灯坏了好几天了垃圾也没人收."""
_RUN_ON = 14
"""From this many characters without punctuation on, `_TURN` applies."""
_LEAST = 5
_GOES_ON = re.compile(rf"[{_END}][^{_END}]")
_NUMBER = re.compile(r"\(?[1-9一二三四五六七八九]\)?[.、)](?!\d)|[①-⑨]|第[一二三四五][,、:个]|[一二三四五]是")
_CLAIMED = re.compile(r"(?P<n>[两二三四五23])(?:[个件项]?(?:新|小)?(?:事|问题|情况|诉求)|件|样|桩)")
CLAIM = re.compile(_CLAIMED.pattern + "(?=[,:。;]|$)")
SEVERAL = re.compile(r"[两二三四五几多23][个件项样桩]?(?:新|小)?(?:事|问题|情况|诉求)|[两三几][件样桩](?=[,:。; ]|$)")
_SUBJECT = re.compile(
    r"楼上|楼下|对门|隔壁|顶楼|对面|[一二三四五六七八九十\d]{1,3}楼|\d{1,3}栋|[东南西北]门|[一二三四五]单元"
    r"|(?:我自己|我妈|我爸|我|老人|小孩|孩子|奶奶|爷爷|婆婆|爹爹|伢|娃|她爷爷)(?:嘛,)?(?:也|还)?(?:想|要|问|报)"
)
_FAULT = re.compile(
    "[不没冇坏掉漏满堵停吵臭脏破裂烂少缺偷乱占黑慢贵涨挡断塌松歪锈锁碎难太几想问修养摆撬被多低滴抛哪拉短要报频]"
)
_WANTED = re.compile("怎么|建议|增设|无人|失灵|时候")
SHORTEST = 4
_ANNOUNCED = 5
"""A clause of at most this length that announces something says nothing else."""
_BLANK = "="
_SAYS_NOTHING, _MORE = "says", "more"
_NONE = frozenset[str]()
_VAGUE = frozenset(
    {"procedure", "attitude", "complaintoffice", "cityunit", "policeunit", "trafficunit", "deptunit"}
    | {"danger", "injury", "window"}
)
"""Topics that can occur in any matter."""


Spoken = int
"""A set of things, topics, scenes and aspects, one bit each; bits of one sort are adjacent."""
NOTHING: Spoken = 0
_ROOM = 512
"""Number of bits for each sort."""
THINGS, TOPICS, SCENES, ASPECTS = [(1 << _ROOM) - 1 << _ROOM * sort for sort in range(4)]
NAMED = THINGS | TOPICS


class Clause(NamedTuple):
    """`marks`: special words at its beginning. `subject`: the place or person at its beginning."""

    start: int
    text: str
    bare: str
    """The text without the punctuation behind it."""
    marks: frozenset[str]
    subject: str
    numbered: bool
    joint: str
    """The punctuation before it."""
    claims: str
    """The number of matters that it announces: 三 in 反映三件事."""
    tells: bool
    """It says that something is wrong or wanted."""
    empty: bool
    """It is not a matter by itself."""
    announces: bool
    """It only announces that something else follows."""
    spoken: Spoken
    named_at: int
    """Position of the first thing or topic; -1 if there is none."""


def has_several_clauses(text: str) -> bool:
    """Whether a text has several clauses; a quick check, because a third of the messages have only one."""
    return text[:1] in _MARKS or bool(_GOES_ON.search(text) or _OPENER.search(text, 1) or _TURN.search(text))


def clauses(text: str) -> list[Clause]:
    """The clauses of folded text; joined, they give the text."""
    marks, spoken = _marks().find(text), _spoken().find(text)
    marked, named = [cue.start for cue in marks], [start for start, _ in spoken]
    found = []
    for start, end in _spans(text):
        own = marks[bisect_left(marked, start) : bisect_left(marked, end)]
        found.append(_clause(text, start, end, own, spoken[bisect_left(named, start) : bisect_left(named, end)]))
    return found


def _spans(text: str) -> Iterator[tuple[int, int]]:
    turns = [turn.end() for turn in _TURN.finditer(text)]
    for hit in (_OPENED if _OPENER.search(text) else _CLAUSE).finditer(text):
        start, end = hit.span()
        if turns and end - start >= _RUN_ON:
            for turn in turns[bisect_left(turns, start) : bisect_left(turns, end)]:
                if turn - start >= _LEAST:
                    yield start, turn
                    start = turn
        yield start, end


def _clause(text: str, start: int, end: int, marks: Sequence[Cue], spoken: Sequence[tuple[int, Spoken]]) -> Clause:
    said = text[start:end]
    bare = said.rstrip(ENDS)
    first = marks[0].names if marks and marks[0].start == start else _NONE
    nothing = any(_SAYS_NOTHING in cue.names for cue in marks)
    of, named_at = _together(start, spoken)
    only = bool(first) and (marks[0].end - start >= len(bare) or (named_at < 0 and len(bare) <= _ANNOUNCED))
    announces = _MORE in first and only and not nothing
    subject, claim = _SUBJECT.match(said), CLAIM.search(said)
    return Clause(
        start,
        said,
        bare,
        first,
        subject.group() if subject else "",
        numbered=bool(_NUMBER.match(said)),
        joint=text[start - 1 : start],
        claims=claim["n"] if claim else "",
        tells=bool(of & ASPECTS or _FAULT.search(said) or _WANTED.search(said)),
        empty=bool(announces or nothing or claim) or len(said) < SHORTEST,
        announces=announces,
        spoken=of,
        named_at=named_at,
    )


def _together(start: int, spoken: Sequence[tuple[int, Spoken]]) -> tuple[Spoken, int]:
    """Everything that a clause is about, and the position of its first thing or topic."""
    together, named_at = NOTHING, -1
    for at, meant in spoken:
        together |= meant
        if named_at < 0 and meant & NAMED:
            named_at = at - start
    return together, named_at


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
    """Finds words of concepts and of the lexicon; at each position the longest counts."""

    def __init__(self, words: Mapping[str, Spoken]) -> None:
        self._spoken = list(words.values())
        self._search = AhoCorasick(words, MatchKind.LeftmostLongest)

    def find(self, text: str) -> list[tuple[int, Spoken]]:
        """(start, meaning) of each word found, in the order of the text."""
        spoken = self._spoken
        return [(start, spoken[number]) for number, start, _ in self._search.find_matches_as_indexes(text)]


@cache
def _spoken() -> _Speech:
    words: dict[str, Spoken] = {}
    for word, of in chain(_concepts(), _topics()):
        if len(word) > 1 or of & THINGS:
            words[word] = words.get(word, NOTHING) | of
    return _Speech(words)


def _concepts() -> Iterator[tuple[str, Spoken]]:
    """Words of concepts. A kind of a thing counts as the thing."""
    things, aspects = _Bits(THINGS), _Bits(ASPECTS)
    for word, meant in concepts.meanings().items():
        for sort, name in meant:
            yield word, things[name.partition("/")[0]] if sort == concepts.THING else aspects[name]


def _topics() -> Iterator[tuple[str, Spoken]]:
    topics, scenes, known = _Bits(TOPICS), _Bits(SCENES), lexicon()
    for word, names in known.spoken():
        for name in names:
            scene = known.scene_of.get(name, "")
            if name not in _VAGUE and scene != Scene.NONE:
                yield word, topics[name] | (scenes[scene] if scene else NOTHING)


class _Bits(dict[str, Spoken]):
    """Assigns a bit to each name of a sort."""

    def __init__(self, sort: Spoken) -> None:
        super().__init__()
        self._next = sort & -sort

    def __missing__(self, name: str) -> Spoken:
        self[name] = bit = self._next
        self._next <<= 1
        return bit
