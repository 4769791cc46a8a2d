"""The bundled fonts (Noto Sans SC, SIL OFL): a subset with Chinese, Latin and symbols; emoji in a file of their own."""

from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"


def regular() -> Path:
    return FOLDER / "NotoSansSC-Regular.ttf"


def bold() -> Path:
    return FOLDER / "NotoSansSC-Bold.ttf"


def emoji() -> Path:
    """Colour emoji for browsers: those in the bot's texts, faces and a few more (Noto Color Emoji, SIL OFL)."""
    return FOLDER / "NotoColorEmoji.woff2"
