"""What happens again and again before a test begins, and how tests look at rows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ledger.scenes import Kind, Scene
from nlp.understanding import Reading, Understanding
from storage.reference_queries import changed
from storage.tables import Attachment, Base, Case, Community, Duty, Staff, StaffAccount, StaffRight
from tests.support.world import NOW, Person, World

LAMP = "三单元门口的路灯坏了半个月了"
RUBBISH = "3栋楼下垃圾堆成山了，没人收"


async def settled(world: World, account: int = 1001, words: str = LAMP) -> Person:
    """A resident of the first community with one filed report."""
    person = world.resident(account)
    await person.says(words)
    await person.taps("延安岭社区")
    await person.taps("同意，提交")
    return person


async def answered(world: World, words: str = "灯泡换好了，今晚就亮。") -> tuple[Person, Person]:
    """A resident whose report was answered, and the worker who did; the question whether it is solved has come."""
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("受理")
    await chen.taps("办结答复")
    await chen.says(words)
    await world.passes(seconds=61)
    return wang, chen


async def change(world: World, work: Callable[[Connection], Any]) -> None:
    """Change the reference tables, as an operator does."""

    def all_of_it(connection: Connection) -> None:
        work(connection)
        changed(connection)

    await world.app.database.write(all_of_it)


def employs(number: int, name: str, role: str, scope: str, scope_id: int) -> Callable[[Connection], None]:
    """One more member of staff, whose account has the same number."""

    def work(connection: Connection) -> None:
        connection.execute(insert(Staff).values(id=number, name=name, active=True))
        right = {"staff_id": number, "role": role, "scope": scope, "scope_id": scope_id, "community_id": 0}
        connection.execute(insert(StaffRight).values(**right))
        account = {"bot": "staff", "account": number, "staff_id": number, "chat": number, "bound_at": NOW}
        connection.execute(insert(StaffAccount).values(**account))

    return work


def also_works(number: int) -> Callable[[Connection], Any]:
    """A member of staff is a worker of the first community as well."""
    right = {"staff_id": number, "role": "worker", "scope": "community", "scope_id": 1, "community_id": 0}
    return lambda connection: connection.execute(insert(StaffRight).values(**right))


def dismisses(number: int) -> Callable[[Connection], Any]:
    """A member of staff loses all rights."""
    return lambda connection: connection.execute(delete(StaffRight).where(StaffRight.staff_id == number))


def nobody_on_duty(connection: Connection) -> Any:
    return connection.execute(delete(Duty))


def has_staff_chat(chat: int, community: int = 1, topic: int = 0) -> Callable[[Connection], Any]:
    values = {"staff_chat": ["staff", chat, topic]}
    return lambda connection: connection.execute(update(Community).where(Community.id == community).values(**values))


async def count(world: World, table: type[Base], *where: Any) -> int:
    statement = select(func.count()).select_from(table.__table__).where(*where)
    return int(await world.rows(lambda connection: connection.execute(statement).scalar_one()))


async def case(world: World, no: int = 1, community: int = 1) -> Any:
    statement = select(Case.__table__).where(Case.community_id == community, Case.no == no)
    return await world.rows(lambda connection: connection.execute(statement).one())


async def files(world: World, no: int = 1) -> int:
    return await count(world, Attachment, Attachment.case_no == no)


async def all_text(world: World) -> str:
    """Everything that the database holds, as text."""

    def work(connection: Connection) -> str:
        rows = [row for table in Base.metadata.sorted_tables for row in connection.execute(select(table))]
        return "\n".join(map(str, rows))

    return str(await world.rows(work))


def means(world: World, text: str, *matters: dict[str, Any]) -> None:
    """From now on this text is understood as these matters, each with labels that differ from a plain request."""
    context, whole = world.app.context, world.app.context.read
    plain = whole(LAMP).first
    usual: dict[str, Any] = {"scene": Scene.PUBLIC_SERVICE, "scene_probability": 0.9, "kind": Kind.PROBLEM}
    usual |= {"text": text, "places": ("楼下",), "alarms": (), "needs_human": False, "none_type": None}
    found: tuple[Understanding, ...] = tuple(replace(plain, **(usual | labels)) for labels in matters)

    def read(words: str) -> Reading:
        return Reading(words, found) if words == text else whole(words)

    object.__setattr__(context, "read", read)
