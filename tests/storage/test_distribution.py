"""The tables keep to the rules of a distributed PostgreSQL, so that sharding is a deployment's choice."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, MetaData, Table, UniqueConstraint

from storage.distribution import Family, families, statements
from storage.tables import Base
from tests.storage.citus_rules import broken_rules


def test_no_table_breaks_a_rule() -> None:
    assert list(broken_rules(families(), Base.metadata)) == []


def test_every_table_has_its_place() -> None:
    placed = [table.name for tables in families().values() for table in tables]
    assert sorted(placed) == sorted(Base.metadata.tables)
    said = list(statements())
    assert len(said) == len(placed)
    assert all(any(f"'{name}'" in line for line in said) for name in placed)


def test_every_key_of_a_community_table_begins_with_its_community() -> None:
    for table in families()[Family.COMMUNITY]:
        assert next(iter(table.primary_key)).name == "community_id", table.name
        for key in table.foreign_key_constraints:
            if key.referred_table.name != "communities":
                assert key.column_keys[0] == "community_id", (table.name, key.name)


COMMUNITY = Column("community_id", BigInteger, primary_key=True, autoincrement=False)


def _wrong() -> Iterator[tuple[str, list[Any]]]:
    number = Column("no", BigInteger, primary_key=True, autoincrement=False)
    yield "without community_id", [number]
    yield "without community_id", [COMMUNITY._copy(), Column("name", BigInteger), UniqueConstraint("name")]
    yield "without community_id", [COMMUNITY._copy(), Column("name", BigInteger), Index("x", "name", unique=True)]
    yield "sequence", [Column("community_id", BigInteger, primary_key=True)]
    yield "leads into the shards", [
        COMMUNITY._copy(), Column("a", BigInteger), Column("b", BigInteger),
        ForeignKeyConstraint(["a", "b"], ["cases.community_id", "cases.no"]),
    ]  # fmt: skip
    yield "on the coordinator", [
        COMMUNITY._copy(), Column("bot", BigInteger), Column("chat", BigInteger),
        ForeignKeyConstraint(["bot", "chat"], ["lanes.bot", "lanes.chat"]),
    ]  # fmt: skip


@pytest.mark.parametrize(("why", "parts"), list(_wrong()))
def test_a_table_that_breaks_a_rule_is_named(why: str, parts: list[Any]) -> None:
    metadata = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    wrong, found = Table("wrong", metadata, *parts), families()
    tables = found | {Family.COMMUNITY: [*found[Family.COMMUNITY], wrong]}
    assert [line for line in broken_rules(tables, metadata) if line.startswith("wrong: ") and why in line]
