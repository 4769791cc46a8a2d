"""Values of every kind that a table may hold come back out of a backup as they were, on both databases."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, DateTime

from storage.dump import _incoming, _outgoing
from storage.tables import Base

MOMENT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "DATETIME": MOMENT, "DATE": date(2026, 11, 18), "BOOLEAN": True, "BIGINT": 7, "INTEGER": 7, "VARCHAR": "王",
    "TEXT": "王", "JSON": {"王": [1, None]}, "FLOAT": 0.5, "DOUBLE": 0.5, "SMALLINT": 7,
}  # fmt: skip


def kinds() -> set[str]:
    return {_name(column.type) for table in Base.metadata.sorted_tables for column in table.columns}


def _name(kind: Any) -> str:
    while hasattr(kind, "impl"):
        kind = kind.impl_instance if hasattr(kind, "impl_instance") else kind.impl
    return str(kind.compile()).partition("(")[0]


def test_every_kind_of_column_is_known() -> None:
    assert kinds() <= set(VALUES)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("kind", [DateTime(timezone=True), Date(), Boolean()], ids=lambda kind: type(kind).__name__)
def test_a_value_comes_back(kind: Any, dialect: str) -> None:
    value = VALUES[_name(kind)]
    kept = json.loads(json.dumps(_outgoing(kind)(value)))
    back = _incoming(kind, dialect)(kept)
    assert (back.replace(tzinfo=UTC) if isinstance(back, datetime) else back) == value
    assert _incoming(kind, dialect)(_outgoing(kind)(None)) is None
