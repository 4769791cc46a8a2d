"""Which trained weights are used: the package's, or those trained here. The package's are never changed."""

from pathlib import Path

from nlp.pipeline import MODEL

_TRAINED, _BEFORE = "model.txt", "model.before.txt"


def in_use(data_dir: Path) -> Path:
    trained = data_dir / _TRAINED
    return trained if trained.is_file() else MODEL


def replace(data_dir: Path, text: str) -> None:
    """Use these weights; the ones before them can be restored."""
    data_dir.mkdir(parents=True, exist_ok=True)
    trained, before = data_dir / _TRAINED, data_dir / _BEFORE
    fresh = trained.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    if trained.is_file():
        trained.replace(before)
    else:
        before.unlink(missing_ok=True)
    fresh.replace(trained)


def restore(data_dir: Path) -> bool:
    """Use the weights before the last training again; false if there was none."""
    trained, before = data_dir / _TRAINED, data_dir / _BEFORE
    if not trained.is_file():
        return False
    if before.is_file():
        before.replace(trained)
    else:
        trained.unlink()
    return True
