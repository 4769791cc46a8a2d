"""The bundled fonts (Noto Sans SC, SIL OFL): a subset of Chinese, Latin and the marks that pages use; no emoji."""

from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"


def regular() -> Path:
    return FOLDER / "NotoSansSC-Regular.ttf"


def bold() -> Path:
    return FOLDER / "NotoSansSC-Bold.ttf"
