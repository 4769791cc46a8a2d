"""A district for measuring: communities with staff and a duty roster, and residents who each say one thing.

Two of three communities show their cases in a staff group, the third to its two grid workers privately. One message in
a hundred is an emergency: the corpus has far more of them than any district, since every kind has to be learned.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count as numbers
from typing import Any

from sqlalchemy import Connection, insert

from benchmarks.sample import texts
from handlers.residents import matters
from nlp.pipeline import Understander
from storage.reference_queries import changed
from storage.tables import Building, Community, Duty, Grid, Person, Staff, StaffAccount, StaffRight, Street

COMMUNITIES = 32
BUILDINGS = 12
EMERGENCY_EVERY = 100
FIRST_CHAT = 10_000
OFFICES = (("worker", 1), ("worker", 2), ("manager", 3))
"""Role and number of each member of a community's staff."""


def plant(connection: Connection, residents: int, consent: str) -> None:
    """Places, staff on duty round the clock, and residents who have agreed to the notice."""
    put, now = connection.execute, datetime.now(UTC)
    communities = range(1, COMMUNITIES + 1)
    put(insert(Street), [{"id": 1, "name": "街道"}])
    put(insert(Community), [_community(c) for c in communities])
    put(insert(Grid), [{"community_id": c, "id": 1, "name": "第一网格"} for c in communities])
    put(
        insert(Building),
        [
            {"community_id": c, "id": b, "grid_id": 1, "name": f"{b}栋"}
            for c in communities
            for b in range(1, BUILDINGS + 1)
        ],
    )
    staff = [(10 * c + n, role, c) for c in communities for role, n in OFFICES]
    put(insert(Staff), [{"id": s, "name": f"小{s}", "active": True} for s, _, _ in staff])
    rights = [{"staff_id": s, "role": role, "scope": "community", "scope_id": c} for s, role, c in staff]
    put(insert(StaffRight), rights)
    put(
        insert(StaffAccount),
        [{"bot": "staff", "account": s, "staff_id": s, "chat": s, "bound_at": now} for s, _, _ in staff],
    )
    put(insert(Duty), [_duty(c, weekday) for c in communities for weekday in range(7)])
    agreed = {"bot": "resident", "name": "居民", "consent_version": consent, "consented_at": now, "created_at": now}
    chats = range(FIRST_CHAT, FIRST_CHAT + residents)
    put(insert(Person), [agreed | {"account": c, "chat": c, "community_id": 1 + c % COMMUNITIES} for c in chats])
    changed(connection)


def _community(number: int) -> dict[str, Any]:
    group = ["staff", -1000 - number, 0] if number % 3 else None
    return {"id": number, "street_id": 1, "code": f"C{number}", "name": f"社区{number}", "staff_chat": group}


def _duty(community: int, weekday: int) -> dict[str, Any]:
    who = {"community_id": community, "id": weekday, "staff_id": 10 * community + 1}
    return who | {"weekday": weekday, "start_minute": 0, "end_minute": 24 * 60}


def said(count: int, understander: Understander) -> list[str]:
    """`count` messages of the corpus with its share of questions and small talk; emergencies as rare as they are."""
    seen = {text: matters.emergency(understander.read(text)) is not None for text in texts(count)}
    calm = [text for text, urgent in seen.items() if not urgent]
    urgent = [text for text, urgent in seen.items() if urgent]
    return [_in_turn(n, urgent if n % EMERGENCY_EVERY == EMERGENCY_EVERY - 1 else calm) for n in range(count)]


def _in_turn(number: int, among: list[str]) -> str:
    return among[number % len(among)]


def updates(said: list[str]) -> list[dict[str, Any]]:
    """The messages as Telegram sends them, each from a chat of its own."""
    return list(_updates(said))


def _updates(said: list[str]) -> Iterator[dict[str, Any]]:
    for number, chat, text in zip(numbers(1), numbers(FIRST_CHAT), said, strict=False):
        sender = {"id": chat, "is_bot": False, "first_name": "居民", "language_code": "zh-hans"}
        message = {
            "message_id": number,
            "from": sender,
            "chat": {"id": chat, "first_name": "居民", "type": "private"},
            "date": 1_795_000_000 + number // 100,
            "text": text,
        }
        yield {"update_id": number, "message": message}
