"""The simulation's people: the same dice for every policy, and what the assumptions say on average."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from deploy.layout import DEFAULT_DEFINITION
from deploy.simulate.behaviour import IGNORING, Assumptions
from deploy.simulate.coordinators import Coordinators
from deploy.simulate.dice import Dice
from deploy.simulate.residents import Residents, Wish
from deploy.simulate.volunteers import Person, Question, Says, Volunteers
from shared.community.definition import Community, load
from shared.community.roster import read_roster
from shared.contracts.words import Outcome, Urgency

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def county() -> Community:
    """The reference county."""
    return load(DEFAULT_DEFINITION)


def volunteers(county: Community, assumed: Assumptions, seed: int = 1) -> Volunteers:
    """The reference roster, behaving as assumed."""
    assert county.roster is not None
    rows = read_roster(county.roster.read_bytes(), county.roster.name, county)
    return Volunteers(county, rows, assumed, Dice(seed))


def monday(county: Community, hour: int = 0) -> datetime:
    """An hour of a Monday without a holiday."""
    return datetime(2026, 3, 2, hour, tzinfo=county.zone)


def wish(county: Community, urgency: Urgency, grid: str) -> Wish:
    """An order without a window."""
    service = county.services_by_code["small_repairs"]
    return Wish(1, monday(county), service, grid, urgency, None, 1, returning=False)


def says(people: Volunteers, county: Community, hour: int, urgency: Urgency = Urgency.NORMAL) -> Counter[Says]:
    """What everybody answers who is asked once, in their own grid."""
    found = Counter[Says]()
    for name, person in people.people.items():
        grid = county.areas.grid_of(person.row.home)
        assert grid is not None
        found[people.answer(Question(name, f"o-{name}", wish(county, urgency, grid)), monday(county, hour)).says] += 1
    return found


def test_orders_are_the_same_for_a_seed_and_as_many_as_asked_for(county: Community) -> None:
    """Four weeks of sixty a day lie within five deviations of a Poisson count; another seed has other orders."""
    weeks = [Residents(county, Assumptions(), Dice(seed)).wishes(monday(county), 28, 60) for seed in (1, 1, 2)]
    assert weeks[0] == weeks[1] != weeks[2]
    assert abs(len(weeks[0]) - 28 * 60) < 5 * (28 * 60) ** 0.5
    assert sorted(one.at for one in weeks[0]) == [one.at for one in weeks[0]]
    assert all(one.window is None or one.window.from_ > one.at for one in weeks[0])


def test_people_say_yes_as_often_as_assumed(county: Community) -> None:
    """Asked once, in the evening and nearby, the mean of all is the assumed one; silence is, too."""
    even = Assumptions(mood=(1.0,) * 24, each_step=1.0)
    found = says(volunteers(county, even), county, hour=19)
    everybody = found.total()
    assert abs(found[Says.YES] / everybody - even.acceptance) < 0.04
    assert abs(found[Says.NOTHING] / everybody - even.silent) < 0.04


def test_urgent_orders_find_more_yeses_than_others(county: Community) -> None:
    """With the same dice: whoever says yes to a normal order would to an urgent one."""
    normal = says(volunteers(county, Assumptions()), county, 19)[Says.YES]
    assert says(volunteers(county, Assumptions()), county, 19, Urgency.URGENT)[Says.YES] > normal


def test_asks_tire_and_rest_heals(county: Community) -> None:
    """Ten asks in an hour are nearly ten recent ones; a week later they are few."""
    people = volunteers(county, Assumptions())
    person: Person = next(iter(people.people.values()))
    for number in range(10):
        person.ask(monday(county, 9) + timedelta(minutes=number))
    assert person.recent_asks(monday(county, 10)) > 9.5
    assert person.recent_asks(monday(county, 10) + timedelta(days=7)) < 1


def test_nobody_answers_when_all_ignore(county: Community) -> None:
    """The assumption of the ladder's test."""
    assert {Says.NOTHING} == set(says(volunteers(county, IGNORING), county, 19, Urgency.URGENT))


def test_coordinators_decide_within_their_hours(county: Community) -> None:
    """At night a grid's order waits for the morning, a county's from Friday evening for Monday."""
    coordinators = Coordinators(county, Assumptions(), Dice(1))
    night, friday = monday(county, 23), monday(county, 18) + timedelta(days=4)
    takes = timedelta(minutes=30)
    assert monday(county, 8) + timedelta(days=1) + takes == coordinators.after(night, takes, (8, 21), workdays=False)
    assert monday(county, 9) + timedelta(days=7) + takes == coordinators.after(friday, takes, (9, 18), workdays=True)
    assert monday(county, 8) + 2 * timedelta(days=1) + HOUR == coordinators.after(
        monday(county, 20) + timedelta(days=1), 2 * HOUR, (8, 21), workdays=False
    )


def test_a_resident_without_a_reply_closes_when_the_review_is_due(county: Community) -> None:
    """And nobody finds a second attempt not fixed."""
    silent = Residents(county, Assumptions(reviews=0.0), Dice(1))
    due = monday(county, 9) + timedelta(days=3)
    verdict = silent.verdict("o-1", 1, monday(county, 9), due)
    assert (due, Outcome.NO_REPLY, None) == (verdict.at, verdict.outcome, verdict.rating)
    unhappy = Residents(county, Assumptions(reviews=1.0, not_fixed=1.0), Dice(1))
    outcomes = [unhappy.verdict(f"o-{number}", 2, monday(county, 9), due).outcome for number in range(200)]
    assert Outcome.NOT_FIXED not in outcomes
    assert Outcome.NOT_FIXED in {unhappy.verdict(f"o-{n}", 1, monday(county, 9), due).outcome for n in range(20)}


def test_every_assumption_is_printed_with_its_meaning() -> None:
    """One line each, none without words."""
    lines = list(Assumptions().lines())
    assert len(Assumptions.__dataclass_fields__) == len(lines)
    assert all(name and value and meaning for name, value, meaning in lines)
