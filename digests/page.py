"""What every form of a digest needs besides its numbers: the community, names, texts, and a mask for words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from digests.dates import day_and_time, first_and_last
from digests.weekly import Weekly
from ledger.district import District
from ledger.scenes import Scene
from ledger.words import shortened, storable
from storage.reference import CommunityRow
from storage.reporting.rows import Said, Titled

WORDS_SHOWN = 30
PLACE_SHOWN = 16
REPLY_SHOWN = 40


class Say(Protocol):
    """The catalogue of texts (handlers.texts.Texts)."""

    def __call__(self, key: str, /, **values: object) -> str: ...


@dataclass(frozen=True)
class Page:
    """A digest with what it takes to show it. `said` is what residents wrote, by case number, unmasked.

    `street` is the community's own street, `topics` are as they stand now.
    """

    weekly: Weekly
    community: CommunityRow
    district: District
    say: Say
    mask: Callable[[str], str]
    said: Mapping[int, Said]
    street: str = ""
    topics: Mapping[int, Titled] = field(default_factory=dict)

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
        said = self.said.get(no)
        return shortened(self.masked(said.text), WORDS_SHOWN) if said and said.text else self.say("digest.no_words")

    def answered(self, no: int) -> str:
        """A few words of what the resident was answered; empty where nothing stands."""
        said = self.said.get(no)
        return shortened(self.masked(said.reply), REPLY_SHOWN) if said and said.reply else ""

    def place(self, no: int) -> str:
        """Where a case is, as it was said."""
        said = self.said.get(no)
        return shortened(self.masked(said.place), PLACE_SHOWN) if said and said.place else self.say("digest.no_place")

    def scene(self, scene: Scene) -> dict[str, str]:
        look = self.district.scenes[scene]
        return {"scene": look.name, "mark": look.mark}

    def units(self, item: int) -> str:
        """Who is responsible for a construction item here."""
        return self.district.units_at(self.district.units_of(item), self.street)

    def change(self) -> str:
        """How the week compares with the one before, in words."""
        more = self.weekly.received - self.weekly.received_before
        if not more:
            return self.say("digest.same")
        return self.say("digest.more" if more > 0 else "digest.fewer", n=abs(more))
