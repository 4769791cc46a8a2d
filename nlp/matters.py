"""A message about several things is cut into several matters."""

import re

_MARKS = re.compile(
    r"(?:另外|还有就是|还有一个|再一个|再就是|还有[,:]|顺便|此外|第[二三四五][,、.:]|[;。!?\n] ?[2-9][.、)])"
)
_SHORTEST = 5


def split(text: str) -> list[str]:
    """The parts of a message, in order; they join to the message."""
    cuts = [hit.start() for hit in _MARKS.finditer(text)]
    edges = [0, *(cut for cut in cuts if cut >= _SHORTEST), len(text)]
    return [text[a:b] for a, b in zip(edges, edges[1:], strict=False) if b > a] or [text]
