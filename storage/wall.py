"""Row-level security: PostgreSQL's own wall between communities, behind the one that the queries keep.

Each transaction of ours begins with all communities in sight (a setting of the connection), and handlers narrow it to
those that one update may touch; a query that forgets its filter then finds nothing of another community. A session
that has set nothing sees nothing. New rows pass, so that what several updates gathered can be written together.
Superusers, and roles with BYPASSRLS, walk through any wall: the app needs a role of its own (`chulin db upgrade`).
"""

from collections.abc import Collection

from sqlalchemy import Connection, Table, inspect, text

from storage.sql.driver import fetch
from storage.tables import Base

SETTING = "chulin.communities"
ALL = "*"
SERVER_SETTINGS = {SETTING: ALL}
"""What a connection of ours begins with."""
_KNOWN = "chulin_wall_is_up"

_IN_SIGHT = f"""(
    (SELECT current_setting('{SETTING}', true)) = '{ALL}'
    OR community_id = ANY (ARRAY(
        SELECT unnest(string_to_array(nullif(current_setting('{SETTING}', true), '{ALL}'), ','))::bigint
    ))
)"""
"""Read once for each query, not for each row."""
_POLICIES = {
    "SELECT": f"USING {_IN_SIGHT}",
    "UPDATE": f"USING {_IN_SIGHT} WITH CHECK (true)",
    "DELETE": f"USING {_IN_SIGHT}",
    "INSERT": "WITH CHECK (true)",
}


def tables() -> list[Table]:
    """The tables of communities: their primary key begins with one."""
    return [t for t in Base.metadata.sorted_tables if next(iter(t.primary_key.columns)).name == "community_id"]


def build(connection: Connection) -> None:
    """Put the wall around every community table that there is; what stands already is put anew."""
    there = set(inspect(connection).get_table_names())
    for name in (table.name for table in tables() if table.name in there):
        connection.execute(text(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY'))
        connection.execute(text(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY'))
        for command, rule in _POLICIES.items():
            policy = f"chulin_{command.lower()}"
            connection.execute(text(f'DROP POLICY IF EXISTS {policy} ON "{name}"'))
            connection.execute(text(f'CREATE POLICY {policy} ON "{name}" FOR {command} {rule}'))


def let_in(connection: Connection, role: str) -> None:
    """Let a role that owns nothing read and write all tables that there are, and change none."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"))


def stops(connection: Connection) -> bool:
    """Whether the wall holds this connection back: on SQLite, and for roles that bypass it, it does not."""
    if connection.dialect.name != "postgresql":
        return False
    known: bool | None = connection.info.get(_KNOWN)
    if known is None:
        known = connection.info[_KNOWN] = bool(connection.execute(_STOPS).scalar())
    return known


def narrow(connection: Connection, communities: Collection[int] | None) -> None:
    """From here to the end of the transaction only rows of these communities are in sight; None: of all."""
    value = ALL if communities is None else ",".join(map(str, sorted(communities)))
    fetch(connection, _NARROW, (value,))


_STOPS = text(
    "SELECT relforcerowsecurity AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)"
    " FROM pg_class WHERE oid = to_regclass('cases')"
)
_NARROW = f"SELECT set_config('{SETTING}', $1, true)"
