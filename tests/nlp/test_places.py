"""Where it is, as written: on the receipt, on the card, among the hot spots of a week."""

import pytest

from nlp.pipeline import Understander


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("C座楼下装修垃圾堆了四天", ("C座", "楼下")),
        ("望江里小区门口的路灯不亮", ("望江里小区", "门口")),
        ("希望社区能装个路灯", ()),
        ("建议小区加装道闸", ()),
        ("铁匠巷里头黑", ("铁匠巷",)),
        ("从黄石大道走到中山北路口", ("黄石大道", "中山北路")),
        ("西塞山区沿湖路积水", ("沿湖路",)),
        ("人民医院旁边的公厕锁着", ("人民医院", "旁边")),
        ("3栋二单元电梯又停了", ("3栋二单元", "电梯")),
    ],
)
def test_a_place_is_found_as_it_is_called(understander: Understander, said: str, places: tuple[str, ...]) -> None:
    assert understander.whole(said).places == places


@pytest.mark.parametrize(
    "said",
    [
        "晚上看不见路",
        "老人走路要扶着",
        "伢过马路危险",
        "要走三公里",
        "我家里漏水",
        "心里急",
        "谢谢社区",
        "到哪里办",
        "走投无路了",
        "方圆两里路冇得药店",
    ],
)
def test_what_only_ends_like_a_place_is_none(understander: Understander, said: str) -> None:
    assert understander.whole(said).places == ()


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("孩子一岁半没人带，附近能不能办个托育园", ()),
        ("小学门口想要个天桥，现在靠家长拉绳子", ("门口",)),
        ("请在第二小学路段增设人行天桥", ("第二小学",)),
        ("反对在我们小区旁边建精神病医院", ("旁边",)),
        ("建议中心公园早晨划分晨练区", ("中心公园",)),
        ("新建围墙侵占村道一米八", ("围墙",)),
    ],
)
def test_what_is_not_there_yet_is_no_place(understander: Understander, said: str, places: tuple[str, ...]) -> None:
    assert understander.whole(said).places == places
