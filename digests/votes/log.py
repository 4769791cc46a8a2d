"""The log of a vote: everything needed to count it again, and nothing that reveals who voted for what.

Each line is a JSON object with the SHA-256 of itself and all lines before it. The last hash is the seal, which
everybody got with the result. Changing, removing or inserting a line changes the seal.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from digests.votes.counting import Count, count
from ledger.votes import Method, Turnout, Validity, receipt, validity
from storage.cocreation.votes import VoteRow
from storage.reference import CommunityRow
from storage.unit_of_work import UnitOfWork

Line = dict[str, Any]
HEAD, STEP, VOTER, BALLOT, RESULT = "vote", "step", "voter", "ballot", "result"
PUBLIC = ("at", "action", "role", "reason")


class Broken(Exception):
    """The log was changed or cut, or is not a log."""


def of_vote(uow: UnitOfWork, community: CommunityRow, vote: VoteRow) -> list[Line]:
    """The log of a counted vote: the question, its steps, the roll (by tags), the ballots, the result.

    Roll and ballots are sorted by their own contents, so that their orders have nothing in common.
    """
    head = {
        "community": community.code,
        "vote": vote.no,
        "options": vote.options,
        "method": vote.method,
        "electorate": vote.electorate,
        "eligible": vote.eligible,
        "quorum": vote.quorum,
        "opens_at": _at(vote.opens_at),
        "closes_at": _at(vote.closes_at),
    }
    steps = [{name: _at(getattr(row, name)) for name in PUBLIC} for row in uow.votes.events(vote.primary_key)]
    roll = [
        {"receipt": receipt(row.voter), "tag": row.voter, "paper": bool(row.paper), "left_out": bool(row.left_out)}
        for row in uow.votes.roll(vote.primary_key)
    ]
    ballots = [{"id": f"{number:016x}", "choice": choice} for number, choice in uow.votes.ballots(vote.primary_key)]
    result = {name: value for name, value in (vote.result or {}).items() if name != "picture"}
    return [
        {"line": HEAD, **head},
        *({"line": STEP, **step} for step in steps),
        *({"line": VOTER, **voter} for voter in roll),
        *({"line": BALLOT, **ballot} for ballot in ballots),
        {"line": RESULT, **result},
    ]


def _at(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def chained(lines: Iterable[Line]) -> list[Line]:
    """The lines, each with the hash of itself and all lines before it."""
    chain, made = "", []
    for line in lines:
        chain = _next(chain, line)
        made.append(line | {"chain": chain})
    return made


def _next(chain: str, line: Line) -> str:
    plain = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{chain}\n{plain}".encode()).hexdigest()


def seal(lines: Sequence[Line]) -> str:
    """The hash of a whole log."""
    return str(chained(lines)[-1]["chain"])


def written(lines: Iterable[Line]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in chained(lines))


# --- counting again --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recount:
    """The result of counting a log again. `holds`: it equals the announced result."""

    head: Line
    seal: str
    voters: int
    left_out: int
    ballots: int
    counted: Count
    told: Line
    holds: bool


def read(text: str) -> list[Line]:
    """The lines of a log, after checking every hash.

    Raises:
        Broken: a hash is wrong.
    """
    chain, lines = "", []
    for number, raw in enumerate(text.splitlines(), 1):
        try:
            line = json.loads(raw)
            said = line.pop("chain")
        except (ValueError, KeyError, AttributeError, TypeError):
            raise Broken(f"第 {number} 行不是记录") from None
        chain = _next(chain, line)
        if said != chain:
            raise Broken(f"第 {number} 行被改过，或者前面少了行、多了行")
        lines.append(line)
    if not lines or lines[0].get("line") != HEAD or lines[-1].get("line") != RESULT:
        raise Broken("记录不完整：要有开头和结果")
    return lines


def recount(lines: Sequence[Line], fewest: int) -> Recount:
    """Count a log again and compare the result with the one in the log."""
    head, told = lines[0], lines[-1]
    roll = [line for line in lines if line["line"] == VOTER]
    choices = [line["choice"] for line in lines if line["line"] == BALLOT]
    counted = count(Method(head["method"]), len(head["options"]), choices)
    turnout = Turnout(int(told["n"]), head["eligible"], head["quorum"])
    how = validity(turnout, fewest, counted.winners)
    on_roll = sum(not line["left_out"] for line in roll)
    same = [list(counted.counts), list(counted.winners)] == [told["counts"], told["winners"]]
    if how is Validity.TOO_FEW:  # so few ballots were destroyed uncounted
        same = not choices and not roll
        on_roll = len(choices)
    holds = same and how == told["validity"] and len(choices) <= on_roll
    holds = holds and (how is Validity.TOO_FEW or len(choices) == told["n"])
    left_out = sum(bool(line["left_out"]) for line in roll)
    return Recount(head, seal(lines), len(roll), left_out, len(choices), counted, told, holds)
