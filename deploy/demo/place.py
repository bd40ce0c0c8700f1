"""What everybody who acts in the demonstration has in hand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from deploy.demo.doors import Doors
from deploy.demo.figures import Figures
from deploy.demo.people import People
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.contracts.words import Role


@dataclass(frozen=True)
class Place:
    """Where and how a story takes place. ``speed``: how much faster than people they act."""

    doors: Doors
    people: People
    community: Community
    clock: DomainClock
    figures: Figures
    speed: float

    def coordinator(self, area: str) -> str | None:
        """A token of the coordinator of an area; None where it has none."""
        held = self.community.ladder.by_area.get(area)
        return self.doors.as_caller(Role.COORDINATOR, held.coordinator_id, area) if held else None

    async def think(self, *about: object) -> None:
        """Somebody thinks before they act."""
        await asyncio.sleep(self.people.pause(*about) / self.speed)
