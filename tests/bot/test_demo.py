"""The demo without a browser: the sample, its past, the moved clock, and the whole story."""

import socket
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.demo import command
from bot.demo.clock import ZONE, StandingClock, opening, running_from, until_digest
from bot.demo.past import load_past, moment_of
from bot.demo.people import Person
from bot.demo.sample import load_sample
from bot.demo.script import START, Tale, play
from bot.demo.stage import Stage, last_time, set_up
from bot.district import load_district
from digests.drawing_process import Drawable
from nlp import personal
from tests.support.staff_words import STAFF_ONLY, staff_words_in

DIGEST = load_district().limits.digest


class DrawsNothing:
    """Stands in for the drawing of charts, which takes seconds and has tests of its own."""

    async def files(self, page: Drawable) -> tuple[bytes, ...]:
        return tuple(name.encode() for name in page.file_names())

    def rest(self) -> None:
        return

    def end(self) -> None:
        return


async def staged(folder: Path) -> Stage:
    return await set_up(folder, StandingClock(START), DrawsNothing())


# --- the script ------------------------------------------------------------------------------------------------------


async def test_the_story_keeps_all_its_promises_and_tells_the_same_each_time(tmp_path: Path) -> None:
    told: list[list[str]] = [[], []]
    for number, lines in enumerate(told):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert await play(folder, lines.append, DrawsNothing()) == 0, [line for line in lines if "✗" in line]
    assert told[0] == told[1]
    whole = "\n".join(told[0])
    for part in ("王阿姨 → 楚邻", "【台账", "SL-43", "【周报】", "邻居最关心", "全部做到"):
        assert part in whole


async def test_residents_read_no_state_by_the_name_that_only_staff_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, list[str]] = {}
    meets = Tale.meets

    def listened_to(tale: Tale, who: str, person: Person, **more: bool) -> None:
        meets(tale, who, person, **more)
        side = "resident" if person.messenger is tale.stage.resident.messenger else "staff"
        person.messenger.watch.append(
            lambda change: told.setdefault(side, []).append(change.message.text if change.message else "")
        )

    monkeypatch.setattr(Tale, "meets", listened_to)
    await play(tmp_path, lambda _line: None, DrawsNothing())
    assert "挂账" in STAFF_ONLY
    assert staff_words_in(told["staff"]), "they are said, but to the staff"
    assert staff_words_in(told["resident"]) == []


async def test_a_broken_promise_is_named_and_fails_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def impossible(tale: object) -> None:
        await tale.taps("worker", "没有的按钮")  # type: ignore[attr-defined]

    monkeypatch.setattr("bot.demo.story.CHAPTERS", (("不可能", impossible),))
    monkeypatch.setattr("bot.demo.story.LATER", ())
    monkeypatch.setattr("bot.demo.cocreation.CHAPTERS", ())
    monkeypatch.setattr("bot.demo.script._digest", lambda _manager: "")
    lines: list[str] = []
    assert await play(tmp_path, lines.append, DrawsNothing()) == 1
    assert "没有的按钮" in lines[-1]


def test_a_taken_port_is_said_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = CliRunner().invoke(command, ["--no-browser", "--port", str(taken.getsockname()[1])])
    assert "用不了" in str(ended.exception)
    assert "--port 0" in str(ended.exception)


def test_the_script_wants_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "demo.db").touch()
    ended = CliRunner().invoke(command, ["--script", "--keep", str(tmp_path)])
    assert ended.exit_code == 1
    assert "已经有数据" in ended.output


# --- the sample ------------------------------------------------------------------------------------------------------


def test_the_past_is_about_sixty_cases_of_two_weeks_in_all_scenes() -> None:
    past = load_past()
    assert 55 <= len(past) <= 70
    assert len({entry.text for entry in past}) == len(past)
    home = [entry for entry in past if entry.community == "SL"]
    weeks = Counter(entry.at[0] for entry in home)
    assert weeks["上"] >= 15
    assert weeks["本"] >= 20
    assert len({entry.scene for entry in home}) == 9
    assert not any(personal.find(entry.text) for entry in past)


def test_the_sample_says_who_is_who() -> None:
    sample = load_sample()
    assert len({member.account for member in sample.staff}) == len(sample.staff)
    assert sample.home == (1, 3)
    population = load_district().limits.population
    assert all(population.least <= place.population <= population.most for place in sample.communities)


async def test_the_past_ends_before_the_demo_begins_and_is_never_sent(tmp_path: Path) -> None:
    stage = await staged(tmp_path)
    await stage.runs()
    states = await stage.app.database.read(
        lambda c: Counter(row[0] for row in c.exec_driver_sql("SELECT state FROM cases"))
    )
    assert len(states) >= 8
    assert not any(person.messages for person in stage.people().values())
    await stage.app.close()


async def test_asking_on_friday_gives_the_digest_of_the_week_before(tmp_path: Path) -> None:
    stage = await staged(tmp_path)
    manager = stage.people()["manager"]
    manager.says("周报")
    await stage.runs()
    assert "11月9日至11月15日" in "\n".join(message.text for message in manager.heard)
    assert [file.kind for message in manager.heard for file in message.files] == ["photo", "document", "document"]
    await stage.app.close()


async def test_a_kept_demo_goes_on_where_it_was_left(tmp_path: Path) -> None:
    stage = await staged(tmp_path)
    resident = stage.people()["resident"]
    resident.starts(stage.start_link())
    resident.says("幸福苑3栋楼下的垃圾没人收")
    await stage.runs()
    resident.taps("同意，提交")
    await stage.runs()
    stage.keeps_time()
    await stage.app.close()
    found = last_time(tmp_path)
    assert found == START
    again = await set_up(tmp_path, StandingClock(found), DrawsNothing())
    resident = again.people()["resident"]
    resident.says("我的诉求")
    await again.runs()
    assert "SL-43" in resident.heard[-1].text
    await again.app.close()


# --- time ------------------------------------------------------------------------------------------------------------


def test_the_demo_opens_on_the_friday_of_this_week() -> None:
    for day in range(23, 30):  # Monday to Sunday
        moment = opening(datetime(2026, 11, day, 4, tzinfo=UTC)).astimezone(ZONE)
        assert (moment.month, moment.day, moment.hour, moment.minute) == (11, 27, 9, 30)


def test_the_way_to_monday_is_never_backwards() -> None:
    assert START + until_digest(START, DIGEST) == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    monday = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert until_digest(monday, DIGEST) == timedelta(days=7)
    assert until_digest(monday - timedelta(seconds=1), DIGEST) == timedelta(seconds=1)


def test_a_running_clock_shows_the_time_it_was_set_to_and_goes_on() -> None:
    clock = running_from(START)
    assert timedelta() <= clock.now() - START < timedelta(seconds=30)
    clock.forward(timedelta(days=3))
    assert clock.now() - START >= timedelta(days=3)


def test_weekdays_are_counted_from_the_week_of_the_start() -> None:
    assert moment_of("本周一 08:30", START) == datetime(2026, 11, 16, 0, 30, tzinfo=UTC)
    assert moment_of("上周日 21:15", START) == datetime(2026, 11, 15, 13, 15, tzinfo=UTC)
