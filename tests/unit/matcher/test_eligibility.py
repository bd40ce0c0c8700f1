"""Pairing rule 1: who may be asked, and why not."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.matcher.policies.eligibility import PASSING, Reason, is_eligible, reasons
from services.matcher.policies.windows import Serving
from shared.community.definition import Community
from shared.community.hours import WeekHours
from shared.contracts.words import Urgency
from tests.unit.matcher.people import ALWAYS, GRID, LOCAL, NEVER, NOW, POST, load, member, need, span

FIXED = Serving(span(1, 2), 60, fixed=True)
TODAY = LOCAL.day(NOW)
DAY = timedelta(days=1)
URGENT = {"urgency": Urgency.URGENT}
NIGHT = datetime.fromisoformat("2026-11-23T02:00+08:00")
AGREED = {"hours": NEVER, "urgent_at_work": True}

Changed = dict[str, Any]

ONE_CHANGE: list[tuple[list[Reason], Changed, Changed, Changed]] = [
    ([Reason.NOT_A_HOLDER], {}, {"claims": {}}, {}),
    ([Reason.NOT_A_HOLDER], {}, {"claims": {"mediation-shanguang": True}}, {}),
    ([Reason.NOT_VETTED], {}, {"claims": {POST: False}}, {}),
    ([], {"needs_vetting": False}, {"claims": {POST: False}}, {}),
    ([], {"open_to_any": True, "needs_vetting": False}, {"claims": {}}, {}),
    ([], {"called_up": True, "needs_vetting": False}, {"claims": {}}, {}),
    ([Reason.NOT_A_HOLDER], {"called_up": True}, {"claims": {}}, {}),
    ([Reason.NOT_VETTED], {"called_up": True}, {"claims": {POST: False}}, {}),
    ([Reason.PARTY], {"party_marks": frozenset({"a", "b"})}, {"marks": frozenset({"b", "c"})}, {}),
    ([], {"party_marks": frozenset({"a"})}, {"marks": frozenset({"b"})}, {}),
    ([Reason.PARTY], {"excluded_areas": (GRID,)}, {}, {}),
    ([Reason.PARTY], {"excluded_areas": ("shanguang-g1", "maoling-east")}, {}, {}),
    ([], {"excluded_areas": ("shanguang-g1",)}, {}, {}),
    ([Reason.EXCLUDED], {"excluded": frozenset({"v-1"})}, {}, {}),
    ([Reason.ASKED_BEFORE], {"refused": frozenset({"v-1"})}, {}, {}),
    ([], {"refused": frozenset({"v-2"}), "excluded": frozenset({"v-2"})}, {}, {}),
    ([Reason.ABSENT], {"serving": FIXED}, {"absences": (span(2, 5),)}, {}),
    ([], {"serving": FIXED}, {"absences": (span(3, 5),)}, {}),
    ([Reason.NOT_REACHABLE], {"serving": FIXED}, {"absences": (span(-1, 2),)}, {}),
    ([Reason.ABSENT, Reason.NOT_REACHABLE], {}, {"absences": (span(-1, 2),), "on_duty": True}, {}),
    ([], {}, {"absences": (span(1, 2),)}, {}),
    ([Reason.NOT_FREE, Reason.NOT_REACHABLE], {}, {"hours": NEVER}, {}),
    ([], {}, {"hours": NEVER, "on_duty": True}, {}),
    ([], URGENT, AGREED, {}),
    ([Reason.NOT_FREE, Reason.NOT_REACHABLE], {**URGENT, "now": NIGHT}, AGREED, {}),
    ([Reason.NOT_FREE, Reason.NOT_REACHABLE], {}, AGREED, {}),
    ([Reason.NOT_FREE, Reason.NOT_REACHABLE], URGENT, {"hours": NEVER}, {}),
    ([Reason.ABSENT, Reason.NOT_REACHABLE], URGENT, {**AGREED, "absences": (span(-1, 2),)}, {}),
    ([Reason.WINDOW_TAKEN], {"serving": FIXED}, {}, {"busy": [span(2, 2)]}),
    ([], {"serving": FIXED}, {}, {"busy": [span(3, 2)]}),
    ([], {}, {}, {"busy": [span(0, 24)]}),
    ([Reason.AT_CAPACITY], {}, {}, {"held": 2}),
    ([Reason.AT_CAPACITY], {}, {}, {"held": 1, "asked": 1}),
    ([], {}, {"capacity": 3}, {"held": 1, "asked": 1}),
    ([Reason.BUDGET_SPENT], {}, {}, {"asked_on": TODAY, "asked_today": 3}),
    ([Reason.BUDGET_SPENT], {}, {"daily_offers": 4}, {"asked_on": TODAY, "asked_today": 3}),
    ([], {"urgency": Urgency.URGENT}, {"daily_offers": 4}, {"asked_on": TODAY, "asked_today": 3}),
    ([], {}, {"daily_offers": 5}, {"asked_on": TODAY, "asked_today": 3}),
    ([], {}, {"daily_offers": 1}, {"asked_on": TODAY, "asked_today": 0}),
    ([], {}, {}, {"asked_on": TODAY - DAY, "asked_today": 3}),
]


def found(rules: Community, changed_need: Changed, changed_member: Changed, changed_load: Changed) -> list[Reason]:
    """All reasons against somebody who is ordinary but for what is changed."""
    return list(reasons(need(**changed_need), member(**changed_member), load(**changed_load), rules.areas))


@pytest.mark.parametrize(
    ("expected", "changed_need", "changed_member", "changed_load"), [([], {}, {}, {}), *ONE_CHANGE]
)
def test_each_rule_has_its_reason(
    rules: Community, expected: list[Reason], changed_need: Changed, changed_member: Changed, changed_load: Changed
) -> None:
    """One thing changed gives exactly its reason, and eligible means none."""
    assert expected == found(rules, changed_need, changed_member, changed_load)
    everything = need(**changed_need), member(**changed_member), load(**changed_load), rules.areas
    assert (not expected) == is_eligible(*everything)
    assert is_eligible(*everything, overlooking=frozenset(expected))


def test_every_reason_is_shown_by_an_example() -> None:
    """No reason is left that nothing leads to."""
    assert set(Reason) == {reason for expected, *_ in ONE_CHANGE for reason in expected}


def test_two_things_changed_give_both_reasons(rules: Community) -> None:
    """Every pair of changes that touch different things is refused for both, the lasting reasons first."""
    single = [case for case in ONE_CHANGE if len(case[0]) == 1]
    for one, other in permutations(single, 2):
        changes = list(zip(one[1:], other[1:], strict=True))
        if any(set(mine) & set(theirs) for mine, theirs in changes) or {"called_up"} & {*one[1], *other[1]}:
            continue
        together = found(rules, *(mine | theirs for mine, theirs in changes))
        assert {*one[0], *other[0]} <= set(together)
        assert sorted(together, key=lambda reason: (reason in PASSING, list(Reason).index(reason))) == together


def test_what_is_overlooked_is_no_reason_and_all_else_is(rules: Community) -> None:
    """A comparison that asks everybody overlooks whether they are free; it never overlooks vetting."""
    tired = need(), member(hours=NEVER), load(held=2), rules.areas
    overlooked = frozenset({Reason.NOT_FREE, Reason.NOT_REACHABLE})
    found = [is_eligible(*tired, overlooking=some) for some in (overlooked, overlooked | {Reason.AT_CAPACITY})]
    assert [False, True] == found


@pytest.mark.parametrize(
    ("now", "expected"), [("2026-10-01T10:00+08:00", True), ("2026-10-08T10:00+08:00", False),
                          ("2026-10-10T10:00+08:00", False)],
)  # fmt: skip
def test_who_works_is_asked_on_holidays_and_not_on_make_up_workdays(rules: Community, now: str, expected: bool) -> None:
    """National Day, an ordinary Thursday, a Saturday made up for."""
    at_work = member(hours=WeekHours.parse("mon-fri 18-22; sat-sun 8-22"))
    assert expected == is_eligible(need(now=datetime.fromisoformat(now)), at_work, load(), rules.areas)


def test_one_vetted_claim_is_enough(rules: Community) -> None:
    """Holding a second post unvetted takes nothing away."""
    two = {"posts": frozenset({POST, "mediation-maquan"})}
    assert [] == found(rules, two, {"claims": {POST: False, "mediation-maquan": True}}, {})


def test_personal_things_stay_out_of_logs() -> None:
    """Free hours, employer and absences are as private as a phone; a member's repr has none."""
    shown = repr(member(hours=ALWAYS, unit="u-1", profession="judge", absences=(span(1, 2),), marks=frozenset({"m"})))
    private = ("hours", "claims", "unit", "profession", "absences", "marks")
    assert [] == [word for word in private if f"{word}=" in shown.replace("daily_offers", "").replace("at_work", "")]


def test_an_open_offer_is_taken_into_account_and_out_again() -> None:
    """Loads follow as a batch is paired, and an amended order looks at people without its own offer."""
    carried, taken = load(), span(1, 2)
    carried.ask(taken, now=taken.start, day=TODAY)
    during = (carried.asked, list(carried.busy), carried.asked_at, carried.asked_today)
    carried.forget(taken)
    assert ((1, [taken], taken.start, 1), (0, [], 1)) == (
        during,
        (carried.asked, carried.busy, carried.asked_today),
    )


def test_a_budget_starts_afresh_with_the_day() -> None:
    """Asks are counted by local day; an offer that is made again counts once."""
    carried = load()
    for day in (TODAY, TODAY, TODAY + DAY):
        carried.ask(None, now=NOW, day=day)
    carried.ask(None)
    assert (0, 1, 4) == (carried.asked_on_day(TODAY), carried.asked_on_day(TODAY + DAY), carried.asked)
