"""Counts ballots: one option, several, or an order of preference (instant run-off, by rank-choicer).

A count depends only on the ballots and not on their order, so that everybody who counts gets the same result.
"""

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rank_choicer import EliminationStrategy, RankChoiceCounter

from ledger.votes import Method

Choice = Sequence[int]
"""Places on the ballot: one, several, or several in order of preference."""


@dataclass(frozen=True, slots=True)
class Count:
    """Votes of each option by its place on the ballot, the winners (several: a tie), and the rounds of a ranked count.

    In a ranked vote `counts` are those of the last round, in which eliminated options have none.
    """

    counts: tuple[int, ...]
    winners: tuple[int, ...]
    rounds: tuple[tuple[int, ...], ...] = ()


def count(method: Method, options: int, choices: Sequence[Choice]) -> Count:
    """Count ballots with `options` options."""
    if method is Method.RANKED and choices:
        return _ranked(options, choices)
    votes = Counter(place for choice in choices for place in choice)
    counts = tuple(votes[place] for place in range(options))
    most = max(counts, default=0)
    return Count(counts, tuple(place for place, n in enumerate(counts) if n == most > 0))


def _ranked(options: int, choices: Sequence[Choice]) -> Count:
    """Instant run-off: each round eliminates the last option and passes its ballots on to their next choice.

    Of several options in last place, the one with the fewest votes in earlier rounds is eliminated, looking back from
    the latest. If these are equal, too, it is the one furthest down the ballot, whose order was drawn by lot before
    the vote. If all remaining options share the last place, they are tied; no lot decides.
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
    """(votes of each remaining option, the option with more than half of them, the options in last place)."""
    counter = RankChoiceCounter([str(place) for place in left], EliminationStrategy.BATCH)
    votes = {str(number): [str(place) for place in ballot] for number, ballot in enumerate(ballots) if ballot}
    if not votes:
        return dict.fromkeys(left, 0), None, left
    with contextlib.suppress(ValueError):  # raised for a tie; only its first round is needed
        counter.count_votes(votes)
    first = counter.get_round_results()[0]
    counts = {int(name): n for name, n in first.vote_counts.items()}
    winner = int(first.winner) if first.winner is not None else None
    return counts, winner, [int(name) for name in first.eliminated_options or ()]
