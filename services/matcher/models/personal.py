"""What is personal about a volunteer: one sealed column of their row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from services.matcher.policies.claims import Registration
from shared.community.definition import Community
from shared.community.hours import VolunteerKind, WeekHours
from shared.contracts.words import Window
from shared.persistence.vault import Vault


class Personal(BaseModel):
    """Name, phone (E.164), unit, profession, home, and when they have time.

    ``hours`` None: those of the kind, whatever the definition says they are. ``absences`` are sorted and apart.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(repr=False)
    phone: str = Field(repr=False)
    kind: VolunteerKind
    unit: str | None = Field(default=None, repr=False)
    profession: str | None = Field(default=None, repr=False)
    home: str = Field(repr=False)
    hours: WeekHours | None = Field(default=None, repr=False)
    absences: tuple[Window, ...] = Field(default=(), repr=False)

    @classmethod
    def opened(cls, vault: Vault, volunteer_id: str, sealed: bytes) -> Self:
        """From the column."""
        return cls.model_validate_json(vault.open(volunteer_id, sealed))

    def sealed(self, vault: Vault, volunteer_id: str) -> bytes:
        """For the column."""
        return vault.seal(volunteer_id, self.model_dump_json())

    def free_hours(self, rules: Community) -> WeekHours:
        """The hours of their own, or the default of the kind."""
        return self.hours if self.hours is not None else rules.default_hours[self.kind]

    def registration(self, unit_areas: Iterable[str]) -> Registration:
        """Where they are registered; ``unit_areas``: where their unit sits and what it is paired with."""
        return Registration(self.home, tuple(unit_areas), self.profession)


def merged(absences: Iterable[Window], now: datetime) -> tuple[Window, ...]:
    """Absences in order of time, those that touch or overlap as one, without those that are over."""
    apart: list[Window] = []
    for absence in sorted(absences, key=lambda each: each.from_):
        if absence.to <= now:
            continue
        if apart and absence.from_ <= apart[-1].to:
            apart[-1] = Window(from_=apart[-1].from_, to=max(apart[-1].to, absence.to))
        else:
            apart.append(absence)
    return tuple(apart)
