"""Photos, albums, voice and places."""

from datetime import timedelta

from sqlalchemy import select

from ledger.scenes import Scene
from nlp.understanding import NoneType
from storage.tables import Attachment, Case, CaseMessage
from tests.support.world import Person, World
from tests.ways.steps import LAMP, RUBBISH, case, count, files, means, settled


async def album(person: Person, name: str, *captions: str) -> None:
    for caption in captions:
        await person.sends("photo", caption, album=name)


async def test_an_albums_caption_may_come_last(small_world: World) -> None:
    wang = await settled(small_world)
    said = len(wang.messages)
    await small_world.passes(minutes=20)
    await album(wang, "a", "", "", RUBBISH)
    await small_world.passes(seconds=2)
    assert len(wang.messages) == said + 1
    assert "编号 YA-2" in wang.last.text
    assert await files(small_world, 2) == 3


async def test_an_album_is_complete_two_seconds_after_its_last_part(small_world: World) -> None:
    wang = await settled(small_world)
    said = len(wang.messages)
    await album(wang, "a", RUBBISH)
    await small_world.passes(seconds=1)
    await album(wang, "a", "")
    await small_world.passes(seconds=1)
    assert len(wang.messages) == said
    await small_world.passes(seconds=1)
    assert len(wang.messages) == said + 1
    assert await files(small_world, 2) == 2


async def test_a_late_part_joins_its_album_without_another_receipt(world: World) -> None:
    wang = await settled(world)
    await album(wang, "a", RUBBISH, "")
    await world.passes(seconds=3)
    said = len(wang.messages)
    await album(wang, "a", "")
    await world.passes(seconds=3)
    assert len(wang.messages) == said
    assert await files(world, 2) == 3


async def test_two_albums_one_after_the_other_are_two_reports(small_world: World) -> None:
    wang = await settled(small_world)
    await album(wang, "a", RUBBISH, "")
    await album(wang, "b", "小区里没有健身器材，能不能装几个", "")
    await small_world.passes(seconds=3)
    assert await count(small_world, Case) == 3
    assert (await files(small_world, 2), await files(small_world, 3)) == (2, 2)


async def test_an_album_without_words_joins_the_last_report(small_world: World) -> None:
    wang = await settled(small_world)
    await album(wang, "a", "", "")
    await small_world.passes(seconds=3)
    assert "收到照片或文件 2 个，已加到" in wang.last.text
    assert await files(small_world) == 2


async def test_each_part_of_an_album_is_kept_with_its_own_message(small_world: World) -> None:
    wang = await settled(small_world)
    await album(wang, "a", RUBBISH, "", "")
    await small_world.passes(seconds=3)
    kept = select(CaseMessage.message_id).where(CaseMessage.case_no == 2, CaseMessage.kind == "photo")
    ids = await small_world.rows(lambda c: c.execute(kept).scalars().all())
    assert len(set(ids)) == 3
    texts = await count(small_world, CaseMessage, CaseMessage.case_no == 2, CaseMessage.kind == "text")
    assert texts == 1


async def test_an_album_before_consent_is_one_draft(small_world: World) -> None:
    wang = small_world.resident()
    await album(wang, "a", "", RUBBISH)
    await small_world.passes(seconds=3)
    assert len(wang.messages) == 1
    assert "另有照片或文件 2 个" in wang.last.text


async def test_a_photo_with_words_that_say_nothing_joins_the_last_report(small_world: World) -> None:
    wang = await settled(small_world)
    means(small_world, "看这个", {"scene": Scene.NONE, "none_type": NoneType.ACK, "places": ()})
    await wang.sends("photo", "看这个")
    assert await count(small_world, Case) == 1
    assert await files(small_world) == 1
    assert "看这个" in (await case(small_world)).text


async def test_a_photo_with_words_that_say_nothing_is_a_report_where_there_is_none(small_world: World) -> None:
    wang = await settled(small_world)
    await small_world.passes(minutes=30)
    means(small_world, "看这个", {"scene": Scene.NONE, "none_type": NoneType.ACK, "places": ()})
    await wang.sends("photo", "看这个")
    assert "编号 YA-2" in wang.last.text
    assert await files(small_world, 2) == 1


async def test_staff_see_that_there_are_photos_and_can_look_at_them(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    assert not any("看照片" in label for label in chen.last.buttons)
    await wang.sends("photo")
    assert "照片和文件：1 个" in chen.messages[0].text
    assert "正在接收" in await chen.taps("看照片")
    await world.app.fetcher.once()
    await chen.taps("看照片")
    assert "YA-1 的照片" in chen.last.text
    assert chen.last.files == ["YA-1-1"]


async def test_a_voice_message_is_kept_and_words_may_follow(small_world: World) -> None:
    wang = small_world.resident()
    await wang.sends("voice")
    assert "语音留言" in wang.last.text
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    kinds = await small_world.rows(lambda c: c.execute(select(Attachment.kind)).scalars().all())
    assert kinds == ["voice"]


async def test_a_location_joins_the_last_report_and_its_card(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await wang.is_at(30.2, 115.1)
    assert f"位置已加到「{LAMP}」（YA-1）" in wang.last.text
    assert "115.100000,30.200000" in chen.messages[0].text


async def test_a_location_answers_where(small_world: World) -> None:
    wang = await settled(small_world)
    means(small_world, "井盖没了", {"places": ()})
    await wang.says("井盖没了")
    assert "请问在哪里" in wang.last.text
    await small_world.passes(minutes=30)
    await wang.is_at(30.2, 115.1)
    assert "（YA-2）" in wang.last.text
    assert "您发来的位置" in next(m.text for m in wang.messages if "编号 YA-2" in m.text)
    await wang.says(RUBBISH)
    assert "编号 YA-3" in wang.last.text, "where has been answered"


async def test_a_photo_does_not_join_a_report_that_was_withdrawn(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    await wang.sends("photo")
    assert "再用一句话说说" in wang.last.text
    assert await files(small_world) == 0


async def test_a_photo_follows_a_report_that_was_merged(small_world: World) -> None:
    wang, zhang, chen = await settled(small_world), await settled(small_world, 1002, RUBBISH), small_world.worker(1)
    await chen.taps("合并")
    await chen.says("YA-1")
    await zhang.sends("photo")
    assert "（YA-1）" in zhang.last.text
    assert wang.account != zhang.account
    assert await files(small_world) == 1


async def test_an_album_waits_no_longer_than_it_has_to(small_world: World) -> None:
    wang = await settled(small_world)
    wait = small_world.app.context.district.limits.album_receipt_after.wall
    assert wait == timedelta(seconds=2)
    await album(wang, "a", RUBBISH)
    await wang.says("小区里没有健身器材，能不能装几个")
    await small_world.passes(seconds=2)
    assert await count(small_world, Case) == 3


async def test_who_sends_a_sticker_hears_what_can_be_sent_and_in_a_group_nothing_is_said(small_world: World) -> None:
    wang, stranger = await settled(small_world), small_world.worker(666)
    await wang.taps("补充")
    before = len(wang.messages)
    for _ in range(2):
        small_world.residents.push(kind="other", chat=wang.chat, account=wang.account)
        await small_world.runs()
    said = [message.text for message in wang.messages[before:]]
    assert said == ["这个我看不懂，对不起。请打字告诉我，也可以发照片、语音或位置。"], "once a minute"
    await wang.says("是门口左边那一盏")
    assert (await case(small_world)).text == f"{LAMP}\n是门口左边那一盏", "the question is still open"
    small_world.residents.push(kind="other", chat=-100700, account=1002)
    small_world.staff.push(kind="other", chat=stranger.chat, account=stranger.account)
    await small_world.runs()
    assert not [message for message in small_world.residents.messages if message.chat == -100700]
    assert "这里是工作人员用的" in stranger.last.text
