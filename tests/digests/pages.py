"""Digests to show: a full one, an empty one, one as large as they get."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.district import load_district, load_texts
from digests.drawing_process import Names, Order, Rows
from digests.hotspots import HotSpot
from digests.presentation import Page
from digests.weekly import Matter, NeedCount, Rates, Repeat, SceneCount, Waiting, Weekly
from handlers.texts import Texts
from ledger.district import District
from ledger.lifecycle import State
from ledger.periods import week_from
from ledger.scenes import EIGHT_SCENES, Kind, Scene, Urgency
from nlp.personal import mask
from storage.reference import CommunityRow
from storage.reporting.rows import LedgerRow, Said

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = week_from(date(2026, 11, 16), ZONE)
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
PHONE, HIDDEN = "13812345678", "138****5678"
NAMES = Names({1: "第一网格"}, {1: "小陈"}, {1: "区建设局"})


@cache
def district() -> District:
    return load_district()


@cache
def texts() -> Texts:
    return load_texts()


def community(name: str = "延安岭社区") -> CommunityRow:
    return CommunityRow(1, 1, "YA", name, "Asia/Shanghai", 7000, None, None, None)


def matter(no: int, hours: float = 30, urgency: Urgency = Urgency.NORMAL, supporters: int = 1) -> Matter:
    return Matter(no, Scene.SAFETY, urgency, State.WAITING, NOW + timedelta(hours=hours), supporters)


def weekly(size: int = 1) -> Weekly:
    """A week with something in each part; `size` 0 is a week with nothing."""
    some = size > 0
    return Weekly(
        community_id=1,
        start=WEEK.start,
        end=WEEK.end,
        made_at=NOW,
        over=True,
        scenes=tuple(SceneCount(scene, place * size, 5 * size) for place, scene in enumerate(EIGHT_SCENES)),
        problems=20 * size,
        needs=6 * size,
        queries=2 * size,
        waiting=Waiting(*(part * size for part in (40, 2, 9, 3, 12))),
        act=(matter(1, -30, Urgency.EMERGENCY), matter(2, -3), *(matter(no) for no in range(3, 9))) if some else (),
        supported=(matter(9, supporters=12), matter(10, supporters=2)) if some else (),
        repeats=tuple(Repeat(no, 3) for no in range(9, 9 + size)),
        reopened=tuple(range(20, 20 + size)),
        hot=(HotSpot(40, Scene.GREEN, 5, 3, confirmed=True), HotSpot(41, Scene.SAFETY, 2, 0, confirmed=False))
        if some
        else (),
        items=(*(NeedCount(item, item) for item in range(1, 21)), NeedCount(0, 3)) if some else (),
        resolved=15 * size,
        resolved_in_time=12 * size,
        done=(matter(30), matter(31)) if some else (),
        rates=Rates(8, 8, 6, 4, 1) if some else Rates(),
    )


def page(size: int = 1, words: str = "楼道里有煤气味", *, name: str = "延安岭社区") -> Page:
    week = weekly(size)
    said = dict.fromkeys(week.numbers(), Said(words, "3栋楼下"))
    return Page(week, community(name), district(), texts(), mask, said)


def row(no: int = 1, **values: Any) -> LedgerRow:
    """A case as the ledger's sheet shows it."""
    plain: dict[str, Any] = dict.fromkeys(LedgerRow._fields)
    plain |= {"no": no, "created_at": WEEK.start, "due_at": WEEK.end, "state": State.WAITING, "scene": Scene.GREEN}
    plain |= {"kind": Kind.NEED, "item": 10, "urgency": Urgency.NORMAL, "confirmed": False, "text": "想装充电桩"}
    plain |= {"place": "3栋", "grid_id": 1, "supporters": 1, "staff_id": 1, "reopened": 0}
    return LedgerRow(**(plain | values))


def order(rows: list[LedgerRow], size: int = 1, pressing_in_all: int | None = None) -> Order:
    in_all = len(rows) if pressing_in_all is None else pressing_in_all
    return Order(page(size), NAMES, Rows(rows, rows, in_all))
