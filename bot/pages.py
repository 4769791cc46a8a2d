"""Pages of docs/ that are drawn from tables of the code, so that they cannot differ from it."""

from collections.abc import Callable, Iterator

from bot.district import load_district, load_texts
from ledger.drawing import draw
from ledger.lifecycle import Role
from ledger.rights import PERMISSIONS, Permission, Part, Thing
from storage.distribution import Family, families, statements

DRAWN = "<!-- Drawn by `chulin docs`; do not edit. -->"
SHOWN_ROLES = (Role.WORKER, Role.MANAGER, Role.SUPERVISOR, Role.OFFICER, Role.HELPER, Role.ADMIN)


def rights() -> str:
    """Every permission of every role, as `ledger/rights.py` has it."""
    return "\n".join(_rights()) + "\n"


def _rights() -> Iterator[str]:
    yield from ("# Who may do what", "", DRAWN, "")
    yield "A role counts where its scope reaches: a worker's and a manager's in their own community, a supervisor's in"
    yield "their street, an officer's in cases that their unit leads (a helper's in those that it helps with), an"
    yield "administrator's in the whole district."
    yield "Residents act on cases that they are in: as reporter, as joiner, or as proxy of somebody else. SYSTEM is the"
    yield "clock. What is not in the table nobody may do. Everybody may see, copy and erase what is kept of themselves."
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
    """States and steps of a case, as `ledger/lifecycle.py` has them, in the district's own words."""
    district, texts = load_district(), load_texts()
    page = draw(district.states, district.roles, lambda key: texts(key, **{n: f"{{{n}}}" for n in texts.places(key)}))
    return page.replace("\n", f"\n\n{DRAWN}\n", 1)


def citus() -> str:
    """Where each table lies on a distributed PostgreSQL, as `storage/distribution.py` has it."""
    return "\n".join(_citus()) + "\n"


def _citus() -> Iterator[str]:
    tables = families()
    yield from ("# The tables on Citus", "", DRAWN, "")
    yield "After `chulin db upgrade` on an empty database, on the coordinator. The keys and foreign keys of all tables"
    yield "keep to the rules for this (`tests/storage/test_distribution.py`); when it pays: [scale.md](scale.md)."
    counts = ", ".join(f"{len(tables[family])} {family}" for family in Family)
    yield from ("", f"Tables: {counts}.", "", "```sql", *statements(), "```")


PAGES: dict[str, Callable[[], str]] = {"rights.md": rights, "lifecycle.md": lifecycle, "citus.md": citus}
"""File in docs/ -> what is drawn into it."""
