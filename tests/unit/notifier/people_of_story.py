"""Who may hear of a story, and how a row of the confirmation table is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.contracts.envelope import Event
from shared.contracts.words import Role
from tests.unit.notifier.story import GRID, Story

RESIDENT = (Role.RESIDENT, "0197-order")
ANN = (Role.VOLUNTEER, "v-ann")
BEN = (Role.VOLUNTEER, "v-ben")
CLAIRE = (Role.VOLUNTEER, "v-claire")
DESK = (Role.COORDINATOR, GRID)
XU = (Role.RESIDENT, "r-xu")
QIN = (Role.RESIDENT, "r-qin")
CITY = (Role.DEPARTMENT, "city")

Heard = dict[str, set[tuple[Role, str]]]
Tell = Callable[[Story], Sequence[Event]]
