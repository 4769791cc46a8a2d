"""Rows that hang on one case."""

from typing import Any

from sqlalchemy import Table, bindparam, select


def by_case(table: Table) -> Any:
    """Rows of one case."""
    return select(table).where(table.c.community_id == bindparam("community"), table.c.case_no == bindparam("number"))


def parameters(key: tuple[int, int]) -> dict[str, int]:
    return {"community": key[0], "number": key[1]}
