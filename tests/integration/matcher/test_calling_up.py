"""The call-up ring: before a coordinator holds an order, the units paired with the area may name a member."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from services.matcher.commands import AssignLeg, CallUpUnit, ExcludeVolunteer, NameMember, ShowRecommended
from services.matcher.commands.departing import FallIll, Leave
from services.matcher.models import CallUp, Unit
from services.matcher.policies.acceptance import CallUpOver, NotForYou
from services.matcher.policies.fairness import StandsAside
from services.matcher.use_cases.availing import Own
from services.matcher.use_cases.calling_up import Look, Name, NobodyToCallUp
from services.matcher.use_cases.deciding import Decision
from services.matcher.use_cases.pooling import Take
from services.matcher.use_cases.recusing import Parties
from shared.community.hours import VolunteerKind, WeekHours
from shared.community.roster import RosterRow
from shared.contracts import matcher
from shared.contracts.refusal import NotFound
from shared.contracts.words import NextStep
from tests.integration.matcher.stage import GRID, Stage, names, volunteer
from tests.integration.matcher.test_waiting import queries_of

UNIT = "u-test"
SERVICE = "appliance_repair"


def member(volunteer_id: str, **more: Any) -> RosterRow:
    """A member of the unit, who holds no post."""
    row = volunteer(volunteer_id, **more)
    return row.model_copy(update={"unit": UNIT, "kind": VolunteerKind.IN_SERVICE, "profession": "electrician"})


async def unit(stage: Stage, secretary: str | None = "v-secretary", *, hidden: bool = False) -> None:
    """A unit that is paired with the grid."""
    async with stage.units() as uow:
        uow.repository._session.add(
            Unit(
                unit_id=UNIT,
                name_zh="测试单位",
                name_en="Unit",
                located_in=GRID,
                paired_with=GRID,
                secretary_id=secretary,
                hidden=hidden,
            )
        )


async def called(stage: Stage) -> tuple[str, matcher.CallUpMade]:
    """An order nobody holds a post for, and the unit that is called up."""
    never = WeekHours(0)
    await stage.enrol(
        member("v-secretary", hours=never), member("v-free"), member("v-busy", hours=never), volunteer("v-else")
    )
    await unit(stage)
    order_id = await stage.place(SERVICE)
    return order_id, await stage.last(matcher.CallUpMade)


def look(made: matcher.CallUpMade, who: str = "v-secretary") -> Look:
    """The secretary looks at whom they may name."""
    return Look(made.call_up_id, who)


def name(made: matcher.CallUpMade, who: str) -> Name:
    """The secretary names somebody."""
    return Name(made.call_up_id, "v-secretary", NameMember(volunteer=who))


async def test_the_units_paired_with_the_area_are_called_up_before_the_coordinator_decides(stage: Stage) -> None:
    """The coordinator answers for the order meanwhile; the secretary sees the members who are free, and no others."""
    order_id, made = await called(stage)
    (members,) = await stage.run(stage.use_cases.calling_up.list_members, look(made))
    assert (["call_up_made"], NextStep.CALL_UP, "v-secretary", UNIT, ["v-free"]) == (
        names(await stage.heard()), made.next_step, made.secretary_id, made.unit, members,
    )  # fmt: skip
    assert ("placed", "coordinator") == (
        (await stage.dispatch(order_id)).state,
        (await stage.dispatch(order_id)).holder_role,
    )


async def test_a_named_member_is_asked_and_serves_without_a_post(stage: Stage) -> None:
    """The offer says whose secretary named them."""
    order_id, made = await called(stage)
    await stage.do(stage.use_cases.calling_up.name_members, name(made, "v-free"))
    offer = await stage.last(matcher.OfferMade)
    assert ("v-free", UNIT) == (offer.volunteer_id, offer.unit)
    await stage.accept(offer)
    assert ([("v-free", "assigned")], "call_up") == (
        await stage.assignment_states(order_id),
        (await stage.last(matcher.LegAssigned)).by,
    )


async def test_a_named_member_may_refuse_and_then_the_coordinator_decides(stage: Stage) -> None:
    """No other unit is paired with the area."""
    _, made = await called(stage)
    await stage.do(stage.use_cases.calling_up.name_members, name(made, "v-free"))
    await stage.decline(await stage.last(matcher.OfferMade))
    assert ["call_up_made", "offer_made", "offer_declined", "order_escalated"] == names(await stage.heard())


async def test_a_call_up_that_lapses_brings_the_order_to_the_coordinator(stage: Stage) -> None:
    """And can no longer be answered."""
    order_id, made = await called(stage)
    stage.later(minutes=60)
    await stage.do(stage.use_cases.calling_up.lapse_call_ups, made.call_up_id)
    assert ("escalated", NextStep.DECIDE) == (
        (await stage.dispatch(order_id)).state,
        (await stage.last(matcher.OrderEscalated)).next_step,
    )
    with pytest.raises(CallUpOver):
        await stage.do(stage.use_cases.calling_up.name_members, name(made, "v-free"))


async def test_a_call_up_ends_with_the_secretary_who_leaves_and_not_with_one_who_is_ill(stage: Stage) -> None:
    """Who is ill may still name somebody by telephone; who left may not, and the coordinator decides at once."""
    order_id, _ = await called(stage)
    ill = FallIll(until=stage.now + timedelta(days=1))
    for use_case, wish, expected in (
        (stage.use_cases.departing.fall_ill, ill, ("open", "placed")),
        (stage.use_cases.departing.leave, Leave(leave=True), ("withdrawn", "escalated")),
    ):
        await stage.do(use_case, Own("v-secretary", wish))
        (call_up,) = await stage.all(select(CallUp))
        assert expected == (call_up.state, (await stage.dispatch(order_id)).state)
    assert NextStep.DECIDE == (await stage.last(matcher.OrderEscalated)).next_step


async def test_the_coordinator_who_called_up_decides_again_once_the_secretary_is_gone(stage: Stage) -> None:
    """On the desk, under the same clock."""
    await stage.enrol(member("v-secretary"), member("v-free"))
    order_id = await stage.place("certificates")
    await unit(stage)
    decision = Decision(f"{order_id}-l1", "c-1", GRID, CallUpUnit(unit=UNIT))
    await stage.do(stage.use_cases.calling_up.call_up_units, decision)
    before = await stage.dispatch(order_id)
    await stage.do(stage.use_cases.departing.leave, Own("v-secretary", Leave(leave=True)))
    after = await stage.dispatch(order_id)
    assert (NextStep.CALL_UP.value, NextStep.DECIDE.value) == (before.next_step, after.next_step)
    assert (before.state, before.due_at) == (after.state, after.due_at)


async def test_only_the_secretary_of_the_unit_names_and_only_free_members(stage: Stage) -> None:
    """Another's call-up does not exist; somebody of another unit, or without time, is not theirs to name."""
    _, made = await called(stage)
    with pytest.raises(NotFound):
        await stage.do(stage.use_cases.calling_up.list_members, look(made, "v-free"))
    for who in ("v-else", "v-busy", "v-nobody"):
        with pytest.raises(NotForYou):
            await stage.do(stage.use_cases.calling_up.name_members, name(made, who))


async def test_without_a_secretary_the_coordinator_decides_at_once(stage: Stage) -> None:
    """Nobody could answer the call."""
    await stage.enrol(member("v-free"))
    await unit(stage, None)
    await stage.place(SERVICE)
    assert ["order_escalated"] == names(await stage.heard())


async def test_a_coordinator_calls_a_unit_up_while_the_clock_runs_on(stage: Stage) -> None:
    """An order on the desk: the named member is asked; a refusal brings it back under the same clock."""
    await stage.enrol(member("v-secretary"), member("v-free"))
    order_id = await stage.place("certificates")
    escalated = await stage.last(matcher.OrderEscalated)
    await unit(stage)
    decision = Decision(f"{order_id}-l1", "c-1", GRID, CallUpUnit(unit=UNIT))
    await stage.do(stage.use_cases.calling_up.call_up_units, decision)
    with pytest.raises(NobodyToCallUp):
        await stage.do(stage.use_cases.calling_up.call_up_units, decision)
    row = await stage.dispatch(order_id)
    assert ("escalated", NextStep.CALL_UP.value, escalated.due_at) == (row.state, row.next_step, row.due_at)


async def test_who_is_excluded_by_the_coordinator_is_not_asked(stage: Stage) -> None:
    """What they were asked is withdrawn, and the next is asked (回避)."""
    stage.asking(1)
    await stage.enrol(volunteer("v-1"), volunteer("v-2"))
    order_id = await stage.place("sweeping")
    asked = (await stage.last(matcher.OfferMade)).volunteer_id
    decision = Decision(f"{order_id}-l1", "c-1", GRID, ExcludeVolunteer(volunteer=asked))
    await stage.do(stage.use_cases.recusing.exclude_volunteers, decision)
    states = await stage.offer_states(order_id)
    other = next(one for one in ("v-1", "v-2") if one != asked)
    assert {asked: "withdrawn", other: "open"} == states


async def test_nobody_is_asked_before_the_parties_are_known_and_no_party_ever(stage: Stage) -> None:
    """Marks and areas come from intake; who matches, or lives there, is left out."""
    stage.asking(5)
    await stage.enrol(
        volunteer("v-1", "mediation-maoling-east"),
        volunteer("v-2", "mediation-maoling-east", home="maoling-east-g2"),
    )
    fact = stage.placed()
    fact = type(fact)(fact.event_id, fact.time, fact.event.model_copy(update={"has_parties": True}), fact.traceparent)
    await stage.do(stage.use_cases.dispatching.open_dispatches, fact)
    order_id = fact.event.order_id
    assert ([], [order_id]) == (await stage.heard(), await _unknown(stage))
    await stage.do(stage.use_cases.recusing.note_parties, Parties(order_id, [GRID], []))
    assert {"v-2": "open"} == await stage.offer_states(order_id)
    stage.later(minutes=1)
    await stage.do(stage.use_cases.recusing.note_parties, Parties(order_id, [], []))
    assert (["offer_made"], []) == (names(await stage.heard()), await _unknown(stage))


async def test_a_hidden_employer_is_never_called_up(stage: Stage) -> None:
    """Neither by the ring nor by a coordinator who knows its id: whoever came would be known to work there."""
    await stage.enrol(member("v-secretary", hours=WeekHours(0)), member("v-free"))
    await unit(stage, hidden=True)
    order_id = await stage.place(SERVICE)
    with pytest.raises(NotFound):
        await stage.do(
            stage.use_cases.calling_up.call_up_units, Decision(f"{order_id}-l1", "c-1", GRID, CallUpUnit(unit=UNIT))
        )
    assert ["order_escalated"] == names(await stage.heard())


async def test_nobody_from_there_holds_against_a_coordinator_and_in_the_pool_too(stage: Stage) -> None:
    """Where the resident wants nobody from, nobody comes: by no tier's decision, not by their own wish, and no
    recommendation names them.
    """
    post = "mediation-maoling-east"
    await stage.enrol(volunteer("v-1", post), volunteer("v-2", post, home="maoling-east-g2"))
    fact = stage.placed()
    fact = replace(fact, event=fact.event.model_copy(update={"has_parties": True}))
    await stage.do(stage.use_cases.dispatching.open_dispatches, fact)
    leg_id = f"{fact.event.order_id}-l1"
    await stage.do(stage.use_cases.recusing.note_parties, Parties(fact.event.order_id, [GRID], []))
    with pytest.raises(NotForYou):
        await stage.do(stage.use_cases.pooling.take_legs, Take(leg_id, "v-1"))
    for area in (GRID, "maoling-east", "qindu"):
        wish = Decision(leg_id, "c-1", area, AssignLeg(volunteer="v-1"))
        with pytest.raises(StandsAside):
            await stage.do(stage.use_cases.deciding.assign_legs, wish)
    shown = await stage.do(
        stage.use_cases.recommending.recommend, Decision(leg_id, "c-1", "maoling-east", ShowRecommended())
    )
    assert ["v-2"] == [one.volunteer_id for one in shown]


async def _unknown(stage: Stage) -> list[str]:
    return list(await queries_of(stage).due.parties_unknown(10))
