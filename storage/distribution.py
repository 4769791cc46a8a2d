"""How the tables are distributed on Citus: a choice of the deployment, which needs no change in code.

Community tables are sharded by `community_id` and lie together, so that what one community does stays on one node.
Reference tables are copied to every node. Messenger tables stay on the coordinator: they hold what is under way, not
what is kept.
"""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import Table, UniqueConstraint

from storage.tables import Base

SHARDED_BY = "community_id"
MESSENGER = "storage.tables.messenger"
REFERENCE = "storage.tables.reference"


class Family(StrEnum):
    COMMUNITY = "community"
    MESSENGER = "messenger"
    REFERENCE = "reference"


def families() -> dict[Family, list[Table]]:
    """Every table, those that others point to first."""
    found: dict[Family, list[Table]] = {family: [] for family in Family}
    modules = {mapper.local_table.name: mapper.class_.__module__ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
    for table in Base.metadata.sorted_tables:
        found[_family(modules[table.name])].append(table)
    return found


def _family(module: str) -> Family:
    """By the file that a table stands in: whatever is neither reference nor messenger belongs to a community."""
    return {MESSENGER: Family.MESSENGER, REFERENCE: Family.REFERENCE}.get(module, Family.COMMUNITY)


def statements() -> Iterator[str]:
    """What an operator runs on the coordinator, in this order, after `chulin db upgrade` on an empty database."""
    tables = families()
    for table in tables[Family.REFERENCE]:
        yield f"SELECT create_reference_table('{table.name}');"
    first = ""
    for table in tables[Family.COMMUNITY]:
        together = f", colocate_with => '{first}'" if first else ""
        yield f"SELECT create_distributed_table('{table.name}', '{SHARDED_BY}'{together});"
        first = first or table.name
    for table in tables[Family.MESSENGER]:
        yield f"SELECT citus_add_local_table_to_metadata('{table.name}');"


def broken_rules() -> Iterator[str]:
    """What of Citus' rules some table breaks, one line each.

    A primary or unique key of a sharded table holds the column that it is sharded by; its foreign keys lead to tables
    that lie together, by that column, or to reference tables; nothing leads into a sharded table from outside; no id is
    counted up by a sequence of one node.
    """
    tables = families()
    sharded = {table.name for table in tables[Family.COMMUNITY]}
    reference = {table.name for table in tables[Family.REFERENCE]}
    for table in Base.metadata.sorted_tables:
        if table.autoincrement_column is not None:
            yield f"{table.name}: its id is counted up by a sequence"
        if table.name in sharded:
            yield from (f"{table.name}: {keys} without {SHARDED_BY}" for keys in _unsharded_keys(table))
        for key in table.foreign_key_constraints:
            target = key.referred_table.name
            leads_in = target in sharded
            together = SHARDED_BY in key.column_keys and table.name in sharded
            if leads_in and not (together and _same_place(key)):
                yield f"{table.name}: {list(key.column_keys)} leads into the shards of {target}"
            if table.name in reference and target not in reference:
                yield f"{table.name}: a reference table that leads to {target}"
            if table.name in sharded and not leads_in and target not in reference:
                yield f"{table.name}: leads to {target}, which lies on the coordinator"


def _unsharded_keys(table: Table) -> Iterator[str]:
    keys = [list(table.primary_key.columns.keys())]
    keys += [list(found.columns.keys()) for found in table.constraints if isinstance(found, UniqueConstraint)]
    keys += [[column.name for column in index.columns] for index in table.indexes if index.unique]
    yield from (str(key) for key in keys if SHARDED_BY not in key)


def _same_place(key: object) -> bool:
    """Whether the sharding column meets the sharding column."""
    pairs = [(element.parent.name, element.column.name) for element in key.elements]  # type: ignore[attr-defined]
    return (SHARDED_BY, SHARDED_BY) in pairs
