"""The reference county has the numbers of mission.md, and nobody in it orders what nobody is free to serve."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import timedelta
from pathlib import Path

import phonenumbers
import pytest

from deploy.definitions import REFERENCE_COUNTY, generate
from deploy.definitions.making.outline import OUTLINE
from shared.community.areas import AreaTree
from shared.community.definition import Community, load
from shared.community.hours import VolunteerKind
from shared.community.phones import NEVER_RINGS, mobile
from shared.community.roster import RosterRow, read_roster
from shared.contracts.words import ServedBy, Urgency

TEST_PLACES = Path(__file__).parents[2] / "data" / "places"
HOURS = range(168)
EVENINGS_AND_WEEKENDS = {
    day * 24 + hour for day in range(7) for hour in range(24) if (hour >= 18 if day < 5 else hour >= 8) and hour < 22
}


@pytest.fixture(scope="module")
def county() -> Community:
    """The committed definition."""
    return load(REFERENCE_COUNTY)


@pytest.fixture(scope="module")
def roster(county: Community) -> list[RosterRow]:
    """The committed roster."""
    assert county.roster is not None
    return read_roster(county.roster.read_bytes(), county.roster.name, county)


def grids_by_community(areas: AreaTree) -> list[int]:
    """How many grids each community has."""
    return [len(areas.below(community.code, "grid")) for community in areas.of_kind("community")]


def test_the_tree_has_the_kinds_of_the_contract(county: Community) -> None:
    """County, sub-district, community, grid, building, stairwell, from top to bottom."""
    expected = ["county", "subdistrict", "community", "grid", "building", "stairwell"]
    assert expected == [kind.code for kind in county.areas.kinds]
    assert [4, 3, 2, 1, 0, 0] == [kind.nearness for kind in county.areas.kinds]


def test_the_stations_number_rings_nowhere(county: Community, roster: list[RosterRow]) -> None:
    """It has the shape of a mobile number of the range that is nobody's, and is no volunteer's."""
    phone = mobile(county.station_phone)
    assert (f"+86{NEVER_RINGS}", False) == (phone[:6], phone in {row.phone for row in roster})


def test_nine_communities_have_48_grids(county: Community) -> None:
    """Five or six each."""
    grids = grids_by_community(county.areas)
    assert (9, 48, {5, 6}) == (len(grids), sum(grids), set(grids))
    assert 1 == len(county.areas.of_kind("subdistrict"))


def test_every_grid_has_buildings_with_stairwells(county: Community) -> None:
    """As many as its residents need: a few tall ones or up to two dozen low ones."""
    for grid in county.areas.of_kind("grid"):
        assert 3 <= len(grid.children) <= 25
        assert {"building"} == {building.kind for building in grid.children}
        assert [] == [building.code for building in grid.children if not 1 <= len(building.children) <= 5]


def test_communities_have_as_many_residents_as_those_the_figures_come_from() -> None:
    """8,000 to 14,650 each (mission.md)."""
    residents = [community.residents for community in OUTLINE.communities]
    assert (8_000, 14_650) == (min(residents), max(residents))


def test_157_units_130_posts_12_windows_28_services(county: Community) -> None:
    """The counts of mission.md, and one service more, which takes two."""
    counts = (len(county.units), len(county.posts), len(county.windows), len(county.services))
    assert (157, 130, 12, 28) == counts


def test_posts_have_at_least_seven_skills_some_of_them_open(county: Community) -> None:
    """Every skill that is defined has a post."""
    skills = {post.skill for post in county.posts}
    assert set(county.skills_by_code) == skills
    assert len(skills) >= 7
    assert {"sweeping", "moving"} == {skill.code for skill in county.skills if skill.open}


def test_1877_volunteers_of_whom_280_hold_all_the_posts(county: Community, roster: list[RosterRow]) -> None:
    """No post is without a holder, and each has a place left or is filled to its headcount."""
    holders = [row for row in roster if row.posts]
    held = Counter(post for row in roster for post in row.posts)
    assert (1877, 280) == (len(roster), len(holders))
    assert set(county.posts_by_id) == set(held)
    assert [] == [post for post, count in held.items() if count > county.posts_by_id[post].headcount]


def test_most_volunteers_are_in_service(roster: list[RosterRow]) -> None:
    """Retired members, students and partners volunteer too."""
    kinds = Counter(row.kind for row in roster)
    assert set(VolunteerKind) == set(kinds)
    assert kinds[VolunteerKind.IN_SERVICE] > 2 / 3 * len(roster)


def test_every_unit_has_members_and_every_grid_at_least_three_units(county: Community, roster: list[RosterRow]) -> None:
    """So that a call-up has somebody to reach."""
    assert set(county.units_by_id) == {row.unit for row in roster}
    paired = Counter(unit.paired_with for unit in county.units)
    assert {grid.code for grid in county.areas.of_kind("grid")} == set(paired)
    assert min(paired.values()) >= 3


def test_every_unit_has_a_secretary_in_service(county: Community, roster: list[RosterRow]) -> None:
    """Somebody can call its members up; where nobody is in service, a student or a partner."""
    secretaries = [row for row in roster if row.secretary]
    assert {unit.unit_id for unit in county.units} == {row.unit for row in secretaries}
    assert len(county.units) == len(secretaries)
    led_by_others = {row.unit for row in secretaries if row.kind is not VolunteerKind.IN_SERVICE}
    in_service = {row.unit for row in roster if row.kind is VolunteerKind.IN_SERVICE}
    assert set() == led_by_others & in_service


def test_employers_of_judges_and_police_are_hidden(county: Community, roster: list[RosterRow]) -> None:
    """mission.md, fairness."""
    employers = {row.unit for row in roster if row.profession in {"judge", "police_officer"}}
    assert employers == {unit.unit_id for unit in county.units if unit.hidden}


def test_people_live_in_every_grid(county: Community, roster: list[RosterRow]) -> None:
    """Homes are buildings."""
    homes = Counter(county.areas.grid_of(row.home) for row in roster)
    assert {grid.code for grid in county.areas.of_kind("grid")} == set(homes)
    assert {"building"} == {county.areas[row.home].kind for row in roster}


def test_no_phone_rings_and_none_is_there_twice(roster: list[RosterRow]) -> None:
    """No number is valid in the numbering plan, so none is a real person's."""
    numbers = {row.phone for row in roster}
    assert len(roster) == len(numbers)
    assert [] == [number for number in numbers if phonenumbers.is_valid_number(phonenumbers.parse(number))]


def test_every_tier_has_its_coordinators(county: Community) -> None:
    """1 county, 1 sub-district, 9 communities, 48 grids, each with a title in both languages."""
    kinds = Counter(county.areas[coordinator.area].kind for coordinator in county.ladder.coordinators)
    assert {"county": 1, "subdistrict": 1, "community": 9, "grid": 48} == kinds
    assert ["grid", "community", "subdistrict", "county"] == [tier.kind for tier in county.ladder.tiers]
    title = county.coordinator_of("chenguang-g3-b01").title
    assert ("网格党支部书记", "Grid branch secretary") == (title.zh, title.en)


def test_all_who_can_serve_do_serve_something(county: Community) -> None:
    """Posts, staff, departments, property firms and merchants; every window has a service."""
    assert set(ServedBy) == {service.served_by for service in county.services}
    assert set(county.windows_by_code) == {service.window for service in county.services}
    assert set(Urgency) == {service.urgency for service in county.services}


def test_the_clocks_are_those_of_the_design(county: Community) -> None:
    """Dispatch, offer, service, tier, draw, call-up and lead minutes by urgency, and the review's."""
    minutes = {urgency: tuple(county.clocks.of(urgency).model_dump(exclude={"hours"}).values()) for urgency in Urgency}
    assert {
        Urgency.URGENT: (30, 5, 120, 60, 0, 10, 0),
        Urgency.NORMAL: (720, 30, 1440, 840, 5, 60, 720),
        Urgency.FLEXIBLE: (1680, 120, 4320, 1680, 10, 120, 1440),
    } == minutes
    days = [timedelta(days=count) for count in (1, 2, 3)]
    assert days == [*county.clocks.review_reminders, county.clocks.review]


def eligible(county: Community, roster: list[RosterRow], grid: str, skill: str) -> list[RosterRow]:
    """Any member for an open skill, else the holders (vetted where needed) of posts that cover the grid."""
    if county.skills_by_code[skill].open:
        return roster
    posts = {post.post_id for post in county.posts_covering(grid, skill)}
    vetted = county.skills_by_code[skill].needs_vetting
    return [row for row in roster if posts & set(row.vetted_posts if vetted else row.posts)]


def test_every_service_of_a_post_can_be_served_in_every_grid_at_any_hour(
    county: Community, roster: list[RosterRow]
) -> None:
    """At least three are free on evenings and weekends, and one at every hour of the week."""
    short: list[tuple[str, str, int, int]] = []
    counted: dict[frozenset[str], Counter[int]] = {}
    for grid in county.areas.of_kind("grid"):
        for service in county.services:
            if service.post is None:
                continue
            people = eligible(county, roster, grid.code, service.post)
            key = frozenset(row.volunteer_id for row in people)
            if key not in counted:
                counted[key] = Counter(hour for row in people for hour in row.free_hours(county))
            free = counted[key]
            short += [
                (grid.code, service.code, hour, free[hour])
                for hour in HOURS
                if free[hour] < (3 if hour in EVENINGS_AND_WEEKENDS else 1)
            ]
    assert [] == short


def test_names_are_real_administrative_names(county: Community) -> None:
    """Those of one sub-district office with exactly nine communities, without the word for the office."""
    with (TEST_PLACES / "communities.csv").open(encoding="utf-8", newline="") as places:
        rows = list(csv.DictReader(places))
    names = [row["community"].removesuffix("居委会") for row in rows]
    assert names == [community.name.zh for community in county.areas.of_kind("community")]
    assert {(row["county"], row["street"]) for row in rows} == {
        (county.name.zh, county.areas.of_kind("subdistrict")[0].name.zh)
    }


@pytest.mark.parametrize("name", ["communities.csv", "LICENSE"])
def test_place_names_come_with_their_licence(name: str) -> None:
    """Beside the definition as beside the test data, byte for byte."""
    assert (TEST_PLACES / name).read_bytes() == (REFERENCE_COUNTY.parent / "places" / name).read_bytes()


def test_the_committed_tables_are_what_the_generator_makes() -> None:
    """The same seed makes the same bytes."""
    for name, text in generate.tables().items():
        assert text.encode() == (REFERENCE_COUNTY.parent / name).read_bytes(), name


def test_another_seed_makes_another_county_that_is_valid_too(tmp_path: Path) -> None:
    """The rules hold by construction, not by the luck of one seed; the seed is really used."""
    for written in ("county.toml", "phrases.csv"):
        (tmp_path / written).write_bytes((REFERENCE_COUNTY.parent / written).read_bytes())
    tables = generate.tables(seed=7)
    for name, text in tables.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    county = load(tmp_path / "county.toml")
    roster = read_roster(tables["roster.csv"].encode(), "roster.csv", county)
    assert tables["roster.csv"] != generate.tables()["roster.csv"]
    assert 280 == sum(bool(row.posts) for row in roster)
    test_every_service_of_a_post_can_be_served_in_every_grid_at_any_hour(county, roster)


def test_the_generator_writes_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a file with its rows."""
    generate.write(tmp_path)
    assert set(generate.tables()) == {path.name for path in tmp_path.iterdir()}
    assert "roster.csv: 1877 rows" in capsys.readouterr().out
