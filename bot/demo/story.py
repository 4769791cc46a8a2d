"""The story of the script: what people do in each chapter, and what has to come of it."""

from sqlalchemy import Connection

from bot.demo.script import Chapter, Tale
from bot.demo.site import PAGE
from handlers.event import FileKind
from ledger.nudges import Nudge
from storage.reference_queries import load
from storage.unit_of_work import UnitOfWork

LAMP, LIFT, RUBBISH, CARE, LAMP_AGAIN = "SL-43", "SL-44", "SL-45", "SL-46", "昨晚亮了一会儿，又黑了"


async def first_report(tale: Tale) -> None:
    resident = tale.people["resident"]
    resident.starts(tale.stage.start_link())
    for who in ("worker", "manager", "officer"):
        tale.people[who].starts()
    await tale.goes_on()
    tale.expects("扫码后就知道是哪个社区", is_so="石榴巷社区幸福苑3栋" in tale.heard("resident"))
    resident.says("幸福苑3栋门口的路灯坏了一个星期，晚上看不见路")
    await tale.goes_on()
    tale.expects("先把原话和说明给居民看", is_so="路灯坏了一个星期" in tale.heard("resident"))
    tale.expects("没点同意之前，工作人员看不到", is_so=not tale.heard("worker"))
    await tale.taps("resident", "同意，提交")
    tale.expects("登记，给编号", is_so=f"编号 {LAMP}" in tale.heard("resident"))
    tale.expects("网格员马上收到卡片", is_so=LAMP in tale.heard("worker"))


async def photo(tale: Tale) -> None:
    tale.people["resident"].sends((PAGE / "lamp.jpg").read_bytes(), FileKind.PHOTO, file="路灯.jpg")
    await tale.goes_on(minutes=2)
    tale.expects("照片加到刚才那件", is_so=f"（{LAMP}）" in tale.heard("resident"))


async def emergency(tale: Tale) -> None:
    tale.people["resident"].says("石榴花园B座电梯突然往下掉，里面关着两个人")
    await tale.goes_on(minutes=5)
    tale.expects("先给电话号码", is_so="119" in tale.heard("resident"))
    tale.expects("值班的人马上被叫到", is_so=f"紧急 {LIFT}" in tale.heard("worker"))
    await tale.goes_on(minutes=5, seconds=1)
    tale.expects("5 分钟没人应，告诉书记", is_so=f"紧急 {LIFT}" in tale.heard("manager"))
    await tale.taps("worker", "我来处理", f"紧急 {LIFT}")
    tale.expects("居民知道有人来了，不用等", is_so="值班的人已经看到" in tale.heard("resident"))
    await tale.goes_on(minutes=20)
    await tale.taps("worker", "办结答复", f"{LIFT}　已受理")
    tale.people["worker"].says("B座的两个人 10 点救出来了，没有受伤。电梯已经停用，维保下午来查。")
    await tale.goes_on()
    tale.expects("紧急的答复不等一分钟", is_so="救出来了" in tale.heard("resident"))
    await tale.goes_on(seconds=61)
    tale.expects("自己办的不自己确认：请书记或同事看一眼", is_so=await _colleague_asked(tale, LIFT))
    await tale.taps("resident", "👍 解决了", LIFT)


async def similar(tale: Tale) -> None:
    tale.people["resident"].says("C座楼下装修垃圾还堆在那里，四天了")
    await tale.goes_on(minutes=3)
    tale.expects("同意过一次，第二件直接登记", is_so=f"编号 {RUBBISH}" in tale.heard("resident"))
    tale.expects("卡片上提醒邻居说过同一件事", is_so="SL-41" in tale.heard("worker"))
    await tale.taps("worker", "并入 SL-41", RUBBISH)
    await tale.goes_on(seconds=61)
    tale.expects("居民知道并到了哪一件", is_so="SL-41 是同一件事" in tale.heard("resident"))


async def undo(tale: Tale) -> None:
    await tale.taps("worker", "受理", LAMP)
    await tale.taps("worker", "撤销", LAMP)
    await tale.goes_on(seconds=61)
    tale.expects("撤销以后，居民什么也没收到", is_so=not tale.heard("resident"))
    await tale.taps("worker", "受理", LAMP)
    tale.expects("受理的话先等一分钟", is_so=not tale.heard("resident"))
    await tale.goes_on(seconds=61)
    tale.expects("一分钟后居民知道有人接手了", is_so=f"（{LAMP}），石榴巷社区已经接手" in tale.heard("resident"))


async def dispatch(tale: Tale) -> None:
    await tale.taps("worker", "派单", LAMP)
    await tale.taps("worker", "区城管局", LAMP)
    tale.expects("派单也先等一分钟", is_so=not tale.heard("officer"))
    await tale.goes_on(seconds=61)
    tale.expects("责任单位收到卡片", is_so=LAMP in tale.heard("officer"))
    tale.expects("居民知道交给了谁", is_so="已交给区城管局" in tale.heard("resident"))


async def resolve(tale: Tale) -> None:
    await _answer(tale, "officer", LAMP, "灯头已经换了新的，今天傍晚就亮，您再看看。")
    tale.expects("居民收到答复原话", is_so="灯头已经换了新的" in tale.heard("resident"))
    tale.expects("居民被问解决了没有", is_so="现在解决了吗" in tale.heard("resident"))


async def reopen(tale: Tale) -> None:
    await tale.goes_on(days=1)
    await tale.taps("resident", "没解决", LAMP)
    tale.expects("说没解决，就重新办理", is_so="已经重新办理" in tale.heard("resident"))
    tale.people["resident"].says(LAMP_AGAIN)
    await tale.goes_on(minutes=1)
    tale.expects("补充的话到了网格员那里", is_so=LAMP_AGAIN in tale.heard("worker"))
    await _answer(tale, "worker", LAMP, "是接头进了水，已经重做，今晚我再来看一遍。")
    await tale.goes_on(days=1)
    await tale.taps("resident", "👍 解决了", LAMP)
    await tale.taps("resident", "满意", LAMP)
    tale.expects("办结，居民满意", is_so="谢谢您告诉我们" in tale.heard("resident"))


async def toddler_care(tale: Tale) -> None:
    tale.people["resident"].says("孩子一岁半没人带，附近能不能办个托育园，收费便宜点")
    await tale.goes_on()
    tale.expects("需求也登记", is_so=f"编号 {CARE}" in tale.heard("resident"))
    await tale.taps("worker", "受理", CARE)
    await tale.taps("worker", "申请延期", CARE)
    await tale.taps("worker", "3 个工作日", CARE)
    tale.people["worker"].says("要和区卫健局核对托位")
    await tale.goes_on()
    tale.expects("延期要书记同意", is_so="申请延期" in tale.heard("manager"))
    await tale.taps("manager", "✅ 同意延期", CARE)
    tale.expects("延期的原因和新的时间告诉居民", is_so="要和区卫健局核对托位" in tale.heard("resident"))
    await tale.goes_on(hours=6)
    await tale.taps("worker", "办结答复", CARE)
    await tale.taps("worker", "没能解决", CARE)
    await tale.taps("worker", "没有资金", CARE)
    tale.people["worker"].says("石榴巷今年办不了托育园。望江里的托育点还有 6 个托位，每月 1200 元，已经替您留了一个。")
    await tale.goes_on()
    await tale.goes_on(seconds=61)
    tale.expects("没办成就老实说没办成，说清原因", is_so="这次没能解决，原因：没有资金" in tale.heard("resident"))
    await tale.taps("resident", "可以理解", CARE)
    await tale.taps("resident", "基本满意", CARE)
    await tale.taps("resident", "太慢了")
    tale.expects("不满意的原因也记下", is_so="记下了：太慢了" in tale.heard("resident"))
    tale.people["resident"].says("我的诉求")
    await tale.goes_on()
    await tale.taps("resident", f"{CARE} 看详情")
    tale.expects("等了多久看得见", is_so="登记到答复，用了" in tale.heard("resident"))


async def a_month_later(tale: Tale) -> None:
    await tale.goes_on(quietly=True, days=28)
    tale.expects("急事一个月以后再问：现在还好吗", is_so=f"（{LIFT}），现在还好吗" in tale.heard("resident"))
    await tale.taps("resident", "👍 还好", LIFT)


async def question(tale: Tale) -> None:
    tale.people["resident"].says("我妈八十岁了，高龄补贴怎么申请")
    await tale.goes_on(minutes=1)
    tale.expects("社区问答里有的，马上回答，说明来源", is_so="来源：石榴巷社区窗口" in tale.heard("resident"))
    tale.expects("答得上来的不登记", is_so=not tale.heard("worker"))


async def thanks(tale: Tale) -> None:
    tale.people["resident"].says("谢谢你们，辛苦了")
    await tale.goes_on(minutes=1)
    tale.expects("谢谢不登记", is_so=tale.heard("resident") and not tale.heard("worker"))
    tale.people["resident"].says("我的诉求")
    await tale.goes_on()
    tale.expects("查得到自己的几件事", is_so=all(no in tale.heard("resident") for no in (LAMP, LIFT, "SL-41", CARE)))
    tale.people["worker"].says("待办")
    await tale.goes_on()
    tale.expects("待办里最急的在最前面", is_so="🟠" in tale.heard("worker").splitlines()[1])


async def monday(tale: Tale) -> None:
    await tale.goes_on(seconds=tale.stage.to_monday().total_seconds())
    manager = tale.people["manager"]
    tale.expects("书记收到周报", is_so="石榴巷社区" in tale.heard("manager") and "周报" in tale.heard("manager"))
    sent = [file for message in manager.heard for file in message.files]
    tale.expects("有一张图、两页纸、一本台账", is_so=[f.name[-4:] for f in sent] == [".png", ".pdf", "xlsx"])
    said = len(manager.heard)
    await tale.goes_on(hours=1)
    tale.expects("同一周只发一次", is_so=len(manager.heard) == said)


async def checkup(tale: Tale) -> None:
    manager = tale.people["manager"]
    manager.says("体检")
    await tale.goes_on()
    await tale.taps("manager", "看问题清单")
    listed = tale.heard("manager")
    tale.expects(
        "问题清单按轻重缓急排，写明责任单位", is_so="【重】第 3 项 一个托儿所：没有" in listed and "区卫健局" in listed
    )
    tale.expects("方案里看着不对的数字标出来，不判", is_so="「微型消防站」的面积标准（350 平方米）看着不对" in listed)
    sent = [file.name[-4:] for file in manager.heard[-1].files]
    tale.expects("图、问题清单、场景验收表、表格各一份", is_so=sent == [".png", ".pdf", ".pdf", "xlsx"])
    await tale.taps("manager", "接着填")
    await tale.taps("manager", "没有", "物业管理服务平台")
    tale.expects("没填的一处一处填，点一下就记", is_so="都填好了" in tale.heard("manager"))


async def survey(tale: Tale) -> None:
    """A week later, since nobody is invited to more than a few things a week."""
    await tale.goes_on(quietly=True, days=8)
    tale.people["manager"].says("调研")
    await tale.goes_on()
    await tale.taps("manager", "社区缺什么")
    tale.expects(
        "先给书记看，写明发给多少人", is_so="位居民，每天 上午8:30 到 晚上8:00 分批发" in tale.heard("manager")
    )
    tale.expects("没点之前，居民什么也没收到", is_so=not tale.heard("resident"))
    await tale.taps("manager", "✅ 开始发")
    tale.expects("居民收到邀请，可以不参加", is_so="想听听您的" in tale.heard("resident"))
    await tale.taps("resident", "好，开始")
    await tale.taps("resident", "带小孩的托育点")
    await tale.taps("resident", "10 分钟左右")
    await tale.taps("resident", "跳过这题")
    tale.expects("一题一条，点完就谢谢", is_so="谢谢您，都记下了" in tale.heard("resident"))
    tale.people["manager"].says("调研")
    await tale.goes_on()
    await tale.taps("manager", "提前结束")
    await tale.taps("manager", "确定")
    tale.expects("结果发给书记，带着人数", is_so="「带小孩的托育点」：1 人（1 人回答）" in tale.heard("manager"))


async def _colleague_asked(tale: Tale, case: str) -> bool:
    """Whether somebody else of the staff was asked to look at an answer, be it somebody without a phone here."""
    no = int(case.partition("-")[2])
    community_id = tale.stage.sample.home[0]

    def work(connection: Connection) -> bool:
        uow = UnitOfWork(connection, load(connection), tale.stage.clock.now())
        return bool(uow.nudges.open((community_id, no), (Nudge.CHECK,)))

    return await tale.stage.app.database.read(work)


async def _answer(tale: Tale, who: str, case: str, words: str) -> None:
    """Resolve a case, and let the minute for undoing pass."""
    await tale.taps(who, "办结答复", case)
    tale.people[who].says(words)
    await tale.goes_on()
    await tale.goes_on(seconds=61)


CHAPTERS: tuple[tuple[str, Chapter], ...] = (
    ("第一次说话：先看，再同意", first_report),
    ("补一张照片", photo),
    ("紧急的事", emergency),
    ("邻居说过的事", similar),
    ("点错了，撤销", undo),
    ("派给责任单位", dispatch),
    ("办结，回访", resolve),
    ("没解决，重办", reopen),
    ("要个托育园：延期，老实说没办成", toddler_care),
    ("问个事", question),
    ("别的话", thanks),
    ("走到周一", monday),
)
LATER: tuple[tuple[str, Chapter], ...] = (
    ("一个月以后", a_month_later),
    ("社区体检：缺什么，先办什么", checkup),
    ("问问居民", survey),
)
"""Told after the week's ledger and digest."""
