"""Help, and errors of the command line, in the operator's language; click itself has only English."""

from collections.abc import Iterable

import click
from click.exceptions import BadOptionUsage, MissingParameter, NoArgsIsHelpError, NoSuchCommand, NoSuchOption

TOO_MANY = "Got unexpected extra argument"
"""How click begins it; it has no class of its own."""

IN_ENGLISH = {
    "Options": "选项",
    "Commands": "命令",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]...",
    "Show this message and exit.": "显示这段说明。",
    "Show the version and exit.": "显示版本。",
    "[default: ": "[默认：",
    "[required]": "[必填]",
}
"""What click writes into every help, by our words for it."""


OF_A_FILE = {
    "does not exist": "没有这个文件或文件夹。",
    "No such file": "没有这个文件或文件夹。",
    "is a directory": "是文件夹，要写文件名。",
    "is a file": "是文件，要写文件夹。",
    "is not readable": "没有权限读。",
    "is not writable": "没有权限写。",
}
"""What click says is wrong with a path, by our words for it."""


class Help(click.HelpFormatter):
    """The help of a command, with heads that an operator reads."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:  # noqa: ARG002 - click's
        super().write_usage(prog, _ours(args), "用法：")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_ours(heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, _ours(text)) for name, text in rows], col_max, col_spacing)


def _ours(text: str) -> str:
    for theirs, ours in IN_ENGLISH.items():
        text = text.replace(theirs, ours)
    return text


def error_lines(error: click.ClickException) -> list[str]:
    """Lines for a person: what is wrong, and where to read how it is written."""
    if isinstance(error, NoArgsIsHelpError) or not isinstance(error, click.UsageError):
        return [error.format_message()]
    where = error.ctx.command_path if error.ctx else "chulin"
    return [_wrong(error), f"怎么写，请看：{where} --help"]


def _wrong(error: click.UsageError) -> str:
    match error:
        case (
            NoSuchCommand(command_name=name, possibilities=alike) | NoSuchOption(option_name=name, possibilities=alike)
        ):
            return f"没有「{name}」这样的写法。{_meant(alike)}"
        case BadOptionUsage(option_name=name):
            return f"{name} 写得不对：要写值的，值写在后面；不要值的，后面什么都不写。"
        case MissingParameter():
            return f"还差 {_named(error)}。"
        case click.BadParameter():
            return f"{_named(error)} 不对：{_expected(error)}"
        case _ if error.message.startswith(TOO_MANY):
            return f"多写了：{error.message.partition('(')[2].rpartition(')')[0]}"
        case _:
            return error.message


def _file_wrong(message: str) -> str:
    """Which file, and what about it: click writes both into one sentence."""
    path = message.partition("'")[2].rpartition("'")[0]
    return f"{path}: " + next((ours for theirs, ours in OF_A_FILE.items() if theirs in message), "不能读写。")


def _meant(alike: Iterable[str] | None) -> str:
    return f"是不是：{'、'.join(alike)}？" if alike else ""


def _named(error: click.BadParameter) -> str:
    """The option or argument as it is written."""
    if error.param_hint is not None:
        return error.param_hint if isinstance(error.param_hint, str) else "、".join(error.param_hint)
    return error.param.get_error_hint(error.ctx).replace("'", "") if error.param and error.ctx else ""


def _expected(error: click.BadParameter) -> str:
    match error.param.type if error.param else None:
        case click.Choice(choices=choices):
            return f"只能写 {'、'.join(map(str, choices))}。"
        case click.DateTime():
            return "日期请写成 2026-11-23。"
        case click.IntRange(min=least, max=most):
            return f"请写 {least} 到 {most} 的整数。"
        case click.types.IntParamType():
            return "请写整数。"
        case click.Path() | click.File():
            return _file_wrong(error.message)
        case _:
            return error.message
