"""Volunteers and orders of any number for the benchmarks of the pairing, the same every time; and how fast the index
of candidates finds among them.
"""

from __future__ import annotations

import random
import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from time import perf_counter
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from services.matcher.policies.candidates import Candidates
from services.matcher.policies.eligibility import Load, Member, Need
from services.matcher.policies.windows import Serving, Span
from shared.community.areas import Area, AreaKind, AreaTree
from shared.community.calendar import official
from shared.community.hours import WeekHours
from shared.community.local import LocalTime
from shared.community.pairing import Weights
from shared.community.text import Text
from shared.contracts.words import Urgency

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
LOCAL = LocalTime(ZoneInfo("Asia/Shanghai"), official("china"))
PLANS = ["mon-fri 18-22; sat-sun 8-22", "daily 8-20", "weekends 9-21", "weekdays 9-18"]
LATER = (-2, -1, 0, 3, 4, 5, 8)
"""Hours from now in the morning to windows in which people ask for others."""
GRIDS_OF_A_COMMUNITY, PEOPLE_OF_A_GRID = 5, 40
NAME = Text(zh="区", en="Area")
KINDS = [("county", 4), ("subdistrict", 3), ("community", 2), ("grid", 1)]


def tree(communities: int) -> AreaTree:
    """Nine communities a sub-district, as the reference county has."""
    below = [
        Area(
            code=f"c{number}",
            name=NAME,
            kind="community",
            children=tuple(
                Area(code=f"c{number}-g{grid}", name=NAME, kind="grid") for grid in range(GRIDS_OF_A_COMMUNITY)
            ),
        )
        for number in range(communities)
    ]
    streets = [
        Area(code=f"s{first}", name=NAME, kind="subdistrict", children=tuple(below[first : first + 9]))
        for first in range(0, communities, 9)
    ]
    kinds = [AreaKind(code=code, name=NAME, nearness=nearness) for code, nearness in KINDS]
    return AreaTree(Area(code="county", name=NAME, kind="county", children=tuple(streets)), kinds)


def people(count: int, grids: list[str], draw: random.Random) -> list[Member]:
    """One in seven holds the post of their community; one in five has hours of their own, one in fifty is away."""
    plans = [WeekHours.parse(plan) for plan in PLANS]
    own = [WeekHours(plan.bits & draw.getrandbits(168)) for plan in plans for _ in range(500)]
    away = (Span(NOW - timedelta(days=1), NOW + timedelta(days=draw.randint(0, 9))),)
    found = []
    for number in range(count):
        home = draw.choice(grids)
        found.append(
            Member(
                f"volunteer-{number:08}",
                home,
                draw.choice(own if draw.random() < 0.2 else plans),
                {f"mediation-{home.split('-')[0]}": draw.random() < 0.8} if draw.random() < 1 / 7 else {},
                absences=away if draw.random() < 0.02 else (),
            )
        )
    return found


def needs(grids: list[str], draw: random.Random, count: int) -> Iterator[Need]:
    """Half of them for a post, half open to any member; half with a window by day, half within three days."""
    for number in range(count):
        grid, open_to_any, fixed = draw.choice(grids), number % 2 == 0, number % 4 < 2
        start = NOW + timedelta(days=draw.randint(1, 2), hours=draw.choice(LATER)) if fixed else NOW
        span = Span(start, start + (timedelta(hours=4) if fixed else timedelta(days=3)))
        yield Need(
            order_id=f"o-{number}",
            leg_id=f"l-{number}",
            skill="any",
            grid=grid,
            posts=frozenset({f"mediation-{grid.split('-')[0]}"}),
            open_to_any=open_to_any,
            needs_vetting=not open_to_any,
            urgency=Urgency.NORMAL,
            serving=Serving(span, 90, fixed=fixed),
            now=NOW,
            local=LOCAL,
            due_at=NOW + timedelta(hours=4),
            placed_at=NOW,
        )


@dataclass(frozen=True)
class Looked:
    """How the index does among so many people: seconds to build it, bytes of it for each, and milliseconds (median and
    99th percentile) to find 32 for a post, 32 among all members, and to note a change.
    """

    people: int
    built: float
    bytes_each: int
    post: tuple[float, float]
    member: tuple[float, float]
    note: tuple[float, float]


def clocked(call: Callable[[Any], object], values: Sequence[Any]) -> tuple[float, float]:
    """The median and the 99th percentile of a call, milliseconds."""
    seconds: list[float] = []
    for value in values:
        begun = perf_counter()
        call(value)
        seconds.append(perf_counter() - begun)
    cuts = quantiles(seconds, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


def crowd_of(count: int) -> tuple[AreaTree, list[Member], random.Random]:
    """So many people, where they live, and the dice for what is asked of them."""
    draw = random.Random(count)  # noqa: S311 - the same people every time
    areas = tree(max(9, count // (GRIDS_OF_A_COMMUNITY * PEOPLE_OF_A_GRID)))
    return areas, people(count, [area.code for area in areas.of_kind("grid")], draw), draw


def looked(count: int) -> Looked:
    """Build an index of so many people, look up, and keep it."""
    areas, members, draw = crowd_of(count)
    grids = [area.code for area in areas.of_kind("grid")]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = perf_counter()
    index = Candidates(SimpleNamespace(areas=areas), members)  # type: ignore[arg-type]  # areas are all it reads
    wanted = list(needs(grids, draw, 2000))

    def find(need: Need) -> object:
        return index.find(need, 32, Weights())

    find(wanted[0])
    find(wanted[1])
    built = perf_counter() - begun
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 // count
    return Looked(
        count,
        built,
        grown,
        clocked(find, [need for need in wanted if not need.open]),
        clocked(find, [need for need in wanted if need.open]),
        clocked(lambda one: index.note(one.volunteer_id, Load(held=1)), draw.sample(members, min(1000, count))),
    )
