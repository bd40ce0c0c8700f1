"""The index of candidates agrees with the rules for one person, whatever happened to the roster."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.candidates import Candidates
from services.matcher.policies.costs import cost_of
from services.matcher.policies.eligibility import PASSING, Load, Member, Need, Reason, is_eligible, reasons
from shared.community.definition import Community
from shared.community.pairing import Weights
from tests.unit.matcher import drawn
from tests.unit.matcher.people import GRID, LOCAL, NEVER, NOW, POST, load, member, need, span

Roster = dict[str, tuple[Member, Load]]

weights = st.builds(
    Weights, **dict.fromkeys(("near", "load", "rest", "continuity"), st.sampled_from([0.0, 0.5, 1.0, 3.0]))
)
overlooked = st.frozensets(st.sampled_from(sorted(set(Reason) - {Reason.NOT_A_HOLDER})), max_size=3)


def index_of(rules: Community, roster: Roster, look: int = 4096) -> Candidates:
    """All of them at once."""
    people = [person for person, _ in roster.values()]
    return Candidates(rules, people, {name: carried for name, (_, carried) in roster.items()}, look)


def cheapest(
    rules: Community, roster: Roster, wanted: Need, weighed: Weights, overlooking: frozenset[Reason]
) -> list[tuple[float, str]]:
    """The naive model: everybody eligible by total cost."""
    return sorted(
        (cost_of(wanted, person, carried, weighed, rules.areas).total, name)
        for name, (person, carried) in roster.items()
        if is_eligible(wanted, person, carried, rules.areas, overlooking)
    )


@given(drawn.rosters(), drawn.needs(), st.integers(1, 5), weights, overlooked)
def test_the_cheapest_are_found(
    rules: Community, roster: Roster, wanted: Need, most: int, weighed: Weights, overlooking: frozenset[Reason]
) -> None:
    """Against the naive model: look at everybody, one by one."""
    expected = cheapest(rules, roster, wanted, weighed, overlooking)
    found = index_of(rules, roster).find(wanted, most, weighed, overlooking)
    assert len(expected) == found.eligible
    assert expected[:most] == list(zip(found.costs, found.volunteers, strict=True))


@given(
    drawn.willing() | drawn.rosters(),
    drawn.simple_needs() | drawn.needs(),
    st.integers(1, 5),
    st.integers(1, 4),
    weights,
)
def test_who_is_far_is_looked_at_only_if_they_could_be_cheaper(
    rules: Community, roster: Roster, wanted: Need, most: int, look: int, weighed: Weights
) -> None:
    """With a limit to what is looked at the cheapest stay the same, and no more are counted than there are."""
    expected = cheapest(rules, roster, wanted, weighed, frozenset())
    found = index_of(rules, roster, look).find(wanted, most, weighed)
    assert [name for _, name in expected[:most]] == found.volunteers
    assert len(found.volunteers) <= found.eligible <= len(expected)


def test_who_is_known_to_the_resident_is_found_far_away(rules: Community) -> None:
    """What continuity takes off may be worth the way, so rings are looked at as long as it could be."""
    people = [member("near", home=drawn.GRIDS[1]), member("far", home=drawn.GRIDS[3])]
    index = Candidates(rules, people, look=1)
    found = [index.find(need(continued=frozenset(some)), 1, Weights(continuity=3)) for some in ([], ["far"])]
    assert [["near"], ["far"]] == [one.volunteers for one in found]


@given(drawn.rosters(), st.lists(drawn.rosters(), max_size=3), st.data())
def test_an_index_kept_by_events_is_one_made_afresh(
    rules: Community, roster: Roster, later: list[Roster], data: st.DataObject
) -> None:
    """People join, change, carry more and leave; the answers are those of a new index."""
    kept = index_of(rules, roster)
    for changes in later:
        for name, (person, carried) in changes.items():
            kind = data.draw(st.sampled_from(["put", "put with load", "note", "remove"]))
            if kind == "remove":
                kept.remove(name)
                roster.pop(name, None)
            elif kind == "note":
                kept.note(name, carried)
                roster |= {name: (roster[name][0], carried)} if name in roster else {}
            else:
                given_load = carried if kind == "put with load" else None
                kept.put(person, given_load)
                roster[name] = (person, given_load or (roster[name][1] if name in roster else Load()))
        wanted = data.draw(drawn.needs())
        fresh = index_of(rules, roster)
        assert fresh.find(wanted, 4, Weights()) == kept.find(wanted, 4, Weights())
        assert fresh.tally(wanted) == kept.tally(wanted)
    assert {name: person for name, (person, _) in roster.items()} == {one.volunteer_id: one for one in kept}
    assert [kept.load(name) for name in roster] == [carried for _, carried in roster.values()]
    for unit in ("u-1", "u-2"):
        expected = {name for name, (person, _) in roster.items() if person.unit == unit}
        assert expected == {one.volunteer_id for one in kept.members_of(unit)}


@given(drawn.rosters(), drawn.needs())
def test_the_tally_counts_the_first_reason_of_each(rules: Community, roster: Roster, wanted: Need) -> None:
    """Holders of a fitting post, or whoever lives in the order's community where anybody may serve."""
    community = rules.areas.community_of(wanted.grid) or rules.areas.root.code
    expected = Counter[Reason]()
    for person, carried in roster.values():
        if rules.areas.at_or_below(person.home, community) if wanted.open else wanted.posts & person.claims.keys():
            first = next(reasons(wanted, person, carried, rules.areas), None)
            expected += Counter([first] if first else [])
    assert expected == index_of(rules, roster).tally(wanted)


@given(drawn.rosters(), drawn.needs(), st.timedeltas(timedelta(), timedelta(days=3)))
def test_the_prospect_is_the_first_moment_somebody_can_be_reached(
    rules: Community, roster: Roster, wanted: Need, ahead: timedelta
) -> None:
    """Against the naive model: try every hour and every end of an absence for everybody only passing reasons keep."""
    until = wanted.now + ahead
    people = [
        person for person, carried in roster.values() if set(reasons(wanted, person, carried, rules.areas)) <= PASSING
    ]
    hours = [at for at in (NOW + timedelta(hours=number) for number in range(200)) if wanted.now < at < until]
    ends = [absence.end for person in people for absence in person.absences if wanted.now < absence.end < until]
    moments = sorted({*hours, *ends, *([wanted.now] if ahead else [])})
    expected = next(
        (
            at
            for at in moments
            for person in people
            if Reason.NOT_REACHABLE not in reasons(replace(wanted, now=at), person, Load(), rules.areas)
        ),
        None,
    )
    assert expected == index_of(rules, roster).prospect(wanted, until)


def test_a_full_volunteer_may_have_room_at_any_time(rules: Community) -> None:
    """The next look is now where only capacity or budget is in the way; never where nobody will do."""
    day = NOW + timedelta(days=1)
    full, spent = load(held=2), load(asked_on=LOCAL.day(NOW), asked_today=3)
    found = [Candidates(rules, [member()], {"v-1": carried}).prospect(need(), day) for carried in (full, spent)]
    never = Candidates(rules, [member(hours=NEVER), member("v-2", claims={})]).prospect(need(), day)
    assert [NOW, NOW, None] == [*found, never]


def test_somebody_whose_home_is_gone_is_left_out(rules: Community) -> None:
    """The definition may change under a roster, and people move to where it does not reach: nobody is asked there."""
    index = Candidates(rules, [member("v-1"), member("v-2", home="no-such-grid"), member("v-3")])
    index.put(member("v-3", home="no-such-grid"))
    assert (1, None, None) == (len(index), index.get("v-2"), index.get("v-3"))


def test_an_index_grows_from_nobody(rules: Community) -> None:
    """A new community has an empty roster; everybody who joins is found."""
    index = Candidates(rules)
    before = index.find(need(), 100, Weights()).volunteers
    for number in range(100):
        index.put(member(f"v-{number:03}", absences=(span(-9, 1),)))
    found = index.find(need(), 100, Weights())
    assert ([], 100, {f"v-{number:03}" for number in range(100)}) == (before, found.eligible, set(found.volunteers))


def test_the_place_of_who_left_is_taken_by_who_joins(rules: Community) -> None:
    """Years of coming and going leave the index as small as the roster."""
    index = Candidates(rules, [member()])
    for number in range(1000):
        index.put(member(f"v-{number}"))
        index.remove(f"v-{number}")
    assert (0, True) == (len(index), len(index.records) <= 65)


def test_equal_people_take_turns_from_leg_to_leg(rules: Community) -> None:
    """The tie is a hash of leg and person: no name comes first for ever, and asking again changes nothing."""
    index = Candidates(rules, [member(f"v-{number}", home=GRID, claims={POST: True}) for number in range(5)])
    first = [index.find(need(leg_id=f"l-{leg}"), 1, Weights()).volunteers[0] for leg in range(100)]
    again = [index.find(need(leg_id=f"l-{leg}"), 1, Weights()).volunteers[0] for leg in range(100)]
    assert (first, {f"v-{number}" for number in range(5)}) == (again, set(first))
