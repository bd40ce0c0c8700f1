"""Who may take up a post: the area they belong to, what they work as, and what is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.models.personal import merged
from services.matcher.policies.claims import (
    AlreadyClaimed,
    ClaimRule,
    ClaimState,
    NotOfThisArea,
    PostFull,
    ProfessionDoesNotFit,
    Registration,
    RegistrationInvalid,
    areas_of_interest,
    belongs,
    check_registration,
    reasons,
    refusal_of,
    state_of,
)
from shared.community.definition import Community
from shared.community.posts import Post
from shared.contracts.words import Window

HOME = "maoling-east-g1-b01"
START = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("home", "unit_areas", "area", "expected"),
    [
        (HOME, (), "maoling-east-g1", True),
        (HOME, (), "maoling-east", True),
        (HOME, (), "qindu", True),
        (HOME, (), "maoling-east-g2", False),
        (HOME, (), "maoling-west", False),
        (HOME, ("maoling-west",), "maoling-west", True),
        (HOME, ("maoling-west",), "maoling-west-g3", True),
        (HOME, ("maoling-west-g3",), "maoling-west", True),
        (HOME, ("maoling-west-g3",), "maoling-west-g2", False),
        (HOME, ("chenguang", "maoling-west-g3"), "maoling-west-g3", True),
        (HOME, ("qindu",), "maoling-west", False),
        (HOME, ("nowhere",), "maoling-west", False),
        ("nowhere", (), "qindu", False),
    ],
)
def test_one_belongs_by_home_or_by_unit(
    rules: Community, home: str, unit_areas: tuple[str, ...], area: str, expected: bool
) -> None:
    """双报到: at home at or below the area, or through the unit within its community; never from far above."""
    assert expected == belongs(Registration(home, unit_areas), area, rules.areas)


def test_reasons_come_in_order_and_each_has_its_refusal(rules: Community) -> None:
    """A stranger of another trade at a full post breaks three rules; nobody breaks the first with them."""
    post, skill = rules.posts_by_id["mediation-maoling-west"], rules.skills_by_code["mediation"]
    stranger = Registration(HOME, (), "nurse")
    broken = list(reasons(stranger, post, skill, rules.areas, left=0, claimed=False))
    assert [ClaimRule.NOT_OF_THIS_AREA, ClaimRule.PROFESSION_DOES_NOT_FIT, ClaimRule.POST_FULL] == broken
    holder = Registration("maoling-west-g1", (), "judge")
    assert [ClaimRule.ALREADY_CLAIMED] == list(reasons(holder, post, skill, rules.areas, left=1, claimed=True))
    assert [] == list(reasons(holder, post, skill, rules.areas, left=1, claimed=False))
    told = [type(refusal_of(rule)) for rule in ClaimRule]
    assert [AlreadyClaimed, NotOfThisArea, ProfessionDoesNotFit, PostFull] == told


def test_any_profession_fits_an_open_post(rules: Community) -> None:
    """Sweeping and moving ask nobody what they work as."""
    post = rules.posts_by_id["sweeping-maoling-east"]
    skill = rules.skills_by_code["sweeping"]
    assert [] == list(reasons(Registration(HOME), post, skill, rules.areas, left=1, claimed=False))


@pytest.mark.parametrize(
    ("skill", "vetted", "expected"),
    [
        ("mediation", False, ClaimState.WAITING),
        ("mediation", True, ClaimState.HELD),
        ("safety", False, ClaimState.HELD),
    ],
)
def test_a_claim_waits_only_where_the_skill_needs_vetting(
    rules: Community, skill: str, vetted: bool, expected: ClaimState
) -> None:
    """Everywhere else it counts at once."""
    assert expected == state_of(rules.skills_by_code[skill], vetted=vetted)


@given(place=st.integers(0, 10**6), unit=st.integers(0, 10**6), post=st.integers(0, 10**6))
def test_what_one_may_claim_is_among_what_one_sees(rules: Community, place: int, unit: int, post: int) -> None:
    """The list of posts hides none that could be claimed."""
    homes = [area.code for area in rules.areas if rules.areas.grid_of(area.code)]
    places = [area.code for area in rules.areas]
    registration = Registration(homes[place % len(homes)], (places[unit % len(places)],))
    wanted: Post = rules.posts[post % len(rules.posts)]
    seen = wanted.area in areas_of_interest(registration, rules.areas)
    assert seen or not belongs(registration, wanted.area, rules.areas)


def test_a_registration_names_each_unknown_field(rules: Community) -> None:
    """Home too wide, no such unit, no such profession, all at once."""
    with pytest.raises(RegistrationInvalid) as refused:
        check_registration("maoling-east", "u-999", "juggler", rules, set())
    assert ["/home", "/unit", "/profession"] == [error.pointer for error in refused.value.errors]
    check_registration(HOME, None, "teacher", rules, set())


@given(spans=st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 20)), max_size=12))
def test_absences_are_joined_and_cover_the_same_time(spans: list[tuple[int, int]]) -> None:
    """Sorted, apart, and away at exactly the hours that were said and are not over."""
    told = [
        Window(from_=START + timedelta(hours=begin), to=START + timedelta(hours=begin + length))
        for begin, length in spans
    ]
    kept = merged(told, START)
    assert list(kept) == sorted(kept, key=lambda absence: absence.from_)
    assert [] == [one for one, other in pairwise(kept) if other.from_ <= one.to]
    halves = [START + timedelta(minutes=30, hours=hour) for hour in range(-60, 80)]
    running = [absence for absence in told if absence.to > START]
    assert [any(one.from_ <= at < one.to for one in running) for at in halves] == [
        any(one.from_ <= at < one.to for one in kept) for at in halves
    ]
