"""The first words of a message, as a short title of what it is about."""

import re

from nlp.tokens import tagged

_MARKS = " \t，。；：！？、…,.;:!?~（）()「」“”\"'"
_PAUSE = re.compile("[，。；！？…,;!?]")
_OPENING = re.compile(
    r"(?:[您你]们?好|请问|麻烦|打扰|喂|就是"
    r"|(?:我们?|俺)?(?:想|要|来)?(?:跟[您你]们?)?(?:反映|说|问)(?:一下|下)?(?:[一这]?个|件)?(?:问题|情况|事情?)"
    r"|[啊呀哈了吧]?[，。：！,:! ]+)+"
)
"""What people say before they come to the matter."""
_LEADING = frozenset({"m", "uj", "p", "c"})
"""Tags of words that lead to the next: numbers, 的, prepositions, conjunctions."""
_LEAST = 4
"""Characters that have to be left behind an opening."""
_NEAR = 3
"""A pause so near the end is the better place to cut; before an earlier one there may only be a place."""


def first_words(text: str, most: int) -> str:
    """The beginning of the first line in about `most` characters, cut behind a clause, else behind a word."""
    line = _without_opening(text.strip().partition("\n")[0].strip(_MARKS))
    if len(line) <= most:
        return line
    pauses = [pause.start() for pause in _PAUSE.finditer(line, most - _NEAR, most + 1)]
    if pauses:
        return line[: pauses[-1]].rstrip(_MARKS)
    return line[: _end_of_a_word(line, most)].rstrip(_MARKS) + "…"


def _without_opening(line: str) -> str:
    opening = _OPENING.match(line)
    rest = line[opening.end() :] if opening else line
    return rest if len(rest) >= _LEAST else line


def _end_of_a_word(line: str, most: int) -> int:
    """The last place up to `most` where a word ends that leads to no other (一个, 的); or `most`, in a longer word."""
    at = end = 0
    for word, tag in tagged(line[: 2 * most]):
        at += len(word)
        if at > most:
            break
        if tag not in _LEADING:
            end = at
    return end or most
