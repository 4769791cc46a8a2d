"""Text in, understanding out: the one door of the package."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Self

from ledger.scenes import Kind, Scene, Urgency
from nlp import emergencies, likeness, matters, personal, places, whereabouts
from nlp.features import Features, extract
from nlp.lexicon import Lexicon, lexicon
from nlp.likeness import Matter
from nlp.normalise import fold
from nlp.tables import DATA
from nlp.tokens import Cutter, cutter
from nlp.understanding import NoneType, Reading, Span, Understanding
from nlp.weights import Weights

MODEL = DATA / "model.txt"
_WHY = 4
_ASKED = 3
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
        """`words` are the community's own names of compounds, streets and buildings."""
        names = tuple(words)
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
        where = self._shared_place(text, parts) if len(parts) > 1 else ()
        found = []
        start = 0
        for part in parts:
            end = start + len(part)
            own = tuple(_moved(span, start) for span in spans if start <= span.start and span.end <= end)
            found.append(self._matter(text[start:end], part, own, where))
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
        return Matter.of(likeness.signature(seen.text, seen.tokens, {hit.topic for hit in seen.hits}))

    def _matter(self, text: str, folded: str, spans: tuple[Span, ...], shared: tuple[str, ...] = ()) -> Understanding:
        """`shared`: the places that hold where this part names none."""
        seen = extract(folded, self._cut, self._lexicon)
        scores = self._weights.scores(seen.groups)
        scenes = self._ranked("scene", scores)
        scene, probability = Scene(scenes[0][0]), scenes[0][1]
        if not _CHINESE.search(seen.text):
            probability = min(probability, _UNREAD)
        kind = self._ranked("kind", scores)[0]
        item = self._ranked("item", scores)[0]
        urgencies = self._ranked("urgency", scores)
        danger = emergencies.judge(seen.text, dict(urgencies)[Urgency.EMERGENCY])
        urgency = _urgency(urgencies, danger.emergency)
        where = self._find_places(text, folded) or shared
        return Understanding(
            text=text,
            scene=scene,
            scene_probability=probability,
            scenes=tuple(Scene(label) for label, _ in scenes[:_ASKED]),
            scene2=self._second(scores, scene),
            kind=Kind(kind[0]) if scene is not Scene.NONE else Kind.NONE,
            kind_probability=kind[1],
            none_type=NoneType(self._ranked("none_type", scores)[0][0]) if scene is Scene.NONE else None,
            item=int(item[0]),
            item_probability=item[1],
            urgency=urgency[0],
            urgency_probability=urgency[1],
            alarms=danger.alarms,
            needs_human=danger.needs_human,
            places=where,
            why=self._why(seen, scenes),
            personal=spans,
            similar_key=likeness.signature(
                seen.text,
                seen.tokens,
                {hit.topic for hit in seen.hits},
                self._compounds & {*map(whereabouts.compound, where)},
            ),
        )

    def _ranked(self, head: str, scores: Sequence[float]) -> list[tuple[str, float]]:
        asked = self._weights.heads[head]
        return sorted(zip(asked.labels, asked.probabilities(scores), strict=True), key=lambda pair: -pair[1])

    def _second(self, scores: Sequence[float], scene: Scene) -> Scene | None:
        label = next(label for label, _ in self._ranked("scene2", scores) if label != scene)
        return None if label == "-" else Scene(label)

    def _why(self, seen: Features, scenes: Sequence[tuple[str, float]]) -> tuple[str, ...]:
        head = self._weights.heads["scene"]
        lane, other = (head.first + head.labels.index(label) for label, _ in scenes[:2])
        shares = self._weights.shares(0, seen.words, lane, other)
        best = sorted((share for share in shares if share[1] > 0), key=lambda share: -share[1])
        return tuple(name.replace("_", "") for name, _ in best[:_WHY])


def _urgency(ranked: Sequence[tuple[str, float]], emergency: bool) -> tuple[Urgency, float]:
    """The likeliest urgency; whether it is an emergency was decided by meaning (see nlp/emergencies.py)."""
    if emergency:
        return Urgency.EMERGENCY, max(dict(ranked)[Urgency.EMERGENCY], _DECIDED)
    return next((Urgency(label), probability) for label, probability in ranked if label != Urgency.EMERGENCY)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start - by, span.end - by, span.type)
