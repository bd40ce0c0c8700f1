"""Whether two orders may be one matter: the same service near by, at the same time, in words that are alike.

Numbers of buildings and units are compared apart from the words: 6栋2单元 and 6栋3单元 differ in one character of
five and are two places.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from shared.community.areas import AreaTree
from shared.contracts.words import Window

APART = timedelta(days=1)
"""Windows further apart than this are for two visits."""

_DIGITS = "零一二三四五六七八九"
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("号楼", "楼栋", "栋", "幢", "座", "building", "block"), "building"),
    **dict.fromkeys(("单元", "门洞", "unit", "stairwell", "entrance"), "unit"),
    **dict.fromkeys(("层", "楼", "floor"), "floor"),
    **dict.fromkeys(("室", "房", "号", "room", "flat"), "room"),
}
_NUMBER = r"(?:\d+|[零一二三四五六七八九十百]+)"
_AFTER = "|".join(sorted((word for word in _KINDS if not word.isascii()), key=len, reverse=True))
_BEFORE = "|".join(word for word in _KINDS if word.isascii())
_PLACE = re.compile(rf"(?P<n>{_NUMBER})\s*(?P<kind>{_AFTER})|\b(?P<en>{_BEFORE})\s*(?P<m>\d+)")


@dataclass(frozen=True)
class Matter:
    """What an order is about, as far as two can be compared. ``area``: the code of where it is."""

    area: str
    text: str
    placed_at: datetime
    window: Window | None = None


@dataclass(frozen=True)
class Spoken:
    """A text taken apart: its numbered places by kind, and the words that are left."""

    words: str
    places: Mapping[str, frozenset[int]] = field(default_factory=dict)


def spoken(text: str) -> Spoken:
    """Take a text apart."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    places: dict[str, set[int]] = {}
    for found in _PLACE.finditer(folded):
        kind, number = _KINDS[found["kind"] or found["en"]], found["n"] or found["m"]
        places.setdefault(kind, set()).add(_number(number))
    words = "".join(character for character in _PLACE.sub(" ", folded) if character.isalnum())
    return Spoken(words, {kind: frozenset(numbers) for kind, numbers in places.items()})


def likeness(one: str, other: str) -> float:
    """How alike two texts are, 0 to 100: 0 where they name different places, 100 where one of them says nothing that
    could tell them apart."""
    ours, theirs = spoken(one), spoken(other)
    for kind, numbers in ours.places.items():
        if kind in theirs.places and not numbers & theirs.places[kind]:
            return 0.0
    if not ours.words or not theirs.words:
        return 100.0
    return float(fuzz.ratio(ours.words, theirs.words))


def near(areas: AreaTree, one: str, other: str) -> bool:
    """Whether two places may be one: one lies in the other, or they are two grids of one community."""
    if areas.at_or_below(one, other) or areas.at_or_below(other, one):
        return True
    if not (areas.knows(one) and areas.knows(other)):
        return False
    grids = areas.grid_of(one), areas.grid_of(other)
    return grids == (one, other) and areas.community_of(one) == areas.community_of(other) is not None


def at_one_time(one: Window | None, other: Window | None) -> bool:
    """Whether two windows do not speak of two visits."""
    if one is None or other is None:
        return True
    return one.from_ - other.to < APART and other.from_ - one.to < APART


def similarity(areas: AreaTree, one: Matter, other: Matter) -> float:
    """How likely two orders of one service are one matter, 0 to 100."""
    if not near(areas, one.area, other.area) or not at_one_time(one.window, other.window):
        return 0.0
    return likeness(one.text, other.text)


def _number(written: str) -> int:
    if written.isdecimal():
        return int(written)
    hundreds, _, rest = written.rpartition("百")
    tens, ten, units = rest.rpartition("十")
    amount = 100 * (_digits(hundreds) or 1) if hundreds or "百" in written else 0
    if ten:
        amount += 10 * (_digits(tens) or 1)
    return amount + _digits(units)


def _digits(written: str) -> int:
    read = [_DIGITS.index(character) for character in written if character in _DIGITS]
    return int("".join(map(str, read))) if read else 0
