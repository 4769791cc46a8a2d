"""The second story's end: the shed is built together, kept in turn, judged by who complained, and told to everybody."""

from sqlalchemy import Connection

from bot.demo.cocreation_steps import TITLE, asks, ever, neighbour, opens_topic, over, writes
from bot.demo.past import ZONE
from bot.demo.script import Chapter, Tale
from bot.http.stories import page_of
from ledger.lifecycle import CLOSED
from ledger.topics import TopicState
from storage.reference_queries import load
from storage.unit_of_work import UnitOfWork

TOLD = 13
HELP = "会接电的，来看看线怎么走\n3人"
EVENT = "充电棚开工，一起搭把手\n{day} 9:00-11:00\n东头空地\n20"
RULES = "充电棚公约\n白天充，晚上锁\n电池不进楼\n谁锁门，轮着来"
FOR_IT = "同意这份公约"
DONE = "东头空地的充电棚建好了，能停三十辆，今天起就能用。"
STORY = "充电棚建起来了\n楼下到处飞线充电，孩子从下面过\n东头有了充电棚，能停三十辆，晚上邻居轮着锁门"


async def built(tale: Tale) -> None:
    """Help is called for and taken up; on the day people come, with a code at the door."""
    await opens_topic(tale)
    await tale.taps("manager", "大家一起做")
    await tale.taps("manager", "发起征集")
    await tale.taps("manager", "出手艺")
    await writes(tale, "manager", HELP)
    await opens_topic(tale, neighbour(2))
    tale.expects("议题上看得到要人帮什么", is_so="线怎么走（要 3 人，已有 0 人）" in ever(tale, neighbour(2)))
    await tale.taps(neighbour(2), "我来认领")
    tale.expects("书记知道谁来了", is_so="邻居2 认领了" in tale.heard("manager"))
    await opens_topic(tale)
    await tale.taps("manager", "大家一起做")
    await tale.taps("manager", "发起活动")
    await writes(tale, "manager", EVENT.format(day="1月17日"))
    for number in (4, 5):
        tale.people[neighbour(number)].says("活动")
        await tale.goes_on(quietly=number > 4)  # noqa: PLR2004 - the first is told of
        await tale.taps(neighbour(number), "我要来", "搭把手", quietly=number > 4)  # noqa: PLR2004
    tale.expects("报上名，给一个手机日历的文件", is_so="报上了：充电棚开工" in ever(tale, neighbour(4)))


async def came(tale: Tale) -> None:
    await _until(tale, month=1, day=16, hour=19)
    tale.expects("前一天晚上提醒", is_so="明天有活动" in ever(tale, neighbour(4)))
    await _until(tale, month=1, day=17, hour=9)
    await tale.taps("manager", "签到码", "充电棚开工")
    code = tale.heard("manager").partition("的签到码：")[2][:4]
    await writes(tale, neighbour(4), "签到")
    await writes(tale, neighbour(4), code)
    tale.expects("到了现场，念一个码就签到", is_so="签到好了" in ever(tale, neighbour(4)))
    await tale.goes_on(quietly=True, hours=5)
    tale.expects("来过的人收到谢谢，不记分", is_so="谢谢您来「充电棚开工" in ever(tale, neighbour(4)))


async def rules(tale: Tale) -> None:
    """The manager drafts, the neighbours vote, the vote publishes."""
    await asks(tale, "公约", "起草公约", RULES)
    tale.people["manager"].says("公约")
    await tale.goes_on()
    await tale.taps("manager", "请大家投票定", "充电棚公约")
    await tale.taps("manager", "开始投票")
    for number in range(1, 9):
        tale.people[neighbour(number)].says("投票")
        await tale.goes_on(quietly=True)
        await tale.taps(neighbour(number), FOR_IT, "🗳", quietly=True)
    await tale.goes_on(quietly=True, days=7)
    await tale.goes_on(hours=1)
    tale.expects("投票通过，公约自己公布", is_so="投票通过，已经公布" in ever(tale, "manager"))
    tale.people["resident"].says("公约")
    await tale.goes_on()
    tale.expects("发一个词就找得到，写明投票通过", is_so="投票通过，1月24日公布" in tale.heard("resident"))


async def rota(tale: Tale) -> None:
    await opens_topic(tale)
    await tale.taps("manager", "大家一起做")
    await tale.taps("manager", "新的值日")
    await writes(tale, "manager", "充电棚锁门\n每天")
    tale.people["resident"].says("值日")
    await tale.goes_on()
    await tale.taps("resident", "我也来", "锁门")
    await _until(tale, hour=19)
    tale.expects("前一天晚上提醒", is_so="轮到您：充电棚锁门" in ever(tale, "resident"))
    await tale.taps("resident", "换一换", "锁门")
    tale.expects("一个人轮也没关系，不记不排名", is_so="没关系，那天就空着" in tale.heard("resident"))


async def carried_out(tale: Tale) -> None:
    """What was built answers the thirteen, and each of them says whether it is solved."""
    await _until(tale, month=2, day=10, hour=10)
    await opens_topic(tale)
    await tale.taps("manager", "办成了")
    await writes(tale, "manager", DONE)
    await tale.goes_on(minutes=2)
    answered = [n for n in range(1, TOLD + 1) if "能停三十辆" in ever(tale, neighbour(n))]
    tale.expects("十三位反映的人，每一位都收到自己那一件的答复", is_so=len(answered) == TOLD)
    tale.expects("没反映过、附议的人也知道办成了", is_so="办成了" in ever(tale, "resident"))
    await tale.goes_on(quietly=True, days=1)
    for number in range(1, TOLD + 1):
        await tale.taps(neighbour(number), "没解决" if number == TOLD else "👍 解决了", quietly=number > 2)  # noqa: PLR2004
    await tale.goes_on(quietly=True, minutes=2)
    states = await _cases(tale)
    tale.expects("说解决了的，一件件关上", is_so=sum(state in CLOSED for state in states) >= TOLD - 1)
    tale.expects("说没解决的，重新办理", is_so="重新办理" in ever(tale, neighbour(TOLD)))


async def judged(tale: Tale) -> None:
    for _ in range(3):  # two invitations a week at most: what waited has come by now
        await tale.goes_on(quietly=True, days=7)
    asked = [n for n in range(1, TOLD + 1) if "现在做到了吗" in ever(tale, neighbour(n))]
    tale.expects("承诺到了，请反映过的人来评", is_so=len(asked) == TOLD)
    for number in range(1, 5):
        said = "还没有" if number == 4 else "👍 做到了"  # noqa: PLR2004 - three of four say so
        await tale.taps(neighbour(number), said, "现在做到了吗", quietly=number > 1)
    tale.expects("点一下就评了", is_so=over(tale, neighbour(1), "谢谢"))
    tale.people["resident"].says("承诺")
    await tale.goes_on()
    tale.expects("台账上写着几位评过、几位说做到了", is_so="（4 位居民评过，3 位说做到了）" in tale.heard("resident"))


async def story(tale: Tale) -> None:
    await opens_topic(tale)
    await tale.taps("manager", "大家一起做")
    await tale.taps("manager", "写个故事")
    await writes(tale, "manager", STORY)
    tale.expects("照片先问拍的人", is_so="照片可以用吗" in ever(tale, neighbour(1)))
    await tale.taps(neighbour(1), "可以用", "照片可以用吗")
    await tale.taps("manager", "公布", "充电棚建起来了")
    await _until(tale, month=3, day=12, hour=10)
    await tale.goes_on(quietly=True, days=1)
    for who, part in ((neighbour(9), "反映过的"), (neighbour(4), "来搭过手的"), ("resident", "锁门的")):
        told = ever(tale, who).count("一起出过力的事")
        tale.expects(f"{part}人收到故事，只一次", is_so=told == 1)
    text = await _page(tale)
    names = [tale.people[neighbour(number)].name for number in range(1, TOLD + 1)]
    tale.expects("谁都能看的网页上有它", is_so="充电棚建起来了" in text)
    tale.expects("网页上没有一个人的名字", is_so=not any(name in text for name in names))
    tale.expects("照片只有同意了的", is_so=text.count("<img") == 1)


# --- how things stand ------------------------------------------------------------------------------------------------


async def _until(tale: Tale, *, hour: int, month: int | None = None, day: int | None = None) -> None:
    """Let time pass, quietly, to an hour of a day to come, or of today."""
    now = tale.stage.clock.now().astimezone(ZONE)
    then = now.replace(month=month or now.month, day=day or now.day, hour=hour, minute=0)
    await tale.goes_on(quietly=True, seconds=(then - now).total_seconds())


async def _cases(tale: Tale) -> list[str]:
    """States of the cases behind the topic."""
    community_id = tale.stage.sample.home[0]

    def work(connection: Connection) -> list[str]:
        uow = UnitOfWork(connection, load(connection), tale.stage.clock.now())
        topic = next(t for t in uow.topics.listed([community_id], [TopicState.DONE], 9) if t.title == TITLE)
        return [case.state for case in uow.topics.cases(topic.key)]

    return await tale.stage.app.database.read(work)


async def _page(tale: Tale) -> str:
    """The public page of stories as a browser gets it."""
    return await page_of(tale.stage.app, tale.stage.sample.resident.community) or ""


TOGETHER: tuple[tuple[str, Chapter], ...] = (
    ("一起搭把手", built),
    ("开工那天", came),
    ("公约由大家投票定", rules),
    ("轮着锁门", rota),
    ("办成了：十三件都有答复", carried_out),
    ("做到了没有，居民来评", judged),
    ("讲给大家听", story),
)
