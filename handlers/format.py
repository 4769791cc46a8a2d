"""How numbers and times are shown in chat."""

from datetime import datetime, tzinfo
from typing import Protocol

from storage.reference import CommunityRow


class Numbered(Protocol):
    @property
    def no(self) -> int: ...


def number(community: CommunityRow, case: Numbered) -> str:
    """The ledger number as people say it: the community's letters and a running number."""
    return f"{community.code}-{case.no}"


def day_and_time(moment: datetime, zone: tzinfo) -> str:
    """11月23日 18:00, in the community's own time."""
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
