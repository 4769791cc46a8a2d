"""What random people do: everything that they are shown, words, late and repeated taps, and time that passes."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.support.world import Person, World

REPORTS = (
    "三单元门口的路灯坏了半个月了",
    "3栋楼下垃圾堆成山了，没人收",
    "3栋楼下的垃圾没人清，太臭了",
    "小区门口的路灯不亮，晚上看不见路",
    "有人被困在3栋电梯里了，快来人",
    "3栋起火了",
    "想问一下办老年证要带什么材料",
    "希望社区能办个托育点，孩子没人带",
    "广场舞太吵了，晚上十点还在放音乐",
    "楼上漏水，把我家天花板泡了",
)
SMALL = ("好的", "谢谢", "还没修好", "2", "3栋2单元", "什么时候能弄好？", "😀", "<b>粗</b> & [x](y)", "。", "长" * 5000)
COMMANDS = ("/start", "/mine", "/withdraw", "/help", "/data", "/privacy", "/person", "/withdraw_consent")
WORK = (
    "灯泡换好了，今晚就亮。",
    "已请师傅看过，明天上午更换。",
    "请问是哪一盏？",
    "等配件",
    "不归我们管，请转城管",
    "1",
)
STAFF_COMMANDS = ("/queue", "/help", "/start")
PAUSES: tuple[dict[str, float], ...] = (
    {"seconds": 5}, {"seconds": 30}, {"seconds": 61}, {"minutes": 6}, {"hours": 1}, {"hours": 5}, {"days": 1},
    {"days": 3}, {"days": 8},
)  # fmt: skip
PAUSE_WEIGHTS = (10, 10, 20, 10, 10, 6, 6, 3, 1)
LONG = {"days": 31}
RECENT = 4
ANSWERS = 0.3
GROUP = -500


@dataclass
class Deed:
    """What one step was, for the report of a disagreement and for what the plain model expects of a press."""

    who: str
    what: str
    person: Person | None = None
    press: str = ""


@dataclass
class Crowd:
    """People with their phones; `known` holds every button that anybody ever saw."""

    world: World
    luck: random.Random
    residents: list[Person]
    staff: list[Person]
    known: dict[int, list[str]] = field(default_factory=dict)
    pressed: list[tuple[Person, str]] = field(default_factory=list)
    asked: Person | None = None
    """Who tapped just now, and may have been asked for words."""

    async def does_something(self) -> Deed:
        person, self.asked = self.asked, None
        if person is not None and self.luck.random() < ANSWERS:
            return await say(person, self.luck.choice(WORK if person in self.staff else SMALL))
        [deed] = self.luck.choices(DEEDS, [weight for _, weight in WEIGHED])
        return await deed(self)

    def _someone(self) -> Person:
        return self.luck.choice(self.staff if self.luck.random() < 0.6 else self.residents)

    def buttons(self, person: Person) -> list[str]:
        """What the last messages in this chat offer, the newest last."""
        shown = [list(message.buttons.items()) for message in person.messages if message.buttons][-RECENT:]
        known = self.known.setdefault(person.chat, [])
        known += [data for row in shown for _, data in row]
        del known[:-200]
        return [data for row in shown for _, data in row]


async def taps(crowd: Crowd) -> Deed:
    """Any button of the last few messages."""
    person = crowd._someone()
    return await press(crowd, person, crowd.buttons(person), "taps")


async def taps_late(crowd: Crowd) -> Deed:
    person = crowd._someone()
    return await press(crowd, person, crowd.known.get(person.chat, []), "taps late")


async def taps_again(crowd: Crowd) -> Deed:
    if not crowd.pressed:
        return await taps(crowd)
    person, data = crowd.luck.choice(crowd.pressed[-10:])
    return await press(crowd, person, [data], "taps again")


async def taps_what_is_not_theirs(crowd: Crowd) -> Deed:
    """A button out of another chat, as from a forwarded card or a forged press."""
    person, other = crowd._someone(), crowd._someone()
    return await press(crowd, person, crowd.known.get(other.chat, []), "taps a foreign button")


async def press(crowd: Crowd, person: Person, offered: list[str], what: str) -> Deed:
    if not offered:
        return await speaks(crowd)
    data = crowd.luck.choice(offered)
    crowd.pressed.append((person, data))
    crowd.asked = person
    return Deed(str(person.account), what, person, data)


async def speaks(crowd: Crowd) -> Deed:
    person = crowd._someone()
    pool = WORK if person in crowd.staff else SMALL
    words = f"YA-{crowd.luck.randint(1, 12)}" if crowd.luck.random() < 0.1 else crowd.luck.choice(pool)
    return await say(person, words)


async def answers_a_question(crowd: Crowd) -> Deed:
    return await say(crowd.luck.choice(crowd.staff), crowd.luck.choice(WORK))


async def reports(crowd: Crowd) -> Deed:
    return await say(crowd.luck.choice(crowd.residents), crowd.luck.choice(REPORTS))


async def commands(crowd: Crowd) -> Deed:
    person = crowd._someone()
    return await say(person, crowd.luck.choice(STAFF_COMMANDS if person in crowd.staff else COMMANDS))


async def joins(crowd: Crowd) -> Deed:
    return await say(crowd.luck.choice(crowd.residents), f"我也遇到 YA-{crowd.luck.randint(1, 12)}")


async def erases(crowd: Crowd) -> Deed:
    return await say(crowd.luck.choice(crowd.residents), "/erase")


async def say(person: Person, words: str) -> Deed:
    await person.says(words)
    return Deed(str(person.account), f"says {words[:20]!r}")


async def sends_a_photo(crowd: Crowd) -> Deed:
    person = crowd._someone()
    await person.sends(text=crowd.luck.choice(("", "看照片", "修好了")))
    return Deed(str(person.account), "sends a photo")


async def two_at_once(crowd: Crowd) -> Deed:
    """Two people tap before anybody has been answered."""
    done = []
    for _ in range(2):
        person = crowd._someone()
        if offered := crowd.buttons(person):
            data = crowd.luck.choice(offered)
            fields = {"kind": "press", "press": data, "press_id": f"at-once-{crowd.luck.getrandbits(60)}"}
            person.channel.push(chat=person.chat, account=person.account, name="人", **fields)
            done.append(person.account)
    await crowd.world.runs()
    return Deed(str(done), "tap at once")


async def time_passes(crowd: Crowd) -> Deed:
    [pause] = crowd.luck.choices(PAUSES, PAUSE_WEIGHTS)
    await crowd.world.passes(**pause)
    return Deed("clock", str(pause))


async def a_month_passes(crowd: Crowd) -> Deed:
    await crowd.world.passes(**LONG)
    await crowd.world.app.ticker.clean()
    return Deed("clock", str(LONG))


WEIGHED: tuple[tuple[Callable[[Crowd], Awaitable[Deed]], float], ...] = (
    (taps, 45),
    (answers_a_question, 3),
    (time_passes, 10),
    (reports, 9),
    (speaks, 5),
    (taps_late, 4),
    (taps_again, 4),
    (taps_what_is_not_theirs, 2),
    (two_at_once, 4),
    (joins, 3),
    (commands, 3),
    (sends_a_photo, 1),
    (erases, 0.3),
    (a_month_passes, 0.3),
)
"""What people do, and how often."""
DEEDS = [deed for deed, _ in WEIGHED]
