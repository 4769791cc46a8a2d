"""What every form of a digest needs in addition to its numbers: the community, names, texts, and masked words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from digests.dates import day_and_time, first_and_last
from digests.weekly import Weekly
from ledger.district import District
from ledger.scenes import Scene
from ledger.text import shortened, storable
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
    """A digest with everything needed to show it. `said`: what residents wrote, by case number, unmasked.

    `street`: the community's street; `topics`: in their current state.
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
        """The ledger number as people read it."""
        return f"{self.community.code}-{no}"

    def about(self) -> dict[str, str]:
        """Values for headings: community, period, and when the digest was made."""
        made = day_and_time(self.weekly.made_at, self.zone)
        return {"community": self.community.name, "made": made, **first_and_last(self.weekly.period, self.zone)}

    def week(self) -> dict[str, int]:
        """Year and number of the week."""
        year, _, week = self.weekly.period.name(self.zone).partition("-W")
        return {"year": int(year), "week": int(week)}

    def masked(self, text: str) -> str:
        return self.mask(storable(text))

    def quoted(self, no: int) -> str:
        """A few words of a case, masked before they are shortened, so that no part of a number is left."""
        said = self.said.get(no)
        return shortened(self.masked(said.text), WORDS_SHOWN) if said and said.text else self.say("digest.no_words")

    def answered(self, no: int) -> str:
        """A few words of the answer to the resident; empty if there is none."""
        said = self.said.get(no)
        return shortened(self.masked(said.reply), REPLY_SHOWN) if said and said.reply else ""

    def place(self, no: int) -> str:
        """The place of a case, as the resident named it."""
        said = self.said.get(no)
        return shortened(self.masked(said.place), PLACE_SHOWN) if said and said.place else self.say("digest.no_place")

    def scene(self, scene: Scene) -> dict[str, str]:
        look = self.district.scenes[scene]
        return {"scene": look.name, "mark": look.mark}

    def units(self, item: int) -> str:
        """The units responsible for a construction item here."""
        return self.district.units_at(self.district.units_of(item), self.street)

    def change(self) -> str:
        """How the week compares with the one before, in words."""
        more = self.weekly.received - self.weekly.received_before
        if not more:
            return self.say("digest.same")
        return self.say("digest.more" if more > 0 else "digest.fewer", n=abs(more))
