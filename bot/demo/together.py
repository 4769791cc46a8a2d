"""The story's end: a charging shed is promised, built, kept in turn, judged by residents, and told to everybody."""

from bot.demo.script import Chapter, Tale

CASE = "SL-43"
PROMISE = f"3栋旁边建一个充电棚\n周书记\n1月15日\n{CASE}"
EVENT = "充电棚开工，一起搭把手\n1月10日 9:00-11:00\n3栋旁边\n20"
RULES = "充电棚公约\n白天充，晚上锁\n电池不进楼\n谁锁门，轮着来"
STORY = f"充电棚建起来了\n3栋楼下飞线充电，孩子从下面过\n充电棚能停三十辆，晚上有人锁门\n{CASE}"


async def promise(tale: Tale) -> None:
    await _asks(tale, "承诺", "记一个承诺", PROMISE)
    tale.expects("承诺告诉一起反映的人：谁来办、哪天前", is_so="周书记，1月15日前做到" in tale.heard("resident"))


async def event(tale: Tale) -> None:
    await _asks(tale, "活动", "发起活动", EVENT)
    tale.people["resident"].says("活动")
    await tale.goes_on()
    await tale.taps("resident", "我要来", "搭把手")
    tale.expects("报上名，给一个手机日历的文件", is_so="报上了：充电棚开工" in tale.heard("resident"))


async def rules(tale: Tale) -> None:
    await _asks(tale, "公约", "起草公约", RULES)
    tale.people["manager"].says("公约")
    await tale.goes_on()
    await tale.taps("manager", "公布", "充电棚公约")
    tale.people["resident"].says("公约")
    await tale.goes_on()
    tale.expects("公约发一个词就找得到，写明谁哪天公布", is_so="第 2 条 电池不进楼" in tale.heard("resident"))


async def rota(tale: Tale) -> None:
    await _asks(tale, "值日", "新的轮值", "充电棚锁门\n每天")
    tale.people["resident"].says("值日")
    await tale.goes_on()
    await tale.taps("resident", "我也来", "锁门")
    await tale.goes_on(quietly=True, hours=10)
    tale.expects("前一天晚上提醒", is_so="轮到您：充电棚锁门" in tale.heard("resident"))
    await tale.taps("resident", "换一换", "锁门")
    tale.expects("一个人轮也没关系，不记不排名", is_so="没关系，那天就空着" in tale.heard("resident"))


async def judged(tale: Tale) -> None:
    await tale.goes_on(quietly=True, days=8)  # two invitations a week at most: what waited has come by now
    await tale.goes_on(quietly=True, days=17)
    await tale.goes_on(quietly=True, hours=14)
    asked = tale.people["resident"].heard
    tale.expects("到期了，请反映过的人来评", is_so=any("现在做到了吗" in message.text for message in asked))
    await tale.taps("resident", "👍 做到了", "现在做到了吗")
    tale.people["resident"].says("承诺")
    await tale.goes_on()
    tale.expects("人少的评价不公开", is_so="位居民评过" not in tale.heard("resident"))


async def story(tale: Tale) -> None:
    await _asks(tale, "故事", "写一个", STORY)
    asked = tale.people["resident"].heard
    tale.expects("照片先问拍的人", is_so=any("照片可以用吗" in message.text for message in asked))
    await tale.taps("resident", "可以用", "照片可以用吗")
    await tale.taps("manager", "公布", "充电棚建起来了")
    await tale.goes_on(days=7)
    told = [message.text for message in tale.people["resident"].heard if "一起出过力的事" in message.text]
    tale.expects("一起出过力的人收到故事，只一次", is_so=len(told) == 1)


async def _asks(tale: Tale, word: str, label: str, words: str) -> None:
    """The manager opens a list by a word, taps what begins something new, and writes it down."""
    tale.people["manager"].says(word)
    await tale.goes_on()
    await tale.taps("manager", label)
    tale.people["manager"].says(words)
    await tale.goes_on()


TOGETHER: tuple[tuple[str, Chapter], ...] = (
    ("答应一件事", promise),
    ("一起搭把手", event),
    ("定个公约", rules),
    ("轮着锁门", rota),
    ("做到了没有，居民来评", judged),
    ("讲给大家听", story),
)
