"""The entry point of the package: text in, understanding out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Literal, NamedTuple, Self

from ledger.scenes import Kind, Scene, Urgency
from nlp import addresses, emergencies, personal, places, segmentation, similarity
from nlp.data_files import DATA
from nlp.explanation import reasons
from nlp.features import Features, extract, extract_all
from nlp.lexicon import Lexicon, lexicon
from nlp.normalise import fold
from nlp.similarity import Matter, Signature
from nlp.tokens import Cutter, cutter
from nlp.understanding import LEADS_ON, NoneType, Reading, Span, Understanding
from nlp.weights import Head, Weights

MODEL = DATA / "model.txt"
_ASKED = 3
_SCENES: Mapping[str, Scene] = {scene: scene for scene in Scene}
_KINDS: Mapping[str, Kind] = {kind: kind for kind in Kind}
_URGENCIES: Mapping[str, Urgency] = {urgency: urgency for urgency in Urgency}
_NO_ITEM = "0"
_CHINESE = re.compile("[㐀-鿿]")
_UNREAD = 0.5
"""Highest probability for a text without Chinese characters: everything learned is Chinese."""
_DECIDED = 0.97
"""Lowest probability of an emergency that was decided by its words."""
_SWEARING, _THANKS = frozenset({"abuse", "abuse_talk"}), frozenset({"thanks", "thank_talk", "praise"})
"""Topics of the lexicon."""
_FRIENDLY = frozenset({NoneType.GREETING, NoneType.THANKS, NoneType.ACK})
TOGETHER = 128
"""Number of messages to read together: more gain nothing, and the caches of folded text have room for as many."""


class _Part(NamedTuple):
    """The text of a matter, as written and folded. `spans`: its personal data."""

    text: str
    folded: str
    spans: tuple[Span, ...]


class _Found(NamedTuple):
    """The results of all steps for a part. `scenes`: labels, the likeliest first."""

    part: _Part
    seen: Features
    scores: Sequence[float]
    scenes: Sequence[str]
    urgencies: Mapping[str, float]
    danger: emergencies.Verdict
    where: tuple[str, ...]
    why: tuple[str, ...]


class Understander:
    """Reads messages. Holds no state between them, so threads may share one."""

    def __init__(self, cut: Cutter, words: Lexicon, weights: Weights, known_places: Iterable[str] = ()) -> None:
        self._cut = cut
        self._lexicon = words
        self._weights = weights
        self._places = frozenset(known_places)
        self._compounds = frozenset(filter(None, map(addresses.compound, self._places)))

    @classmethod
    def load(
        cls, words: Iterable[str] = (), tokenizer: Literal["rjieba", "jieba"] = "rjieba", model: Path | None = None
    ) -> Self:
        """Load a model. `words`: the community's compounds, streets and buildings; 阳光里5栋 implies 阳光里."""
        named = tuple(words)
        names = tuple(dict.fromkeys([*named, *filter(None, map(addresses.compound, named))]))
        return cls(cutter(tokenizer, names), lexicon(), Weights.load(model or MODEL), names)

    def change(self, weights: Weights) -> None:
        """Use other weights from now on."""
        self._weights = weights

    @property
    def learned(self) -> frozenset[int]:
        """Checksums of the messages that the weights were learned from, apart from the corpus."""
        return frozenset(self._weights.about.get("learned", ()))

    def read(self, text: str) -> Reading:
        """Read one message. Never fails: what cannot be understood gets a low probability."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """Read many messages at once, which takes a third less time for each (`TOGETHER` are enough).

        Each step runs for all messages before the next, so that its code and tables stay in the processor's cache.
        """
        folded = [*map(fold, texts)]
        spans = [*map(personal.find_folded, folded)]
        split = [*map(segmentation.split, folded)]
        messages = [*map(_told, texts, split, spans)]
        understood = iter(self._understand(messages))
        return [
            Reading(text, tuple(islice(understood, len(parts)))) for text, parts in zip(texts, messages, strict=True)
        ]

    def whole(self, text: str) -> Understanding:
        """Understand the message as one matter, without splitting; for comparing and measuring."""
        folded = fold(text)
        return self._understand([[_Part(text, folded, personal.find_folded(folded))]])[0]

    def matter(self, text: str) -> Matter:
        """Only what is needed to compare a text with others."""
        seen = extract(fold(text), self._cut, self._lexicon)
        return Matter.of(similarity.signature(seen.text, seen.tokens, seen.named))

    def _understand(self, messages: Sequence[Sequence[_Part]]) -> list[Understanding]:
        """Understand the parts of all messages, in one list. Another thread may change the weights meanwhile."""
        weights, parts = self._weights, [*chain.from_iterable(messages)]
        heads = weights.heads
        seen = extract_all([part.folded for part in parts], self._cut, self._lexicon)
        scores = [weights.scores(each.groups) for each in seen]
        urgencies = [*map(heads["urgency"].probabilities, scores)]
        dangers = [
            emergencies.judge(each.text, urgency[Urgency.EMERGENCY])
            for each, urgency in zip(seen, urgencies, strict=True)
        ]
        named = map(self._find_places, parts, seen)
        where = [places for parts in messages for places in _shared([*islice(named, len(parts))])]
        ranked = [*map(heads["scene"].ranked, scores)]
        whys = [
            reasons(weights, self._lexicon, each, scenes, part.folded)
            for part, each, scenes in zip(parts, seen, ranked, strict=True)
        ]
        found = map(_Found, parts, seen, scores, ranked, urgencies, dangers, where, whys)
        return [*map(self._understanding, repeat(heads), found)]

    def _find_places(self, part: _Part, seen: Features) -> tuple[str, ...]:
        tokens = seen.tokens if part.folded == seen.text else self._cut(part.folded)
        return places.find_places(part.text, part.folded, tokens, self._places)

    def _understanding(self, heads: Mapping[str, Head], found: _Found) -> Understanding:
        part, seen, scores, scenes, urgencies, danger, where, why = found
        scene, probability = _scene(heads["scene"], scores, scenes, danger.emergency)
        if not _CHINESE.search(seen.text):
            probability = min(probability, _UNREAD)
        wanted = scene is not Scene.NONE
        kind, kind_probability = _kind(heads["kind"], scores) if wanted else (Kind.NONE, probability)
        item, item_probability = heads["item"].likeliest(scores) if wanted else (_NO_ITEM, probability)
        urgency, urgency_probability = _urgency(urgencies, danger.emergency)
        return Understanding(
            text=part.text,
            scene=scene,
            scene_probability=probability,
            scenes=tuple([_SCENES[label] for label in scenes[:_ASKED]]),
            scene2=_SCENES.get(heads["scene2"].likeliest_but(scene, scores)),
            kind=_KINDS[kind],
            kind_probability=kind_probability,
            none_type=None if wanted else _none_type(heads["none_type"], scores, seen.named),
            item=int(item),
            item_probability=item_probability,
            urgency=urgency,
            urgency_probability=urgency_probability,
            alarms=danger.alarms,
            needs_human=danger.needs_human,
            places=where,
            why=why,
            personal=part.spans,
            similar_key=Signature(seen.text, seen.tokens, seen.named, self._compounds_among(where)),
        )

    def _compounds_among(self, places: Iterable[str]) -> frozenset[str]:
        return self._compounds & {*map(addresses.compound, places)} if self._compounds else self._compounds


def _scene(head: Head, scores: Sequence[float], ranked: Sequence[str], emergency: bool) -> tuple[Scene, float]:
    """The likeliest scene; an emergency is never `Scene.NONE`."""
    if emergency and ranked[0] == Scene.NONE:
        return _SCENES[ranked[1]], head.probabilities(scores)[ranked[1]]
    return _SCENES[ranked[0]], head.likeliest(scores)[1]


def _none_type(head: Head, scores: Sequence[float], topics: Iterable[str]) -> NoneType:
    """The likeliest reason why it is no request. Whoever swears and does not thank gets no friendly answer."""
    cross = not _SWEARING.isdisjoint(topics) and _THANKS.isdisjoint(topics)
    return next(kind for kind in map(NoneType, head.ranked(scores)) if not (cross and kind in _FRIENDLY))


def _kind(head: Head, scores: Sequence[float]) -> tuple[str, float]:
    """The likeliest kind of a request, which is never `Kind.NONE`."""
    kind, probability = head.likeliest(scores)
    if kind != Kind.NONE:
        return kind, probability
    kind = head.likeliest_but(Kind.NONE, scores)
    return kind, head.probabilities(scores)[kind]


def _urgency(probabilities: Mapping[str, float], emergency: bool) -> tuple[Urgency, float]:
    """The likeliest urgency; nlp/emergencies.py has decided whether it is an emergency."""
    if emergency:
        return Urgency.EMERGENCY, max(probabilities[Urgency.EMERGENCY], _DECIDED)
    label = max([label for label in probabilities if label != Urgency.EMERGENCY], key=probabilities.__getitem__)
    return _URGENCIES[label], probabilities[label]


def _told(text: str, parts: Sequence[str], spans: tuple[Span, ...]) -> list[_Part]:
    """The parts of a message with their personal data. `parts` are folded and join to the message."""
    if len(parts) == 1:
        return [_Part(text, parts[0], spans)]
    told, start = [], 0
    for part in parts:
        end = start + len(part)
        own = tuple([_moved(span, start) for span in spans if start <= span.start and span.end <= end])
        told.append(_Part(text[start:end], part.rstrip(LEADS_ON), own))
        start = end
    return told


def _shared(places: Sequence[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """The places of each part. If only one part names any, they apply to all parts."""
    named = [found for found in places if found]
    return named * len(places) if len(named) == 1 else places


def _moved(span: Span, by: int) -> Span:
    return Span(span.start - by, span.end - by, span.type)
