"""What Citus asks of the tables that it distributes."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import MetaData, Table, UniqueConstraint

from storage.distribution import SHARDED_BY, Family


def broken_rules(tables: Mapping[Family, Collection[Table]], metadata: MetaData) -> Iterator[str]:
    """What of Citus' rules some table breaks, one line each.

    A primary or unique key of a sharded table holds the column that it is sharded by; its foreign keys lead to tables
    that lie together, by that column, or to reference tables; nothing leads into a sharded table from outside; no id is
    counted up by a sequence of one node.
    """
    sharded = {table.name for table in tables[Family.COMMUNITY]}
    reference = {table.name for table in tables[Family.REFERENCE]}
    for table in metadata.sorted_tables:
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
