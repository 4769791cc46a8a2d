"""What handlers know beside the event and the unit of work: the district's data, texts, understanding."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from handlers.texts import Texts
from ledger.district import District
from nlp.likeness import Matter
from nlp.understanding import Reading, Understanding
from storage.cases import CaseRow


class Serves(StrEnum):
    """Whom a bot is for."""

    RESIDENTS = "residents"
    STAFF = "staff"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot as people see it. `username` is what deep links need; `buttons` False: choices are numbered."""

    name: str
    serves: Serves
    username: str = ""
    buttons: bool = True


class SimilarCases(Protocol):
    """The open cases of each community, kept in memory, for "has a neighbour said this already?"."""

    def nearest(self, community_id: int, matter: Understanding, limit: int = 3) -> list[int]:
        """Numbers of open cases that are likely the same matter, likeliest first."""
        ...

    def add(self, case: CaseRow, matter: Understanding) -> None: ...

    def remove(self, community_id: int, no: int) -> None: ...


class Files(Protocol):
    """The attachment store: files by the SHA-256 of their content, never decoded here."""

    def put(self, content: bytes) -> str:
        """Keep a file; returns its digest."""
        ...

    def touch(self, digests: Iterable[str]) -> int:
        """Have files looked at again some time, whether anything needs them; returns how many there are."""
        ...

    def drop(self, digests: Iterable[str]) -> None: ...


class Links(Protocol):
    """Signed deep links, so that nobody can be sent to a community, building or case that we did not name."""

    def read(self, payload: str) -> tuple[int, int | None] | None:
        """(community, building) of a payload that we signed; None for any other."""
        ...

    def of_case(self, community_id: int, no: int) -> str:
        """The payload that leads to a case which neighbours may join."""
        ...

    def read_case(self, payload: str) -> tuple[int, int] | None:
        """(community, number) of such a payload; None for any other."""
        ...

    def of_person(self, community_id: int, no: int) -> str:
        """The payload by which the person for whom a case was filed takes it over."""
        ...

    def read_person(self, payload: str) -> tuple[int, int] | None:
        """(community, number) of such a payload; None for any other."""
        ...


class Erased(Protocol):
    """Who asked to be erased, beside the database, so that a restored backup does not bring them back."""

    def note(self, bot: str, account: int, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """Shared by all handlers of a process; immutable but for the similar cases."""

    district: District
    texts: Texts
    read: Callable[[str], Reading]
    read_all: Callable[[Sequence[str]], list[Reading]]
    """As `read` for each, several at once."""
    compare: Callable[[str], Matter]
    """What is compared of a text (nlp/likeness.py); remembers the texts of question lists."""
    mask: Callable[[str], str]
    mask_contacts: Callable[[str], str]
    """As `mask`, but a room stays: for who has to go there and need not know whom they meet."""
    similar: SimilarCases
    links: Links
    files: Files
    erased: Erased
    words: Mapping[str, str]
    """Commands by the words that people use for them (我的诉求 -> mine)."""
    bots: Mapping[str, Bot]
    staff_bot: str

    def word(self, text: str) -> str | None:
        """The command behind words such as 我的诉求; None for anything else."""
        return self.words.get(text.strip().rstrip("。！!").casefold())
