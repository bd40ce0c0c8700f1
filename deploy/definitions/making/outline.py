"""The outline that the tables are made from, as typed values."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shared.community.hours import VolunteerKind
from shared.community.text import Text

_OUTLINE = Path(__file__).parent / "outline.toml"
_PLACES = Path(__file__).parent.parent / "reference" / "places" / "communities.csv"
_OFFICE = "居委会"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Part):
    """The county or the sub-district."""

    code: str
    name: Text


class CommunityOutline(_Part):
    """One community; ``place`` is its code of the national statistics, where its Chinese name is."""

    place: str
    code: str
    en: str
    grids: int
    residents: int

    @property
    def name(self) -> Text:
        """The administrative name without the word for its office."""
        return Text(zh=PLACE_NAMES[self.place].removesuffix(_OFFICE), en=self.en)


class UnitsOutline(_Part):
    """Units of one sort: what their members work as, and what kind of volunteers those are."""

    names: tuple[Text, ...]
    professions: tuple[str, ...]
    kind: VolunteerKind = VolunteerKind.IN_SERVICE
    hidden: bool = False


class LocalUnitOutline(_Part):
    """A unit that stands in every community."""

    name: Text
    professions: tuple[str, ...]
    kind: VolunteerKind = VolunteerKind.IN_SERVICE


class PeopleOutline(_Part):
    """Characters of family and given names."""

    family: str
    given: str


class Outline(_Part):
    """Everything that is not left to chance."""

    county: Place
    subdistrict: Place
    communities: tuple[CommunityOutline, ...]
    units: tuple[UnitsOutline, ...]
    local_units: tuple[LocalUnitOutline, ...]
    people: PeopleOutline


def _place_names() -> dict[str, str]:
    with _PLACES.open(encoding="utf-8", newline="") as places:
        return {row["community_code"]: row["community"] for row in csv.DictReader(places)}


PLACE_NAMES = _place_names()
OUTLINE = Outline.model_validate(tomllib.loads(_OUTLINE.read_text(encoding="utf-8")))
