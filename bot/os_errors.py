"""Why the system refused something, in the operator's language; the system itself says it in English."""

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


def reason(error: OSError) -> str:
    return REASONS.get(error.errno or 0, error.strerror or type(error).__name__)
