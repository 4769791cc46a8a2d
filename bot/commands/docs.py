"""`chulin docs`: draws the pages of docs/ that show tables of the code."""

from pathlib import Path

import click

from bot.generated_docs import PAGES


@click.command(help="把程序里的表（权限等）画进 docs/ 的页面。")
@click.option("--out", default=Path("docs"), metavar="文件夹", type=click.Path(file_okay=False, path_type=Path))
def command(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (out / name).write_text(page(), encoding="utf-8")
        click.echo(str(out / name))
