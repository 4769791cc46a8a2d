"""A vote's result in words: a table with n, turnout and quorum, that a phone can show."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from ledger.votes import Method, Turnout, Validity
from storage.votes import VoteRow

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SEAL_SHOWN = 12
BAR, BARS = "█", 8
MARK, WON = "🗳 ", "✅ "
"""Signs that the bundled font has not."""


def result_text(say: Callable[..., str], vote: VoteRow, title: str, ended: str) -> str:
    """The whole result. Where too few voted, how many, and nothing else."""
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
    """One line an option, most votes first."""
    counts = list((vote.result or {}).get("counts", ()))
    most = max(counts, default=0) or 1
    order = sorted(range(len(counts)), key=lambda place: (-counts[place], place))
    lines = [say("result.ranked_note", n=len((vote.result or {})["rounds"]))] if vote.method is Method.RANKED else []
    for place in order:
        bar = BAR * round(BARS * counts[place] / most)
        lines.append(f"{LETTERS[place]}. {vote.options[place]}\n   {bar} {say('result.votes', n=counts[place])}")
    return lines


def verdict(say: Callable[..., str], vote: VoteRow) -> str:
    """What came of it."""
    result = vote.result or {}
    names = [f"{LETTERS[place]}. {vote.options[place]}" for place in result.get("winners", ())]
    return say(f"result.{result.get('validity')}", options="、".join(names))


# --- the same for the picture ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """An option with its votes; `n` is how long the bar is."""

    label: str
    votes: str
    n: int
    won: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All that stands in the picture, in words: title, what came of it, turnout, quorum, the seal."""

    title: str
    verdict: str
    turnout: str
    quorum: str
    foot: str
    bars: tuple[Bar, ...]
    file: str

    def file_names(self) -> tuple[str, ...]:
        return (self.file,)

    def draw(self) -> tuple[bytes, ...]:
        """The picture as a PNG; the library for it is imported only where it is drawn."""
        return (import_module("digests.votes.picture").png(self),)


def pictured(say: Callable[..., str], vote: VoteRow, title: str, ended: str) -> Picture:
    """What the picture of a result shows; options in the order of the ballot."""
    result = vote.result or {}
    turnout = Turnout(int(result.get("n", 0)), vote.eligible, vote.quorum)
    bars = tuple(
        Bar(f"{LETTERS[place]}. {vote.options[place]}", say("result.votes", n=n), n, place in result["winners"])
        for place, n in enumerate(result.get("counts", ()))
    )
    return Picture(
        say("result.head", no=vote.no, title=title).removeprefix(MARK),
        verdict(say, vote).removeprefix(WON),
        turnout_line(say, turnout),
        quorum_line(say, turnout),
        say("result.seal", seal=(vote.seal or "")[:SEAL_SHOWN], ended=ended),
        bars,
        f"vote-{vote.no}.png",
    )
