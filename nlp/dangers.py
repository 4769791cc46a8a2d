"""Reads the cues of emergencies: dangers, pairs of words, and circumstances that make a danger more or less likely."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from nlp.cues import Cues
from nlp.data_files import table
from nlp.understanding import Alarm

_SOUNDS_LIKE = "="
_NONE = frozenset({"-"})
_NOTHING = frozenset({"nothing"})


@dataclass(frozen=True, slots=True)
class Danger:
    """`alarms`: whom to call, the most needed first. A danger that calls only a human is distress."""

    name: str
    points: float
    alarms: tuple[Alarm, ...]

    @property
    def human(self) -> bool:
        return Alarm.HUMAN in self.alarms

    @property
    def distress_only(self) -> bool:
        return self.alarms == (Alarm.HUMAN,)


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Points that it adds to the dangers of its sentence; negative points make them less likely.

    `only`: it applies if the sentence names no other dangers than these; `nothing` stands for none. Empty: always.
    """

    points: float
    only: frozenset[str]

    def applies(self, named: frozenset[str]) -> bool:
        """Whether it applies in a sentence that names these dangers."""
        return not self.only or (named or _NOTHING) <= self.only


@dataclass(frozen=True, slots=True)
class Rules:
    words: dict[str, list[str]] = field(default_factory=dict)
    dangers: dict[str, Danger] = field(default_factory=dict)
    pairs: defaultdict[str, list[tuple[str, Danger]]] = field(default_factory=lambda: defaultdict(list))
    partners: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """For each first part of a pair, its possible second parts."""
    circumstances: dict[str, Circumstance] = field(default_factory=dict)

    def name_danger(self, names: frozenset[str]) -> bool:
        """Whether words of these classes can name a danger; pairs are not checked for being near each other."""
        if not self.dangers.keys().isdisjoint(names):
            return True
        return any(not self.partners[one].isdisjoint(names) for one in self.partners.keys() & names)

    def add_class(self, name: str, points: str, about: str) -> None:
        self.words[name] = []
        if name.startswith("~"):
            self.circumstances[name] = Circumstance(float(points), frozenset(about.split(",")) - _NONE)
        elif about != "-":
            self.dangers[name] = _danger(name, points, about)

    def add_pair(self, one: str, other: str, points: str, numbers: str) -> None:
        self.partners[one].add(other)
        self.pairs[one].append((other, _danger(f"{one}+{other}", points, numbers)))


def _danger(name: str, points: str, numbers: str) -> Danger:
    return Danger(name, float(points), tuple(map(Alarm, numbers.split(","))))


def _read(lines: Iterable[str]) -> Rules:
    rules, name = Rules(), ""
    for line in lines:
        if line.startswith("["):
            name, points, about = line[1:].replace("]", "", 1).split()
            rules.add_class(name, points, about)
        elif line.startswith("+ "):
            rules.add_pair(*line.split()[1:])
        else:
            rules.words[name] += line.split()
    return rules


@cache
def rules() -> tuple[Rules, Cues]:
    """The rules of `data/emergencies.txt`, and the search for its words."""
    found = _read(table("emergencies.txt"))
    return found, Cues(found.words, _SOUNDS_LIKE)
