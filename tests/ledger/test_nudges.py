"""When the staff are nudged: stages go up, parked cases are reviewed, nothing is said that is no longer so."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ledger import clocks, nudges
from ledger.district import Clock, Duration, Hours
from ledger.lifecycle import Role
from ledger.nudges import GOES_TO, Nudge, Times
from ledger.quiet_hours import next_allowed

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 18, 10, tzinfo=ZONE)
DAYS = Clock(Duration(working_days=1), Duration(working_days=5), Duration(working_days=1))
HOURS = Clock(
    Duration(wall=timedelta(hours=2)),
    Duration(wall=timedelta(hours=24)),
    Duration(wall=timedelta(hours=6)),
    Duration(wall=timedelta(hours=4)),
)


def times(clock: Clock, **more: bool) -> Times:
    return Times(START, clocks.due(START, clock.sign, ZONE), clocks.due(START, clock.act, ZONE), **more)


def names(found: list[nudges.Stage]) -> list[Nudge]:
    return [nudge for _, nudge in found]


def test_stages_go_up_from_the_worker_to_the_street() -> None:
    found = nudges.stages(times(DAYS), DAYS, ZONE)
    assert names(found) == [Nudge.UNSIGNED, Nudge.NEAR, Nudge.OVERDUE, Nudge.OVERDUE_TWICE]
    assert [GOES_TO[n] for n in names(found)] == [Role.WORKER, Role.WORKER, Role.MANAGER, Role.SUPERVISOR]
    assert [at for at, _ in found] == sorted(at for at, _ in found)


def test_twice_overdue_is_the_whole_time_once_more_in_its_own_measure() -> None:
    found = {nudge: at for at, nudge in nudges.stages(times(DAYS), DAYS, ZONE)}
    assert found[Nudge.OVERDUE] == datetime(2026, 11, 25, 18, tzinfo=ZONE)
    assert found[Nudge.OVERDUE_TWICE] == datetime(2026, 12, 2, 18, tzinfo=ZONE)


def test_what_was_done_is_asked_for_no_more() -> None:
    asked = names(nudges.stages(times(HOURS), HOURS, ZONE))
    assert {Nudge.UNSIGNED, Nudge.UNCONTACTED} <= set(asked)
    done = names(nudges.stages(times(HOURS, signed=True, contacted=True), HOURS, ZONE))
    assert not {Nudge.UNSIGNED, Nudge.UNCONTACTED} & set(done)


def test_only_the_newest_stage_that_has_come_is_said() -> None:
    found = nudges.stages(times(DAYS), DAYS, ZONE)
    assert nudges.reached(found, START) is None
    assert nudges.upcoming(found, START) == found[0][0]
    late = START + timedelta(days=60)
    assert nudges.reached(found, late) is Nudge.OVERDUE_TWICE
    assert nudges.upcoming(found, late) is None


def test_a_parked_case_is_reviewed_and_not_overdue() -> None:
    found = nudges.stages(times(DAYS, parked=True), DAYS, ZONE)
    assert names(found) == [Nudge.REVIEW, Nudge.REVIEW_LATE]


def test_working_days_before_the_end_pass_over_holidays() -> None:
    # 2025: 1 to 8 October free
    end = datetime(2025, 10, 9, 18, tzinfo=ZONE)
    assert clocks.before(end, Duration(working_days=1), ZONE) == datetime(2025, 9, 30, 18, tzinfo=ZONE)
    assert clocks.before(end, Duration(wall=timedelta(hours=6)), ZONE) == end - timedelta(hours=6)


def test_a_question_that_can_wait_comes_at_a_polite_hour() -> None:
    hours = Hours(time(8, 30), time(20))
    night, early = datetime(2026, 11, 18, 23, tzinfo=ZONE), datetime(2026, 11, 18, 6, tzinfo=ZONE)
    assert next_allowed(night, hours, ZONE) == datetime(2026, 11, 19, 8, 30, tzinfo=ZONE)
    assert next_allowed(early, hours, ZONE) == datetime(2026, 11, 18, 8, 30, tzinfo=ZONE)
    assert next_allowed(START, hours, ZONE) == START
    assert next_allowed(START, hours, ZONE).tzinfo is UTC
