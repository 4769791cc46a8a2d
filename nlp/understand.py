"""Text in, understanding out: the one door of the package."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from ledger.scenes import Kind, Scene, Urgency
from nlp import emergencies, likeness, matters, personal, places, whereabouts
from nlp.features import extract
from nlp.lexicon import Lexicon, lexicon
from nlp.likeness import Matter, Signature
from nlp.normalise import fold
from nlp.reasons import reasons
from nlp.tables import DATA
from nlp.tokens import Cutter, cutter
from nlp.understanding import LEADS_ON, NoneType, Reading, Span, Understanding
from nlp.weights import Weights

MODEL = DATA / "model.txt"
_ASKED = 3
_SCENES: Mapping[str, Scene] = {scene: scene for scene in Scene}
_KINDS: Mapping[str, Kind] = {kind: kind for kind in Kind}
_URGENCIES: Mapping[str, Urgency] = {urgency: urgency for urgency in Urgency}
_CHINESE = re.compile("[㐀-鿿]")
_UNREAD = 0.5
"""How sure anybody can be of a text without a Chinese character: all that was learned is Chinese."""
_DECIDED = 0.97
"""How likely an emergency is that was decided by its words."""


class Understander:
    """Reads messages. Holds no state between them, so threads may share one."""

    def __init__(self, cut: Cutter, words: Lexicon, weights: Weights, known_places: Iterable[str] = ()) -> None:
        self._cut = cut
        self._lexicon = words
        self._weights = weights
        self._places = frozenset(known_places)
        self._compounds = frozenset(filter(None, map(whereabouts.compound, self._places)))

    @classmethod
    def load(
        cls, words: Iterable[str] = (), tokenizer: Literal["rjieba", "jieba"] = "rjieba", model: Path | None = None
    ) -> Self:
        """`words` are the community's own names of compounds, streets and buildings; 阳光里5栋 tells of 阳光里, too."""
        named = tuple(words)
        names = tuple(dict.fromkeys([*named, *filter(None, map(whereabouts.compound, named))]))
        return cls(cutter(tokenizer, names), lexicon(), Weights.load(model or MODEL), names)

    def change(self, weights: Weights) -> None:
        """Answer by other weights from now on."""
        self._weights = weights

    @property
    def learned(self) -> frozenset[int]:
        """Marks of the messages that the weights were learned from (the corpus aside)."""
        return frozenset(self._weights.about.get("learned", ()))

    def read(self, text: str) -> Reading:
        """Never fails: what cannot be understood is labelled with a low probability."""
        folded = fold(text)
        spans = personal.find_folded(folded)
        parts = matters.split(folded)
        if len(parts) == 1:
            return Reading(text, (self._matter(text, folded, spans),))
        where = self._shared_place(text, parts)
        found = []
        start = 0
        for part in parts:
            end = start + len(part)
            own = tuple(_moved(span, start) for span in spans if start <= span.start and span.end <= end)
            found.append(self._matter(text[start:end], part.rstrip(LEADS_ON), own, where))
            start = end
        return Reading(text, tuple(found))

    def _shared_place(self, text: str, parts: Sequence[str]) -> tuple[str, ...]:
        """The places of the only part that names any: they were said once for all."""
        named, start = [], 0
        for part in parts:
            if found := self._find_places(text[start : start + len(part)], part):
                named.append(found)
            start += len(part)
        return named[0] if len(named) == 1 else ()

    def _find_places(self, text: str, folded: str) -> tuple[str, ...]:
        return places.find_places(text, folded, self._cut(folded), self._places)

    def whole(self, text: str) -> Understanding:
        """The message as one matter, whatever it tells of: for comparing and measuring."""
        folded = fold(text)
        return self._matter(text, folded, personal.find_folded(folded))

    def matter(self, text: str) -> Matter:
        """What is compared of a text, and nothing else of it."""
        seen = extract(fold(text), self._cut, self._lexicon)
        return Matter.of(likeness.signature(seen.text, seen.tokens, seen.named))

    def _matter(self, text: str, folded: str, spans: tuple[Span, ...], shared: tuple[str, ...] = ()) -> Understanding:
        """`shared`: the places that hold where this part names none."""
        seen = extract(folded, self._cut, self._lexicon)
        scores, heads = self._weights.scores(seen.groups), self._weights.heads
        scenes = heads["scene"].ranked(scores)
        scene, probability = _SCENES[scenes[0]], heads["scene"].likeliest(scores)[1]
        if not _CHINESE.search(seen.text):
            probability = min(probability, _UNREAD)
        kind, kind_probability = heads["kind"].likeliest(scores)
        item, item_probability = heads["item"].likeliest(scores)
        urgencies = heads["urgency"].probabilities(scores)
        danger = emergencies.judge(seen.text, urgencies[Urgency.EMERGENCY])
        urgency, urgency_probability = _urgency(urgencies, danger.emergency)
        where = self._find_places(text, folded) or shared
        return Understanding(
            text=text,
            scene=scene,
            scene_probability=probability,
            scenes=tuple([_SCENES[label] for label in scenes[:_ASKED]]),
            scene2=_SCENES.get(heads["scene2"].likeliest_but(scene, scores)),
            kind=_KINDS[kind] if scene is not Scene.NONE else Kind.NONE,
            kind_probability=kind_probability,
            none_type=NoneType(heads["none_type"].likeliest(scores)[0]) if scene is Scene.NONE else None,
            item=int(item),
            item_probability=item_probability,
            urgency=urgency,
            urgency_probability=urgency_probability,
            alarms=danger.alarms,
            needs_human=danger.needs_human,
            places=where,
            why=reasons(self._weights, self._lexicon, seen, scenes, folded),
            personal=spans,
            similar_key=Signature(seen.text, seen.tokens, seen.named, self._compounds_among(where)),
        )

    def _compounds_among(self, places: Iterable[str]) -> frozenset[str]:
        return self._compounds & {*map(whereabouts.compound, places)} if self._compounds else self._compounds


def _urgency(probabilities: Mapping[str, float], emergency: bool) -> tuple[Urgency, float]:
    """The likeliest urgency; whether it is an emergency was decided by meaning (see nlp/emergencies.py)."""
    if emergency:
        return Urgency.EMERGENCY, max(probabilities[Urgency.EMERGENCY], _DECIDED)
    label = max([label for label in probabilities if label != Urgency.EMERGENCY], key=probabilities.__getitem__)
    return _URGENCIES[label], probabilities[label]


def _moved(span: Span, by: int) -> Span:
    return Span(span.start - by, span.end - by, span.type)
