"""Matcher against a simple model: whatever people do and in whatever order, the promises hold after every step."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.matcher.models import whole
from services.matcher.policies.eligibility import Reason
from services.matcher.policies.policy import Policy
from services.matcher.repository.loads import LoadRepository
from shared.community.definition import Community
from shared.persistence.unit_of_work import UnitOfWork
from tests.integration.matcher.machine import MEDIATION, Matcher
from tests.integration.matcher.stage import AskMany

BOUNDED = settings(
    max_examples=5,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
SEARCHING = settings(BOUNDED, phases=[Phase.generate], report_multiple_bugs=False)
"""As few examples as it takes, and none made smaller: it is enough that there is one."""


@pytest.fixture
def machine(migrated_file: Path, rules: Community, monkeypatch: pytest.MonkeyPatch) -> type[Matcher]:
    """The machine in the reference county; ids count up, so that an example is the same each time it runs."""
    numbers = itertools.count(1)
    monkeypatch.setattr(UnitOfWork, "new_id", lambda _: f"id-{next(numbers):09}")

    posts = [post.model_copy(update={"headcount": 20}) for post in rules.posts if post.post_id == MEDIATION]

    class InTheCounty(Matcher):
        """Pulled under the community's own policy."""

    InTheCounty.community, InTheCounty.migrated = replace(rules, posts=tuple(posts), units=()), migrated_file
    return InTheCounty


@pytest.mark.timeout(400)
@pytest.mark.parametrize("asked", [None, 4])
def test_the_promises_hold_whatever_people_do(machine: type[Matcher], rules: Community, asked: int | None) -> None:
    """Nobody ineligible, nobody overloaded, no place given twice, nothing lost, after every step: as the community
    asks, and four at a time, so that there is more to draw.
    """
    machine.policy = Policy(AskMany(asked), rules.pairing.weights) if asked else None
    run_state_machine_as_test(machine, settings=BOUNDED)


class Careless(AskMany):
    """Asks whoever holds the post, asleep or not."""

    overlooks = frozenset({Reason.NOT_REACHABLE, Reason.NOT_FREE})


def plant_careless_asking(machine: type[Matcher], rules: Community, _: pytest.MonkeyPatch) -> None:
    """A policy that overlooks when people are free."""
    machine.policy = Policy(Careless(4), rules.pairing.weights)


def plant_endless_places(_: type[Matcher], __: Community, patch: pytest.MonkeyPatch) -> None:
    """A rule that always finds another place."""
    patch.setattr(whole, "free_place", lambda headcount, taken: headcount + len(taken) + 1)


def plant_forgotten_load(_: type[Matcher], __: Community, patch: pytest.MonkeyPatch) -> None:
    """Counts of what people are asked are not written back."""

    async def forget(_: LoadRepository) -> None:
        return None

    patch.setattr(LoadRepository, "write_answers", forget)


PLANTED = {
    "is not free at this hour|has no time then": plant_careless_asking,
    "has [0-9] of [0-9]": plant_endless_places,
    "is asked [0-9], counted as [0-9]": plant_forgotten_load,
}


@pytest.mark.parametrize("told", PLANTED)
def test_a_planted_fault_is_found(
    machine: type[Matcher], rules: Community, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    """The model sees what is wrong within a few examples, and says what."""
    PLANTED[told](machine, rules, monkeypatch)
    with pytest.raises(AssertionError, match=told):
        run_state_machine_as_test(machine, settings=SEARCHING)
