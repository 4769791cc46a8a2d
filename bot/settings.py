"""Settings from the environment and `.env` (prefix CHULIN_). A wrong one gets one clear line and exit status 2."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class Library(StrEnum):
    """Which library serves a bot."""

    AIOGRAM = "aiogram"
    PTB = "ptb"


class Mode(StrEnum):
    POLLING = "polling"
    WEBHOOK = "webhook"


def _database_url(value: str) -> str:
    try:
        backend = make_url(value).get_backend_name()
    except ArgumentError:
        raise ValueError("not a database URL; try sqlite:///var/chulin.db") from None
    if backend not in ("sqlite", "postgresql"):
        raise ValueError("only sqlite:/// and postgresql:// are served")
    return value


def _token(value: SecretStr) -> SecretStr:
    number, colon, rest = value.get_secret_value().partition(":")
    if value.get_secret_value() and not (colon and number.isdecimal() and len(rest) >= 30):  # noqa: PLR2004 - a bot token's shape
        raise ValueError("not a bot token; it looks like 123456:ABC-DEF... and comes from @BotFather")
    return value


Token = Annotated[SecretStr, AfterValidator(_token)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
WEBHOOK_SECRET = r"^[A-Za-z0-9_-]{16,256}$"


class Settings(BaseSettings):
    """Every setting with its default; `.env.example` lists them for people."""

    model_config = SettingsConfigDict(env_prefix="CHULIN_", env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: DatabaseUrl = "sqlite:///var/chulin.db"
    data_dir: Path = Path("var")
    district_dir: Path | None = None

    resident_token: Token = SecretStr("")
    resident_library: Library = Library.AIOGRAM
    staff_token: Token = SecretStr("")
    staff_library: Library = Library.PTB
    api_url: HttpUrl | None = None

    mode: Mode = Mode.POLLING
    webhook_url: HttpUrl | None = None
    webhook_secret: SecretStr = SecretStr("")

    http_host: str = "127.0.0.1"
    http_port: int = Field(8080, ge=0, le=65535)

    link_secret: SecretStr = SecretStr("")
    tokenizer: Literal["rjieba", "jieba"] = "rjieba"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="after")
    def _webhook_is_whole(self) -> "Settings":
        if self.mode is Mode.WEBHOOK:
            if self.webhook_url is None:
                raise ValueError("webhook_url: mode webhook needs the public https address")
            if not re.match(WEBHOOK_SECRET, self.webhook_secret.get_secret_value()):
                raise ValueError("webhook_secret: mode webhook needs 16 to 256 letters, digits, _ or -")
        return self


def load() -> Settings:
    """Read the settings.

    Raises:
        BadSettings: one line per wrong field, without the values.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings([_line(e["loc"], e["msg"]) for e in error.errors(include_input=False)]) from None


def _line(place: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    name, colon, rest = message.partition(": ")
    if not place and colon:
        return f"CHULIN_{name.upper()}: {rest}"
    return f"CHULIN_{'_'.join(map(str, place)).upper()}: {message}"


class BadSettings(Exception):
    """Settings that cannot be used; `lines` has one for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
