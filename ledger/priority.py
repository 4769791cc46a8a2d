"""The order of waiting cases, most urgent first (轻重缓急)."""

from datetime import datetime

from ledger.scenes import Urgency

RANK: dict[Urgency, int] = {urgency: rank for rank, urgency in enumerate(Urgency)}


def order(urgency: Urgency, due_at: datetime, supporters: int) -> tuple[int, datetime, int]:
    """Sort key: by urgency, then by due time, then by the number of neighbours behind it (most first)."""
    return RANK[urgency], due_at, -supporters
