"""Finds parts of an address in a message, to decide whether two messages can mean the same place.

3栋, 3号楼 and 三栋 are one building; 5栋 is another. A part that only one message names decides nothing.
"""

import re
from collections.abc import Iterable, Mapping

from nlp.numerals import plain

_NUMBER = r"(\d{1,4}|[一二两三四五六七八九十]{1,3}|[a-z](?![a-z])|[甲乙丙丁])"
_PARTS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "building": ("楼栋幢座", re.compile(_NUMBER + r"\s?(?:号楼|栋|幢|座|#楼)")),
    "unit": ("元门", re.compile(_NUMBER + r"\s?(?:单元|门栋)")),
    "line": ("路", re.compile(_NUMBER + r"\s?路(?=车|公交|公汽|总|每|半|末|司机|等|改|太|到|甩|的车|班|站)")),
    "number": ("号", re.compile(r"(?:[路街巷里道])" + _NUMBER + r"\s?号(?!楼|线|门(?![前口])|岗)")),
    "lane": ("巷", re.compile(_NUMBER + r"\s?巷")),
    "phase": ("期区", re.compile(_NUMBER + r"\s?[期区](?=[^间别域])")),
    "gate": ("门", re.compile(r"([东南西北前后])(?=门(?!口)|大门)")),
    "side": ("东南西北", re.compile(r"([东南西北])(?=边|侧|区|头|面|院)")),
}
"""Each with characters of which a text must contain one; most messages have none."""
_ROAD = re.compile(r"([一-鿿]{1,3}(?:大道|大街|路(?![灯面口边人上段由过况牌线基沿])|街(?![道上边])|巷))")
_ROADS = "道街路巷"
_BUILDING = re.compile(r"[\da-zA-Z]|[一二三四五六七八九十]{1,3}(?:栋|号|幢|座|单元)")
_NO_ROAD = re.compile(
    r"(?:马|公|道|修|走|车|网|线|电|水|管|铁|过|让|堵|条|出|进|小|土|烂|挡|上|下|老|的|段|那|这|个|一|路|在|到|门口|人行|步|泥|大|满|整|逛|扫|同|回|领|问|带|绕|迷|赶|占|背|后|前|巴|油|泥巴)"
    r"(?:路|街|巷)$|[一二三四五六七八九十]巷$|大街小巷|马路|路口|街道$"
)


def parts(text: str, names: Iterable[str] = ()) -> set[tuple[str, str]]:
    """(kind, value) of each part in normalised text. `names`: the compounds that it mentions."""
    there = {*text}
    likely = [(kind, pattern) for kind, (marks, pattern) in _PARTS.items() if not there.isdisjoint(marks)]
    found = {(kind, plain(hit[1])) for kind, pattern in likely for hit in pattern.finditer(text)}
    if not there.isdisjoint(_ROADS):
        found |= {("road", hit[1][-3:]) for hit in _ROAD.finditer(text) if not _NO_ROAD.search(hit[1])}
    return found | {("compound", name) for name in names}


def compound(name: str) -> str:
    """The compound in a name: 幸福苑 in 幸福苑3栋. Empty for a community or street, which has many compounds."""
    bare = _BUILDING.split(name)[0]
    return "" if len(bare) < len("甲苑") or bare.endswith(("社区", "街道")) else bare
