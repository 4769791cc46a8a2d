"""The workbook's sheets and columns as data: what the template writes and what the import reads."""

from dataclasses import dataclass

from bot.workbook import cells
from bot.workbook.cells import Parser
from ledger.district import District
from ledger.lifecycle import Role
from ledger.rooms import LONGEST, SHORTEST
from ledger.votes import Electorate

EXAMPLE = "示例"
"""A row whose first cell begins with this word is an example and is skipped."""
WHOLE_DISTRICT = "全区"
NOTES, CHOICES = "说明", "选项"
"""Sheets of the template that hold nothing to import."""
YES_NO = {"是": True, "否": False}
STREETS, COMMUNITIES, GRIDS, BUILDINGS, STAFF, DUTIES = "街道", "社区", "网格", "楼栋", "人员", "值班"
QUESTIONS, CHECKUP, REGISTER, COUNCIL, ROOMS = "问答", "体检", "名册", "议事会", "预约"
VOTERS = {"户": Electorate.HOUSEHOLD, "业主": Electorate.OWNER, "居民": Electorate.PERSON}
"""Kinds of lines of the register, as the sheet calls them."""
HAS, HAS_NOT, EXEMPT = "有", "没有", "不适用"

STREET_NAMES, COMMUNITY_NAMES = f"={STREETS}", f"={COMMUNITIES}"
"""Drop-down lists that take their words from the first column of a sheet."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `choices`: the words of its drop-down list, or the sheet whose first column has them."""

    title: str
    field: str
    parse: Parser
    example: str = ""
    note: str = ""
    required: bool = False
    choices: str | tuple[str, ...] = ()
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    columns: tuple[Column, ...]


def sheets(district: District) -> tuple[Sheet, ...]:
    """All sheets, in the order in which they refer to each other."""
    return (
        Sheet(STREETS, (_required("名称", "name", "黄石港街道"),)),
        Sheet(COMMUNITIES, _community_columns(district)),
        Sheet(GRIDS, (_community("江畔社区"), _required("名称", "name", "第一网格"))),
        Sheet(BUILDINGS, _building_columns()),
        Sheet(STAFF, _staff_columns(district)),
        Sheet(DUTIES, _duty_columns()),
        Sheet(QUESTIONS, _question_columns()),
        Sheet(CHECKUP, _checkup_columns(district)),
        Sheet(REGISTER, _register_columns()),
        Sheet(COUNCIL, _council_columns()),
        Sheet(ROOMS, _room_columns()),
    )


def roles(district: District) -> dict[str, Role]:
    """Roles that staff can have, by the names that people read."""
    nobody_s = (Role.RESIDENT, Role.SYSTEM, Role.HELPER)
    return {name: Role(code) for code, name in district.roles.items() if code not in nobody_s}


def _community_columns(district: District) -> tuple[Column, ...]:
    people = district.limits.population
    return (
        _required("名称", "name", "江畔社区"),
        Column("代码", "code", cells.code, "JP", "印在台账编号前面的大写字母，例如 JP-12；不填就自动编一个"),
        Column("街道", "street", cells.text, "黄石港街道", "“街道”表里的名称", required=True, choices=STREET_NAMES),
        Column(
            "人口",
            "population",
            cells.whole(0, 10_000_000, 8500),
            "8500",
            f"覆盖居民人数。方案三（一）以 {people.least}–{people.most} 人为宜，超出只提醒",
        ),
        Column("面积（平方米）", "area_m2", cells.whole(1, 10_000_000_000, 250_000), "250000", "占地面积"),
        _year(),
        *_position(),
        Column("相邻社区", "neighbours", cells.names, "锁前社区", "名称或代码，几个之间用顿号；不填就按位置算"),
        Column("公开频道", "channel", cells.channel, "", "发故事的频道编号，例如 -1001234567890；可以不填", width=18),
        Column("时区", "time_zone", cells.time_zone, "Asia/Shanghai", "不填就是 Asia/Shanghai", width=18),
    )


def _building_columns() -> tuple[Column, ...]:
    return (
        _community("江畔社区"),
        Column("网格", "grid", cells.text, "第一网格", "和“网格”表里的名称一致；可以不填"),
        _required("名称", "name", "3栋"),
        _year(),
        *_position(),
    )


def _staff_columns(district: District) -> tuple[Column, ...]:
    names = roles(district)
    return (
        _required("姓名", "name", "张三"),
        Column("电话", "phone", cells.phone, "13800000000", "同名的人靠电话分开；只有管理员看得到", width=16),
        Column(
            "角色",
            "role",
            cells.one_of(names),
            "网格员",
            "一行是一个角色；一个人有几个角色就写几行",
            required=True,
            choices=tuple(names),
        ),
        Column("街道", "street", cells.text, "", "角色是“街道”时填", choices=STREET_NAMES),
        Column("社区", "community", cells.text, "江畔社区", "网格员、社区书记要填", choices=COMMUNITY_NAMES),
        Column("网格", "grids", cells.names, "第一网格", "网格员的网格，几个之间用顿号；不填就是整个社区"),
        Column(
            "单位",
            "unit",
            cells.text,
            "",
            "角色是责任单位时填",
            choices=tuple(unit.name for unit in district.units),
            width=24,
        ),
        Column("在岗", "active", cells.one_of(YES_NO), "是", "离岗填“否”，账号马上停用", choices=tuple(YES_NO)),
    )


def _duty_columns() -> tuple[Column, ...]:
    return (
        _required("姓名", "name", "张三", "和“人员”表里的姓名一致"),
        Column("电话", "phone", cells.phone, "", "同名时才要填", width=16),
        _community(WHOLE_DISTRICT, "社区名称；区里的值班写“全区”。表里写到的社区，值班表整个换新"),
        Column("星期", "weekdays", cells.weekdays, "周一-周五", "例如 周一-周五、周六、每天", required=True),
        Column("从", "start", cells.minute, "18:00", "24 小时制", required=True),
        Column("到", "end", cells.minute, "08:00", "可以过夜；到半夜写 24:00", required=True),
    )


def _question_columns() -> tuple[Column, ...]:
    whole = "社区名称或代码；不填是全区。表里写到的社区，问答整个换新"
    return (
        Column("社区", "community", cells.text, "江畔社区", whole, choices=COMMUNITY_NAMES, width=20),
        Column(
            "问题",
            "question",
            cells.words,
            "高龄津贴怎么申请",
            "居民会怎么问就怎么写，一行一个",
            required=True,
            width=40,
        ),
        Column(
            "答案", "answer", cells.words, "满 80 岁，带身份证到社区窗口办", "原样发给居民", required=True, width=60
        ),
        Column("来源", "source", cells.text, "区民政局", "谁对这个答案负责；居民看得到", required=True, width=20),
    )


def _checkup_columns(district: District) -> tuple[Column, ...]:
    points = district.checkup.points
    labels = tuple(f"{code} {point.name}" for code, point in points.items())
    conditions = {name: code for code, name in district.checkup.conditions.items()}
    has = {HAS: HAS, HAS_NOT: HAS_NOT, EXEMPT: EXEMPT}
    return (
        _community("江畔社区"),
        Column("项目", "point", cells.point(points), labels[0], "序号，例如 3、1.2", True, labels, 30),  # noqa: FBT003
        Column("有没有", "has", cells.one_of(has), HAS, choices=tuple(has)),
        Column("数量", "number", cells.whole(0, 1_000_000, 2), "1", "几个、几家、几班；停车位填总数"),
        Column("面积（平方米）", "area_m2", cells.amount(1e9, "860"), "860"),
        Column("比例（%）", "ratio", cells.amount(100, "35"), "", "第 13 项：星级绿色建筑占新建建筑面积"),
        Column("步行（分钟）", "walk_minutes", cells.amount(600, "8"), "", "第 11 项：走到公交站"),
        Column("物业总建筑面积", "base_m2", cells.amount(1e9, "180000"), "", "第 16 项：用房标准是它的 2‰"),
        Column("状况", "condition", cells.one_of(conditions), "好", choices=tuple(conditions)),
        _year(),
        Column("来源", "origin", cells.text, "实地踏勘", "数据从哪里来", width=20),
        Column("日期", "found_on", cells.day, "2026-11-20", "哪一天查的；不填就是导入那天"),
        Column("收费服务", "paid", cells.words, "", "有偿服务的项目和价格，可以不填（方案三（五））", width=24),
        Column("年收入（元）", "income", cells.whole(0, 10**12, 36_000), "", "经营收入，可以不填"),
        Column("年运维（元）", "upkeep", cells.whole(0, 10**12, 42_000), "", "运行维护花费，可以不填"),
        Column("备注", "note", cells.words, "", width=30),
    )


def _register_columns() -> tuple[Column, ...]:
    code = "写在发给这一户的纸条上，至少 6 位；只存它的指纹。不填，就由网格员核对"
    whole = "社区名称或代码。表里写到的社区，名册整个换新"
    return (
        _community("江畔社区", whole),
        _required("楼栋", "building", "3栋", "和“楼栋”表里的名称一致"),
        _required("房号", "room", "2单元501"),
        Column(
            "类别",
            "kind",
            cells.one_of(VOTERS),
            "户",
            "户、业主或居民；不写姓名",
            required=True,
            choices=tuple(VOTERS),
        ),
        Column("登记码", "code", cells.text, "K3M9QTRA", code),
    )


def _council_columns() -> tuple[Column, ...]:
    return (
        _community("江畔社区", "社区名称或代码"),
        _required("称呼", "name", "王阿姨", "已经在任的同名成员不会重复添加"),
        Column("邀请码", "code", cells.text, "K3M9QTRA", "至少 6 位，交给本人，用一次失效", required=True),
        Column("任期（月）", "months", cells.whole(1, 120, 24), "24", "从导入那天算起，不填是 24 个月"),
    )


def _room_columns() -> tuple[Column, ...]:
    return (
        _community("江畔社区"),
        _required("名称", "name", "楚邻驿站", "一个社区里不重名；同名的更新开放时间，已经订了的照旧"),
        Column("星期", "weekdays", cells.weekdays, "周一-周五", "例如 周一-周五、周六、每天", required=True),
        Column("从", "start", cells.minute, "09:00", "24 小时制", required=True),
        Column("到", "end", cells.minute, "17:00", "当天关门", required=True),
        Column("一次（分钟）", "slot", cells.whole(SHORTEST, LONGEST, 120), "120", "订一次用多久", required=True),
    )


def _required(title: str, field: str, example: str, note: str = "") -> Column:
    return Column(title, field, cells.text, example, note, required=True, width=20)


def _community(example: str, note: str = "“社区”表里的名称或代码") -> Column:
    return Column("社区", "community", cells.text, example, note, required=True, choices=COMMUNITY_NAMES, width=20)


def _year() -> Column:
    return Column("建成年份", "built_year", cells.whole(1800, 2100, 1998), "1998")


def _position() -> tuple[Column, Column]:
    return (
        Column("纬度", "latitude", cells.degrees(90), "30.2155", "北纬，度"),
        Column("经度", "longitude", cells.degrees(180), "115.0720", "东经，度"),
    )
