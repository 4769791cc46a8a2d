"""What all handlers share: the district's data, the texts, understanding, and ports to files and links."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from handlers.texts import Texts
from ledger.district import District
from nlp.similarity import Matter
from nlp.understanding import Reading, Understanding
from storage.cases import CaseRow


class Serves(StrEnum):
    """Whom a bot is for."""

    RESIDENTS = "residents"
    STAFF = "staff"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot. `username` is needed for deep links; `buttons` False: the channel has none, so choices are numbered."""

    name: str
    serves: Serves
    username: str = ""
    buttons: bool = True


class SimilarCases(Protocol):
    """An index in memory of each community's open cases: has a neighbour reported this already?"""

    def nearest(self, community_id: int, matter: Understanding, limit: int = 3) -> list[int]:
        """Numbers of open cases that are probably the same matter, the most probable first."""
        ...

    def add(self, case: CaseRow, matter: Understanding) -> None: ...

    def remove(self, community_id: int, no: int) -> None: ...


class Files(Protocol):
    """The attachment store: files by the SHA-256 of their content, never decoded here."""

    def put(self, content: bytes) -> str:
        """Store a file; returns its digest."""
        ...

    def touch(self, digests: Iterable[str]) -> int:
        """Mark files for the next sweep, which deletes those that no row names; returns how many exist."""
        ...

    def drop(self, digests: Iterable[str]) -> None: ...


class Links(Protocol):
    """Signed deep links, so that nobody can forge one to a community, building or case."""

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
        """The payload with which the person for whom a case was filed takes it over."""
        ...

    def read_person(self, payload: str) -> tuple[int, int] | None:
        """(community, number) of such a payload; None for any other."""
        ...


class ErasureLog(Protocol):
    """The record, outside the database, of erased people, so that a restore does not bring them back."""

    def note(self, bot: str, account: int, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """Shared by all handlers of a process. Immutable, except for the index of similar cases."""

    district: District
    texts: Texts
    read: Callable[[str], Reading]
    read_all: Callable[[Sequence[str]], list[Reading]]
    """As `read` for each of several texts, which is faster together."""
    compare: Callable[[str], Matter]
    """The features of a text that are compared with others (nlp/similarity.py); cached."""
    mask: Callable[[str], str]
    """A resident's words as they leave their case: personal data masked, links and mentions made harmless."""
    mask_contacts: Callable[[str], str]
    """As `mask`, but keeps room numbers: for somebody who has to go there but need not know who lives there."""
    similar: SimilarCases
    links: Links
    files: Files
    erased: ErasureLog
    words: Mapping[str, str]
    """Commands by the words that people use for them (我的诉求: mine)."""
    bots: Mapping[str, Bot]
    staff_bot: str

    def word(self, text: str) -> str | None:
        """The command that words such as 我的诉求 stand for, or None."""
        return self.words.get(text.strip().rstrip("。！!").casefold())
