"""Faults on demand: what the network and Telegram do on a bad day.

A fault is planned for the next calls or for a share of them, drawn from a
seeded generator so that a run can be repeated. The first plan that fits a call
is used.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.botapi import errors

HTML_502 = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0"
    b"</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call.

    ``error``: the refusal sent. ``body``: a raw answer instead. ``drop``: hang
    up instead. ``delay``: seconds before anything. ``effect``: whether the call
    is carried out all the same. ``cut`` and ``content_type`` spoil the true
    answer.
    """

    name: str
    error: errors.ApiError | None = None
    body: bytes | None = None
    status: int = 200
    drop: bool = False
    delay: float = 0.0
    effect: bool = False
    cut: bool = False
    content_type: str = "application/json"


def too_many(retry_after: int = 1) -> Fault:
    """Flood control: 429 with the seconds to wait."""
    return Fault("too_many", errors.too_many(retry_after))


def forbidden(text: str = "bot was blocked by the user") -> Fault:
    """Refuse with 403."""
    return Fault("forbidden", errors.forbidden(text))


def bad_request(text: str = "chat not found") -> Fault:
    """Refuse with 400 and any description."""
    return Fault("bad_request", errors.bad_request(text))


def migrated(new_chat_id: int) -> Fault:
    """Refuse with the new id of an upgraded group."""
    return Fault("migrated", errors.migrated(new_chat_id))


def conflict(text: str = "terminated by other getUpdates request") -> Fault:
    """Refuse with 409."""
    return Fault("conflict", errors.conflict(text))


def bad_gateway() -> Fault:
    """Answer with the 502 page of the proxy in front, which is HTML."""
    return Fault("bad_gateway", body=HTML_502, status=502, content_type="text/html")


def server_error() -> Fault:
    """Answer 500, in JSON."""
    return Fault(
        "server_error",
        errors.ApiError(500, "Internal Server Error"),
    )


def cut_json(*, effect: bool = True) -> Fault:
    """Carry out the call, then send half of the answer."""
    return Fault("cut_json", effect=effect, cut=True)


def wrong_content_type(*, effect: bool = True) -> Fault:
    """Carry out the call, then send its answer labelled as a web page."""
    return Fault(
        "wrong_content_type",
        effect=effect,
        content_type="text/html; charset=utf-8",
    )


def dropped_before() -> Fault:
    """Hang up without doing anything."""
    return Fault("dropped_before", drop=True)


def dropped_after() -> Fault:
    """Carry out the call and hang up instead of saying so."""
    return Fault("dropped_after", drop=True, effect=True)


def hangs(seconds: float, *, effect: bool = False) -> Fault:
    """Say nothing for a time, then hang up."""
    return Fault("hangs", drop=True, delay=seconds, effect=effect)


def slow(seconds: float) -> Fault:
    """Answer rightly, but late."""
    return Fault("slow", delay=seconds, effect=True)


KINDS = {
    make.__name__: make
    for make in (
        too_many, forbidden, bad_request, migrated, conflict, bad_gateway,
        server_error, cut_json, wrong_content_type, dropped_before,
        dropped_after, hangs, slow,
    )
}  # fmt: skip


@dataclass(slots=True)
class Plan:
    """Which calls a fault befalls: ``times`` of those that fit, or a share."""

    fault: Fault
    method: str = ""
    chat_id: int | None = None
    bot_id: int | None = None
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    hits: int = 0
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._random.seed(self.seed)

    def takes(self, method: str, chat_id: int | None, bot_id: int) -> bool:
        """Whether this call is to fail; uses up one of the times."""
        if self.times == 0 or not self._fits(method, chat_id, bot_id):
            return False
        if self.probability < 1 and self._random.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        self.hits += 1
        return True

    def _fits(self, method: str, chat_id: int | None, bot_id: int) -> bool:
        return self.method in {"", method} and self.chat_id in {None, chat_id} and self.bot_id in {None, bot_id}


@dataclass(slots=True)
class Faults:
    """The plans of one server, in the order they were made."""

    plans: list[Plan] = field(default_factory=list)

    def add(self, plan: Plan) -> Plan:
        """Take up a plan."""
        plan.method = plan.method.lower()
        self.plans.append(plan)
        return plan

    def heal(self, plans: Iterable[Plan] | None = None) -> None:
        """End the given plans, or all of them."""
        gone = list(plans) if plans is not None else list(self.plans)
        self.plans = [plan for plan in self.plans if plan not in gone]

    def draw(self, method: str, chat_id: int | None, bot_id: int) -> Fault | None:
        """Return the fault of this call, if it is to have one."""
        for plan in self.plans:
            if plan.takes(method, chat_id, bot_id):
                if plan.times == 0:
                    self.plans.remove(plan)
                return plan.fault
        return None
