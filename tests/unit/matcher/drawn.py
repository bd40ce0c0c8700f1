"""Strategies for people and needs around one small place, where every reason and every cost comes up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from services.matcher.policies.eligibility import Load, Member, Need
from services.matcher.policies.windows import Serving, Span
from shared.community.hours import ALL_WEEK, WeekHours
from shared.contracts.words import Urgency
from tests.unit.matcher.people import LOCAL, NOW, need, span

GRIDS = ("maoling-east-g1", "maoling-east-g2", "maoling-west-g1", "shanguang-g1", "maoling-east-g1-b01")
HOMES = (*GRIDS, "maoling-east-g1-b01-s1", "maoling-east", "maquan", "qindu")
POSTS = ("mediation-maoling-east", "mediation-maquan", "mediation-shanguang")
NAMES = [f"v-{number}" for number in range(12)]

_some = st.sampled_from
weeks = st.one_of(
    _some([WeekHours(0), WeekHours(ALL_WEEK), WeekHours.parse("mon-fri 18-22; sat-sun 8-22")]),
    st.integers(0, ALL_WEEK).map(WeekHours),
)
spans = st.builds(span, st.integers(-30, 60), st.integers(1, 30))
few_spans = st.lists(spans, max_size=2)
marks = st.frozensets(_some("abc"), max_size=2)


@st.composite
def members(draw: st.DrawFn, volunteer_id: str) -> Member:
    """Somebody with a mixture of everything."""
    return Member(
        volunteer_id,
        draw(_some(HOMES)),
        draw(weeks),
        draw(st.dictionaries(_some(POSTS), st.booleans(), max_size=3)),
        capacity=draw(st.integers(1, 3)),
        on_duty=draw(_some([False, False, False, True])),
        daily_offers=draw(st.integers(0, 3)),
        urgent_at_work=draw(st.booleans()),
        absences=tuple(draw(few_spans)) if draw(st.booleans()) else (),
        unit=draw(_some([None, "u-1", "u-2"])),
        marks=draw(marks),
    )


@st.composite
def loads(draw: st.DrawFn) -> Load:
    """What somebody may carry."""
    ago = draw(st.none() | _some([timedelta(), timedelta(hours=3)]) | st.timedeltas(timedelta(), timedelta(days=9)))
    return Load(
        held=draw(_some([0, 0, 0, 1, 3])),
        asked=draw(_some([0, 0, 1])),
        served_minutes=draw(_some([0, 0, 60, 120, 4000, 10_000_000])),
        asked_at=NOW - ago if ago is not None else None,
        asked_on=LOCAL.day(NOW - ago) if ago is not None else None,
        asked_today=draw(st.integers(0, 3)) if ago is not None else 0,
        busy=draw(few_spans),
    )


@st.composite
def rosters(draw: st.DrawFn) -> dict[str, tuple[Member, Load]]:
    """Up to a dozen people."""
    names = draw(st.lists(_some(NAMES), unique=True, max_size=len(NAMES)))
    return {name: (draw(members(name)), draw(loads())) for name in names}


@st.composite
def willing(draw: st.DrawFn) -> dict[str, tuple[Member, Load]]:
    """People who can nearly always be asked and differ in where they live and what they carry."""
    names = draw(st.lists(_some(NAMES), unique=True, min_size=4, max_size=len(NAMES)))
    return {
        name: (
            Member(name, draw(_some(HOMES)), WeekHours(ALL_WEEK), dict.fromkeys(POSTS, True), capacity=9),
            Load(held=draw(st.integers(0, 4)), served_minutes=draw(_some([0, 0, 120]))),
        )
        for name in names
    }


@st.composite
def servings(draw: st.DrawFn) -> Serving:
    """Some time from now on, up to a week long."""
    start = NOW + timedelta(minutes=draw(st.integers(0, 3000)))
    length = timedelta(minutes=draw(st.integers(1, 600) | st.integers(1, 10_000)), seconds=draw(st.integers(0, 59)))
    return Serving(Span(start, start + length), draw(st.integers(0, 1440)), fixed=draw(st.booleans()))


@st.composite
def needs(draw: st.DrawFn) -> Need:
    """A need of any kind."""
    open_to_any = draw(st.booleans())
    drawn: dict[str, Any] = {
        "leg_id": draw(_some(["l-1", "l-2", "another leg"])),
        "grid": draw(_some(GRIDS)),
        "posts": frozenset(draw(st.sets(_some(POSTS)))),
        "open_to_any": open_to_any,
        "needs_vetting": not open_to_any and draw(st.booleans()),
        "called_up": draw(_some([False, False, True])),
        "urgency": draw(_some(list(Urgency))),
        "serving": draw(servings()),
        "now": NOW + timedelta(minutes=draw(_some([0, 0, 90]) | st.integers(0, 3000))),
        "refused": draw(st.frozensets(_some([*NAMES, "gone"]), max_size=2)),
        "excluded": draw(st.frozensets(_some([*NAMES, "gone"]), max_size=2)),
        "excluded_areas": tuple(draw(st.lists(_some([*HOMES[:-2], "nowhere"]), max_size=2))),
        "party_marks": draw(marks),
        "continued": draw(st.frozensets(_some([*NAMES, "gone"]), max_size=2)),
    }
    return need(**drawn)


@st.composite
def simple_needs(draw: st.DrawFn) -> Need:
    """A need that nearly anybody can serve, in some grid, who may be known to the resident."""
    known = draw(st.frozensets(_some(NAMES), max_size=3))
    return need(grid=draw(_some(GRIDS)), posts=frozenset(POSTS), open_to_any=draw(st.booleans()), continued=known)
