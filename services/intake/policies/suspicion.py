"""Orders a person looks at before volunteers are asked: they look like spam. None is dropped; a coordinator decides.

What a coordinator takes down, imports or divides has been looked at. A service in a public space may be asked for by a
whole neighbourhood at once, so neither place nor words count there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from zlib import crc32

from services.intake.policies.similarity import spoken

COUNTED = timedelta(hours=1)
"""Over so long a time orders are counted."""
_LINK = re.compile(
    r"(?:https?://|www\.)\S|[A-Za-z0-9-]+\.(?:com|cn|net|org|top|xyz|vip|cc|shop)(?![A-Za-z0-9-])", re.IGNORECASE
)
"""A link, or a domain name such as advertising carries; a resident who asks for something has no use for one."""

TELLING = 16
"""Words of fewer characters are what anybody would say: "the tap drips" is no repetition."""
_LOOKED_AT = 300
_GRAM, _BANDS, _ROWS, _MASK = 3, 4, 4, (1 << 32) - 1
_SPREAD = tuple(2 * number + 1 for number in range(0x4F1BBCDC, 0x4F1BBCDC + 7919 * _BANDS * _ROWS, 7919))


@dataclass(frozen=True)
class SpamLimits:
    """From so many orders an hour on somebody looks first; 0 counts nothing. ``per_phone``: of one phone;
    ``per_place``: for one building or stairwell; ``per_grid``: for one grid; ``repeated``: with nearly the same words.
    """

    per_phone: int = 30
    per_place: int = 20
    per_grid: int = 200
    repeated: int = 10

    def seen(self, area: str, grid: str, details: str) -> dict[str, int]:
        """What of an order is counted beside its phone, each with its limit."""
        counted = {f"grid:{grid}": self.per_grid}
        if area != grid:
            counted[f"place:{area}"] = self.per_place
        if self.repeated:
            counted |= dict.fromkeys(bands(details), self.repeated)
        return {what: most for what, most in counted.items() if most}


def looks_like_spam(details: str, before: int, limits: SpamLimits) -> bool:
    """Whether somebody is to look at an order first, by its words and by how many its phone placed in the last hour."""
    return before >= limits.per_phone or _LINK.search(details) is not None


def too_often(seen: Mapping[str, int], lately: Mapping[str, int]) -> bool:
    """Whether something of it was seen as often in the last hour as its limit says."""
    return any(lately.get(what, 0) >= most for what, most in seen.items())


def bands(text: str) -> Iterable[str]:
    """Four marks of a text, none of one that says little. Two texts of which nine tenths are the same share one of them
    nearly always, two that have half in common in one case of four (minimum hashes of three characters each, four to a
    mark). Numbers of buildings and flats do not count: whoever advertises from door to door changes those.
    """
    words = spoken(text).words[:_LOOKED_AT]
    if len(words) < TELLING:
        return ()
    grams = {crc32(words[at : at + _GRAM].encode()) for at in range(len(words) - _GRAM + 1)}
    least = [min(gram * spread & _MASK for gram in grams) for spread in _SPREAD]
    return [f"words:{band}:{least[band * _ROWS : (band + 1) * _ROWS]}" for band in range(_BANDS)]
