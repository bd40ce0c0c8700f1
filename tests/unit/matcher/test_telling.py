"""What the pages say about the pairing, in one sentence each."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from services.matcher.pages.contact import way_to
from services.matcher.pages.telling import PARTS, gap, how_far, why
from services.matcher.policies.acceptance import Source
from services.matcher.policies.chance import PARTS_OF_DAY
from services.matcher.queries.views import GapView
from shared.community.definition import Community
from shared.community.pairing import Weights

FAR = {"near": 3.0, "load": 4.0, "rest": 2.0, "continuity": 0.0}
FRESH = "not asked lately", "with little else to do"
IDEAL = {"near": 1.0, "load": 0.0, "rest": 0.0, "continuity": -2.0}


@pytest.mark.parametrize(
    ("source", "parts", "eligible", "told"),
    [
        (Source.WAVE, IDEAL, 7, ", ".join(["known to the resident", "close by", *FRESH, "one of 7 who could"])),
        (Source.WAVE, FAR, 7, "one of 7 who could"),
        (Source.WAVE, FAR, 1, "the only one who could"),
        (Source.POOL, FAR | {"near": 0.0}, 0, "asked for it, close by"),
        (Source.STANDBY, IDEAL, 7, "Said yes before, and a place has become free."),
        (Source.CALL_UP, IDEAL, 7, "Named by the secretary of the unit."),
    ],
)
def test_why_somebody_was_chosen_is_what_speaks_for_them(
    source: Source, parts: dict[str, float], eligible: int, told: str
) -> None:
    """Only what is in their favour, never what somebody else answered."""
    assert told == why(source, parts, eligible, Weights())


def test_what_counts_for_little_is_still_said_by_the_distance_it_stands_for() -> None:
    """The parts are weighed; the words are about steps, hours and days."""
    weights = Weights(near=0.1, load=5.0, rest=0.5)
    parts = {"near": 0.3, "load": 4.0, "rest": 0.2, "continuity": 0.0}
    assert "with little else to do, one of 2 who could" == why(Source.WAVE, parts, 2, weights)


@pytest.mark.parametrize(
    ("area", "told"),
    [
        ("maoling-east-g1", "In your own grid"),
        ("maoling-east-g2", "In your own community"),
        ("maoling-west-g1", "In another community"),
        ("long-gone", ""),
    ],
)
def test_how_far_it_is_is_said_by_the_tree(rules: Community, area: str, told: str) -> None:
    """From the volunteer's home; whoever lives in a building lives in its grid."""
    assert [told] * 2 == [how_far(home, area, rules.areas) for home in ("maoling-east-g1", "maoling-east-g1-b01")]


def test_a_map_learns_of_the_community_alone(rules: Community) -> None:
    """Neither building nor grid is in its address; above the communities, and without a map, there is no link."""
    link = "https://map.example/find?q={place}&app=paidan"
    told = quote("秦都区 茂陵东街社区", safe="")
    assert f"https://map.example/find?q={told}&app=paidan" == way_to("maoling-east-g1-b01", rules.areas, link)
    assert [""] * 3 == [
        way_to("maoling-east-g1", rules.areas, ""),
        way_to(rules.areas.root.code, rules.areas, link),
        way_to("long-gone", rules.areas, link),
    ]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("no_holders", "Mediation in Grid 1, Maoling East Street lacks holders"),
        ("not_free", "Mediation in Grid 1, Maoling East Street lacks holders who have time in the early evening"),
        ("party", "Mediation in Grid 1, Maoling East Street lacks holders who may be asked in the early evening"),
    ],
)
def test_a_gap_is_a_sentence(rules: Community, reason: str, told: str) -> None:
    """Which post, where, and when."""
    skill = rules.skills_by_code["mediation"]
    view = GapView(
        post="mediation",
        post_name=skill.name,
        area="maoling-east-g1",
        area_name=None,
        part_of_day=4,
        reason=reason,
        legs=2,
    )
    assert (told, PARTS_OF_DAY) == (gap(view, rules), len(PARTS))
