"""Grid workers: the card, its steps, what the residents hear of them, and taking a step back."""

import pytest
from sqlalchemy import Connection, select, update

from storage.corrections import corrected
from storage.tables import Attachment, Case, CaseEvent, CasePerson, Correction, Keyboard, Outbox
from tests.support.world import World
from tests.ways.steps import LAMP, RUBBISH, also_works, answered, case, change, count, employs, settled


async def events(world: World, no: int = 1) -> list[str]:
    statement = select(CaseEvent.action).where(CaseEvent.case_no == no).order_by(CaseEvent.id)
    return list(await world.rows(lambda connection: connection.execute(statement).scalars().all()))


# --- the card --------------------------------------------------------------------------------------------------------


async def test_a_new_case_arrives_as_a_card_with_what_can_be_done(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    assert len(chen.messages) == 1
    for words in ("YA-1　待受理", LAMP, "公共服务", "最晚：", "反映人：人1001"):
        assert words in chen.last.text
    labels = ["✅ 受理", "📝 办结答复", "派单", "问居民", "合并", "改类别", "改轻重", "转出", "不予受理"]
    assert list(chen.last.buttons) == labels


async def test_the_card_changes_in_place_and_offers_what_is_next(world: World) -> None:
    await settled(world)
    chen = world.worker(1)
    await chen.taps("受理")
    card = chen.messages[0]
    assert "YA-1　已受理" in card.text
    assert "经办：小陈" in card.text
    assert "✅ 受理" not in card.buttons
    assert "开始办理" in card.buttons
    assert len([m for m in chen.messages if "YA-1　" in m.text]) == 1


async def test_all_workers_of_the_community_see_it_and_nobody_of_another(small_world: World) -> None:
    await change(small_world, employs(7, "小李", "worker", "community", 1))
    await settled(small_world)
    assert small_world.worker(7).sees("YA-1")
    assert not small_world.worker(5).messages


async def test_who_is_a_worker_and_the_manager_gets_the_buttons_of_both(world: World) -> None:
    await change(world, also_works(2))
    await settled(world)
    zhou = world.worker(2)
    await zhou.taps("✅ 受理")
    assert {"📝 办结答复", "🗂 挂账", "📣 督办"} <= set(zhou.messages[0].buttons)
    await zhou.taps("挂账")
    await zhou.taps("要等资金")
    assert (await case(world)).state == "parked"


async def test_without_a_worker_the_manager_gets_the_card(small_world: World) -> None:
    await change(small_world, lambda c: c.exec_driver_sql("DELETE FROM staff_accounts WHERE staff_id = 1"))
    await settled(small_world)
    assert small_world.worker(2).sees("YA-1")


async def test_a_label_is_never_called_certain(small_world: World) -> None:
    await settled(small_world, words="垃圾桶满了没人收，臭得很")
    assert (await case(small_world)).proposal["p"] > 0.995
    assert "把握 99%" in small_world.worker(1).last.text


async def test_a_long_report_is_cut_on_the_card_and_whole_in_the_ledger(small_world: World) -> None:
    words = LAMP + "，晚上看不见路" * 200
    await settled(small_world, words=words)
    assert len(small_world.worker(1).last.text) < 1200
    assert (await case(small_world)).text == words


# --- steps -----------------------------------------------------------------------------------------------------------


async def test_what_a_worker_does_reaches_the_resident_after_a_minute(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("受理")
    assert not wang.sees("已经接手")
    await world.passes(seconds=59)
    assert not wang.sees("已经接手")
    await world.passes(seconds=2)
    assert wang.last.text == f"您反映的「{LAMP}」（YA-1），延安岭社区已经接手，有人在跟了。"


async def test_a_question_reaches_the_resident_at_once(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("问居民")
    await chen.says("是哪一盏灯？")
    assert "「是哪一盏灯？」" in wang.last.text


@pytest.mark.parametrize(
    ("step", "words", "state", "told"),
    [
        ("不予受理", "那是隔壁小区的路", "refused", "那是隔壁小区的路"),
        ("转出", "供电公司 95598", "transferred", "供电公司 95598"),
        ("办结答复", "灯泡换好了", "answered", "灯泡换好了"),
    ],
)
async def test_steps_that_need_words(small_world: World, step: str, words: str, state: str, told: str) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps(step)
    await chen.says(words)
    assert (await case(small_world)).state == state
    await small_world.passes(seconds=61)
    assert wang.sees(told)
    assert words in next(m.text for m in chen.messages if "YA-1　" in m.text), "the card says why"
    await wang.says("YA-1")
    assert words in wang.last.text


async def test_words_answer_no_question_that_the_worker_has_left_for_another(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("不予受理")
    await chen.taps("派单")
    await chen.says("等区里回复")
    assert (await case(small_world)).state == "waiting"
    assert "没有发给谁" in chen.last.text


async def test_a_case_to_merge_into_is_offered_with_its_words(small_world: World) -> None:
    await settled(small_world)
    await settled(small_world, 1002)
    chen = small_world.worker(1)
    await chen.taps("合并")
    assert any(label.startswith("YA-1 三单元门口的路灯") for label in chen.last.buttons)


async def test_a_reason_can_be_tapped(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("不予受理")
    await chen.taps("属于法院、仲裁或信访程序")
    await small_world.passes(seconds=61)
    assert "属于法院、仲裁或信访程序" in wang.last.text
    assert "12345" in wang.last.text
    await chen.says("好的")
    assert "发「待办」" in chen.last.text, "the tapped reason was the answer; words are none any more"


async def test_a_worker_can_think_better_of_it(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("办结答复")
    await chen.taps("算了")
    await chen.says("灯泡换好了")
    assert (await case(small_world)).state == "waiting"


async def test_a_command_takes_the_place_of_the_words_asked_for(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("办结答复")
    await chen.says("待办")
    assert "等着处理的有 1 件" in chen.last.text
    await chen.says("灯泡换好了")
    assert (await case(small_world)).state == "waiting"


async def test_words_asked_for_yesterday_are_not_sent_to_the_resident(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("办结答复")
    await small_world.passes(days=1)
    await chen.says("好的，收到")
    assert (await case(small_world)).state == "waiting"


async def test_the_answer_comes_with_its_photos_once_they_are_fetched(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("办结答复")
    await chen.sends("photo")
    assert "再写一句话" in chen.last.text
    await chen.says("灯泡换好了")
    await world.passes(seconds=61)
    assert wang.sees("「灯泡换好了」")
    assert not any(m.files for m in wang.messages)
    await world.app.fetcher.once()
    await world.passes(seconds=21)
    assert [m.files for m in wang.messages if m.files] == [["YA-1-1"]]
    assert "现在解决了吗" in wang.last.text
    sender = await world.rows(lambda c: c.execute(select(Attachment.bot)).scalar_one())
    assert sender == "staff"


async def test_an_answer_may_be_an_album_with_its_words_last(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("办结答复")
    for caption in ("", "", "灯泡换好了"):
        await chen.sends("photo", caption, album="a")
    await small_world.passes(seconds=2)
    assert (await case(small_world)).reply == "灯泡换好了"
    await small_world.app.fetcher.once()
    await small_world.passes(seconds=61)
    assert [len(m.files) for m in wang.messages if m.files] == [3]


async def test_photos_that_never_come_hold_nothing_up(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("办结答复")
    await chen.sends("photo", "灯泡换好了")
    await small_world.passes(seconds=61)
    await small_world.passes(minutes=11)
    assert "现在解决了吗" in wang.last.text
    assert not any(m.files for m in wang.messages)


async def test_staff_correct_labels_and_each_correction_is_kept(world: World) -> None:
    await settled(world)
    chen = world.worker(1)
    await chen.taps("改类别")
    assert "不归社区管" in "".join(chen.last.buttons)
    assert "改好了：🎭 文化休闲" in await chen.taps("文化休闲")
    assert not chen.messages[1].buttons
    kept = await world.rows(lambda c: c.execute(select(Correction.__table__)).one())
    assert (kept.before, kept.after, kept.role) == ("public_service", "culture", "worker")
    assert (await case(world)).confirmed
    [to_learn] = await world.rows(corrected)
    assert to_learn.labels == {"scene": "culture"}
    assert to_learn.text == (await case(world)).text


async def test_similar_cases_are_offered_and_merged_with_one_tap(world: World) -> None:
    await settled(world, 1001, RUBBISH)
    zhang, chen = await settled(world, 1002, RUBBISH), world.worker(1)
    assert "可能是同一件事：YA-1" in chen.last.text
    await chen.taps("并入 YA-1")
    assert chen.sees("YA-2：合并，好了。")
    assert not chen.sees("现在是「合并」"), "one word says it once"
    assert (await case(world, 2)).state == "merged"
    assert (await case(world, 1)).supporters == 2
    await world.passes(seconds=61)
    assert "和邻居反映的 YA-1 是同一件事" in zhang.last.text
    assert "一起反映：2 人" in chen.messages[0].text
    assert "已并入：YA-1" in chen.messages[1].text


async def test_everybody_of_a_merged_case_hears_of_the_answer(small_world: World) -> None:
    wang, zhang, chen = await settled(small_world), await settled(small_world, 1002, RUBBISH), small_world.worker(1)
    await chen.taps("合并")
    await chen.says("YA-1")
    await chen.taps("办结答复")
    await chen.says("都弄好了")
    await small_world.passes(seconds=61)
    assert wang.sees("都弄好了")
    assert zhang.sees("都弄好了")


@pytest.mark.parametrize("typed", ["WH-1", "没有数字", "99", "YA-2", "1 或者 2", "9" * 40])
async def test_what_cannot_be_merged_into_is_asked_again(small_world: World, typed: str) -> None:
    await settled(small_world)
    await settled(small_world, 1002, RUBBISH)
    chen = small_world.worker(1)
    await chen.taps("合并")
    await chen.says(typed)
    assert "没找到这一件" in chen.last.text
    assert await count(small_world, Case, Case.state == "merged") == 0
    await chen.says("合并到 ya-1")
    assert (await case(small_world, 2)).state == "merged"


async def test_nothing_is_merged_into_a_case_that_has_ended(small_world: World) -> None:
    await settled(small_world, 1001, RUBBISH)
    await settled(small_world, 1002, RUBBISH)
    chen = small_world.worker(1)
    merge = chen.last.buttons["并入 YA-1"]
    refuse = chen.messages[0].buttons["不予受理"]
    await chen.presses(refuse)
    await chen.taps("不在本社区范围")
    assert "已经结束" in await chen.presses(merge)
    assert (await case(small_world, 2)).state == "waiting"


# --- dispatch --------------------------------------------------------------------------------------------------------


async def test_a_units_officer_gets_the_card_when_the_minute_is_over(world: World) -> None:
    wang, chen, officer = await settled(world), world.worker(1), world.worker(4)
    await chen.taps("派单")
    await chen.taps("区城管局")
    assert not officer.messages
    await wang.taps("补充")
    await wang.says("左边那一盏")
    await world.passes(seconds=61)
    assert "YA-1　已派单" in officer.last.text
    assert "左边那一盏" in officer.last.text, "it says what is so when it comes"
    assert list(officer.last.buttons) == ["签收", "开始办理", "📝 办结答复", "问居民", "退单", "记进展", "📞 电话"]
    assert "已交给区城管局去办" in wang.messages[-1].text


async def test_the_officers_card_changes_in_place_too(small_world: World) -> None:
    await settled(small_world)
    chen, officer = small_world.worker(1), small_world.worker(4)
    await chen.taps("派单")
    await chen.taps("区城管局")
    await small_world.passes(seconds=61)
    await officer.taps("签收")
    assert "YA-1　已签收" in officer.messages[0].text
    assert "YA-1　已签收" in chen.messages[0].text
    await chen.taps("开始办理")
    assert "YA-1　办理中" in officer.messages[0].text


async def test_a_person_gets_the_case_with_a_sound(small_world: World) -> None:
    await change(small_world, employs(7, "小李", "worker", "community", 1))
    await settled(small_world)
    chen, li = small_world.worker(1), small_world.worker(7)
    await chen.taps("派单")
    await chen.taps("小李")
    assert "派给您办" not in li.last.text
    await small_world.passes(seconds=61)
    assert "📌 YA-1 派给您办" in li.last.text
    await li.taps("看卡片")
    assert "经办：小李" in li.last.text


async def test_a_unit_that_nobody_speaks_for_here_is_named_to_the_worker(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("派单")
    await chen.taps("区建设局")
    assert chen.sees("区建设局还没有人开通")
    assert (await case(small_world)).unit_id == 1


async def test_a_person_takes_over_from_a_unit(small_world: World) -> None:
    await settled(small_world)
    chen, officer = small_world.worker(1), small_world.worker(4)
    await chen.taps("派单")
    await chen.taps("区城管局")
    await small_world.passes(seconds=61)
    start = officer.last.buttons["开始办理"]
    await chen.taps("派单")
    await chen.taps("小陈")
    assert (await case(small_world)).unit_id is None
    assert "不归您管" in await officer.presses(start)


# --- undo ------------------------------------------------------------------------------------------------------------


async def test_undo_restores_everything_and_nobody_hears_of_it(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    before = await case(world)
    await chen.taps("受理")
    assert "刚才的话不会发给居民" in await chen.taps("撤销")
    after = await case(world)
    changed = {name for name in before._fields if getattr(before, name) != getattr(after, name)}
    assert changed <= {"version", "changed_at"}
    assert "YA-1　待受理" in chen.messages[0].text
    said = len(wang.messages)
    await world.passes(minutes=5)
    assert len(wang.messages) == said
    assert await events(world) == ["file", "accept", "undo"]


async def test_undo_of_a_merge_gives_the_people_back(world: World) -> None:
    _, zhang, chen = await settled(world), await settled(world, 1002, RUBBISH), world.worker(1)
    await chen.taps("合并")
    await chen.says("1")
    await chen.taps("撤销")
    assert ((await case(world, 1)).supporters, (await case(world, 2)).state) == (1, "waiting")
    assert await count(world, CasePerson, CasePerson.case_no == 1, CasePerson.account == zhang.account) == 0
    assert await count(world, CasePerson, CasePerson.case_no == 2, CasePerson.account == zhang.account) == 1
    await world.passes(minutes=2)
    assert not zhang.sees("是同一件事")


async def test_undo_of_a_dispatch_keeps_the_card_from_the_officer(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("派单")
    await chen.taps("区城管局")
    await chen.taps("撤销")
    await small_world.passes(minutes=2)
    assert not small_world.worker(4).messages
    assert (await case(small_world)).unit_id is None


async def test_undo_of_an_answer_asks_nobody_whether_it_is_solved(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("办结答复")
    await chen.sends("photo", "灯泡换好了")
    await chen.taps("撤销")
    await small_world.app.fetcher.once()
    await small_world.passes(minutes=2)
    assert not wang.sees("灯泡换好了")
    assert not wang.sees("现在解决了吗")
    assert not any(m.files for m in wang.messages)


async def test_the_undo_button_of_the_version_before_still_works(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("受理")

    def as_before(connection: Connection) -> None:
        for row in connection.execute(select(Keyboard.__table__)):
            choices = [
                [action, no, {k: v for k, v in data.items() if (action, k) != ("undo", "steps")}, once]
                for action, no, data, once in row.choices
            ]
            connection.execute(update(Keyboard).where(Keyboard.id == row.id).values(choices=choices))

    await change(small_world, as_before)
    await chen.taps("撤销")
    assert (await case(small_world)).state == "waiting"


async def test_undo_is_over_after_a_minute(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("受理")
    await small_world.passes(seconds=61)
    assert "过了一分钟" in await chen.taps("撤销")
    assert (await case(small_world)).state == "accepted"


async def test_only_the_newest_step_can_be_undone(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("受理")
    first = chen.last.buttons["↩️ 撤销"]
    await chen.taps("开始办理")
    assert "后来又有变动" in await chen.presses(first)
    assert (await case(small_world)).state == "working"


async def test_a_resident_who_corrects_a_word_does_not_end_the_undo(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("不予受理")
    await chen.says("不归社区管")
    await world.passes(seconds=20)
    await wang.edits(100, "四单元门口的路灯坏了半个月了")
    assert "刚才的话不会发给居民" in await chen.taps("撤销")
    assert (await case(world)).state == "waiting"
    await world.passes(minutes=5)
    assert not wang.sees("不归社区管")


async def test_a_neighbour_who_joins_before_the_undo_stays(world: World) -> None:
    await settled(world)
    chen, li = world.worker(1), world.resident(1002)
    await chen.taps("受理")
    await li.says("我也遇到 YA-1")
    await li.taps("我也遇到 YA-1")
    await chen.taps("撤销")
    row = await case(world)
    assert (row.state, row.supporters) == ("waiting", 2)


async def test_what_a_colleague_did_next_ends_the_undo(small_world: World) -> None:
    await settled(small_world)
    chen, secretary = small_world.worker(1), small_world.worker(2)
    await chen.taps("受理")
    await secretary.says("待办")
    await secretary.taps("YA-1")
    await secretary.taps("改轻重")
    await secretary.taps("🟠 较急")
    assert "后来又有变动" in await chen.taps("撤销")
    assert (await case(small_world)).state == "accepted"


async def test_what_was_undone_loses_its_button(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("受理")
    await chen.taps("撤销")
    assert not any("撤销" in label for m in chen.messages for label in m.buttons)


async def test_a_step_may_be_taken_again_after_it_was_undone(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("受理")
    await chen.taps("撤销")
    await chen.taps("受理")
    await small_world.passes(seconds=61)
    assert [m.text for m in wang.messages].count(f"您反映的「{LAMP}」（YA-1），延安岭社区已经接手，有人在跟了。") == 1
    assert await count(small_world, Outbox, Outbox.state == "cancelled") == 1


# --- 待办, 回访 ------------------------------------------------------------------------------------------------------


async def test_the_queue_is_most_urgent_first_and_counts_all(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    for number in range(10):
        await wang.says(f"{number + 4}栋楼下的路灯坏了{number}天了")
    button = next(m.buttons["改轻重"] for m in chen.messages if "YA-7　" in m.text)
    await chen.presses(button)
    await chen.taps("🟠 较急")
    await chen.says("待办")
    lines = chen.last.text.splitlines()
    assert lines[0] == "等着处理的有 11 件，最急的在前面："
    assert "YA-7" in lines[1]
    assert "还有 1 件" in lines[-1]
    await chen.taps("YA-7")
    assert "YA-7　" in chen.last.text


async def test_the_queue_marks_what_is_late(small_world: World) -> None:
    await settled(small_world)
    await small_world.passes(days=20)
    chen = small_world.worker(1)
    await chen.says("待办")
    assert "已超时" in chen.last.text


async def test_an_empty_queue_says_so(small_world: World) -> None:
    chen = small_world.worker(1)
    await chen.says("待办")
    assert chen.last.text == "没有等着处理的事。"


async def test_an_officer_sees_the_queue_of_the_unit_only(small_world: World) -> None:
    await settled(small_world)
    await settled(small_world, 1002, RUBBISH)
    chen, officer = small_world.worker(1), small_world.worker(4)
    await chen.taps("派单")
    await chen.taps("区城管局")
    await officer.says("待办")
    assert "等着处理的有 1 件" in officer.last.text
    assert "YA-2" in officer.last.text


async def test_a_card_that_was_opened_is_the_one_that_changes(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.says("待办")
    await chen.taps("YA-1")
    opened = chen.last
    await chen.taps("受理")
    assert "YA-1　已受理" in opened.text


async def test_solved_closes_and_asks_how_satisfied(world: World) -> None:
    wang, _ = await answered(world)
    await wang.taps("👍 解决了")
    await wang.taps("基本满意")
    await wang.taps("太慢了")
    closed = await case(world)
    assert (closed.state, closed.solved, closed.satisfied) == ("closed", True, 1)
    assert "谢谢您告诉我们" in wang.last.text
    assert {label for m in wang.messages for label in m.buttons} == {"👎 又不行了"}


async def test_not_solved_opens_it_again_for_the_worker(world: World) -> None:
    wang, chen = await answered(world)
    await wang.taps("没解决")
    assert "已经重新办理" in wang.last.text
    assert "YA-1　重办" in chen.messages[0].text
    await chen.says("待办")
    assert "YA-1" in chen.last.text


async def test_silence_closes_without_counting_as_satisfied(small_world: World) -> None:
    await answered(small_world)
    await small_world.passes(days=7, seconds=1)
    closed = await case(small_world)
    assert (closed.state, closed.solved, closed.satisfied) == ("closed_unconfirmed", None, None)


async def test_a_second_answer_is_followed_up_again(small_world: World) -> None:
    wang, chen = await answered(small_world)
    await wang.taps("没解决")
    await chen.taps("办结答复")
    await chen.says("接头重做了")
    await small_world.passes(seconds=61)
    assert "现在解决了吗" in wang.last.text
    await wang.taps("👍 解决了")
    assert (await case(small_world)).state == "closed"


async def test_a_long_queue_goes_on_at_a_tap(small_world: World) -> None:
    wang = await settled(small_world)
    for number in range(11):
        await wang.says(f"{number + 4}栋楼下的路灯坏了{number}天了")
    chen = small_world.worker(1)
    await chen.says("待办")
    assert "等着处理的有 12 件" in chen.last.text
    assert "后面还有 2 件" in chen.last.text
    await chen.taps("看后面的")
    assert list(chen.last.buttons) == ["YA-11", "YA-12"]


async def test_a_card_comes_by_its_number(small_world: World) -> None:
    await settled(small_world)
    chen, zhao = small_world.worker(1), small_world.worker(5)
    await chen.says("ya-1")
    assert "YA-1　待受理" in chen.last.text
    assert "✅ 受理" in chen.last.buttons
    await zhao.says("YA-1")
    assert LAMP not in zhao.last.text, "another community's"


async def test_the_help_of_a_unit_names_its_own_buttons(small_world: World) -> None:
    officer, chen = small_world.worker(4), small_world.worker(1)
    await officer.says("帮助")
    assert "签收" in officer.last.text
    assert "受理、派单" not in officer.last.text
    await chen.says("帮助")
    assert "受理、派单" in chen.last.text


async def test_the_help_gives_a_number_of_one_s_own_community(small_world: World) -> None:
    zhao = small_world.worker(5)
    await zhao.says("帮助")
    assert "（比如 WH-12）" in zhao.last.text


async def test_what_residents_say_is_an_answer_among_staff(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("不予受理")
    await chen.says("撤回")
    assert (await case(small_world)).state == "refused"
