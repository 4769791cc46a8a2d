"""Why the system or the database refused something, in the operator's language; they themselves say it in English."""

import errno

FULL = {errno.ENOSPC, errno.EDQUOT}
"""A write that fails this way does not name its file."""

REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EISDIR: "是文件夹，要写文件名",
    errno.EEXIST: "已经有了",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "这里只能读；请换一个文件夹",
    errno.EADDRINUSE: "另一个程序在用",
    **dict.fromkeys(FULL, "磁盘满了；请先清理"),
}

SQLITE_SAYS = {
    "unable to open database file": "打不开数据库文件，看它的文件夹在不在、现在的账号能不能写",
    "attempt to write a readonly database": "数据库文件只能读，请用运行机器人的账号",
    "database or disk is full": "磁盘满了，请先清理",
    "file is not a database": "这个文件不是数据库",
}
"""What SQLite says, by our words for it."""


def reason(error: OSError) -> str:
    return REASONS.get(error.errno or 0, error.strerror or type(error).__name__)


def said_by_database(error: Exception) -> str:
    """The first line of what a driver said; the statement and its values are left out."""
    said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
    return SQLITE_SAYS.get(said, said)
