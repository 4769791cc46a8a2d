"""What residents write for neighbours goes one way, whatever it is: looked at, hidden with a reason, appealed, reported."""

from dataclasses import dataclass

import pytest
from sqlalchemy import insert, update

from ledger.moderation import STEPS, ContentState, Judgement, possible
from storage.tables import ContentReport, ContentStep, Contribution, HelpCall, StaffRight, Topic
from tests.deciding.neighbours import live_here, rows_of, topic, vote
from tests.deciding.test_council import seated
from tests.support.world import Person, World
from tests.ways.steps import change, count, employs

MANAGER, STREET = 2, 3


@dataclass(frozen=True)
class Kind:
    """How a resident comes to write something, and where neighbours read it."""

    called: str
    way: tuple[str, ...]
    read: tuple[str, ...]
    words: str = "想请人一起把楼道扫干净"
    opens: str = "给邻居看"
    listed: bool = False
    """Neighbours read it in the list already, and open it by its words."""

    @property
    def opened(self) -> tuple[str, ...]:
        return (*self.read, self.words) if self.listed else self.read

    async def written(self, person: Person, words: str = "") -> None:
        await _goes(person, self.way)
        await person.says(words or self.words)

    async def seen_by(self, person: Person) -> bool:
        before = len(person.messages)
        await _goes(person, self.read)
        return any(self.words in m.text for m in person.messages[before:])


async def _goes(person: Person, way: tuple[str, ...]) -> None:
    word, *labels = way
    await person.says(word)
    for label in labels:
        await person.taps(label)


KINDS = (
    Kind("选项", ("议题", "议题 1", "提选项"), ("议题", "议题 1")),
    Kind("理由", ("议题", "议题 1", "说理由"), ("议题", "议题 1")),
    Kind("心愿", ("微心愿", "我有个心愿", "出时间"), ("微心愿",)),
)
TOPIC = Kind("议题", ("发起议题",), ("议题",), opens="拿出来议", listed=True)
"""Whoever decides opens it; its words are looked at again when neighbours report them."""
all_kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.called)
kinds_and_topics = pytest.mark.parametrize("kind", [*KINDS, TOPIC], ids=lambda kind: kind.called)


async def written(world: World, kind: Kind) -> tuple[Person, Person, Person]:
    """Somebody has written something; returns them, a neighbour, and the manager."""
    wang, li = await live_here(world, range(1001, 1003))
    manager = await topic(world)
    await kind.written(wang)
    return wang, li, manager


async def let_through(world: World, kind: Kind) -> tuple[Person, Person, Person]:
    wang, li, manager = await written(world, kind)
    await manager.taps(kind.opens)
    return wang, li, manager


async def reports(person: Person, kind: Kind) -> str:
    """A neighbour finds it wrong; returns the word over the button."""
    await _goes(person, kind.opened)
    said = await person.taps("不合适")
    return said or await person.taps(kind.words[:10])


@all_kinds
async def test_nobody_sees_it_before_a_person_has_let_it_through(world: World, kind: Kind) -> None:
    wang, li, manager = await written(world, kind)
    assert not await kind.seen_by(li)
    card = next(m.text for m in reversed(manager.messages) if kind.words in m.text)
    assert "要不要让邻居看见" in card
    assert f"{kind.called}：「{kind.words}」" in card
    await manager.taps("给邻居看")
    assert wang.sees(f"您写的{kind.called}「{kind.words}」，邻居看得见了")
    assert await kind.seen_by(li)


@all_kinds
async def test_what_is_hidden_is_told_with_its_reason_and_heard_by_somebody_else(world: World, kind: Kind) -> None:
    wang, li, manager = await written(world, kind)
    await manager.taps("不给看")
    await manager.says("请别写是几楼的邻居")
    assert wang.sees(f"您写的{kind.called}「{kind.words}」没有给邻居看。原因：请别写是几楼的邻居")
    await wang.taps("请另一位再看")
    street = world.worker(STREET)
    assert street.sees("写的人不同意，请您另看一次。当时的原因：请别写是几楼的邻居")
    assert not any("写的人不同意" in m.text for m in manager.messages), "whoever decided does not hear the appeal"
    await street.taps("给邻居看")
    assert wang.sees("邻居看得见了")
    assert await kind.seen_by(li)
    assert [row.action for row in await rows_of(world, ContentStep)] == ["hide", "appeal", "grant"]


@all_kinds
async def test_an_appeal_is_heard_once_and_what_is_upheld_stays_hidden(small_world: World, kind: Kind) -> None:
    wang, li, manager = await written(small_world, kind)
    await manager.taps("不给看")
    await manager.taps("是广告")
    await wang.taps("请另一位再看")
    assert "已经请人看过一次了" in await wang.taps("请另一位再看")
    await small_world.worker(STREET).taps("还是不给看")
    assert wang.sees("另一位看过，还是不给邻居看。原因：是广告")
    assert not await kind.seen_by(li)


@kinds_and_topics
async def test_what_neighbours_report_is_looked_at_again_and_taken_down_with_a_reason(world: World, kind: Kind) -> None:
    wang, li, manager = await let_through(world, kind)
    assert "会有人看" in await reports(li, kind)
    assert await kind.seen_by(li), "a report alone hides nothing"
    card = manager.last
    assert "有 1 位邻居觉得下面这条不合适" in card.text
    assert kind.words in card.text
    await manager.taps("不给看")
    await manager.taps("有骂人的话")
    assert wang.sees("先收起来了，邻居看不见。原因：有骂人的话")
    assert any("请另一位再看" in label for label in wang.last.buttons), "it may be appealed against"
    assert not await kind.seen_by(li)


@kinds_and_topics
async def test_what_was_reported_and_is_all_right_stays_and_nobody_is_bothered(small_world: World, kind: Kind) -> None:
    wang, li, manager = await let_through(small_world, kind)
    told = len(wang.messages)
    await reports(li, kind)
    await manager.taps("没问题，留着")
    assert len(wang.messages) == told
    assert await kind.seen_by(li)
    assert "您说过了" in await reports(li, kind)
    assert "邻居看得见" in manager.last.text, "nobody is asked about it again by the same person"
    (zhao,) = await live_here(small_world, range(1003, 1004))
    await reports(zhao, kind)
    assert "有 1 位邻居" in manager.last.text, "who was heard before is not counted again"


@kinds_and_topics
async def test_the_staff_take_down_what_they_let_through_by_mistake(small_world: World, kind: Kind) -> None:
    wang, li, manager = await let_through(small_world, kind)
    await _goes(manager, kind.opened)
    if kind.called == "心愿":
        await manager.taps("不给看")
    else:
        await manager.taps("有一条不合适")
        await manager.taps(kind.words[:10])
    assert "为什么不给邻居看" in manager.last.text
    await manager.taps("说到了个人隐私")
    assert wang.sees("先收起来了")
    assert not await kind.seen_by(li)


@all_kinds
async def test_a_member_of_the_council_lets_it_through_but_not_their_own(world: World, kind: Kind) -> None:
    member = await seated(world)
    manager = await topic(world)
    (wang,) = await live_here(world, range(1001, 1002))
    await kind.written(wang)
    await member.taps("给邻居看")
    assert wang.sees("邻居看得见了")
    await kind.written(member, "我自己写的一条")
    assert not any("我自己写的一条" in m.text and m.buttons for m in member.messages)
    assert manager.sees("我自己写的一条")


@all_kinds
async def test_of_two_who_decide_the_first_holds(small_world: World, kind: Kind) -> None:
    await change(small_world, employs(6, "小林", "manager", "community", 1))
    wang, li, manager = await written(small_world, kind)
    second = small_world.worker(6)
    no = next(data for label, data in second.last.buttons.items() if "不给看" in label)
    yes = next(data for label, data in second.last.buttons.items() if "给邻居看" in label)
    await manager.taps("给邻居看")
    assert "邻居看得见" in second.last.text, "the card of the other is closed"
    assert "刚才已经有人定过了" in await second.presses(yes)
    await second.presses(no)
    await second.says("再想想不合适")
    assert wang.sees("先收起来了"), "what is shown may be taken down, with a reason"
    assert not await kind.seen_by(li)


async def test_a_topic_taken_down_is_out_of_sight_everywhere_until_somebody_else_lets_it_through(world: World) -> None:
    wang, li, manager = await let_through(world, TOPIC)
    await _goes(li, TOPIC.opened)
    await li.taps("附议")
    await reports(li, TOPIC)
    card = manager.last.text
    assert f"议题 2\n议题：「{TOPIC.words}」" in card
    await manager.taps("不给看")
    await manager.taps("说到了个人隐私")
    assert "邻居已经看不见了" in await li.taps("看这个议题"), "also by an old button"
    assert not await TOPIC.seen_by(wang)
    assert not await TOPIC.seen_by(manager)
    await wang.taps("请另一位再看")
    street = world.worker(STREET)
    assert street.sees("写的人不同意")
    await street.taps("给邻居看")
    assert wang.sees(f"您写的议题「{TOPIC.words}」，邻居看得见了")
    await _goes(li, TOPIC.opened)
    assert "2 人附议" in li.last.text, "it stands where it stood, with those who seconded it"
    assert [row.action for row in await rows_of(world, ContentStep)] == ["hide", "appeal", "grant"]


async def test_what_is_voted_on_is_not_taken_from_the_ballot(small_world: World) -> None:
    li, _ = await live_here(small_world, range(1001, 1003))
    manager = await vote(small_world)
    await li.says("议题")
    await li.taps("议题 1")
    await li.taps("有一条不合适")
    assert "会有人看" in await li.taps("题目：充电车棚")
    assert "请书记先取消投票" in await manager.taps("不给看")
    await manager.says("投票")
    await manager.taps("取消投票")
    await manager.says("题目写得不妥")
    await manager.taps("不给看")
    await manager.taps("说到了个人隐私")
    await li.says("议题")
    assert "没有大家在议的事" in li.last.text


async def test_a_draft_can_be_reported_by_nobody(small_world: World) -> None:
    """Its words are seen by those only who decide about it anyway."""
    (wang,) = await live_here(small_world, range(1001, 1002))
    manager = await topic(small_world)
    await wang.says("议题")
    await wang.taps("议题 1")
    await wang.taps("有一条不合适")
    old = next(data for label, data in wang.last.buttons.items() if "题目：" in label)
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("有一条不合适")
    await manager.taps("题目：")
    await manager.taps("是广告")
    assert "邻居已经看不见了" in await wang.presses(old)
    assert await count(small_world, ContentReport) == 0


async def test_erasing_takes_a_proposal_that_nobody_else_is_behind_with_its_words(small_world: World) -> None:
    wang, _, manager = await written(small_world, TOPIC)
    assert manager.sees(TOPIC.words)
    await wang.says("删除我的数据")
    await wang.taps("删除")
    assert not manager.sees(TOPIC.words), "the card is closed"
    assert [row.title for row in await rows_of(small_world, Topic) if row.no == 2] == ["（居民已删除原话）"]
    await manager.says("议题")
    assert "议题 2" not in manager.last.text, "nobody has to decide about it any more"


async def test_what_waits_is_found_again_by_a_word(world: World) -> None:
    wang, _, manager = await written(world, KINDS[0])
    await KINDS[2].written(wang, "想借一把梯子")
    await manager.says("待看")
    shown = [m.text for m in manager.messages[-3:]]
    assert "延安岭社区等您看的" in shown[0]
    assert KINDS[0].words in shown[1]
    assert "想借一把梯子" in shown[2]
    for _ in range(2):
        await manager.taps("给邻居看")
        await manager.says("待看")
    assert "现在没有等您看的" in manager.last.text


async def test_an_appeal_that_nobody_can_hear_is_not_promised(small_world: World) -> None:
    wang, _, manager = await written(small_world, KINDS[2])
    await change(
        small_world, lambda c: c.execute(update(StaffRight).where(StaffRight.staff_id == STREET).values(scope_id=2))
    )
    await manager.taps("不给看")
    await manager.taps("是广告")
    await wang.taps("请另一位再看")
    assert wang.sees("现在没有另一位能看")
    assert not (await rows_of(small_world, HelpCall))[0].appealed


async def test_one_person_reports_so_many_a_day_and_the_staff_see_one_card(world: World) -> None:
    """Against misuse: reports of many about one thing are one card with their number."""
    _, li, manager = await let_through(world, KINDS[2])
    (zhao,) = await live_here(world, range(1003, 1004))
    for person in (li, zhao):
        await reports(person, KINDS[2])
    assert "有 2 位邻居" in manager.last.text
    assert await count(world, ContentReport) == 2
    limit = world.app.context.district.limits.moderation.reports.times
    await _reported_before(world, li.account, limit)
    await KINDS[0].written(zhao, "另一条办法")
    await manager.taps("给邻居看")
    await li.says("议题")
    await li.taps("议题 1")
    await li.taps("有一条不合适")
    assert f"您今天已经说过 {limit} 条了" in await li.taps("另一条办法")


async def _reported_before(world: World, account: int, times: int) -> None:
    now = world.clock.now()
    rows = [
        {"community_id": 1, "kind": "wish", "content_id": 900 + n, "bot": "resident", "account": account, "at": now}
        | {"settled": True}
        for n in range(times)
    ]
    await world.app.database.write(lambda c: c.execute(insert(ContentReport), rows))


async def test_who_has_taken_a_wish_up_hears_that_it_was_taken_down(small_world: World) -> None:
    _, li, manager = await let_through(small_world, KINDS[2])
    await li.says("微心愿")
    await li.taps("我来认领")
    await manager.says("微心愿")
    await manager.taps("不给看")
    await manager.taps("是广告")
    assert li.sees("先收起来了，您不用忙了")


@all_kinds
async def test_erasing_takes_what_nobody_has_seen_with_its_card(small_world: World, kind: Kind) -> None:
    wang, li, manager = await written(small_world, kind)
    await li.says("我的数据")
    await wang.says("删除我的数据")
    await wang.taps("删除")
    assert not any(kind.words in m.text for m in manager.messages), "the card is closed"
    assert manager.sees("写的人把这一条收回了")
    for table in (Contribution, HelpCall, ContentStep):
        assert await count(small_world, table) == 0


async def test_who_reported_is_erased_and_forgotten_when_its_time_is_over(world: World) -> None:
    _, li, manager = await let_through(world, KINDS[2])
    (zhao,) = await live_here(world, range(1003, 1004))
    for person in (li, zhao):
        await reports(person, KINDS[2])
    await li.says("删除我的数据")
    await li.taps("删除")
    assert [row.account for row in await rows_of(world, ContentReport)] == [1003]
    await manager.taps("没问题，留着")
    await world.passes(days=91)
    await world.app.ticker.clean()
    assert await count(world, ContentReport) == 0


def test_the_table_hides_nothing_for_good_without_a_second_person() -> None:
    """From wherever a thing is hidden an appeal is possible once, and only an appeal leads to what is upheld."""
    for state in ContentState:
        assert possible(state, Judgement.UPHOLD, appealed=True) is (state is ContentState.HIDDEN)
        assert not possible(state, Judgement.UPHOLD, appealed=False)
    assert possible(STEPS[Judgement.HIDE].to, Judgement.APPEAL, appealed=False)
