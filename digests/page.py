"""What every form of a digest needs beside its numbers: the community, names, texts, and a mask for words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from digests.dates import day_and_time, first_and_last
from digests.weekly import Weekly
from ledger.district import District
from ledger.scenes import Scene
from ledger.words import shortened, storable
from storage.reference import CommunityRow

WORDS_SHOWN = 30


class Say(Protocol):
    """The catalogue of texts (handlers.texts.Texts)."""

    def __call__(self, key: str, /, **values: object) -> str: ...


@dataclass(frozen=True)
class Page:
    """A digest with what it takes to show it. `words` are what residents wrote, by case number, unmasked."""

    weekly: Weekly
    community: CommunityRow
    district: District
    say: Say
    mask: Callable[[str], str]
    words: Mapping[int, str]

    @property
    def zone(self) -> tzinfo:
        return self.community.zone

    def number(self, no: int) -> str:
        """The ledger number as people say it."""
        return f"{self.community.code}-{no}"

    def about(self) -> dict[str, str]:
        """Places that headings fill in: whose digest, of when, made when."""
        made = day_and_time(self.weekly.made_at, self.zone)
        return {"community": self.community.name, "made": made, **first_and_last(self.weekly.period, self.zone)}

    def masked(self, text: str) -> str:
        return self.mask(storable(text))

    def quoted(self, no: int) -> str:
        """A few words of a case, masked first, so that no cut leaves half a number standing."""
        return shortened(self.masked(self.words.get(no, "")), WORDS_SHOWN) or self.say("digest.no_words")

    def scene(self, scene: Scene) -> dict[str, str]:
        look = self.district.scenes[scene]
        return {"scene": look.name, "mark": look.mark}

    def change(self) -> str:
        """How the week compares with the one before, in words."""
        more = self.weekly.received - self.weekly.received_before
        if not more:
            return self.say("digest.same")
        return self.say("digest.more" if more > 0 else "digest.fewer", n=abs(more))
