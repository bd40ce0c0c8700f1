"""The 130 posts, and when those who hold them are free.

Safety has a post in every grid; eight skills have one in every community; nine have one for the whole
sub-district, whose holders are free at hours when the communities' own holders work or sleep; legal advice
has one for the county.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from deploy.definitions.making.outline import Outline


class Free(StrEnum):
    """When a holder is free: evenings and weekends, by day (retired), or at night (on shifts)."""

    EVENINGS = "evenings"
    SOME_EVENINGS = "some_evenings"
    DAYS = "days"
    NIGHTS = "nights"


@dataclass(frozen=True)
class PostMade:
    """One row of the table of posts; ``holders`` says when each of those who hold it at the start is free."""

    skill: str
    area: str
    headcount: int
    holders: tuple[Free, ...]

    @property
    def post_id(self) -> str:
        """The skill and the area."""
        return f"{self.skill}-{self.area}"


_E, _S, _D, _N = Free.EVENINGS, Free.SOME_EVENINGS, Free.DAYS, Free.NIGHTS
_OPEN = ("sweeping", "moving")
_OF_COMMUNITIES = ("mediation", "publicity", "elder_care", "home_repair", "tutoring", "health")
_ROUND_THE_CLOCK = (_D, _D, _N, _N)
_WIDE = {
    "safety": (_E, _E, _E, _E, _D, _D, _D, _N, _N, _N),
    "mediation": _ROUND_THE_CLOCK,
    "publicity": _ROUND_THE_CLOCK,
    "elder_care": _ROUND_THE_CLOCK,
    "home_repair": _ROUND_THE_CLOCK,
    "tutoring": _ROUND_THE_CLOCK,
    "health": (_E, *_ROUND_THE_CLOCK, _D),
    "legal_advice": (_E, _E, _E, _E, *_ROUND_THE_CLOCK),
    "counselling": (_E, _E, _E, _E, *_ROUND_THE_CLOCK),
}


def posts_of(outline: Outline) -> Iterator[PostMade]:
    """All posts; more places than holders, so that there is something left to claim."""
    for community in outline.communities:
        for number in range(1, community.grids + 1):
            yield PostMade("safety", f"{community.code}-g{number}", 2, (_E,))
        for skill in _OF_COMMUNITIES:
            yield PostMade(skill, community.code, 4, (_E, _E, _S))
        for skill in _OPEN:
            yield PostMade(skill, community.code, 6, (_E,))
    for skill, holders in _WIDE.items():
        yield PostMade(skill, outline.subdistrict.code, len(holders) + 2, holders)
    yield PostMade("legal_advice", outline.county.code, 4, (_E, _E, _E))
