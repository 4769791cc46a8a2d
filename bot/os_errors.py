"""Why the system or the database refused something, in the operator's language; they themselves say it in English."""

import errno
import socket

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
    errno.ECONNREFUSED: "那个地址和端口上没有服务",
    errno.ECONNRESET: "连接被对方断开",
    errno.ETIMEDOUT: "等了很久没有回音",
    **dict.fromkeys((errno.EHOSTUNREACH, errno.ENETUNREACH), "网络不通"),
    **dict.fromkeys((socket.EAI_NONAME, socket.EAI_AGAIN), "查不到这个主机名"),
    **dict.fromkeys(FULL, "磁盘满了；请先清理"),
}

SQLITE_SAYS = {
    "unable to open database file": "打不开数据库文件，看它的文件夹在不在、现在的账号能不能写",
    "attempt to write a readonly database": "数据库文件只能读，请用运行机器人的账号",
    "database or disk is full": "磁盘满了，请先清理",
    "file is not a database": "这个文件不是数据库",
}
"""What SQLite says, and our words for it."""

POSTGRES_SAYS = {
    "28P01": "用户名或密码不对",
    "28000": "这个用户不能登录",
    "3D000": "服务器上没有这个名字的数据库",
    "42501": "这个用户没有权限",
    "53300": "连接太多",
    "57P03": "数据库正在启动或关闭，请等一等",
}
"""PostgreSQL's codes (its manual's appendix A), and our words for them."""


def reason(error: OSError) -> str:
    return REASONS.get(error.errno or 0, error.strerror or type(error).__name__)


def said_by_database(error: Exception) -> str:
    """Why a driver failed, in our words or else in its first line. The statement and its values are left out."""
    origin = getattr(error, "orig", error)
    if isinstance(origin, OSError):
        number = errno.ETIMEDOUT if isinstance(origin, TimeoutError) else origin.errno  # a time limit has no number
        if number in REASONS:
            return REASONS[number]
    said = str(origin).strip().partition("\n")[0]
    return POSTGRES_SAYS.get(getattr(origin, "sqlstate", None) or "") or SQLITE_SAYS.get(said, said)
