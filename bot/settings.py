"""Settings from the environment and `.env` (prefix CHULIN_). A wrong one gives one clear line and exit status 2."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.envfile import PREFIX, wrong_lines
from storage import encryption


class Library(StrEnum):
    """Which library serves a bot."""

    AIOGRAM = "aiogram"
    PTB = "ptb"


class Mode(StrEnum):
    POLLING = "polling"
    WEBHOOK = "webhook"


TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{30,100}")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
AGE_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")
USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
SHORTEST_SECRET = 16
LOCAL = ("127.0.0.1", "localhost", "[::1]")


def _database_url(value: str) -> str:
    value = re.sub(r"^postgres://", "postgresql://", value.strip())
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):  # the library's own words can quote a piece of the password
        raise ValueError("不是数据库地址，例如 sqlite:///var/chulin.db") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError("只支持 sqlite:///文件 和 postgresql://主机/库名")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("要写文件名，例如 sqlite:///var/chulin.db")
    if "sslmode" in url.query:
        raise ValueError("请把 sslmode= 改成 ssl=，例如 ?ssl=require")
    return value


def _token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value().strip()
    if token and not TOKEN.fullmatch(token):
        raise ValueError("不是机器人令牌；令牌像 123456:ABC-DEF…，向 @BotFather 要")
    return SecretStr(token)


def _username(value: str) -> str:
    name = value.strip().removeprefix("@")
    if name and not USERNAME.fullmatch(name):
        raise ValueError("不是机器人用户名，例如 chulin_bot")
    return name


def _secret(value: SecretStr) -> SecretStr:
    if 0 < len(value.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError(f"太短，至少 {SHORTEST_SECRET} 个字符")
    return value


def _folder(value: Path) -> Path:
    try:
        value = value.expanduser()
        taken = value.exists() and not value.is_dir()
    except (OSError, RuntimeError):
        raise ValueError("不是可用的文件夹") from None
    if taken:
        raise ValueError("已经是一个文件，要填文件夹")
    return value


def _standing_folder(value: Path) -> Path:
    if not _folder(value).is_dir():
        raise ValueError("没有这个文件夹")
    return _folder(value)


def _public(value: HttpUrl) -> HttpUrl:
    if value.scheme != "https" and value.host not in LOCAL:
        raise ValueError("要用 https:// 开头的地址")
    return value


def _public_keys(value: object) -> object:
    return in_parts(value) if isinstance(value, str) else value


def _age_keys(value: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := [key for key in value if not AGE_KEY.fullmatch(key)]:
        raise ValueError(f"第 {value.index(wrong[0]) + 1} 把不是公钥；公钥以 age1 开头（私钥不要放在这里）")
    return value


def _data_keys(value: SecretStr) -> SecretStr:
    for number, key in enumerate(in_parts(value.get_secret_value()), 1):
        try:
            encryption.name_of(key)
        except ValueError:
            raise ValueError(f"第 {number} 把不是密钥。生成：chulin db new-key") from None
    return value


def in_parts(value: str) -> tuple[str, ...]:
    """Keys out of a setting that holds several."""
    return tuple(value.replace(",", " ").split())


DataKeys = Annotated[SecretStr, AfterValidator(_data_keys)]
BackupKeys = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_public_keys), AfterValidator(_age_keys)]
Token = Annotated[SecretStr, AfterValidator(_token)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
Username = Annotated[str, AfterValidator(_username)]
Folder = Annotated[Path, AfterValidator(_folder)]
StandingFolder = Annotated[Path, AfterValidator(_standing_folder)]


class Settings(BaseSettings):
    """Every setting with its default; `.env.example` lists them for people."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: DatabaseUrl = "sqlite:///var/chulin.db"
    database_owner_url: DatabaseUrl | None = None
    data_dir: Folder = Path("var")
    district_dir: StandingFolder | None = None

    resident_token: Token = SecretStr("")
    resident_username: Username = ""
    resident_library: Library = Library.AIOGRAM
    staff_token: Token = SecretStr("")
    staff_username: Username = ""
    staff_library: Library = Library.PTB
    api_url: HttpUrl | None = None

    data_keys: DataKeys = SecretStr("")
    backup_keys: BackupKeys = ()
    backup_dir: Folder = Path("backups")

    mode: Mode = Mode.POLLING
    webhook_url: Annotated[HttpUrl, AfterValidator(_public)] | None = None
    webhook_secret: SecretStr = SecretStr("")

    http_host: str = Field(default="127.0.0.1", pattern=r"^[A-Za-z0-9.:_-]+$")
    http_port: int = Field(default=8080, ge=0, le=65535)

    open311_key: Annotated[SecretStr, AfterValidator(_secret)] = SecretStr("")
    link_secret: Annotated[SecretStr, AfterValidator(_secret)] = SecretStr("")
    train_weekly: bool = False
    tokenizer: Literal["rjieba", "jieba"] = "rjieba"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @model_validator(mode="after")
    def _webhook_is_whole(self) -> "Settings":
        if self.mode is Mode.WEBHOOK:
            if self.webhook_url is None:
                raise ValueError("webhook_url: 用 webhook 时，要填公网 https 地址")
            if not WEBHOOK_SECRET.fullmatch(self.webhook_secret.get_secret_value()):
                raise ValueError("webhook_secret: 用 webhook 时，要填 16 到 256 个字母、数字、_ 或 -")
        return self

    @model_validator(mode="after")
    def _one_library_for_a_token(self) -> "Settings":
        token = self.staff_token.get_secret_value()
        if token and token == self.resident_token.get_secret_value():
            raise ValueError("staff_token: 和居民机器人的令牌相同；只用一个机器人时，这里留空")
        return self


def load() -> Settings:
    """Read the settings; from then on this process seals and opens with their keys.

    Raises:
        BadSettings: one line per wrong field, without the values.
    """
    lines = wrong_lines(Path(".env"), set(Settings.model_fields))
    try:
        found = Settings()
    except ValidationError as error:
        values = [_line(e) for e in error.errors(include_input=False, include_url=False)]
        raise BadSettings([*lines, *values]) from None
    except (UnicodeDecodeError, OSError):  # `.env` itself: its line is there already
        raise BadSettings(lines) from None
    if lines:
        raise BadSettings(lines)
    encryption.use(in_parts(found.data_keys.get_secret_value()))
    return found


_WORDS = {
    "enum": "只能填 {expected}",
    "literal_error": "只能填 {expected}",
    "int_parsing": "要填整数",
    "bool_parsing": "只能填 true 或 false",
    "int_from_float": "要填整数",
    "int_parsing_size": "要填整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "url_parsing": "不是网址，例如 https://example.org",
    "url_scheme": "不是网址，例如 https://example.org",
    "url_too_long": "网址太长",
    "string_pattern_mismatch": "写法不对，例如 127.0.0.1",
}
"""What pydantic says, by its error types; it is never left to quote a value."""


def _line(error: Any) -> str:
    place, context = error["loc"], error.get("ctx", {})
    if error["type"] == "value_error":
        message = str(error["msg"]).removeprefix("Value error, ")
    else:
        message = _WORDS.get(error["type"], "写法不对").format_map(context).replace(" or ", " 或 ").replace("'", "")
    if not place:
        name, _, message = message.partition(": ")
        place = (name,)
    return f"{PREFIX}{'_'.join(map(str, place)).upper()}: {message}"


class BadSettings(Exception):
    """Settings that cannot be used; `lines` has one for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
