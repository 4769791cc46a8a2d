"""共管: rules in versions with comments, and rotas in which a missed turn is nobody's shame."""

from tests.support.world import World
from tests.ways.steps import settled

DRAFT = "延安岭养狗公约\n1. 出门牵绳\n2、狗粪自己清\n电梯里抱起来"


async def drafted(world: World, words: str = DRAFT) -> None:
    await world.worker(2).says("公约")
    await world.worker(2).taps("起草公约")
    await world.worker(2).says(words)


async def rota(world: World, words: str = "充电棚锁门\n周一、周四") -> None:
    await world.worker(2).says("值日")
    await world.worker(2).taps("新的值日")
    await world.worker(2).says(words)


async def test_a_draft_is_commented_on_and_published_with_who_and_when(world: World) -> None:
    wang = await settled(world)
    await drafted(world)
    assert wang.sees("想先听您的意见")
    await wang.taps("看看草稿")
    assert "第 2 条 狗粪自己清" in wang.last.text
    await wang.taps("提意见")
    await wang.says("第2条 要设拾便箱，电话13812345678")
    assert wang.sees("第 2 条的意见收到了")
    await world.worker(2).says("公约")
    await world.worker(2).taps("看意见")
    assert "第 2 条：要设拾便箱" in world.worker(2).last.text
    assert "13812345678" not in world.worker(2).last.text
    await world.worker(2).taps("公布")
    await wang.says("公约")
    assert "周书记 11月18日公布" in wang.last.text
    assert "第 3 条 电梯里抱起来" in wang.last.text


async def test_rules_are_found_by_a_question(world: World) -> None:
    wang = await settled(world)
    await wang.says("公约里怎么说养狗的？")
    assert not wang.sees("出门牵绳")
    await drafted(world)
    await world.worker(2).says("公约")
    await world.worker(2).taps("公布")
    await wang.says("公约里怎么说养狗的？")
    assert "出门牵绳" in wang.last.text


async def test_a_new_version_takes_the_place_of_the_old(world: World) -> None:
    wang = await settled(world)
    for words in (DRAFT, "延安岭养狗公约\n出门牵绳，不超过1.5米"):
        await drafted(world, words)
        await world.worker(2).says("公约")
        await world.worker(2).taps("公布")
    await wang.says("公约")
    assert "第 2 版" in wang.last.text
    assert "1.5米" in wang.last.text


async def test_bad_drafts_and_comments_get_plain_answers(world: World) -> None:
    wang = await settled(world)
    await drafted(world, "只有一行")
    assert world.worker(2).sees("没看到条文")
    await world.worker(2).says("长" * 4096)
    assert world.worker(2).sees("写得太长了")
    await world.worker(2).says(DRAFT)
    await wang.taps("看看草稿")
    await wang.taps("提意见")
    await wang.says("第9条 不好")
    assert wang.sees("没有第 9 条，一共 3 条")
    await world.worker(2).says("公约")
    await world.worker(2).taps("作废")
    await wang.says("第1条 太严")
    assert wang.sees("现在不能") or wang.last.text == world.app.context.texts("problem.not_now")


async def test_only_the_manager_drafts(world: World) -> None:
    await world.worker(1).says("公约")
    assert not any("起草公约" in label for message in world.worker(1).messages for label in message.buttons)


async def test_members_are_reminded_in_turn_the_evening_before(world: World) -> None:
    wang, li = await settled(world), await settled(world, 1002)
    await rota(world)
    await wang.taps("我也来")
    await li.taps("我也来")
    await world.passes(hours=8, minutes=31)  # Wednesday 18:31: tomorrow is Thursday
    assert wang.sees("明天 11月19日（周四） 轮到您")
    assert not li.sees("轮到您：")
    await world.passes(days=4)  # Sunday
    assert li.sees("明天 11月23日（周一） 轮到您")


async def test_a_swap_is_asked_and_taken_by_one_tap(world: World) -> None:
    wang, li, zhao = [await settled(world, account) for account in (1001, 1002, 1003)]
    await rota(world)
    for person in (wang, li, zhao):
        await person.taps("我也来")
    await world.passes(hours=8, minutes=31)
    await wang.taps("换一换")
    assert wang.sees("我问了另外 2 位")
    await zhao.taps("我来替")
    assert wang.sees("有人替您了")
    assert await li.taps("我来替") == world.app.context.texts("rota.taken")
    assert await wang.taps("换一换") == world.app.context.texts("rota.swap_too_late")
    await world.passes(days=4)
    assert li.sees("明天 11月23日（周一） 轮到您"), "whoever's turn is longest ago"


async def test_a_rota_of_one_works_and_shames_nobody(world: World) -> None:
    wang = await settled(world)
    await rota(world, "锁门\n每天")
    await wang.taps("我也来")
    await world.passes(hours=8, minutes=31)
    await wang.taps("换一换")
    assert wang.sees("没关系，那天就空着")
    await world.passes(days=1)
    assert sum("轮到您：锁门" in message.text for message in wang.messages) == 2


async def test_a_rota_of_nobody_and_one_that_ends_are_quiet(world: World) -> None:
    wang = await settled(world)
    await rota(world, "锁门\n每天")
    await world.passes(days=1)
    assert not wang.sees("轮到您")
    await wang.says("值日")
    await wang.taps("我也来")
    await world.worker(2).says("值日")
    await world.worker(2).taps("结束")
    await world.worker(2).taps("确定")
    assert wang.sees("值日结束了")
    await world.passes(days=2)
    assert not wang.sees("轮到您：")


async def test_days_that_nobody_understands_are_asked_again(world: World) -> None:
    await rota(world, "锁门\n经常")
    assert world.worker(2).sees("没看明白星期几")
    await world.worker(2).says("锁门\n周日")
    assert world.worker(2).sees("「锁门」（周日）开始值日")
