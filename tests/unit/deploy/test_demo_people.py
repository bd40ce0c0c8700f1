"""The demonstration's people: the same choices for a seed, and only what they could do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from deploy.demo.people import ACCEPTS, CALL_ONLY, COUNTERS, EXTENDS, JOINS, NAMES, REACHED, TAKES, Answer, People
from deploy.demonstration import Demonstration
from shared.community.definition import Community, load

COUNTY = Path(__file__).parents[3] / "deploy/definitions/reference/county.toml"
GRID = "maoling-east-g1"
MANY = 4000


@pytest.fixture(scope="module")
def county() -> Community:
    """The reference county."""
    return load(COUNTY)


@pytest.fixture(scope="module")
def people(county: Community) -> People:
    """Its people."""
    return People(county, seed=1, roster=Demonstration.of(county).volunteers)


def test_answers_come_in_their_shares_and_stay_what_they_are(county: Community, people: People) -> None:
    """An offer is answered the same way whenever it is asked about, by whichever run of that seed."""
    answers = [people.answer(f"o-{number}") for number in range(MANY)]
    again = [People(county, seed=1).answer(f"o-{number}") for number in range(MANY)]
    shares = Counter(answers)
    assert (again, True, True) == (
        answers,
        abs(shares[Answer.ACCEPT] / MANY - ACCEPTS) < 0.03,
        abs(shares[Answer.COUNTER] / MANY - COUNTERS) < 0.02,
    )


def test_who_looks_at_the_pool_lives_there_and_holds_the_post(county: Community, people: People) -> None:
    """For an open post any neighbour; for what no post serves nobody."""
    rows = {row.volunteer_id: row for row in Demonstration.of(county).volunteers}
    community = county.areas.community_of(GRID)
    looking = {
        service: {one for number in range(200) for one in people.bystanders(f"o-{number}", GRID, service)}
        for service in ("neighbour_dispute", "sweeping", "certificates")
    }
    skills = {county.posts_by_id[post].skill for one in looking["neighbour_dispute"] for post in rows[one].posts}
    homes = {county.areas.community_of(rows[one].home) for shown in looking.values() for one in shown}
    assert (True, {community}, True, set()) == (
        "mediation" in skills,
        homes,
        len(looking["sweeping"]) > len(looking["neighbour_dispute"]) > 0,
        looking["certificates"],
    )


def test_a_coordinator_calls_up_a_unit_of_the_place_once(county: Community, people: People) -> None:
    """Paired with the grid or its community, no hidden employer, for what a post serves, the first time."""
    line = {GRID, county.areas.community_of(GRID)}
    called = {people.called_up(f"o-{number}", 1, GRID, "sweeping") for number in range(200)} - {None}
    units = [county.units_by_id[str(unit)] for unit in called]
    assert (True, True, {None}, {None}) == (
        bool(units),
        all(unit.paired_with in line and not unit.hidden for unit in units),
        {people.called_up(f"o-{number}", 2, GRID, "sweeping") for number in range(200)},
        {people.called_up(f"o-{number}", 1, GRID, "certificates") for number in range(200)},
    )


def test_a_secretary_names_somebody_who_is_free_or_nobody(people: People) -> None:
    """Whoever has nobody to name names nobody."""
    named = Counter(people.named(f"u-{number}", ["v-1", "v-2"]) for number in range(MANY))
    assert ({"v-1", "v-2", None}, True, None) == (
        set(named),
        abs(1 - named[None] / MANY - NAMES) < 0.03,
        people.named("u-1", []),
    )


def test_who_has_to_come_in_person_chooses_a_time_at_the_counter(county: Community, people: People) -> None:
    """When it is open, as the order's window."""
    now = datetime.fromisoformat("2026-11-22T19:00+08:00")
    wishes = [people.wish(number, now).body for number in range(MANY)]
    chosen = [wish["window"] for wish in wishes if county.services_by_code[wish["service"]].in_person]
    assert chosen
    assert {("2026-11-23T01:00:00+00:00", "2026-11-23T04:00:00+00:00")} == {(one["from"], one["to"]) for one in chosen}


def test_who_reads_no_messages_orders_through_the_coordinator_of_the_place(county: Community, people: People) -> None:
    """By phone, with their consent, taken down by whoever answers for the grid; everybody else orders alone."""
    now = datetime.fromisoformat("2026-11-22T19:00+08:00")
    wishes = [people.wish(number, now) for number in range(MANY)]
    called = [wish for wish in wishes if wish.recorded_in is not None]
    said = {(wish.body["channel"], wish.body["call_only"], wish.body["consent"]["person"]) for wish in called}
    theirs = {wish.recorded_in == county.areas.coordinator_area(wish.body["area"]) for wish in called}
    others = {"channel" in wish.body or "call_only" in wish.body for wish in wishes if wish.recorded_in is None}
    assert (True, {("phone", True, True)}, {True}, {False}) == (
        abs(len(called) / MANY - CALL_ONLY) < 0.02,
        said,
        theirs,
        others,
    )


def test_neighbours_join_in_public_space_only(people: People) -> None:
    """Some of those who pass the same place; nobody joins what happens in somebody's home."""
    joined = [people.neighbour(f"o-{number}", "sweeping") for number in range(MANY)]
    assert (True, {None}) == (
        abs(sum(one is not None for one in joined) / MANY - JOINS) < 0.03,
        {people.neighbour(f"o-{number}", "haircut") for number in range(200)},
    )


def test_a_coordinator_serves_or_asks_for_time_the_first_time_only(people: People) -> None:
    """In their shares; what came back is settled."""
    orders = [f"o-{number}" for number in range(MANY)]
    taken, extended = ([choose(one, 1) for one in orders] for choose in (people.takes, people.extends))
    assert (True, True, False) == (
        abs(sum(taken) / MANY - TAKES) < 0.02,
        abs(sum(extended) / MANY - EXTENDS) < 0.02,
        any(choose(one, 2) for one in orders for choose in (people.takes, people.extends)),
    )


def test_whoever_was_missed_answers_the_second_call(people: People) -> None:
    """The first call reaches most, the second everybody."""
    first = sum(people.reached(f"call-{number}", 1) for number in range(MANY)) / MANY
    assert (True, True) == (
        abs(first - REACHED) < 0.03,
        all(people.reached(f"call-{number}", 2) for number in range(99)),
    )
