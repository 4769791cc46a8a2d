"""督办: what is overdue, unit by unit, and one tap to ask for an answer."""

from datetime import timedelta
from typing import Any

from tests.digests.histories import case, write
from tests.support.world import NOW, World

LONG_AGO = NOW - timedelta(days=9)


async def late(world: World, *cases: dict[str, Any]) -> None:
    await world.app.database.write(lambda c: write(c, list(cases)))


async def test_what_is_overdue_stands_unit_by_unit_and_never_worker_by_worker(world: World) -> None:
    await late(
        world,
        case(1, LONG_AGO, text="路灯坏了", unit_id=2, state="dispatched", staff_id=1),
        case(2, LONG_AGO, text="楼道堆物", state="accepted", staff_id=1),
        case(3, LONG_AGO, text="井盖响", unit_id=2, state="dispatched"),
        case(4, NOW, text="还没到时间", state="accepted"),
        case(5, LONG_AGO, text="办好了", state="closed"),
        case(1, LONG_AGO, text="别的街道", community_id=2),
    )
    street = world.worker(3)
    await street.says("督办")
    assert street.last.text.splitlines()[0] == "📣 超时还没答复的 3 件，按责任单位排："
    shown = [line.strip() for line in street.last.text.splitlines()[1:6]]
    assert shown[0] == "区城管局：2 件"
    assert shown[1].startswith("YA-1 超时 8 天　路灯坏了")
    assert shown[3] == "社区自己办的：1 件"
    assert "小陈" not in street.last.text
    assert "别的街道" not in street.last.text


async def test_one_tap_asks_for_an_answer_once(world: World) -> None:
    await late(world, case(1, LONG_AGO, text="路灯坏了", unit_id=2, state="dispatched"))
    street, officer = world.worker(3), world.worker(4)
    await street.says("督办")
    tap = street.last.buttons["📣 YA-1"]
    await street.presses(tap)
    await street.presses(tap)
    await world.passes(seconds=61)
    asked = [m for m in officer.messages if "督办，请在" in m.text]
    assert len(asked) == 1
    assert "超时了，请说明原因" in asked[0].text
    await street.says("督办")
    assert "已督办" in street.last.text
    assert "📣 YA-1" not in street.last.buttons
    await officer.taps("回话")
    await officer.says("配件明天到，后天装")
    assert street.sees("配件明天到")


async def test_nothing_overdue_is_said_warmly(small_world: World) -> None:
    await small_world.worker(3).says("督办")
    assert "没有超时的事" in small_world.worker(3).last.text
    await small_world.worker(1).says("督办")
    assert "给书记和街道看" in small_world.worker(1).last.text


async def test_many_are_shown_page_by_page_and_none_is_lost(small_world: World) -> None:
    await late(small_world, *(case(n, LONG_AGO, text=f"第{n}件", unit_id=1 + n % 2) for n in range(1, 26)))
    street = small_world.worker(3)
    await street.says("督办")
    for _ in range(2):
        await street.taps("看后面的")
    text = "\n".join(m.text for m in street.messages)
    assert all(f"YA-{n} " in text for n in range(1, 26))
    assert "看后面的" not in street.last.buttons
