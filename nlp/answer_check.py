"""Checks whether an answer for a resident says what was done, where, and when. The check only advises."""

import re
from collections.abc import Sequence
from enum import StrEnum


class Part(StrEnum):
    WHAT = "what"
    WHERE = "where"
    WHEN = "when"


_DONE = re.compile(
    "修|换|做|弄|接|清|装|补|通|拆|扫|运|约|联系|协调|通知|登记|安排|送|查|检|处理|解决|调|恢复|加|办|开|停|搬|挖|铺|焊|测|劝|罚|派|买|领|讲|发|打|"
    "没有|不能|不属|暂时"
)
_PLACE = re.compile("[栋幢座楼]|单元|门口|路口|现场|这里|那里|旁边")
_TIME = re.compile(
    r"今|昨|明天|后天|刚|已于|早上|上午|中午|下午|傍晚|晚上|当场|当天|现在|马上|本周|下周|周[一二三四五六日末]|星期|"
    r"[\d一二三四五六七八九十]{1,3}\s{0,2}(?:月|日|号|点|时|分钟|小时|天)|\d{1,2}[:：]\d{2}"
)


def missing(text: str, places: Sequence[str]) -> tuple[Part, ...]:
    """The parts that an answer lacks, in their usual order. `places`: the places found in it."""
    says = {
        Part.WHAT: _DONE.search(text),
        Part.WHERE: places or _PLACE.search(text),
        Part.WHEN: _TIME.search(text),
    }
    return tuple(part for part, found in says.items() if not found)
