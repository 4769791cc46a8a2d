"""The database: reachable, of this program's revision, and with communities and people in it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from bot import data_folder
from bot.checks.finding import Finding, fine, look, wrong
from bot.console import is_missing, on_database, on_rows
from bot.os_errors import said_by_database
from bot.settings import Settings
from ledger.lifecycle import Role
from storage import encryption, reencryption, row_security, schema
from storage.messenger.inbox import PARKED
from storage.messenger.outbox import DEAD
from storage.reference import DISTRICT, CommunityRow, Reference
from storage.unit_of_work import UnitOfWork

UPGRADE = "请运行：chulin db upgrade"
SHOWN = 5


def database(settings: Settings) -> Iterator[Finding]:
    """Yield what is wrong with the database, then with what is in it."""
    if is_missing(settings.database_url):
        yield wrong("数据库", f"还没有建立。{UPGRADE}")
        return
    try:
        found = on_database(settings, schema.revision_of, checked=False)
    except Exception as error:  # noqa: BLE001 - each driver has a tree of its own
        yield wrong("数据库", f"用不了：{said_by_database(error)}。请检查 CHULIN_DATABASE_URL，看数据库是否在运行")
        return
    if found != schema.newest():
        yield _other_revision(found)
        return
    yield from on_database(settings, _structure)
    yield from on_database(settings, _sealed)
    yield from on_database(settings, _row_security)
    yield from on_database(settings, partial(_data_folder, folder=settings.data_dir))
    yield from on_rows(settings, lambda uow: [*_people(uow.reference), *_letters(uow)])


def _other_revision(found: str | None) -> Finding:
    text = f"版本是 {found or '空'}，程序需要 {schema.newest()}。"
    if found is None or schema.knows(found):
        return wrong("数据库", text + UPGRADE)
    return wrong("数据库", text + "数据库比程序新，请先更新程序：git pull && uv sync")


def _structure(connection: Connection) -> list[Finding]:
    differences = schema.differences(connection)
    if not differences:
        return [fine("数据库", f"版本 {schema.newest()}，结构一致（{connection.dialect.name}）")]
    return [wrong("数据库", f"结构不同：{schema.described(d)}。有人手工改过？请从备份恢复") for d in differences]


def _row_security(connection: Connection) -> list[Finding]:
    """Whether PostgreSQL itself keeps communities apart."""
    if connection.dialect.name != "postgresql":
        return []
    if row_security.is_enforced(connection):
        return [fine("社区之间的墙", "数据库按社区隔开（行级安全）")]
    return [look("社区之间的墙", "不起作用：账号是超级用户。请给机器人单独的账号，见运维手册「行级安全」")]


def _data_folder(connection: Connection, folder: Path) -> list[Finding]:
    """Whether the processes that share this database share their files, too."""
    if data_folder.is_shared(connection, folder):
        return []
    found = f"{folder} 不是这个数据库的其他进程用的那一个，照片会发不出去"
    return [wrong("数据文件夹", f"{found}。请共用一个文件夹，见运维手册「几台机器」")]


def _sealed(connection: Connection) -> list[Finding]:
    """Whether words are encrypted at rest, all of them, with the newest key."""
    ring, left = encryption.ring(), list(reencryption.remaining(connection))
    names = sorted({name for _, name in left if name})
    if ring is None and names:
        return [wrong("静态加密", f"数据是用密钥 {'、'.join(names)} 加密的，CHULIN_DATA_KEYS 里没有密钥")]
    if ring is None:
        return [look("静态加密", "没有设密钥，话和电话在数据库里看得见。生成：chulin db new-key")]
    if missing := [name for name in names if name not in ring.names]:
        return [wrong("静态加密", f"有的数据是用密钥 {'、'.join(missing)} 加密的，CHULIN_DATA_KEYS 里没有它")]
    if left:
        return [look("静态加密", f"还有没用最新密钥 {ring.newest} 加密的。请运行：chulin db seal")]
    return [fine("静态加密", f"都用密钥 {ring.newest} 加密了")]


def _people(reference: Reference) -> Iterator[Finding]:
    communities = reference.real_communities()
    if not communities:
        yield wrong("社区和人员", "还没有社区。请运行：chulin import（模板：chulin import --template 模板.xlsx）")
        return
    bound = [row for row in reference.staff.values() if row.accounts]
    counts = f"{len(communities)} 个社区，{len(reference.staff)} 位在岗人员，其中 {len(bound)} 位已开通"
    yield fine("社区和人员", counts) if bound else look("社区和人员", f"{counts}。请运行：chulin invite --all")
    yield from _without(reference, communities)


def _without(reference: Reference, communities: list[CommunityRow]) -> Iterator[Finding]:
    """Communities for which nobody would act: told together, for a new district has many."""
    served = {
        r.community_id or r.scope_id for row in reference.staff.values() for r in row.rights if r.role is Role.WORKER
    }
    managed = [c for c in communities if any(row.accounts for row in reference.staff_with(c.id, Role.MANAGER))]
    watched = {duty.community_id for duty in reference.duties}
    yield from _named("没有网格员", [c for c in communities if c.id not in served])
    yield from _named("没有已开通的社区书记，收不到周报", [c for c in communities if c not in managed])
    if DISTRICT not in watched:
        yield from _named("没有值班表，全区也没有，紧急情况没有人接", [c for c in communities if c.id not in watched])


def _named(what: str, communities: list[CommunityRow]) -> Iterator[Finding]:
    if communities:
        names = "、".join(community.name for community in communities[:SHOWN])
        more = f"等 {len(communities)} 个社区" if len(communities) > SHOWN else ""
        yield look("社区和人员", f"{names}{more}{what}")


def _letters(uow: UnitOfWork) -> Iterator[Finding]:
    parked, dead = uow.inbox.counts().get(PARKED, 0), uow.outbox.counts().get(DEAD, 0)
    if parked:
        yield look("来信", f"{parked} 条办不了，搁置着。请看：chulin inbox list")
    if dead:
        yield look("去信", f"{dead} 条发不出去。请看：chulin outbox list")
