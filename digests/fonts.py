"""The bundled fonts (Noto Sans SC, SIL OFL): a subset of Chinese, Latin and marks of pages, and emoji apart."""

from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"


def regular() -> Path:
    return FOLDER / "NotoSansSC-Regular.ttf"


def bold() -> Path:
    return FOLDER / "NotoSansSC-Bold.ttf"


def emoji() -> Path:
    """In colour, for browsers: those that the bot's texts use, faces and a few more (Noto Color Emoji, SIL OFL)."""
    return FOLDER / "NotoColorEmoji.woff2"
