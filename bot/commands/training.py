"""`chulin nlp train` and `chulin nlp corpus`: weights from corpus and corrections; whether the corpus is sound."""

from collections.abc import Sequence

import click

from bot import model_files
from bot import settings as settings_of
from bot.console import on_database
from bot.settings import Settings
from nlp.training import corpus_checks
from nlp.weights import Weights
from storage.corrections import Corrected, corrected

MISSING = "训练要用 scikit-learn，请先装：uv sync --no-dev --extra train"


@click.command()
@click.option("--restore", is_flag=True, help="换回上一次训练以前的模型。")
def train(*, restore: bool) -> None:
    """用语料和大家的更正重新训练；在留出的部分上不比现在的差才换。"""
    settings = settings_of.load()
    if restore:
        if not model_files.restore(settings.data_dir):
            raise click.ClickException("这里没有训练过，用的就是程序自带的模型。")
        click.echo("换回去了。")
        return
    _train(settings, on_database(settings, corrected))


def _train(settings: Settings, given: Sequence[Corrected]) -> None:
    try:
        from nlp.training.retrain import correction, retrain  # noqa: PLC0415 - scikit-learn is no part of the service
    except ImportError:
        raise click.ClickException(MISSING) from None
    from nlp.training.dataset import corpus  # noqa: PLC0415

    if not given:
        raise click.ClickException("还没有人更正过：没有新东西可学，模型不变。")
    weights = Weights.load(model_files.in_use(settings.data_dir))
    found = retrain([correction(row.text, row.labels) for row in given], corpus(), weights)
    click.echo(
        f"学了 {found.learned} 条更正；留出 {found.held} 条比较：现在 {found.before:.4f}，新的 {found.after:.4f}"
    )
    if not found.good:
        click.echo("新的不如现在的，不换。")
        return
    model_files.replace(settings.data_dir, found.text)
    click.echo("换上新的了。要换回去：chulin nlp train --restore")


@click.command()
def corpus() -> None:
    """检查语料：条数、标签、有没有近似重复。"""
    from nlp.training.dataset import corpus as rows_of  # noqa: PLC0415

    rows = rows_of()
    faults = list(corpus_checks.faults(rows))
    for fault in faults:
        click.echo(fault)
    click.echo(f"{len(rows)} 条，{len(faults)} 处要改")
    if faults:
        raise click.exceptions.Exit(1)
