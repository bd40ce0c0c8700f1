"""Which notices a replay of all facts has to give again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from deploy.verify.rereading import _notices
from services.notifier.policies.kinds import OF_TIME, is_of_time
from shared.contracts.words import Role


def notice(kind: str, role: Role, version: int = 1) -> SimpleNamespace:
    return SimpleNamespace(
        order_id="o-1",
        kind=kind,
        version=version,
        recipient_role=role.value,
        recipient_id="somebody",
        offer_id=None,
        assignment_id=None,
    )


@pytest.mark.parametrize("kind", sorted(OF_TIME))
def test_what_time_called_for_is_in_no_replay(kind: str) -> None:
    """A replay has no clock; each of them is a record of its own."""
    assert [] == _notices([notice(kind, Role.RESIDENT), notice(kind, Role.VOLUNTEER)], [])


def test_a_changed_time_is_told_to_its_volunteer_by_time_and_to_residents_by_the_fact() -> None:
    """The one is left out, the other compared."""
    assert (True, False) == (is_of_time("order_amended", Role.VOLUNTEER), is_of_time("order_amended", Role.RESIDENT))


def test_what_facts_call_for_is_compared_both_ways() -> None:
    """Missing, or in no replay."""
    placed, closed = notice("order_placed", Role.RESIDENT), notice("order_closed", Role.RESIDENT)
    assert ["is missing", "in no replay"] == [
        next(words for words in ("is missing", "in no replay") if words in one.line)
        for one in _notices([placed], [closed])
    ]
    assert [] == _notices([placed, closed], [closed, placed])
