"""件件有回应、事事有着落: whatever people do, however facts arrive, whoever dies over them."""

from __future__ import annotations

import itertools
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.community.definition import Community
from shared.community.hours import ALL_WEEK, WeekHours
from shared.persistence.unit_of_work import UnitOfWork
from tests.integration.matcher.stage import FAR_GRID, GRID, volunteer
from tests.integration.together.coordinators import Coordinators

BOUNDED = settings(
    max_examples=6,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
MEDIATION = "mediation-maoling-east"
EVENINGS = WeekHours.parse("mon-fri 18-22; sat-sun 8-22")


@pytest.fixture
def house(migrated: dict[str, Path], rules: Community, monkeypatch: pytest.MonkeyPatch) -> type[Coordinators]:
    """The machine in the reference county; ids count up, so that an example is the same each time it runs."""
    numbers = itertools.count(1)
    monkeypatch.setattr(UnitOfWork, "new_id", lambda _: str(UUID(int=next(numbers))))

    class InTheCounty(Coordinators):
        """A handful of volunteers of one community."""

    InTheCounty.rules_of, InTheCounty.migrated = rules, migrated
    InTheCounty.services = ["sweeping", "neighbour_dispute", "stray_dogs", "pipe_leak", "certificates"]
    InTheCounty.areas = [GRID, FAR_GRID]
    always = WeekHours(ALL_WEEK)
    InTheCounty.roster = [
        volunteer("v-1", MEDIATION, hours=always),
        volunteer("v-2", MEDIATION, hours=EVENINGS),
        volunteer("v-3", home=FAR_GRID, hours=always),
        volunteer("v-4", hours=always, capacity=1),
    ]
    return InTheCounty


@pytest.mark.timeout(400)
def test_every_matter_has_a_holder_and_everybody_concerned_is_told_once(house: type[Coordinators]) -> None:
    """After every step each open order has one holder, a due time ahead or an overdue flag, and a legal next step; when
    all has arrived both services agree, and every change has one notice for each person concerned.
    """
    run_state_machine_as_test(house, settings=BOUNDED)
