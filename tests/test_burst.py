"""The burst's status follows its promises, except those of speed."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.burst import BOT_ID, PHASES, Plan, Seen, lines, report
from bot.build import RESIDENT
from bot.replaying.reconciliation import Account

PLAN = Plan(rate=1, seconds=20, calm=1)
PEOPLE = {"before": [1], "burst": list(range(100, 120)), "alarm": list(range(200, 220)), "after": [2]}


def delays(**late: float) -> dict[str, dict[str, Any]]:
    usual = {"before": 0.1, "burst": 5.0, "alarm": 0.1, "after": 0.1} | late
    return {phase: {"answered": PLAN.counts[phase], "p50": usual[phase], "p95": usual[phase]} for phase in PHASES}


def receipts(a_second: float) -> list[dict[str, Any]]:
    """What the messenger was called for: as many messages a second, to people of the burst."""
    call = {"bot_id": BOT_ID[RESIDENT], "method": "sendMessage", "ok": True, "chat_id": 100}
    return [call | {"at": n / a_second, "params": {"text": f"编号 {n}（"}} for n in range(300)]


KEPT = Seen(account=Account(lines=80), delays=delays(), inbox_empty_after=1.0, memory=[100, 200], calls=receipts(30))


def status(seen: Seen) -> bool:
    return report(PLAN, lines(PLAN, seen, PEOPLE))


def test_it_is_kept_and_says_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(KEPT)
    assert "NOT KEPT" not in capsys.readouterr().out


BROKEN: dict[str, dict[str, Any]] = {
    "lost": {"account": Account(lines=80, lost=1)},
    "doubled": {"account": Account(lines=80, doubled=1)},
    "a receipt twice": {"calls": [*KEPT.calls, KEPT.calls[0]]},
    "unanswered": {"delays": delays() | {"after": {"answered": 0, "p50": None, "p95": None}}},
    "the inbox stays full": {"inbox_empty_after": 61.0},
    "emergencies wait": {"delays": delays(alarm=6.0)},
    "memory": {"memory": [100, 290]},
}


@pytest.mark.parametrize("values", BROKEN.values(), ids=BROKEN)
def test_a_broken_promise_is_marked_and_fails(values: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert not status(replace(KEPT, **values))
    assert "NOT KEPT" in capsys.readouterr().out


@pytest.mark.parametrize("values", [{"delays": delays(after=0.6)}, {"calls": receipts(20)}])
def test_speed_is_marked_and_does_not_fail(values: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert status(replace(KEPT, **values))
    assert capsys.readouterr().out.count("NOT KEPT") == 1
