"""社区体检: gaps and their order are right whatever there is and whoever asks; neighbours share what each lacks."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.district import load_district
from ledger.checkup import (
    FIGURES,
    LACKING,
    Condition,
    Measure,
    Point,
    State,
    Stock,
    goal_for,
    judge,
    judge_all,
    meets,
    share_of,
    worst,
)
from ledger.needs import Demand, Need, Shortfall, need_of, order
from ledger.sharing import distance_m, neighbours, proposals

POINTS = load_district().checkup.points
AREA = Point("3", 3, "一个托儿所", Measure.AREA, standard=200)
figures = st.one_of(st.none(), st.floats(0, 5000, allow_nan=False).map(lambda x: round(x, 1)))
stocks = st.builds(
    Stock,
    has=st.sampled_from([None, True, False]),
    number=st.one_of(st.none(), st.integers(0, 500)),
    area_m2=figures,
    ratio=st.one_of(st.none(), st.floats(0, 100)),
    walk_minutes=st.one_of(st.none(), st.integers(0, 120)),
    base_m2=figures,
    condition=st.sampled_from([None, *Condition]),
)


@pytest.mark.parametrize(
    ("stock", "state", "gap"),
    [
        (None, State.UNKNOWN, None),
        (Stock(has=False), State.MISSING, 200),
        (Stock(has=True), State.UNKNOWN, None),
        (Stock(has=True, area_m2=0), State.MISSING, 200),
        (Stock(has=True, area_m2=150), State.SHORT, 50),
        (Stock(has=True, area_m2=200), State.MET, None),
        (Stock(has=True, area_m2=260, condition=Condition.CLOSED), State.CLOSED, 200),
        (Stock(has=True, area_m2=260, condition=Condition.POOR), State.MET, None),
    ],
)
def test_a_gap_is_the_standard_less_what_there_is(stock: Stock | None, state: State, gap: float | None) -> None:
    found = judge(AREA, stock)
    assert (found.state, found.gap) == (state, gap)


def test_minutes_on_foot_are_too_many_above_the_standard() -> None:
    bus = POINTS["11"]
    assert judge(bus, Stock(walk_minutes=10)).state is State.MET
    assert (judge(bus, Stock(walk_minutes=14)).state, judge(bus, Stock(walk_minutes=14)).gap) == (State.SHORT, 4)


def test_the_standard_of_item_16_is_two_thousandths_of_the_property_s_floor_area() -> None:
    rooms = POINTS["16"]
    assert judge(rooms, Stock(has=True, area_m2=300)).state is State.UNKNOWN
    short = judge(rooms, Stock(has=True, area_m2=300, base_m2=180_000))
    assert (short.standard, short.gap, short.state) == (360, 60, State.SHORT)
    assert judge(rooms, Stock(has=True, area_m2=360, base_m2=180_000)).state is State.MET


def test_a_figure_that_looks_wrong_in_the_plan_is_shown_and_not_judged() -> None:
    station = judge(POINTS["9.4"], Stock(has=True, area_m2=20))
    assert (station.state, station.judged, station.standard, station.gap) == (State.MET, False, 350, None)
    missing = judge(POINTS["9.4"], Stock(has=False))
    assert (missing.state, missing.gap) == (State.MISSING, None)


def test_small_shops_stand_in_for_a_supermarket_where_the_plan_says_so() -> None:
    assert judge(POINTS["6"], Stock(has=True, area_m2=120, number=2)).state is State.MET
    assert judge(POINTS["6"], Stock(has=True, area_m2=90, number=2)).state is State.SHORT
    assert judge(POINTS["6"], Stock(has=True, area_m2=120)).state is State.SHORT


def test_where_nothing_new_is_built_there_is_no_share_of_green_buildings() -> None:
    assert judge(POINTS["13"], Stock(has=False)).state is State.EXEMPT
    assert judge(POINTS["13"], Stock(ratio=30)).state is State.MET
    assert judge(POINTS["13"], Stock(ratio=29.9)).state is State.SHORT


@given(st.sampled_from(sorted(POINTS)), stocks)
def test_gaps_are_right_for_any_stock(code: str, stock: Stock) -> None:
    point = POINTS[code]
    found = judge(point, stock)
    assert (found.gap is None) or found.state in LACKING
    assert 0 <= found.share <= 1
    assert (found.share > 0) == (found.state in LACKING)
    if found.state is State.SHORT:
        assert found.gap is not None
        assert found.gap > 0
        have, standard = found.have or 0, found.standard or 0
        assert found.gap == pytest.approx(abs(standard - have))
        assert (have > standard) == (point.measure is Measure.WALK)
    if found.state is State.MET and point.measure in FIGURES and not point.doubtful and point.standard:
        assert found.have is not None
        assert found.have >= point.standard or point.measure is Measure.WALK or point.instead


@given(st.sampled_from([p for p in POINTS.values() if p.measure is not Measure.WALK]), stocks, st.floats(0, 1000))
def test_having_more_never_makes_it_worse(point: Point, stock: Stock, more: float) -> None:
    name = FIGURES.get(point.measure)
    if name is None or getattr(stock, name) is None:
        return
    better = judge(point, replace(stock, **{name: getattr(stock, name) + more}))
    assert better.share <= judge(point, stock).share


def test_a_kindergarten_that_is_not_there_is_one_gap_and_not_three() -> None:
    found = judge_all(POINTS, {"2": Stock(has=False)})
    assert [found[code].state for code in ("2", "2.1", "2.2")] == [State.MISSING, State.EXEMPT, State.EXEMPT]
    assert judge_all(POINTS, {"2": Stock(has=True)})["2.1"].state is State.UNKNOWN


def test_an_item_stands_as_its_worst_point_does() -> None:
    found = [judge(AREA, Stock(has=True, area_m2=260)), judge(AREA, None), judge(AREA, Stock(has=False))]
    assert worst(found) is State.MISSING
    assert worst(found[:2]) is State.UNKNOWN
    assert worst(found[:1]) is State.MET
    assert meets([State.MET, State.EXEMPT])
    assert not meets([State.MET, State.UNKNOWN])
    assert not meets([])


# --- 轻重缓急 ---------------------------------------------------------------------------------------------------------

ASKED_BY = 3
demand = st.builds(Demand, people=st.integers(0, 50), cases=st.integers(0, 50), urgent=st.integers(0, 5))
shortfalls = st.builds(
    Shortfall,
    item=st.integers(1, 20),
    share=st.floats(0, 1),
    demand=demand,
    focus=st.booleans(),
    worn=st.booleans(),
)


@pytest.mark.parametrize(
    ("found", "need"),
    [
        (Shortfall(3, 1, Demand(people=1, urgent=1)), Need.URGENT),
        (Shortfall(5, 0.2, Demand(people=3)), Need.MAJOR),
        (Shortfall(3, 1, Demand(), focus=True), Need.MAJOR),
        (Shortfall(9, 0, Demand(people=3)), Need.MINOR),
        (Shortfall(9, 0, Demand(people=1, urgent=1)), Need.MINOR),
        (Shortfall(9, 0, Demand(), worn=True), Need.MINOR),
        (Shortfall(5, 1, Demand(people=2)), Need.LATER),
        (Shortfall(5, 0, Demand(people=2)), None),
        (Shortfall(4, 0, Demand(), focus=True), None),
    ],
)
def test_the_class_of_a_shortfall(found: Shortfall, need: Need | None) -> None:
    assert need_of(found, ASKED_BY) is need


def place(found: Shortfall) -> tuple[float, ...]:
    need = need_of(found, ASKED_BY)
    return order(found, need) if need else (99, 0, 0, 0, 0)


@given(shortfalls, st.integers(0, 9), st.integers(0, 3))
def test_more_voices_never_put_an_item_further_back(found: Shortfall, people: int, urgent: int) -> None:
    demand = replace(found.demand, people=found.demand.people + people, urgent=found.demand.urgent + urgent)
    assert place(replace(found, demand=demand)) <= place(found)


@given(shortfalls.filter(lambda found: found.share > 0), st.floats(0, 1))
def test_lacking_more_never_puts_an_item_further_back(found: Shortfall, more: float) -> None:
    assert place(replace(found, share=min(1.0, found.share + more))) <= place(found)


@given(st.lists(shortfalls, max_size=20, unique_by=lambda found: found.item))
def test_what_is_urgent_and_lacking_always_comes_first(found: list[Shortfall]) -> None:
    needs = [need_of(one, ASKED_BY) for one in sorted(found, key=place)]
    listed = [need for need in needs if need]
    assert listed == sorted(listed, key=list(Need).index)
    assert all(need_of(one, ASKED_BY) for one in found if one.share > 0), "what is lacking is never left out"


# --- 共建共享 ---------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(["3", "4", "15"]), st.sets(st.integers(1, 9))), st.sets(st.integers(0, 35)))
def test_neighbours_that_each_lack_the_same_are_proposed_together(lacking: dict[str, set[int]], some: set[int]) -> None:
    pairs = [frozenset(pair) for pair in combinations(range(1, 10), 2)]
    adjacent = {pairs[number] for number in some}
    found = proposals(lacking, adjacent)
    for shared in found:
        assert len(shared.communities) > 1
        assert set(shared.communities) <= lacking[shared.point]
        assert all(frozenset(pair) in adjacent for pair in combinations(shared.communities, 2))
    for point, communities in lacking.items():
        grouped = [c for shared in found if shared.point == point for c in shared.communities]
        assert len(grouped) == len(set(grouped)), "each builds it once"
        left = communities - set(grouped)
        assert not [pair for pair in combinations(sorted(left), 2) if frozenset(pair) in adjacent]


def test_neighbours_lie_close_or_were_named() -> None:
    positions = {1: (30.2312, 115.0641), 2: (30.2268, 115.0779), 3: (30.2203, 115.0512)}
    assert 1350 < distance_m(positions[1], positions[2]) < 1450
    assert neighbours(positions, 1500) == {frozenset({1, 2})}
    assert neighbours(positions, 1500, [frozenset({3, 9})]) == {frozenset({1, 2}), frozenset({3, 9})}


# --- goals -----------------------------------------------------------------------------------------------------------


def test_the_share_is_held_against_the_goal_of_the_year_and_never_rounded_up() -> None:
    goals = load_district().checkup.goals
    assert [goal_for(goals, year) for year in (2023, 2025, 2026, 2030)] == [
        (2024, 20),
        (2025, 30),
        (2026, 60),
        (2026, 60),
    ]
    assert goal_for({}, 2026) is None
    assert (share_of(599, 1000), share_of(3, 5), share_of(0, 0)) == (59, 60, 0)
