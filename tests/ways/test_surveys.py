"""居民需求调研: started after a look, sent politely, answered once by each, stopped by one tap, ended by itself."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ledger.checkup import Source
from storage.tables import Survey, SurveyAnswer, SurveyPerson
from storage.unit_of_work import UnitOfWork
from tests.support.world import Person as Phone
from tests.support.world import World
from tests.ways.steps import RUBBISH, means, settled
from tests.ways.test_checkups import has, reported, stocks
from tests.ways.test_emergencies import ALARM, FIRE

FIRST = "您觉得最该先办的是哪一件"


async def neighbours(world: World, *accounts: int) -> list[Phone]:
    return [await settled(world, account) for account in accounts]


async def started(world: World, template: str = "社区缺什么") -> Phone:
    """A manager has looked at a survey and started it; the invitations are out."""
    manager = world.worker(2)
    await manager.says("调研")
    await manager.taps(template)
    await manager.taps("开始发")
    return manager


async def rows(world: World, table: Any) -> list[Any]:
    return list(await world.rows(lambda connection: connection.execute(select(table.__table__)).all()))


def times(person: Phone, words: str) -> int:
    return sum(words in message.text for message in person.messages)


def numbered(person: Phone, label: str) -> str:
    """The number that stands before a choice, where there are no buttons."""
    return next(line.split()[0] for line in reversed(person.last.text.splitlines()) if line.endswith(label))


async def test_a_manager_sees_it_first_and_who_would_get_it(world: World) -> None:
    wang, li, far = await neighbours(world, 1001, 1002, 1003)
    await far.says("别再发")
    manager = world.worker(2)
    await manager.says("调研")
    await manager.taps("社区缺什么")
    assert "会发给 2 位居民，每天 上午8:30 到 晚上8:00 分批发，7 天后自己结束" in manager.last.text
    assert "1. 您觉得最该先办的是哪一件？" in manager.last.text
    assert not times(wang, "想听听您的")
    await manager.taps("先不发")
    assert not await rows(world, Survey)
    assert not times(li, "想听听您的")


async def test_it_goes_to_the_residents_of_the_community_one_question_a_message(world: World) -> None:
    wang, far = await neighbours(world, 1001, 1003)
    await far.says("别再发")
    manager = await started(world)
    assert "分批发给 2 位居民" in manager.last.text
    assert times(wang, "想听听您的") == 1
    assert times(far, "想听听您的") == 0
    await wang.taps("好，开始")
    assert f"（1/3）{FIRST}" in wang.last.text
    await wang.taps("带小孩的托育点")
    assert "（2/3）" in wang.last.text
    await wang.taps("15 分钟左右")
    await wang.says("希望活动室晚上也开门")
    assert "谢谢您，都记下了" in wang.last.text
    answers = await rows(world, SurveyAnswer)
    assert [(a.question, a.option, a.item, a.words) for a in sorted(answers, key=lambda a: a.question)] == [
        (0, 0, 3, None),
        (1, 2, 0, None),
        (2, None, 0, "希望活动室晚上也开门"),
    ]


async def test_a_second_tap_and_an_older_question_change_nothing(world: World) -> None:
    (wang,) = await neighbours(world, 1001)
    await started(world)
    begin = wang.last.buttons["好，开始"]
    await wang.presses(begin)
    first = dict(wang.last.buttons)
    await wang.presses(first["带小孩的托育点"])
    assert "已经答过" in await wang.presses(first["停车和充电"])
    assert "已经答过" in await wang.presses(first["带小孩的托育点"])
    await wang.presses(begin)
    assert "（2/3）" in wang.last.text, "it goes on where one was"
    assert len(await rows(world, SurveyAnswer)) == 1


async def test_a_foreign_button_has_no_effect(world: World) -> None:
    wang, li = await neighbours(world, 1001, 1002)
    await started(world)
    await li.presses(wang.last.buttons["好，开始"])
    assert await rows(world, SurveyPerson) == []


async def test_one_tap_ends_it_and_what_was_said_goes(world: World) -> None:
    (wang,) = await neighbours(world, 1001)
    await started(world)
    await wang.taps("好，开始")
    taps = dict(wang.last.buttons)
    await wang.presses(taps["带小孩的托育点"])
    await wang.taps("不参加了")
    assert "这次不参加" in wang.last.text
    assert await rows(world, SurveyAnswer) == []
    await wang.presses(taps["停车和充电"])
    assert await rows(world, SurveyAnswer) == []
    await world.passes(days=4)
    assert times(wang, "最后一次提醒") == 0


async def test_whoever_has_not_answered_is_reminded_once(world: World) -> None:
    wang, li = await neighbours(world, 1001, 1002)
    await started(world)
    await wang.taps("好，开始")
    for _ in range(2):
        await wang.taps("跳过这题")
    await wang.taps("跳过这题")
    for _ in range(6):
        await world.passes(days=1)
    assert (times(wang, "最后一次提醒"), times(li, "最后一次提醒")) == (0, 1)
    await li.taps("好，开始")
    assert FIRST in li.last.text


async def test_it_ends_by_itself_and_the_manager_gets_the_results(world: World) -> None:
    people = await neighbours(world, 1001, 1002, 1003)
    await started(world)
    for person in people:
        await person.taps("好，开始")
        await person.taps("带小孩的托育点")
        await person.taps("15 分钟左右")
        await person.says("电话13812345678找我")
    await world.passes(days=8)
    await reported(world)
    manager = world.worker(2)
    result = next(m for m in reversed(manager.messages) if m.files)
    assert "选得最多的是「带小孩的托育点」：3 人（3 人回答）" in result.text
    assert "138****5678" in result.text
    assert "13812345678" not in result.text
    assert [name.rsplit(".")[-1] for name in result.files] == ["png", "pdf", "xlsx"]
    assert (await stocks(world))["11"].walk_minutes == 15
    assert (await stocks(world))["11"].source is Source.SURVEY
    await has(world, "3", has=False)
    await manager.says("体检")
    await manager.taps("看问题清单")
    await reported(world)
    assert "一个托儿所：没有，3 人提到" in next(m for m in reversed(manager.messages) if m.files).text


async def test_what_was_measured_is_not_replaced_by_what_residents_think(small_world: World) -> None:
    await has(small_world, "11", walk_minutes=7.0)
    people = await neighbours(small_world, 1001, 1002, 1003)
    await started(small_world)
    for person in people:
        await person.taps("好，开始")
        await person.taps("跳过这题")
        await person.taps("20 分钟以上")
    manager = small_world.worker(2)
    await manager.says("调研")
    await manager.taps("提前结束")
    await manager.taps("确定")
    assert (await stocks(small_world))["11"].walk_minutes == 7


async def test_small_counts_and_words_are_only_for_the_manager(world: World) -> None:
    people = await neighbours(world, 1001, 1002, 1003, 1004)
    await started(world)
    for person, choice in zip(people, ("带小孩的托育点",) * 3 + ("停车和充电",), strict=True):
        await person.taps("好，开始")
        await person.taps(choice)
    await people[0].taps("跳过这题")
    await people[0].says("悄悄话")
    manager, street = world.worker(2), world.worker(3)
    await manager.says("调研")
    await manager.taps("看结果")
    await reported(world)
    assert "· 停车和充电：1" in manager.last.text
    assert "悄悄话" in manager.last.text
    (survey,) = await rows(world, Survey)
    await _asks_as_street(world, survey.id)
    await reported(world)
    assert "· 停车和充电：不显示" in street.last.text
    assert "· 带小孩的托育点：不显示" in street.last.text, "else the other could be computed"
    assert "悄悄话" not in street.last.text


async def _asks_as_street(world: World, survey_id: int) -> None:
    made: list[str] = []

    def make(connection: Any) -> None:
        uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
        kept = world.app.context.district.limits.button_kept.wall
        choice = ("survey_results", None, {"survey": survey_id}, False)
        made.extend(uow.buttons.add([choice], community_id=1, bot="staff", chat=3, account=None, kept=kept))
        uow.flush()

    await world.app.database.write(make)
    await world.worker(3).presses(made[0])


async def test_there_is_one_survey_at_a_time_and_it_is_started_once(world: World) -> None:
    (wang,) = await neighbours(world, 1001)
    manager = world.worker(2)
    await manager.says("调研")
    await manager.taps("社区缺什么")
    go = manager.last.buttons["✅ 开始发"]
    await manager.presses(go)
    assert await manager.presses(go)
    assert len(await rows(world, Survey)) == 1
    await manager.says("调研")
    assert "正在延安岭社区进行：收到 1 人" in manager.last.text
    assert times(wang, "想听听您的") == 1


async def test_a_manager_ends_it_early_and_nobody_is_asked_any_more(world: World) -> None:
    wang, li = await neighbours(world, 1001, 1002)
    manager = await started(world)
    await wang.taps("好，开始")
    await manager.says("调研")
    await manager.taps("提前结束")
    assert "现在就结束吗" in manager.last.text
    assert "答完 0 人，在答 1 人" in manager.last.text
    await manager.taps("确定")
    assert "已经结束" in await wang.taps("带小孩的托育点")
    assert "已经结束" in await li.taps("好，开始")
    for _ in range(5):
        await world.passes(days=1)
    assert times(li, "最后一次提醒") == 0


async def test_nothing_is_sent_at_night(world: World) -> None:
    (wang,) = await neighbours(world, 1001)
    await world.passes(hours=11)
    await started(world)
    assert not times(wang, "想听听您的")
    await world.passes(hours=12)
    assert times(wang, "想听听您的") == 1


async def test_words_that_are_a_matter_can_be_filed_with_one_tap(small_world: World) -> None:
    (wang,) = await neighbours(small_world, 1001)
    await started(small_world)
    await wang.taps("好，开始")
    await wang.taps("跳过这题")
    await wang.taps("跳过这题")
    await wang.says("5栋门口的井盖坏了，请来修")
    await wang.taps("还是请登记")
    assert "YA-2" in wang.last.text


async def test_danger_is_heard_before_the_question(small_world: World) -> None:
    (wang,) = await neighbours(small_world, 1001)
    await started(small_world)
    await wang.taps("好，开始")
    await wang.taps("跳过这题")
    await wang.taps("跳过这题")
    await wang.says("厨房着火了")
    assert wang.sees("119")
    assert not [row for row in await rows(small_world, SurveyAnswer) if row.words]


async def test_it_is_answered_by_numbers_where_there_are_no_buttons(plain_world: World) -> None:
    wang = plain_world.resident(1001)
    await wang.says("三单元门口的路灯坏了半个月了")
    await wang.says("1")
    await wang.says("1")
    await started(plain_world)
    await wang.says(numbered(wang, "好，开始"))
    assert FIRST in wang.last.text
    await wang.says(numbered(wang, "停车和充电"))
    assert "（2/3）" in wang.last.text
    assert [row.item for row in await rows(plain_world, SurveyAnswer)] == [10]


async def test_a_person_takes_out_and_erases_their_answers(world: World, tmp_path: Path) -> None:
    (wang,) = await neighbours(world, 1001)
    await started(world)
    await wang.taps("好，开始")
    await wang.taps("停车和充电")
    await wang.says("我的数据")
    kept = [path.read_bytes().decode(errors="ignore") for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert any("您参加的调研" in content and "停车和充电" in content for content in kept)
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert await rows(world, SurveyAnswer) == []
    assert await rows(world, SurveyPerson) == []


async def test_erasing_takes_away_the_pages_with_one_s_words(world: World, tmp_path: Path) -> None:
    (wang,) = await neighbours(world, 1001)
    await started(world)
    await wang.taps("好，开始")
    for _ in range(2):
        await wang.taps("跳过这题")
    await wang.says("晚上活动室也开门吧")
    manager = world.worker(2)
    await manager.says("调研")
    await manager.taps("看结果")
    await reported(world)
    files = tmp_path / "files"
    before = {path for path in files.rglob("*") if path.is_file()}
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert len(before) - len({path for path in files.rglob("*") if path.is_file()}) == 2


async def test_who_said_what_is_forgotten_and_the_counts_stay(world: World) -> None:
    (wang,) = await neighbours(world, 1001)
    await started(world)
    await wang.taps("好，开始")
    await wang.taps("停车和充电")
    await world.passes(days=8)
    await world.passes(days=91)
    assert await rows(world, SurveyAnswer) == []
    (survey,) = await rows(world, Survey)
    assert survey.results["items"] == {"10": 1}
    assert survey.answers_gone_at is not None


async def test_nobody_else_starts_one(small_world: World) -> None:
    for account in (1, 3):
        await small_world.worker(account).says("调研")
        assert "由社区书记发起" in small_world.worker(account).last.text


@pytest.mark.parametrize("words", ["=1+1", "<b>" + "好" * 900, "\u0000"])
async def test_nasty_words_are_kept_short_and_shown_as_they_are(small_world: World, words: str) -> None:
    (wang,) = await neighbours(small_world, 1001)
    await started(small_world)
    await wang.taps("好，开始")
    await wang.taps("跳过这题")
    await wang.taps("跳过这题")
    await wang.says(words)
    manager = small_world.worker(2)
    await manager.says("调研")
    await manager.taps("看结果")
    await reported(small_world)
    assert len(manager.last.text) < 4096


# --- in words --------------------------------------------------------------------------------------------------------


async def test_who_thinks_better_of_ending_it_has_ended_nothing(small_world: World) -> None:
    (wang,) = await neighbours(small_world, 1001)
    manager = await started(small_world)
    await manager.says("调研")
    await manager.taps("提前结束")
    await manager.taps("算了")
    await wang.taps("好，开始")
    assert FIRST in wang.last.text


async def test_an_option_may_be_written_by_some_of_its_words(world: World) -> None:
    (wang,) = await neighbours(world, 1001)
    await started(world)
    await wang.taps("好，开始")
    await wang.says("停车")
    await wang.says("15分钟吧")
    await wang.says("不清楚")
    assert "谢谢您，都记下了" in wang.last.text
    answers = await rows(world, SurveyAnswer)
    assert sorted((a.question, a.option) for a in answers) == [(0, 2), (1, 2)]


async def test_what_is_no_answer_leads_back_to_the_question(small_world: World) -> None:
    (wang,) = await neighbours(small_world, 1001)
    await started(small_world)
    await wang.taps("好，开始")
    await wang.says("你好")
    assert FIRST in wang.last.text
    assert "带小孩的托育点" in wang.last.buttons
    assert await rows(small_world, SurveyAnswer) == []
    await wang.says("停车")
    assert len(await rows(small_world, SurveyAnswer)) == 1


async def test_a_matter_told_in_between_is_filed_and_the_survey_goes_on(small_world: World) -> None:
    (wang,) = await neighbours(small_world, 1001)
    await started(small_world)
    await wang.taps("好，开始")
    await wang.says(RUBBISH)
    assert "已登记" in wang.last.text
    await wang.taps("停车和充电")
    assert wang.sees("（2/3）")


async def test_a_danger_told_in_between_is_heard_first(small_world: World) -> None:
    (wang,) = await neighbours(small_world, 1001)
    await started(small_world)
    await wang.taps("好，开始")
    means(small_world, FIRE, ALARM)
    await wang.says(FIRE)
    assert times(wang, "请先打电话") == 1


@pytest.mark.parametrize("answered", [0, 2])
async def test_not_taking_part_may_be_written_at_any_question(small_world: World, answered: int) -> None:
    (wang,) = await neighbours(small_world, 1001)
    await started(small_world)
    await wang.taps("好，开始")
    for _ in range(answered):
        await wang.taps("跳过这题")
    await wang.says("不想填了")
    assert times(wang, "这次不参加") == 1
    assert await rows(small_world, SurveyAnswer) == []


async def test_who_looks_for_the_survey_gets_it_again(small_world: World) -> None:
    wang, li = await neighbours(small_world, 1001, 1002)
    await wang.says("什么调研")
    assert "现在没有调研" in wang.last.text
    await started(small_world)
    await li.says("参加调研")
    await li.taps("好，开始")
    assert FIRST in li.last.text
