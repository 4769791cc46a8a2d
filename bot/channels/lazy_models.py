"""Models of a messenger's library are built when they are first used.

aiogram builds the validators of its 450 types and 180 methods on import, each with a copy of all types that it
mentions: 120 MB and most of the start, for the dozen that serve. It asks pydantic to defer its types, then rebuilds
them all at once to hand over the names that they mention. Those names can as well stand in the types' modules, where
pydantic looks when it builds one.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel


@contextmanager
def built_later() -> Iterator[None]:
    """Models that are defined within are built on first use. Not to be used from two threads."""
    named: dict[str, dict[str, Any]] = {}

    def note(cls: type[BaseModel], /, *, _types_namespace: dict[str, Any] | None = None, **_: Any) -> None:
        named[cls.__module__] = _types_namespace or {}

    rebuild = BaseModel.__dict__["model_rebuild"]
    BaseModel.model_rebuild = classmethod(note)  # type: ignore[assignment,method-assign]
    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        BaseModel.model_rebuild = rebuild  # type: ignore[method-assign]
        del BaseModel.model_config["defer_build"]
        for module, names in named.items():
            known = vars(sys.modules[module])
            known.update(names | known)


__all__ = ["built_later"]
