"""Row-level security: PostgreSQL keeps communities apart even if a query forgets its filter.

Each of our transactions starts with all communities visible (a setting of the connection). Handlers restrict it to
those that an update may touch (handlers/visibility.py), so that a query without a filter finds nothing of another
community. A session that has set nothing sees nothing. Inserts are always allowed, so that the rows of several updates
can be written together. Superusers and roles with BYPASSRLS bypass all this, so the app needs a role of its own
(`chulin db upgrade`).
"""

from collections.abc import Collection

from sqlalchemy import Connection, Table, inspect, text

from storage.sql.driver import fetch
from storage.tables import Base

SETTING = "chulin.communities"
ALL = "*"
SERVER_SETTINGS = {SETTING: ALL}
"""The setting with which our connections start."""
_KEPT_AS = "row_security_enforced"

_VISIBLE = f"""(
    (SELECT current_setting('{SETTING}', true)) = '{ALL}'
    OR community_id = ANY (ARRAY(
        SELECT unnest(string_to_array(nullif(current_setting('{SETTING}', true), '{ALL}'), ','))::bigint
    ))
)"""
"""The setting is read once for each query, not for each row."""
_POLICIES = {
    "SELECT": f"USING {_VISIBLE}",
    "UPDATE": f"USING {_VISIBLE} WITH CHECK (true)",
    "DELETE": f"USING {_VISIBLE}",
    "INSERT": "WITH CHECK (true)",
}


def tables() -> list[Table]:
    """Community tables: those whose primary key begins with `community_id`."""
    return [t for t in Base.metadata.sorted_tables if next(iter(t.primary_key.columns)).name == "community_id"]


def enable(connection: Connection) -> None:
    """Enable row-level security on every existing community table, replacing policies that are there."""
    there = set(inspect(connection).get_table_names())
    for name in (table.name for table in tables() if table.name in there):
        connection.execute(text(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY'))
        connection.execute(text(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY'))
        for command, rule in _POLICIES.items():
            policy = f"chulin_{command.lower()}"
            connection.execute(text(f'DROP POLICY IF EXISTS {policy} ON "{name}"'))
            connection.execute(text(f'CREATE POLICY {policy} ON "{name}" FOR {command} {rule}'))


def grant(connection: Connection, role: str) -> None:
    """Let a role that owns nothing read and write the rows of all existing tables."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"))


def is_enforced(connection: Connection) -> bool:
    """Whether the policies apply to this connection: not on SQLite, and not for roles that bypass them."""
    if connection.dialect.name != "postgresql":
        return False
    known: bool | None = connection.info.get(_KEPT_AS)
    if known is None:
        known = connection.info[_KEPT_AS] = bool(connection.execute(_IS_ENFORCED).scalar())
    return known


def restrict(connection: Connection, communities: Collection[int] | None) -> None:
    """Until the end of the transaction, make only rows of these communities visible; None: of all."""
    value = ALL if communities is None else ",".join(map(str, sorted(communities)))
    fetch(connection, _RESTRICT, (value,))


_IS_ENFORCED = text(
    "SELECT relforcerowsecurity AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)"
    " FROM pg_class WHERE oid = to_regclass('cases')"
)
_RESTRICT = f"SELECT set_config('{SETTING}', $1, true)"
