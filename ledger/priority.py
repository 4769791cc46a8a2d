"""What waits, most urgent first (轻重缓急)."""

from datetime import datetime

from ledger.scenes import Urgency

RANK: dict[Urgency, int] = {urgency: rank for rank, urgency in enumerate(Urgency)}


def order(urgency: Urgency, due_at: datetime, supporters: int) -> tuple[int, datetime, int]:
    """Sort key: urgency first, then what is due first, then what more neighbours asked for."""
    return RANK[urgency], due_at, -supporters
