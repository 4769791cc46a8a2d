"""A vote's result in words: a table with n, turnout and quorum, that a phone can show."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from ledger.text import shortened
from ledger.votes import LETTERS, Method, Turnout, Validity
from storage.cocreation.votes import VoteRow

SEAL_SHOWN = 12
VERDICT = 44
"""Characters of the winner above the bars, two lines."""
BAR, BARS = "█", 8
MARK, WON = "🗳 ", "✅ "
"""Emoji that the bundled font does not have."""


def result_text(say: Callable[..., str], vote: VoteRow, title: str, ended: str) -> str:
    """The whole result. If too few voted, only how many."""
    result = vote.result or {}
    turnout = Turnout(int(result.get("n", 0)), vote.eligible, vote.quorum)
    lines = [say("result.head", no=vote.no, title=title), turnout_line(say, turnout), quorum_line(say, turnout)]
    if result.get("left_out"):
        lines.append(say("result.left_out", n=result["left_out"]))
    if result.get("validity") != Validity.TOO_FEW:
        lines += table(say, vote)
    lines.append(verdict(say, vote))
    lines.append(say("result.seal", seal=(vote.seal or "")[:SEAL_SHOWN], ended=ended))
    return "\n".join(line for line in lines if line)


def turnout_line(say: Callable[..., str], turnout: Turnout) -> str:
    if turnout.eligible is None or turnout.percent is None:
        return say("result.n", n=turnout.n)
    return say("result.turnout", n=turnout.n, eligible=turnout.eligible, percent=turnout.percent)


def quorum_line(say: Callable[..., str], turnout: Turnout) -> str:
    if not turnout.quorum:
        return say("result.no_quorum_asked")
    key = "result.quorum_reached" if turnout.reached else "result.quorum_missed"
    return say(key, percent=turnout.quorum, needed=turnout.needed)


def table(say: Callable[..., str], vote: VoteRow) -> list[str]:
    """One line for each option, most votes first."""
    counts = list((vote.result or {}).get("counts", ()))
    most = max(counts, default=0) or 1
    order = sorted(range(len(counts)), key=lambda place: (-counts[place], place))
    lines = [note] if (note := how_counted(say, vote)) else []
    for place in order:
        bar = BAR * round(BARS * counts[place] / most)
        lines.append(f"{LETTERS[place]}. {vote.options[place]}\n   {bar} {say('result.votes', n=counts[place])}")
    return lines


def how_counted(say: Callable[..., str], vote: VoteRow) -> str:
    """Why the numbers do not have to add up to the number of ballots; empty if they do."""
    if vote.method is Method.SINGLE:
        return ""
    rounds = len((vote.result or {}).get("rounds", ()))
    return say("result.ranked_once" if rounds == 1 else f"result.{vote.method}_note", n=rounds)


def verdict(say: Callable[..., str], vote: VoteRow) -> str:
    """The decision in words."""
    return _verdict(say, vote, [f"{LETTERS[place]}. {vote.options[place]}" for place in _winners(vote)])


def _short_verdict(say: Callable[..., str], vote: VoteRow) -> str:
    """The decision for the picture, which lists the options below; several winners are named by letter only."""
    won = _winners(vote)
    if len(won) > 1:
        return _verdict(say, vote, [LETTERS[place] for place in won])
    return _verdict(say, vote, [shortened(f"{LETTERS[place]}. {vote.options[place]}", VERDICT) for place in won])


def _winners(vote: VoteRow) -> list[int]:
    return list((vote.result or {}).get("winners", ()))


def _verdict(say: Callable[..., str], vote: VoteRow, names: list[str]) -> str:
    return say(f"result.{(vote.result or {}).get('validity')}", options="、".join(names))


# --- the same for the picture ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """An option with its votes; `n` is the length of the bar."""

    label: str
    votes: str
    n: int
    won: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything in the picture. `note`: how it was counted, if the numbers need an explanation."""

    title: str
    verdict: str
    turnout: str
    quorum: str
    note: str
    foot: str
    bars: tuple[Bar, ...]
    file: str

    def file_names(self) -> tuple[str, ...]:
        return (self.file,)

    def draw(self) -> tuple[bytes, ...]:
        """The picture as a PNG; the library for it is imported only where it is drawn."""
        return (import_module("digests.votes.picture").png(self),)


def pictured(say: Callable[..., str], vote: VoteRow, title: str, ended: str) -> Picture:
    """The content of the picture of a result; options in the order of the ballot."""
    result = vote.result or {}
    turnout = Turnout(int(result.get("n", 0)), vote.eligible, vote.quorum)
    bars = tuple(
        Bar(f"{LETTERS[place]}. {vote.options[place]}", say("result.votes", n=n), n, place in result["winners"])
        for place, n in enumerate(result.get("counts", ()))
    )
    return Picture(
        say("result.head", no=vote.no, title=title).removeprefix(MARK),
        _short_verdict(say, vote).removeprefix(WON),
        turnout_line(say, turnout),
        quorum_line(say, turnout),
        how_counted(say, vote) if bars else "",
        say("result.seal", seal=(vote.seal or "")[:SEAL_SHOWN], ended=ended),
        bars,
        say("result.file", no=vote.no),
    )
