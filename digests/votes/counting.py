"""Counting ballots: one option, several, or an order of them (instant run-off, by rank-choicer).

A count is a function of the ballots alone, in whatever order they come, so that everybody who counts gets the same.
"""

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rank_choicer import EliminationStrategy, RankChoiceCounter

from ledger.votes import Method

Choice = Sequence[int]
"""Places on the ballot: one, several, or several in order."""


@dataclass(frozen=True, slots=True)
class Count:
    """Votes of each option by its place on the ballot, who won (several: a tie), and the rounds of a ranked count.

    `counts` of a ranked vote are those of its last round; an option that is out has none there.
    """

    counts: tuple[int, ...]
    winners: tuple[int, ...]
    rounds: tuple[tuple[int, ...], ...] = ()


def count(method: Method, options: int, choices: Sequence[Choice]) -> Count:
    """Count ballots on which `options` options stood."""
    if method is Method.RANKED and choices:
        return _ranked(options, choices)
    votes = Counter(place for choice in choices for place in choice)
    counts = tuple(votes[place] for place in range(options))
    most = max(counts, default=0)
    return Count(counts, tuple(place for place, n in enumerate(counts) if n == most > 0))


def _ranked(options: int, choices: Sequence[Choice]) -> Count:
    """Round by round the last one goes out, and its ballots go to the next on each of them.

    Of several who are last, the one goes that had the fewest in the rounds before, looking backwards from the last;
    if that is even too, the one that stands furthest down the ballot, whose order was drawn by lot before anybody
    voted. Those who are last and nobody else is left are a tie, which no lot decides.
    """
    rounds: list[tuple[int, ...]] = []
    left = list(range(options))
    ballots = [list(choice) for choice in choices]
    while True:
        counts, over_half, last = _round(left, ballots)
        rounds.append(tuple(counts.get(place, 0) for place in range(options)))
        if over_half is not None or len(last) == len(left):
            winners = (over_half,) if over_half is not None else tuple(last)
            return Count(rounds[-1], winners, tuple(rounds))
        out = min(last, key=lambda place: ([one[place] for one in reversed(rounds)], -place))
        left.remove(out)
        ballots = [[place for place in ballot if place != out] for ballot in ballots]


def _round(left: list[int], ballots: list[list[int]]) -> tuple[dict[int, int], int | None, list[int]]:
    """Votes of each option that is left, who has more than half of them, and who is last."""
    counter = RankChoiceCounter([str(place) for place in left], EliminationStrategy.BATCH)
    votes = {str(number): [str(place) for place in ballot] for number, ballot in enumerate(ballots) if ballot}
    if not votes:
        return dict.fromkeys(left, 0), None, left
    with contextlib.suppress(ValueError):  # it ends even: what the first round says is all that is wanted of it
        counter.count_votes(votes)
    first = counter.get_round_results()[0]
    counts = {int(name): n for name, n in first.vote_counts.items()}
    winner = int(first.winner) if first.winner is not None else None
    return counts, winner, [int(name) for name in first.eliminated_options or ()]
