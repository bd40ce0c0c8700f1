"""Pairing rule 1: who may be asked."""

from __future__ import annotations

from typing import Any

import pytest

from services.matcher.policies.eligibility import Reason, is_eligible, reasons
from services.matcher.policies.windows import Serving
from tests.unit.matcher.people import ALWAYS, NEVER, POST, load, member, need, span

FIXED = Serving(span(1, 2), 60, fixed=True)


def found(changed_need: dict[str, Any], changed_member: dict[str, Any], changed_load: dict[str, Any]) -> list[Reason]:
    """All reasons against somebody who is ordinary but for what is changed."""
    return list(reasons(need(**changed_need), member(**changed_member), load(**changed_load)))


def test_an_ordinary_holder_is_eligible() -> None:
    """Nothing speaks against a vetted holder who is free."""
    assert is_eligible(need(), member(), load())


@pytest.mark.parametrize(
    ("expected", "changed_need", "changed_member", "changed_load"),
    [
        ([Reason.NOT_A_HOLDER], {}, {"claims": {}}, {}),
        ([Reason.NOT_A_HOLDER], {}, {"claims": {"mediation-shanguang": True}}, {}),
        ([Reason.NOT_VETTED], {}, {"claims": {POST: False}}, {}),
        ([], {"needs_vetting": False}, {"claims": {POST: False}}, {}),
        ([], {"open_to_any": True}, {"claims": {}}, {}),
        ([Reason.ASKED_BEFORE], {"refused": frozenset({"v-1"})}, {}, {}),
        ([], {"refused": frozenset({"v-2"})}, {}, {}),
        ([Reason.AT_CAPACITY], {}, {}, {"held": 2}),
        ([Reason.AT_CAPACITY], {}, {}, {"held": 1, "asked": 1}),
        ([], {}, {}, {"held": 1}),
        ([Reason.NOT_REACHABLE, Reason.NOT_FREE], {}, {"hours": NEVER}, {}),
        ([], {}, {"hours": NEVER}, {"on_duty": True}),
        ([Reason.WINDOW_TAKEN], {"serving": FIXED}, {}, {"busy": [span(2, 2)]}),
        ([], {"serving": FIXED}, {}, {"busy": [span(3, 2)]}),
        ([], {}, {}, {"busy": [span(0, 24)]}),
    ],
)
def test_each_rule_has_its_reason(
    expected: list[Reason],
    changed_need: dict[str, Any],
    changed_member: dict[str, Any],
    changed_load: dict[str, Any],
) -> None:
    """One thing changed gives exactly its reason, and eligible means none."""
    assert expected == found(changed_need, changed_member, changed_load)
    assert (not expected) == is_eligible(need(**changed_need), member(**changed_member), load(**changed_load))


def test_one_vetted_claim_is_enough() -> None:
    """Holding a second post unvetted takes nothing away."""
    two = {"posts": frozenset({POST, "mediation-maquan"})}
    assert [] == found(two, {"claims": {POST: False, "mediation-maquan": True}}, {})


def test_personal_hours_and_claims_stay_out_of_logs() -> None:
    """Free hours are as private as a phone; a member's repr has none."""
    assert [True, True] == [word not in repr(member(hours=ALWAYS)) for word in ("hours", "claims")]


def test_an_open_offer_is_taken_into_account_and_out_again() -> None:
    """Loads follow as a list is paired, and an amended order looks at people without its own offer."""
    carried, taken = load(), span(1, 2)
    carried.ask(taken, now=taken.start)
    during = (carried.asked, list(carried.busy), carried.asked_at)
    carried.forget(taken)
    assert ((1, [taken], taken.start), (0, [])) == (during, (carried.asked, carried.busy))
