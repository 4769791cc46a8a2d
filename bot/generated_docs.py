"""Draws the pages of docs/ that come from tables in the code, so that they cannot differ from it."""

from collections.abc import Callable, Iterator

from bot.district import load_district, load_texts
from ledger.lifecycle import Role
from ledger.lifecycle_page import draw
from ledger.rights import PERMISSIONS, Part, Permission, Thing
from storage.distribution import Family, families, statements

DRAWN = "<!-- Drawn by `chulin docs`; do not edit. -->"
SHOWN_ROLES = (Role.WORKER, Role.MANAGER, Role.SUPERVISOR, Role.OFFICER, Role.HELPER, Role.ADMIN)


def rights() -> str:
    """Every permission of every role, as `ledger/rights.py` has it."""
    return "\n".join(_rights()) + "\n"


def _rights() -> Iterator[str]:
    yield from ("# Who may do what", "", DRAWN, "")
    yield "A role applies within its scope: a worker's and a manager's in their own community, a supervisor's in their"
    yield "street, an officer's in cases that their unit leads (a helper's in cases that it assists with), an"
    yield "administrator's in the whole district. Residents act on cases that they take part in, as reporter, joiner"
    yield "or proxy for somebody else. SYSTEM is the clock. An action that is not in the table is forbidden."
    yield "Everybody may view, copy and erase their own data."
    for thing in Thing:
        rows = {name: row for name, row in PERMISSIONS.items() if row.on is thing}
        yield from ("", f"## On a {thing}", "")
        yield "| action | " + " | ".join([*SHOWN_ROLES, *Part, Role.SYSTEM]) + " |"
        yield "|---" * (len(SHOWN_ROLES) + len(Part) + 2) + "|"
        yield from (f"| `{name}` | " + " | ".join(_marks(row)) + " |" for name, row in rows.items())


def _marks(row: Permission) -> Iterator[str]:
    for role in SHOWN_ROLES:
        yield "yes" if role in row.roles else ""
    for part in Part:
        yield "yes" if Role.RESIDENT in row.roles and part in row.parts else ""
    yield "yes" if Role.SYSTEM in row.roles else ""


def lifecycle() -> str:
    """States and steps of a case, from `ledger/lifecycle.py`, with the district's names."""
    district, texts = load_district(), load_texts()
    page = draw(district.states, district.roles, lambda key: texts(key, **{n: f"{{{n}}}" for n in texts.places(key)}))
    return page.replace("\n", f"\n\n{DRAWN}\n", 1)


def citus() -> str:
    """How each table is distributed on Citus, from `storage/distribution.py`."""
    return "\n".join(_citus()) + "\n"


def _citus() -> Iterator[str]:
    tables = families()
    yield from ("# The tables on Citus", "", DRAWN, "")
    yield "Run this on the coordinator, after `chulin db upgrade` on an empty database. The keys of all tables follow"
    yield "the rules of Citus (`tests/storage/test_distribution.py`). When to use it: [scale.md](scale.md)."
    counts = ", ".join(f"{len(tables[family])} {family}" for family in Family)
    yield from ("", f"Tables: {counts}.", "", "```sql", *statements(), "```")


PAGES: dict[str, Callable[[], str]] = {"rights.md": rights, "lifecycle.md": lifecycle, "citus.md": citus}
"""Files in docs/ and the functions that draw them."""
