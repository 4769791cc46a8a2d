"""Listens to everything that is logged."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, at every level."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    known = [root, logging.getLogger("asyncio")]  # which an app that has run here has quietened
    before = [logger.level for logger in known]
    root.addHandler(handler)
    for logger in known:
        logger.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        for logger, level in zip(known, before, strict=True):
            logger.setLevel(level)
