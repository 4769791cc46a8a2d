"""Decides whether somebody is in danger now, whom to call, and whether a person must take over at once.

No single word decides. A danger (a class of words, or two of them near each other) has points. Circumstances in its
sentence (now; long ago, over, a drill, a question, a film) add or subtract points, and so does the classifier's opinion
of the whole message. The words and their points are data (`data/emergencies.txt`).
"""

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from nlp.cues import Cue
from nlp.dangers import Danger, Rules, rules
from nlp.normalise import fold, normalise
from nlp.understanding import Alarm

_NEAR = 14
"""At most this many characters lie between two words of a pair."""
_BELIEF, _LEAST, _MOST = 1.15, -4.5, 3.0
"""The classifier adds the logarithm of its odds, within limits, so that it can doubt a danger but not overrule it."""
_MOST_POINTS = 7.5
_CERTAIN = -1.2
"""The points that the classifier needs alone, if no danger is named and no everyday word speaks against it."""
_FADING = frozenset({"~past", "~yesterday", "~habit", "~noise"})
_LASTING = 0.4
"""Only this share of "long ago" or "always" counts against violence and despair, because they go on."""
_DISTRESS, _BELIEF_OF_DISTRESS = 0.6, 0.6
"""Share of a danger's points, and of the classifier's opinion, that counts for distress without an emergency."""
_DENIED = re.compile(r"(?:没有?|不像?是|不像|不会|并非|并未|未曾|别怕|无)$")
"""A denial directly before a word. (叫不醒 and 没呼吸 are words of their own.)"""
_DENYING = frozenset("没有是像会非未曾怕无")
"""Last characters of a denial."""
_QUICK_BELIEF = 0.25
"""The probability used where the classifier is not asked."""
_SENTENCE = re.compile(r"[^。!?\n]+[。!?\n]*")
_SURELY = 1e-9
_LATELY = 256
"""Texts whose cues are cached: `judge` usually follows soon after `likely`."""
_NO_NAMES = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`alarms`: whom to call, in this order."""

    emergency: bool
    alarms: tuple[Alarm, ...] = ()
    needs_human: bool = False


NOTHING = Verdict(emergency=False)
DISTRESS = Verdict(emergency=False, alarms=(Alarm.HUMAN,), needs_human=True)


def judge(text: str, probability: float, *, certain: float = _CERTAIN) -> Verdict:
    """Judge normalised `text`. `probability`: the classifier's for an emergency.

    If no danger is named, the classifier's points alone must reach `certain`.
    """
    known, _ = rules()
    belief = _belief(probability)
    found = _cues(text)
    if belief < certain and not known.name_danger(_names(found)):
        return NOTHING
    best, distress, called = -math.inf, -math.inf, list[Danger]()
    for part in _sentences(text, [cue for cue in found if not _denied(text, cue.start)]):
        names = _names(part)
        named = _dangers(known, part, names)
        score = _score(known, names, [danger for danger in named if not danger.distress_only])
        if sad := _distress(named):
            distress = max(distress, _score(known, names, sad))
        if score > best:
            best, called = score, named
    pleads = distress + _BELIEF_OF_DISTRESS * belief >= 0
    if pleads and all(danger.distress_only for danger in called):
        return DISTRESS
    if best + belief >= (0 if called else certain):
        return _verdict(called)
    return DISTRESS if pleads else NOTHING


def _belief(probability: float) -> float:
    odds = math.log(max(probability, _SURELY) / max(1 - probability, _SURELY))
    return min(max(_BELIEF * odds, _LEAST), _MOST)


def likely(words: str) -> bool:
    """Quick check of raw text, before it is understood: whether it should be handled before all others.

    Uses only the words and prefers yes: it finds 24 of 25 messages that `judge` takes for urgent, and one in twenty of
    the others.
    """
    verdict = judge(normalise(fold(words)), _QUICK_BELIEF, certain=math.inf)
    return verdict.emergency or verdict.needs_human


@lru_cache(maxsize=_LATELY)
def _cues(text: str) -> Sequence[Cue]:
    _, cues = rules()
    return cues.find(text)


def _names(part: Iterable[Cue]) -> frozenset[str]:
    return _NO_NAMES.union(*[cue.names for cue in part])


def _denied(text: str, start: int) -> bool:
    """Whether a denial stands directly before the word that begins at `start`."""
    return text[start - 1 : start] in _DENYING and bool(_DENIED.search(text, max(0, start - 3), start))


def _sentences(text: str, found: Sequence[Cue]) -> Iterable[Sequence[Cue]]:
    """The cues of each sentence."""
    if not found:
        return [[]]
    ends = [hit.end() for hit in _SENTENCE.finditer(text)] or [len(text)]
    if len(ends) == 1:
        return [found]
    starts = [0, *ends[:-1]]
    return [[cue for cue in found if start <= cue.start < end] for start, end in zip(starts, ends, strict=True)]


def _dangers(known: Rules, part: Sequence[Cue], names: frozenset[str]) -> list[Danger]:
    """The dangers that a sentence names, by one word or by a pair."""
    single = [known.dangers[name] for name in names & known.dangers.keys()]
    both = [(one, other, danger) for one in names & known.pairs.keys() for other, danger in known.pairs[one]]
    return single + [danger for one, other, danger in both if other in names and _near(part, one, other)]


def _near(part: Sequence[Cue], one: str, other: str) -> bool:
    first = [cue for cue in part if one in cue.names]
    second = [cue for cue in part if other in cue.names]
    return any(max(a.start, b.start) - min(a.end, b.end) <= _NEAR for a in first for b in second if a.start != b.start)


def _distress(named: Iterable[Danger]) -> list[Danger]:
    """Dangers that need a person, with the points that they have as distress."""
    return [
        danger if danger.distress_only else replace(danger, points=danger.points * _DISTRESS)
        for danger in named
        if danger.human
    ]


def _score(known: Rules, names: frozenset[str], dangers: Collection[Danger]) -> float:
    """Points of the dangers and their circumstances; negative circumstances also count without a danger."""
    total = min(sum([danger.points for danger in dangers]), _MOST_POINTS)
    circumstances = names & known.circumstances.keys()
    if not circumstances:
        return total
    lasting = any(danger.human for danger in dangers)
    named = frozenset(danger.name for danger in dangers)
    for name in circumstances:
        circumstance = known.circumstances[name]
        if circumstance.applies(named) and (dangers or circumstance.points < 0):
            total += circumstance.points * (_LASTING if lasting and name in _FADING else 1)
    return total


def _verdict(dangers: Sequence[Danger]) -> Verdict:
    ranked = sorted(dangers, key=lambda danger: (-danger.points, danger.name))
    alarms = dict.fromkeys(chain.from_iterable(danger.alarms for danger in ranked))
    numbers = tuple(alarm for alarm in alarms if alarm is not Alarm.HUMAN) or (Alarm.POLICE,)
    human = Alarm.HUMAN in alarms
    return Verdict(emergency=True, alarms=(*numbers, Alarm.HUMAN) if human else numbers, needs_human=human)
