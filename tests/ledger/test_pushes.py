"""Pushes: whatever happened before, nobody is disturbed at a bad hour or too often."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ledger.district import Hours
from ledger.pushes import LAST_CALL, WEEK, PushPolicy, next_window

HUANGSHI = ZoneInfo("Asia/Shanghai")
HOURS = Hours(time(8, 30), time(20, 0))
MORNING = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # 10:00 there

moments = st.integers(0, 60 * 24 * 60).map(lambda minutes: MORNING + timedelta(minutes=minutes))
clock_times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
hours = st.builds(Hours, clock_times, clock_times)


def test_at_a_polite_hour_it_is_now_and_until_the_evening() -> None:
    found = next_window(MORNING, PushPolicy(HOURS, 2, HUANGSHI))
    assert found is not None
    assert found.start == MORNING
    assert found.end.astimezone(HUANGSHI).time() == time(20, 0)


def test_what_comes_in_the_evening_waits_for_the_morning() -> None:
    evening = MORNING + timedelta(hours=10)
    found = next_window(evening, PushPolicy(HOURS, 2, HUANGSHI))
    assert found is not None
    assert found.start.astimezone(HUANGSHI) == datetime(2026, 11, 19, 8, 30, tzinfo=HUANGSHI)


def test_nothing_is_sent_off_in_the_last_minutes() -> None:
    late = datetime(2026, 11, 18, 19, 56, tzinfo=HUANGSHI)
    found = next_window(late, PushPolicy(HOURS, 2, HUANGSHI))
    assert found is not None
    assert found.start > late + timedelta(hours=12)


def test_a_nap_at_noon_is_left_in_peace() -> None:
    noon = datetime(2026, 11, 18, 12, 30, tzinfo=HUANGSHI)
    found = next_window(noon, PushPolicy(HOURS, 2, HUANGSHI, Hours(time(12, 0), time(15, 0))))
    assert found is not None
    assert found.start.astimezone(HUANGSHI).time() == time(15, 0)


def test_who_wants_quiet_all_day_gets_nothing() -> None:
    assert next_window(MORNING, PushPolicy(HOURS, 2, HUANGSHI, Hours(time(20, 0), time(19, 58)))) is None
    assert next_window(MORNING, PushPolicy(HOURS, 2, HUANGSHI, Hours(time(8, 0), time(20, 0)))) is None


def test_the_third_of_a_week_waits_until_the_first_is_a_week_old() -> None:
    before = [MORNING - timedelta(days=3), MORNING - timedelta(days=1)]
    found = next_window(MORNING, PushPolicy(HOURS, 2, HUANGSHI), before)
    assert found is not None
    assert found.start == before[0] + WEEK


@given(moments, st.lists(moments, max_size=12), st.integers(1, 4), hours, st.none() | hours)
def test_never_in_quiet_hours_never_too_often(
    now: datetime, asked_at: list[datetime], a_week: int, polite: Hours, quiet: Hours | None
) -> None:
    """However the wishes to send come, what is sent keeps to the hours and the number a week."""
    policy, sent = PushPolicy(polite, a_week, HUANGSHI, quiet), list[datetime]()
    for at in sorted([now, *asked_at]):
        found = next_window(at, policy, sent)
        if found is None:
            continue
        assert at <= found.start < found.end - LAST_CALL
        local = found.start.astimezone(HUANGSHI).time()
        assert polite.since <= local < polite.until
        assert quiet is None or not _in(quiet, local)
        sent.append(found.start)
    for start in sent:
        assert sum(start <= other < start + WEEK for other in sent) <= a_week


def _in(quiet: Hours, at: time) -> bool:
    if quiet.since <= quiet.until:
        return quiet.since <= at < quiet.until
    return at >= quiet.since or at < quiet.until
