"""What speaks for somebody a leg could be given to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.matcher.policies.eligibility import Load, Member
from services.matcher.policies.recommending import Speaking, as_shown, speaking_for
from services.matcher.policies.windows import Serving
from shared.community.definition import Community
from tests.unit.matcher.people import NOW, load, member, need, span

ASKED = timedelta(days=7)
FIXED = Serving(span(15, 2), 60, fixed=True)


def speaking(rules: Community, who: Member, carried: Load, *, fewest: int = 0, **changed: object) -> set[str]:
    """What speaks for somebody, as words."""
    return set(speaking_for(need(**changed), who, carried, rules.areas, fewest))


@pytest.mark.parametrize(
    ("home", "words"),
    [
        ("maoling-east-g1", {Speaking.SAME_GRID}),
        ("maoling-east-g2", {Speaking.SAME_COMMUNITY}),
        ("shanguang-g1", set()),
    ],
)
def test_the_nearest_place_both_share_is_told(rules: Community, home: str, words: set[str]) -> None:
    """The grid, else the community, else nothing."""
    near = {Speaking.SAME_GRID, Speaking.SAME_COMMUNITY}
    assert words == near & speaking(rules, member(home=home), load())


def test_who_is_on_duty_need_not_be_told_to_be_free(rules: Community) -> None:
    """Free at a fixed time is told of others; without a fixed time nobody is free "then"."""
    asked = {Speaking.ON_DUTY, Speaking.FREE_THEN}
    seen = [
        asked & speaking(rules, member(on_duty=on_duty), load(), serving=serving)
        for on_duty, serving in ((True, FIXED), (False, FIXED), (False, Serving(span(0, 24), 60, fixed=False)))
    ]
    assert [{Speaking.ON_DUTY}, {Speaking.FREE_THEN}, set()] == seen


def test_who_was_asked_within_a_week_was_asked_lately(rules: Community) -> None:
    """Exactly a week is long; never asked is longer."""
    seen = [
        Speaking.LONG_UNASKED in speaking(rules, member(), load(asked_at=at))
        for at in (None, NOW - ASKED, NOW - ASKED + timedelta(minutes=1))
    ]
    assert [True, True, False] == seen


def test_the_fewest_hours_are_those_of_who_served_least(rules: Community) -> None:
    """Whoever has as few as anybody who fits."""
    seen = [Speaking.FEWEST_HOURS in speaking(rules, member(), load(served_minutes=one), fewest=60) for one in (60, 61)]
    assert [True, False] == seen


def test_only_a_resident_who_was_content_makes_somebody_known(rules: Community) -> None:
    """The dispatch keeps who served them to their content."""
    seen = [Speaking.KNOWN in speaking(rules, member(), load(), continued=frozenset(ids)) for ids in ({"v-1"}, {"v-2"})]
    assert [True, False] == seen


def test_open_offers_are_nothing_somebody_carries() -> None:
    """Whether one of them was answered a moment ago cannot be seen."""
    assert load(held=1, served_minutes=30) == as_shown(load(held=1, asked=2, served_minutes=30))
