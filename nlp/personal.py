"""Finds personal data in free text, and masks it wherever a text leaves its case.

Numbers are recognised by their form; what precedes them distinguishes them from hotline and order numbers. Names are
recognised by surname, given-name characters and context (`nlp.names`). Indices refer to the original text.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from ledger.text import unlinked, without_bidi_controls
from nlp.names import find_names
from nlp.normalise import fold
from nlp.understanding import Personal, Span

STRUCK = "**"
_MOST = 4096
_SEEN_LATELY = 512
_ANY = "[0-9零〇洞一幺二两三四五六七拐八九勾壹贰叁肆伍陆柒捌玖]"
"""A digit, in any spoken or written form."""
_ALIKE = "[0-9oil]"
"""A digit, or a letter that looks like one: 138O7231234."""
_SEP = r"[ \-—–.·,/]{0,2}"
_DASH = r"[ \-—–一]{0,3}"
"""一 also stands for a dash: 139 一 1111 2222."""
_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_LONG = re.compile(r"\d(?:[ \-—–.·,/]{0,2}\d){6}")
_LONG_ALIKE = re.compile(rf"{_ALIKE}(?:{_SEP}{_ALIKE}){{6}}|{_ALIKE}{{3}}{_DASH}{_ALIKE}{{4}}")
_SPOKEN = re.compile(rf"{_ANY}(?:[ ,、\-]?{_ANY}){{10}}")
_WRITTEN = re.compile(r"[\da-z@]")
_LATIN = re.compile(r"[a-z\d][\w\-]{4}", re.ASCII)
_ROOM_HINT = re.compile(
    r"\d{3}|[零〇一二三四五六七八九十][室房]|[元栋楼座] ?[一二三四五六七八九][零〇一二三四五六七八九十]|[东西左右中]户"
)
_ROOM_MARK = re.compile(r"[\d室房元栋楼座户]")
_HINTS: dict[Personal, re.Pattern[str]] = {
    Personal.EMAIL: re.compile("@"),
    Personal.ID_CARD: re.compile(rf"{_LONG.pattern}|{_SPOKEN.pattern}"),
    Personal.BANK_CARD: _LONG,
    Personal.PHONE: re.compile(rf"{_LONG_ALIKE.pattern}|{_SPOKEN.pattern}"),
    Personal.WECHAT: _LATIN,
    Personal.PLATE: re.compile(rf"{_PROVINCE} ?[a-z]|牌照|牌号|车牌|车号"),
}
"""What a text must contain to be searched for a kind, because most texts have none and a search is expensive."""
_PATTERNS: tuple[tuple[Personal, re.Pattern[str]], ...] = (
    (
        Personal.EMAIL,
        re.compile(
            r"(?<![a-z0-9._%+\-])[a-z0-9][a-z0-9._%+\-]{0,63}@[a-z0-9][a-z0-9\-]{0,62}(?:\.[a-z0-9\-]{1,63}){1,4}"
        ),
    ),
    (
        Personal.ID_CARD,
        re.compile(
            r"(?<![0-9a-z])[1-9]\d{5}[ \-]?(?:19|20)\d\d[ \-]?(?:0[1-9]|1[0-2])[ \-]?(?:0[1-9]|[12]\d|3[01])"
            r"[ \-]?\d{3}[\dx叉](?![0-9a-z])"
        ),
    ),
    (
        Personal.ID_CARD,
        re.compile(r"(?:身份证|证件|证号)[^\d。;!?\n]{0,8}(?P<id>[1-9](?:[ \-]?\d){16}[ \-]?[\dx叉])(?![0-9a-z])"),
    ),
    (Personal.ID_CARD, re.compile(r"(?<![0-9a-z])[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9a-z])")),
    (
        Personal.ID_CARD,
        re.compile(
            rf"(?:身份证|证件|证号)[^\d。;!?\n]{{0,8}}?"
            rf"(?P<id>{_ANY}(?:[ ,、\-]?{_ANY}){{16}}[ ,、\-]?(?:{_ANY}|[x叉]))(?!{_ANY})"
        ),
    ),
    (
        Personal.BANK_CARD,
        re.compile(r"(?<![0-9a-z])[3-69](?:[ \-]?\d){15,18}(?!\d)"),
    ),
    (
        Personal.PHONE,
        re.compile(
            rf"(?<![0-9a-z])(?:(?:\+|00)?86{_SEP})?1{_SEP}[3-9](?:{_SEP}\d){{9}}(?![ \-.]?\d(?![元栋月日年点]))"
        ),
    ),
    (Personal.PHONE, re.compile(rf"(?<![0-9a-z])\(?0(?:10|2\d|[3-9]\d\d)\)?{_SEP}[2-8]\d{{2,3}}[ \-]?\d{{4}}(?!\d)")),
    (Personal.PHONE, re.compile(rf"(?<![0-9a-z])[1il]{_SEP}[3-9](?:{_SEP}{_ALIKE}){{9}}(?![0-9a-z]|[ \-.]\d)")),
    (
        Personal.PHONE,
        re.compile(rf"(?<![0-9a-z])[1il][3-9]{_ALIKE}{_DASH}{_ALIKE}{{4}}{_DASH}{_ALIKE}{{4}}(?![0-9a-z一])"),
    ),
    (Personal.PHONE, re.compile(rf"(?<!{_ANY})[1一幺壹](?:[ ,、\-]?{_ANY}){{10}}(?!{_ANY})")),
    (
        Personal.PLATE,
        re.compile(
            rf"{_PROVINCE} ?[a-z][ ·.\-]{{0,2}}(?=[a-z0-9]{{0,5}}\d)[a-z0-9]{{4,6}}[学警挂港澳]?(?![a-z0-9])"
            rf"|{_PROVINCE}[a-z][·\-]?[a-z0-9]{{2,3}} [a-z0-9]{{2,3}}(?<=\d)(?![a-z0-9])"
            rf"|{_PROVINCE} [a-z](?: [a-z0-9]){{5,6}}(?![a-z0-9])"
        ),
    ),
    (
        Personal.PLATE,
        re.compile(
            r"(?:车牌|牌照|牌号|车号)(?:号码|号)?[ :是为,]{0,2}"
            r"(?P<id>[a-z][·\-]?(?=[a-z0-9]{0,5}\d)[a-z0-9]{5,6})(?![a-z0-9])"
        ),
    ),
    (
        Personal.WECHAT,
        re.compile(
            r"(?:[微薇威徽卫维唯vw][信❤♥x心芯]|微号|卫星号|绿泡泡|vx|wx|weixin|wechat|[加+][微薇]|[加+]v(?!ip)|(?<![a-z])v我"
            r"|(?<![a-z])[微薇v](?=[ :]))(?:号码|号|id|同号)?"
            r"[ :是为就加我吧搜叫,(]{0,4}(?P<id>[a-z][\w\-]{5,19}|\d{5,10}(?!\d))",
            re.ASCII,
        ),
    ),
    (
        Personal.WECHAT,
        re.compile(
            r"(?:加|搜)(?:一下|索|我|他|她|个|群主|好友)?[ :]{0,2}"
            r"(?P<id>[a-z][a-z\-]{0,15}[\d_\-][\w\-]{2,12})",
            re.ASCII,
        ),
    ),
    (
        Personal.WECHAT,
        re.compile(
            r"(?<![\w@.\-])(?P<id>[a-z][\w\-]{5,19})[ ,]{0,2}(?:这?是|这个是|就是|为)"
            r"(?:我们|我|他|她)?的?(?:微信|v信|vx|wx)",
            re.ASCII,
        ),
    ),
    (Personal.WECHAT, re.compile(r"(?:扣|(?<![a-z])q)[ :]{0,2}(?P<id>[1-9]\d{7,10})(?![\d元块])")),
    (Personal.WECHAT, re.compile(r"(?:qq|扣扣|球球|企鹅)(?:号码|号)?[ :是为加,]{0,3}(?P<id>[1-9]\d{4,10})(?!\d)")),
    (Personal.WECHAT, re.compile(r"(?<![0-9a-z])(?P<id>[1-9]\d{6,10})[ ,]{0,3}(?:是|用|加|这是)(?:我的?)?(?:qq|扣扣)")),
)
_MOBILE = re.compile(r"1[3-9]\d{9}$|^$")
"""Matches the digits of a mobile number; a number written in words has none."""
_LOCAL_PHONE = re.compile(
    r"(?:电话|座机|固话|宅电|联系方式|打我|打|拨|家里号码|联系)(?:号码|号)?[ :是为]{0,3}"
    r"(?P<id>[2-8]\d{6,7})(?![\d元块])"
    r"|(?<!\d)(?P<before>[2-8]\d{6,7})(?= ?(?:这个|是我|我)?(?:家|屋里)?座机)"
)
_NOT_PERSONAL = re.compile(
    r"(?:单号|订单|工单|编号|流水|运单|快递号|户号|取件码|条码|受理号|案号|批号|序列号|尾号|设备号|合同号|房产证号)"
    r"(?:(?!电话|手机|联系)[^,。;!?\n]){0,6}$"
    r"|(?:热线|客服)[^,。;!?\n]{0,6}$"
)
_BANK = re.compile(r"(?:卡|账|银行|工行|农行|建行|中行|邮储|打款|转账|存折)[^。;\n]{0,14}$")
_DIGITS = re.compile(r"\D+")
_NUMBER = r"(?:\d{1,4}|[一二三四五六七八九十百]{1,4}) ?"
_SPOKEN_ROOM = "[一二三四五六七八九][零〇一二三四五六七八九十]{2,3}"
_CODE = re.compile(r"(?:取件码|取货码|取餐码|验证码|比分|版本|型号|编号|货号|订单|单号)[ :是为]{0,3}$")
_ROOM = re.compile(
    rf"(?P<building>(?:(?:{_NUMBER}|[a-z]\d{{0,2}}|[东南西北])(?:栋|幢|号楼|座|号院|#楼|#)) ?[,\-/]? ?)?"
    rf"(?P<unit>(?:{_NUMBER}|[甲乙丙丁a-z])(?:单元|门栋|门|梯) ?[,\-/]? ?"
    rf"|[东西南北中]单元 ?|(?<=[#栋幢座楼])\d{{1,2}}-)?"
    rf"(?:(?P<floor>{_NUMBER}(?:楼|层)) ?[,\-]? ?)?"
    rf"(?P<room>[a-z]?\d{{3,4}}(?:室|房|号房|户|号)?(?![\d栋幢年月日点元块米个路栋平分周次人%.:]|天(?!花|天)|号楼|单元)|(?:东|西|左|右|中)户|{_SPOKEN_ROOM}(?:室|房)|(?<=[元栋楼座])(?:{_SPOKEN_ROOM})(?![零〇一二三四五六七八九十百]))"
)
_WHOSE = re.compile(r"(?:楼上|楼下|隔壁|对门|对面|我住|家住|住在|我家|我是|屋里是)的? ?$")
_WHO_LIVES = re.compile(r"的?(?:业主|住户|租户|租客|房东|房主|户主|邻居|那户|那家|这户|这家)")
_DASHED = re.compile(
    r"(?<![\d\-—–.])(?P<building>\d{1,2}[\-—–])(?P<room>(?:\d[\-—–])?\d{3,4}|\d{1,2}-\d{1,2}-\d{3,4})(?![\d\-—–]|[年月日元]|号楼|路)"
)


def find(text: str) -> tuple[Span, ...]:
    """All personal data of a text, in order and without overlaps."""
    if len(text) <= _MOST:
        return find_folded(fold(text))
    spans: list[Span] = []
    start = 0
    for part in _in_parts(text):
        spans += [Span(start + s.start, start + s.end, s.type) for s in find_folded(fold(part))]
        start += len(part)
    return tuple(spans)


@lru_cache(maxsize=_SEEN_LATELY)
def find_folded(folded: str) -> tuple[Span, ...]:
    """The same in folded text. Cached, because a text that was read is usually shown masked next."""
    taken = _without_overlaps([*_numbers(folded), *_rooms(folded)])
    names = find_names(folded)
    if not taken:
        return tuple(names)
    apart = [span for span in names if not any(s.start < span.end and span.start < s.end for s in taken)]
    return tuple(sorted([*taken, *apart], key=lambda span: span.start))


def _without_overlaps(found: Iterable[Span]) -> list[Span]:
    """Of overlapping spans the first stays, because patterns are tried from the surest to the vaguest."""
    kept: list[Span] = []
    for span in found:
        if not any(k.start < span.end and span.start < k.end for k in kept):
            kept.append(span)
    return kept


def _numbers(text: str) -> Iterable[Span]:
    if not (_WRITTEN.search(text) or _SPOKEN.search(text)):
        return
    likely = {kind for kind, hint in _HINTS.items() if hint.search(text)}
    for kind, pattern in _PATTERNS:
        if kind not in likely:
            continue
        for hit in pattern.finditer(text):
            start, end = hit.span("id") if "id" in pattern.groupindex else hit.span()
            if _is_personal(kind, text, start, end):
                yield Span(start, end, kind)
    for hit in _LOCAL_PHONE.finditer(text) if Personal.PHONE in likely else ():
        yield Span(*hit.span("id" if hit["id"] else "before"), Personal.PHONE)


def _is_personal(kind: Personal, text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 16) : start]
    if kind in (Personal.EMAIL, Personal.WECHAT, Personal.PLATE):
        return True
    if _NOT_PERSONAL.search(before):
        return False
    if kind is not Personal.BANK_CARD:
        return True
    digits = _DIGITS.sub("", text[start:end])
    return bool(_BANK.search(before)) or digits.startswith("62") or _luhn(digits)


def _luhn(digits: str) -> bool:
    """Whether the check digit of a card number is right."""
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0  # noqa: PLR2004


def _rooms(text: str) -> Iterable[Span]:
    if not (_ROOM_MARK.search(text) and _ROOM_HINT.search(text)):
        return
    for hit in _ROOM.finditer(text):
        if _is_room(hit, text):
            yield Span(*hit.span(), Personal.ROOM)
    for hit in _DASHED.finditer(text):
        if not _CODE.search(text[max(0, hit.start() - 8) : hit.start()]):
            yield Span(*hit.span(), Personal.ROOM)


def _is_room(hit: re.Match[str], text: str) -> bool:
    """Whether a number is a room: with a building, unit, floor or neighbour beside it, or 室 or 房 behind it."""
    before = text[hit.start() - 1 : hit.start()]
    if before.isdigit() or before in {"-", ".", "/"} or (before.isascii() and before.isalpha()):
        return False
    beside = (
        hit["building"] or hit["unit"] or hit["floor"] or _WHOSE.search(text[max(0, hit.start() - 5) : hit.start()])
    )
    return bool(beside) or hit["room"].endswith(("室", "房", "号房")) or bool(_WHO_LIVES.match(text, hit.end()))


def mask(text: str, spans: Sequence[Span] | None = None) -> str:
    """The text with its personal data masked: 138****5678, 张**, 3栋***. `spans`: what to mask, if not all of it."""
    if spans is None:
        text = without_bidi_controls(text)  # one of them in a number would hide it from the patterns
        spans = find(text)
    parts: list[str] = []
    done = 0
    for span in spans:
        parts += [text[done : span.start], _HIDING[span.type](text[span.start : span.end])]
        done = span.end
    return "".join([*parts, text[done:]])


def for_others(text: str) -> str:
    """Words as they leave their case: personal data masked, and nothing in them that a reader could tap."""
    return unlinked(mask(text))


def mask_contacts(text: str) -> str:
    """The text with names, numbers and accounts masked, but not rooms, for people who have to go there."""
    text = without_bidi_controls(text)
    return mask(text, [span for span in find(text) if span.type is not Personal.ROOM])


def mask_for_neighbours(text: str, of_reporter: str) -> str:
    """An answer masked for neighbours with the same matter; the numbers of offices stay readable.

    A number counts as an office's if it is written in digits, is no mobile number and does not occur in `of_reporter`,
    the reporter's words.
    """
    text, own = without_bidi_controls(text), _digits(of_reporter)
    return mask(text, [span for span in find(text) if not _is_an_office_s(text, span, own)])


def _is_an_office_s(text: str, span: Span, own: str) -> bool:
    number = text[span.start : span.end]
    digits = _digits(number)
    disguised = any(character.isalnum() and not character.isdecimal() for character in number)
    return span.type is Personal.PHONE and not disguised and not _MOBILE.search(digits) and digits not in own


def _digits(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")


def strike(text: str) -> str:
    """The text for the public: personal data is removed completely, including its first characters."""
    text = without_bidi_controls(text)
    parts: list[str] = []
    done = 0
    for span in find(text):
        parts += [text[done : span.start], STRUCK]
        done = span.end
    return "".join([*parts, text[done:]])


def _in_parts(text: str) -> Iterable[str]:
    """Pieces of a long text, cut where no number or name continues."""
    while len(text) > _MOST:
        cut = max(text.rfind(mark, 0, _MOST) for mark in "。！？；，\n,;!? ") + 1 or _MOST
        yield text[:cut]
        text = text[cut:]
    yield text


def _hidden_phone(piece: str) -> str:
    return f"{piece[:3]}****{piece[-4:]}" if len(piece) > 8 else f"{piece[:2]}****{piece[-1:]}"  # noqa: PLR2004


def _hidden_email(piece: str) -> str:
    return f"{piece[:1]}***{piece[piece.index('@') :]}" if "@" in piece else "***"


def _hidden_name(piece: str) -> str:
    kept = 2 if len(piece) > 3 else 1  # noqa: PLR2004 - compound surnames have two characters
    return piece[:kept] + "*" * (len(piece) - kept)


def _hidden_room(piece: str) -> str:
    hit = _ROOM.match(fold(piece)) or _DASHED.match(fold(piece))
    kept = len(hit["building"] or "") if hit else 0
    return piece[:kept].rstrip("-, ") + "***"


_HIDING: Mapping[Personal, Callable[[str], str]] = {
    Personal.PHONE: _hidden_phone,
    Personal.ID_CARD: lambda piece: f"{piece[:6]}********{piece[-4:]}",
    Personal.BANK_CARD: lambda piece: f"{piece[:4]}********{piece[-4:]}",
    Personal.PLATE: lambda piece: f"{piece[:2]}****{piece[-1:]}",
    Personal.EMAIL: _hidden_email,
    Personal.NAME: _hidden_name,
    Personal.ROOM: _hidden_room,
    Personal.WECHAT: lambda piece: f"{piece[:1]}***",
}
