"""The second story: thirteen complaints about charging e-bikes become a topic and a vote, and then what was decided.

`CHAPTERS` are played after the first story. What is built, kept, judged and shared of it: cocreation_ending.py.
"""

from bot.demo.cocreation_ending import TOGETHER
from bot.demo.cocreation_steps import TITLE, ever, neighbour, opens_topic, over
from bot.demo.people import Person
from bot.demo.script import Chapter, Tale
from bot.demo.site import PAGE
from handlers.event import FileKind

COMPLAINTS = (
    "楼下没地方给电动车充电，大家都从窗户拉线，太危险了",
    "电瓶车充电没地方，只能把电池提上楼充",
    "想在小区装几个电动车充电桩",
    "我们院子能不能建个电动自行车充电棚",
    "老人家的电动车没处充电，每次要推到两站路外",
    "充电的地方太少，晚上回来抢不到充电口",
    "希望在院子空地上修一个充电车棚",
    "电动车充电一直是飞线，社区能管一管吗",
    "小区里没有电动自行车集中充电的地方，什么时候能建",
    "门口天天有人拉插线板给电瓶车充电",
    "电动车没有地方充电，充电桩能不能多装几个",
    "电瓶车充电桩太少了，排队要排到半夜",
    "能不能在停车的地方装电动车充电桩",
)
FIRST_ACCOUNT, ALOUD = 700, 3
"""Accounts of the neighbours, and how many of them are told of; the others are counted."""
SHED, SOCKETS, NOTHING = "在东头空地建充电车棚", "每栋楼下装两个充电口", "维持现状"
PRIVATE = "三楼那家天天飞线，让他搬走"
DECIDED_ON = "在东头空地建充电车棚"
OWNER, DUE = "区城管局刘工", "2月28日"


async def thirteen(tale: Tale) -> None:
    """Everybody scans the code at their own door and says it in their own words."""
    for number, words in enumerate(COMPLAINTS, 1):
        who = neighbour(number)
        tale.meets(
            who, Person(tale.stage.resident.messenger, FIRST_ACCOUNT + number, f"邻居{number}"), aloud=number <= ALOUD
        )
        tale.people[who].starts(tale.stage.start_link())
        await tale.goes_on(quietly=True)
        tale.people[who].says(words)
        await tale.goes_on(quietly=number > 1)
        await tale.taps(who, "同意，提交", quietly=number > 1)
    tale.people[neighbour(1)].sends((PAGE / "lamp.jpg").read_bytes(), FileKind.PHOTO, file="飞线.jpg")
    await tale.goes_on(minutes=2, quietly=True)
    await tale.goes_on(hours=1)
    tale.expects("十几位邻居说的是一件事，成了一份议题草稿", is_so="要不要拿出来大家议一议" in tale.heard("manager"))
    tale.expects("草稿写着多少人、要牵涉什么", is_so="位居民反映过" in tale.heard("manager"))
    tale.expects("居民还看不到", is_so=not tale.heard(neighbour(2)))


async def opened(tale: Tale) -> None:
    await tale.taps("manager", "拿出来议")
    tale.expects("反映过的人马上知道", is_so="拿出来大家议了" in tale.heard(neighbour(5)))
    await tale.goes_on(minutes=1, quietly=True)
    who = neighbour(1)
    await _writes(tale, who, "提选项", SHED)
    tale.expects("选项先给书记看", is_so=SHED in tale.heard("manager"))
    await tale.taps("manager", "给邻居看", SHED)
    tale.expects("写的人知道邻居看得见了", is_so="邻居看得见了" in tale.heard(who))
    await _writes(tale, neighbour(3), "说理由", PRIVATE)
    await tale.taps("manager", "不给看", PRIVATE)
    await tale.taps("manager", "说到了个人隐私")
    tale.expects("不给看要说原因，可以请另一位再看", is_so="原因：说到了个人隐私" in tale.heard(neighbour(3)))
    for option in (SOCKETS, NOTHING):
        await opens_topic(tale)
        await tale.taps("manager", "提选项")
        tale.people["manager"].says(option)
        await tale.goes_on()
    tale.people["resident"].says("议题")
    await tale.goes_on()
    await tale.taps("resident", TITLE)
    await tale.taps("resident", "附议")
    tale.expects("没反映过的人可以附议", is_so=over(tale, "resident", "附议了"))


async def voted(tale: Tale) -> None:
    await opens_topic(tale)
    await tale.taps("manager", "发起投票")
    await tale.taps("manager", "开始投票")
    tale.expects("开始以后谁也看不到结果", is_so="截止前谁也看不到结果" in tale.heard("manager"))
    await tale.goes_on(minutes=1, quietly=True)
    for number in range(1, len(COMPLAINTS) + 1):
        choice = SHED if number <= 8 else SOCKETS if number <= 12 else NOTHING  # noqa: PLR2004 - the story's votes
        who = neighbour(number)
        tale.people[who].says("投票")
        await tale.goes_on(quietly=number > 1)
        await tale.taps(who, choice, "🗳", quietly=number > 1)
    tale.expects("票上选了什么，只在点的时候给本人看", is_so=over(tale, neighbour(1), SHED))
    tale.expects("回执只说票在票箱里", is_so="回执号" in ever(tale, neighbour(1)))
    await tale.taps(neighbour(13), SHED, "🗳")
    tale.people["manager"].says("投票")
    await tale.goes_on()
    tale.expects("书记也看不到有几票", is_so="进行中" in tale.heard("manager") and "票（" not in tale.heard("manager"))
    await tale.goes_on(days=7)
    told = tale.heard("manager")
    tale.expects("到时间自动开票", is_so="✅ 选出：" in told and SHED in told)
    tale.expects("参加多少、占多少，写得明白", is_so="投了 13 票" in told)
    tale.expects("反映过的人都收到结果", is_so="开票了" in tale.heard(neighbour(9)))
    pictures = [file for message in tale.people["manager"].heard for file in message.files if "投票" in file.name]
    tale.expects("结果有一张图", is_so=pictures)
    await tale.taps(neighbour(1), "看投票结果")
    tale.expects("邻居点一下也看得到图", is_so="开票了" in tale.heard(neighbour(1)))
    await tale.taps(neighbour(2), SOCKETS, "🗳")
    tale.expects("截止以后点，不算", is_so=over(tale, neighbour(2), "截止"))


async def decided(tale: Tale) -> None:
    await tale.taps("manager", "记决定", "开票了")
    tale.people["manager"].says(f"{DECIDED_ON}\n{OWNER}\n{DUE}")
    await tale.goes_on()
    tale.expects("谁负责、哪天前，大家都知道", is_so=f"{OWNER}负责，{DUE} 前" in tale.heard(neighbour(4)))
    tale.people["resident"].says("承诺")
    await tale.goes_on()
    tale.expects("进了承诺台账，谁都看得到", is_so=f"{OWNER}，{DUE}前：还没到期" in tale.heard("resident"))


async def _writes(tale: Tale, who: str, button: str, words: str) -> None:
    await tale.taps(who, "看这个议题")
    await tale.taps(who, button)
    tale.people[who].says(words)
    await tale.goes_on()


CHAPTERS: tuple[tuple[str, Chapter], ...] = (
    ("第二个故事：十三件充电的事", thirteen),
    ("拿出来议：选项、理由、附议", opened),
    ("投票：截止前谁也看不到", voted),
    ("定下来：谁负责，哪天前", decided),
    *TOGETHER,
)
