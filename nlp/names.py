"""Names of persons in free text.

A name is a surname and one or two given-name characters. That alone would find 高压 and 马上, so a candidate needs a reason:
words before it that introduce a person (我叫, 联系人), words behind it that follow one (先生, 师傅, a telephone), or three characters
that are no words and are all usual in names.
"""

import re
from collections.abc import Iterator
from functools import cache

from nlp.tables import table
from nlp.understanding import Personal, Span

_INTRO = re.compile(
    r"(?:我叫|我是|本人|姓名|名字|名叫|叫做|叫|联系人|业主|户主|房主|房东|租户|邻居|住户|老人|居民|患者|病人|老师|医生|司机|保安|经理|主任|书记|"
    r"网格员|组长|队长|站长|科长|局长|店主|老板|老板娘|同学|当事人|举报人|投诉人|反映人|家属|丈夫|妻子|老公|老婆|儿子|女儿|孙子|孙女|父亲|母亲|爸爸|妈妈|"
    r"爷爷|奶奶|找|联系|请|问|跟|和|给|由|被|姓名是|为|:|,|是|住着|工作人员)[ :是为叫]{0,2}$"
)
_STRONG = re.compile(
    r"(?:我叫|我是|本人|姓名|名字|名叫|叫做|叫|联系人|户主|名字是|姓名是|当事人|举报人|反映人|投诉人|报修人|申请人)[ :是为叫]{0,2}$"
)
_BEHIND = re.compile(
    r"^ ?(?:先生|女士|小姐|师傅|同志|老师|医生|大夫|护士|主任|书记|经理|队长|站长|组长|科长|局长|警官|阿姨|大爷|大妈|奶奶|爷爷|婆婆|爹爹|同学|小朋友|本人|\(|,|;|。|:|电话|手机|联系|1[3-9]\d|身份证|家里|家的|家|$)"
)
_TITLE = re.compile(
    r"^ ?(?:先生|女士|小姐|师傅|同志|老师|医生|大夫|护士|主任|书记|经理|队长|站长|组长|科长|局长|警官|阿姨|大爷|大妈|同学|小朋友|奶奶|爷爷|婆婆)"
)
_CONTACT = re.compile(r"^[ ,:(]{0,2}(?:电话|手机|联系电话|联系方式|身份证|1[3-9]\d{2})")


@cache
def _surnames() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    lines = [*table("surnames.txt")]
    return frozenset("".join(lines[:1])), frozenset("".join(lines[:2])), frozenset(lines[2].split())


@cache
def _given() -> frozenset[str]:
    return frozenset("".join(table("given.txt")))


@cache
def _pattern() -> re.Pattern[str]:
    _, single, double = _surnames()
    given = "".join(sorted(_given()))
    return re.compile(rf"(?:{'|'.join(sorted(double))}|[{''.join(sorted(single))}])(?=[{given}])")


@cache
def _words() -> frozenset[str]:
    """Everyday words that begin like a name."""
    return frozenset(word for line in table("not-names.txt") for word in line.split())


def find_names(text: str) -> Iterator[Span]:
    """Spans of names in folded text."""
    done = 0
    for hit in _pattern().finditer(text):
        if hit.start() >= done and (end := _end(text, hit.start(), hit.end())):
            done = end
            yield Span(hit.start(), end, Personal.NAME)


def _end(text: str, start: int, given: int) -> int:
    """Where the name ends; 0 if it is none."""
    before = text[max(0, start - 6) : start]
    for length in (2, 1):
        end = given + length
        name = text[start:end]
        if end <= len(text) and set(text[given:end]) <= _given() and not _is_word(text, start, end):
            if _convinces(before, name, text[end : end + 8]):
                return end
    return 0


def _is_word(text: str, start: int, end: int) -> bool:
    return any(
        text[at : at + n] in _words() for at in range(max(0, start - 1), end - 1) for n in (2, 3, 4) if at + n > start
    )


def _convinces(before: str, name: str, behind: str) -> bool:
    if _STRONG.search(before) and _BEHIND.match(behind):
        return True
    if _TITLE.match(behind) or _CONTACT.match(behind):
        return len(name) > 2 or bool(_INTRO.search(before)) or not before  # noqa: PLR2004
    return len(name) > 2 and bool(_INTRO.search(before)) and bool(_BEHIND.match(behind))  # noqa: PLR2004
