"""People do anything in any order and press whatever they find: nothing breaks, nothing is lost, the ledger adds up."""

import random

import pytest
from sqlalchemy import func, select

from ledger.lifecycle import TRANSITIONS, State
from storage.tables import Case, CaseEvent, CasePerson, Inbox, Outbox
from tests.support.world import Person, World
from tests.ways.steps import LAMP, RUBBISH, change, count, employs, means
from tests.ways.test_emergencies import ALARM, FIRE

STEPS = 200
COMMANDS = ["我的诉求", "帮助", "隐私", "我的数据", "社区", "删除我的数据", "待办", "周报", "/start", "/here", "/nix"]
TALK = [
    "你好",
    "谢谢",
    "2",
    "同意",
    "延安岭",
    "好的",
    "YA-1",
    "3栋2单元",
    "灯泡换好了",
    "路灯坏了。另外垃圾没人收",
    "老板欠我三个月工资",
]
WORDS = [LAMP, RUBBISH, FIRE, *COMMANDS, *TALK]


async def does_something(chance: random.Random, person: Person) -> None:
    match chance.choices(["says", "taps", "steals", "sends", "place", "edits"], [8, 10, 2, 3, 1, 1])[0]:
        case "says":
            await person.says(chance.choice(WORDS))
        case "taps" | "steals" as how:
            everywhere = [m for m in person.channel.messages if how == "steals" or m.chat == person.chat]
            if buttons := [data for message in everywhere[-12:] for data in message.buttons.values()]:
                await person.presses(chance.choice(buttons))
        case "sends":
            await person.sends(
                "photo", chance.choice(["", "", LAMP, "看这个"]), album=chance.choice([None, None, "a", "b"])
            )
        case "place":
            await person.is_at(30.2, 115.05)
        case "edits":
            person.channel.push(kind="edit", chat=person.chat, account=person.account, text=chance.choice([LAMP, FIRE]))
            person.channel.updates[-1]["message_id"] = chance.randrange(100, 300)
            await person.world.runs()


@pytest.mark.parametrize("seed", range(2))
async def test_people_do_anything_in_any_order(world: World, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(seed)
    await change(world, employs(7, "小李", "worker", "community", 1))
    means(world, FIRE, ALARM)
    people = [world.resident(account) for account in (1001, 1002, 1003)]
    people += [world.worker(account) for account in (1, 2, 4, 7, 666)]
    people += [world.worker(1, chat=-100), world.worker(2, chat=-100), world.resident(1001)]
    for _ in range(STEPS):
        await does_something(chance, chance.choice(people))
        if chance.random() < 0.3:
            await world.passes(seconds=chance.choice([1, 3, 61, 400, 4000, 90_000]))
        if chance.random() < 0.1:
            await world.app.fetcher.once()
            await world.app.ticker.clean()
    assert not [r for r in caplog.records if r.exc_info or ("failed" in r.getMessage() and r.levelname == "ERROR")]
    assert await count(world, Inbox, Inbox.state != "done") == 0, "everything was handled"
    assert await count(world, Outbox, Outbox.state == "dead") == 0, "everything could be sent"
    assert await world.rows(unfitting_cases) == []


def unfitting_cases(connection) -> list[object]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Cases whose history does not end where they are, whose steps the lifecycle does not know, or whose people do not
    add up."""
    wrong: list[object] = []
    for case in connection.execute(select(Case.__table__)):
        here = (CaseEvent.community_id == case.community_id, CaseEvent.case_no == case.no)
        history = list(connection.execute(select(CaseEvent.__table__).where(*here).order_by(CaseEvent.id)))
        people = connection.execute(
            select(func.count())
            .select_from(CasePerson.__table__)
            .where(CasePerson.community_id == case.community_id, CasePerson.case_no == case.no)
        ).scalar_one()
        if history[-1].after != case.state or (people and case.supporters < 1) or people > max(case.supporters, 1) + 1:
            wrong.append((case.community_id, case.no, case.state, history[-1].after, people, case.supporters))
        wrong += [
            (case.no, event.action, event.before)
            for event in history
            if event.action in TRANSITIONS and State(event.before) not in TRANSITIONS[event.action].sources
        ]
    return wrong
