"""How the tables are distributed on Citus: a choice of the deployment, which needs no change in code.

Community tables are sharded by `community_id` and lie together, so that what one community does stays on one node.
Reference tables are copied to every node. Messenger tables stay on the coordinator: they hold what is under way, not
what is kept.
"""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import Table

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
