"""A definition is valid as a whole or refused with every place and broken rule named."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.community.definition import DefinitionInvalid, Fault, load
from shared.community.hours import VolunteerKind, WeekHours
from shared.contracts.words import ServedBy, Urgency
from tests.unit.community import small_county

TOML = "small.toml"


def test_a_small_definition_is_read(tmp_path: Path) -> None:
    """Every part arrives, typed and looked up by its code."""
    community = load(small_county.write(tmp_path))
    assert ("small", "Small", "小县") == (community.code, community.name.en, community.name.told_in("zh-CN"))
    assert ["small", "east", "east-g1", "east-g1-b1", "east-g1-b2", "east-g2", "west", "west-g1"] == [
        area.code for area in community.areas
    ]
    homework = community.services_by_code["homework"]
    assert (ServedBy.POST, "tutoring", Urgency.NORMAL) == (homework.served_by, homework.post, homework.urgency)
    assert community.skills_by_code["moving"].open
    assert "Learning" == community.windows_by_code[homework.window].name.en
    assert "Teacher" == community.professions_by_code["teacher"].name.told_in("en-GB")
    assert (2, "east") == (
        community.posts_by_id["tutoring-east"].headcount,
        community.posts_by_id["tutoring-east"].area,
    )
    assert (False, True) == (community.units_by_id["u-1"].hidden, community.units_by_id["u-2"].hidden)
    assert WeekHours.parse("daily 8-20") == community.default_hours[VolunteerKind.RETIRED]
    assert tmp_path.resolve() / "roster.csv" == community.roster


def test_a_definition_needs_no_roster(tmp_path: Path) -> None:
    """A community may start with nobody."""
    assert load(small_county.write(tmp_path, TOML, 'roster = "roster.csv"\n', "")).roster is None


def test_coordinators_have_the_title_of_their_tier_or_their_own(tmp_path: Path) -> None:
    """The table may leave the title out."""
    community = load(small_county.write(tmp_path))
    assert "Grid leader" == community.coordinator_of("east-g1-b2").title.en
    assert "Senior grid leader" == community.coordinator_of("east-g2").title.en
    assert "c-1" == community.coordinator_of("east").coordinator_id
    assert "west-g1" == community.ladder.by_id["c-4"].area


def test_posts_cover_their_area_and_all_below(tmp_path: Path) -> None:
    """Nearest first; a post elsewhere does not count."""
    community = load(small_county.write(tmp_path))
    covering = community.posts_covering("east-g1-b1", "tutoring")
    assert ["tutoring-east", "tutoring-small"] == [post.post_id for post in covering]
    assert ["tutoring-small"] == [post.post_id for post in community.posts_covering("west-g1", "tutoring")]
    assert () == community.posts_covering("west-g1", "moving")


def test_clocks_are_told_by_urgency(tmp_path: Path) -> None:
    """Minutes in the file, spans of time in the code."""
    clocks = load(small_county.write(tmp_path)).clocks
    urgent = clocks.of(Urgency.URGENT)
    expected = tuple(timedelta(minutes=minutes) for minutes in (30, 5, 120, 60))
    assert expected == (urgent.dispatch, urgent.offer, urgent.service, urgent.tier)
    assert timedelta(days=3) == clocks.review
    assert [240, 1440] == [clocks.of(each).dispatch_minutes for each in (Urgency.NORMAL, Urgency.FLEXIBLE)]


def test_local_time_is_that_of_the_definition(tmp_path: Path) -> None:
    """Noon in Xi'an is four in the morning in UTC."""
    community = load(small_county.write(tmp_path))
    assert "2026-11-22T12:00:00+08:00" == community.local(datetime(2026, 11, 22, 4, tzinfo=UTC)).isoformat()


def test_a_table_in_gbk_with_windows_line_ends_is_read_like_any_other(tmp_path: Path) -> None:
    """A community keeps its tables in the spreadsheet it has."""
    path = small_county.write(tmp_path)
    areas = small_county.FILES["areas.csv"].replace("\n", "\r\n").encode("gb18030")
    (tmp_path / "areas.csv").write_bytes(areas)
    assert "一网格" == load(path).areas["east-g1"].name.zh


BROKEN = tomllib.loads((Path(__file__).parent / "broken_definitions.toml").read_text(encoding="utf-8"))["broken"]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken['fault']['place']}-{broken['new']}"[:60])
def test_a_broken_rule_is_named_with_its_place(tmp_path: Path, broken: dict[str, Any]) -> None:
    """One thing changed in a valid definition is found, with file, place and rule."""
    fault = Fault(**broken["fault"])
    with pytest.raises(DefinitionInvalid) as refused:
        load(small_county.write(tmp_path, broken["file"], broken["old"], broken["new"]))
    assert fault in refused.value.faults
    assert str(fault) in str(refused.value)


def test_a_service_whose_skill_no_post_has_is_refused_unless_the_skill_is_open(tmp_path: Path) -> None:
    """A resident must not be able to order what nobody could serve."""
    posts = small_county.FILES["posts.csv"].replace(",tutoring,", ",moving,")
    path = small_county.write(tmp_path)
    (tmp_path / "posts.csv").write_text(posts, encoding="utf-8")
    with pytest.raises(DefinitionInvalid) as refused:
        load(path)
    rule = "no post has the skill 'tutoring', so nobody could serve this"
    assert (Fault(TOML, "services[0].post", rule),) == refused.value.faults
    path.write_text(path.read_text(encoding="utf-8").replace('post = "tutoring"', 'post = "moving"'), encoding="utf-8")
    assert "moving" == load(path).services_by_code["homework"].post


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    """A header alone says nothing."""
    path = small_county.write(tmp_path)
    (tmp_path / "units.csv").write_text("unit_id,name_zh,name_en,located_in\n", encoding="utf-8")
    with pytest.raises(DefinitionInvalid) as refused:
        load(path)
    assert (Fault("units.csv", "", "there must be a header and at least one row"),) == refused.value.faults


def test_a_definition_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With the file's name, not its folder."""
    with pytest.raises(DefinitionInvalid) as refused:
        load(tmp_path / "none.toml")
    assert (Fault("none.toml", "", "cannot be read: No such file or directory"),) == refused.value.faults


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Who edits a definition should not have to find the errors one by one."""
    path = small_county.write(tmp_path, "posts.csv", "tutoring,east,2", "juggling,north,2")
    units = small_county.FILES["units.csv"].replace("Court,west", "Court,north")
    (tmp_path / "units.csv").write_text(units, encoding="utf-8")
    with pytest.raises(DefinitionInvalid) as refused:
        load(path)
    places = [(fault.file, fault.place) for fault in refused.value.faults]
    assert [("posts.csv", "row 2, skill"), ("posts.csv", "row 2, area"), ("units.csv", "row 3, located_in")] == places
