"""Answers to offers: yes, no, and silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.matcher.models import Offer
from services.matcher.policies.acceptance import (
    CapacityReached,
    OfferExpired,
    OfferGone,
    PlaceTaken,
    WindowTaken,
)
from services.matcher.use_cases.answering import Accept, StillOpen
from shared.contracts import matcher
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Holder, NextStep, Role, Urgency, Window
from tests.integration.matcher.stage import GRID, NEXT_GRID, Stage, names, volunteer

MEDIATION = "mediation-maoling-east"
HOUR = timedelta(hours=1)


async def test_a_yes_makes_the_volunteer_the_holder(stage: Stage) -> None:
    """The order is theirs until the service clock ends, and they hold one more assignment."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    assignment_id = await stage.accept(await stage.last(matcher.OfferMade))
    given = (await stage.heard())[-1]
    assert ("leg_assigned", assignment_id, "v-1", "offer") == (
        given.name, given.assignment_id, given.volunteer_id, given.by,
    )  # fmt: skip
    assert (Holder(role=Role.VOLUNTEER, area=GRID, id="v-1"), NextStep.START) == (given.holder, given.next_step)
    assert stage.now + 24 * HOUR == given.due_at
    assert ({"v-1": "accepted"}, [("v-1", "assigned")], 1) == (
        await stage.offer_states(order_id),
        await stage.assignment_states(order_id),
        (await stage.volunteer("v-1")).held,
    )


async def test_with_a_window_serving_is_due_at_its_end(stage: Stage) -> None:
    """The window, then the service clock."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    window = Window(from_=stage.now + HOUR, to=stage.now + 3 * HOUR)
    await stage.place(window=window)
    await stage.accept(await stage.last(matcher.OfferMade))
    given = await stage.last(matcher.LegAssigned)
    assert (window.to, window) == (given.due_at, given.window)


async def test_accepting_an_expired_offer_is_refused_before_any_clock_sweeps_it(stage: Stage) -> None:
    """What the clock says at the moment of the yes counts."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    offer = await stage.last(matcher.OfferMade)
    stage.later(minutes=30)
    with pytest.raises(OfferExpired):
        await stage.accept(offer)
    assert ({"v-1": "open"}, []) == (await stage.offer_states(order_id), await stage.assignment_states(order_id))


async def test_another_volunteers_offer_does_not_exist(stage: Stage) -> None:
    """Nor does one that never was."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2"))
    await stage.place()
    offer = await stage.last(matcher.OfferMade)
    for offer_id, volunteer_id in ((offer.offer_id, "v-2"), ("no-such-offer", "v-1")):
        with pytest.raises(NotFound):
            await stage.do(stage.use_cases.answering.accept_offers, Accept(offer_id, volunteer_id))


async def test_a_no_asks_the_next_best_who_was_not_asked(stage: Stage) -> None:
    """Nobody is asked twice about a leg, and when nobody is left the coordinator decides."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    order_id = await stage.place()
    await stage.decline(await stage.last(matcher.OfferMade))
    await stage.decline(await stage.last(matcher.OfferMade), "somebody is ill at home")
    heard = await stage.heard()
    expected = ["offer_made", "offer_declined", "offer_made", "offer_declined", "order_escalated"]
    assert (expected, [1, 2, 3, 4, 5]) == (names(heard), [fact.version for fact in heard])
    assert [NextStep.ACCEPT, NextStep.OFFER, NextStep.ACCEPT, NextStep.OFFER, NextStep.DECIDE] == [
        fact.next_step for fact in heard
    ]
    assert ([1, 2], "no_holder") == ([heard[0].wave, heard[2].wave], heard[-1].reason)
    assert {"v-1": "declined", "v-2": "declined"} == await stage.offer_states(order_id)
    offers = await stage.all(select(Offer).order_by(Offer.offer_id))
    assert [None, "other"] == [offer.reason for offer in offers]


async def test_a_decline_names_nobody(stage: Stage) -> None:
    """Who said no is the pairing's business alone (mission.md, fairness)."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    await stage.place()
    await stage.decline(await stage.last(matcher.OfferMade), "unwell")
    body = (await stage.last(matcher.OfferDeclined)).model_dump_json()
    assert (False, False) == ("v-1" in body, "unwell" in body)


async def test_silence_asks_the_next_best(stage: Stage) -> None:
    """An offer that ran out is expired once; the next wave goes out."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    await stage.place()
    offer = await stage.last(matcher.OfferMade)
    early = await stage.expire(offer)
    stage.later(minutes=30)
    first, again = await stage.expire(offer), await stage.expire(offer)
    assert (StillOpen, offer.offer_id, StillOpen) == (type(early), first, type(again))
    heard = await stage.heard()
    assert ["offer_made", "offer_expired", "offer_made"] == names(heard)
    assert "v-2" == heard[-1].volunteer_id


async def test_an_answered_offer_cannot_be_answered_again(stage: Stage) -> None:
    """Neither accepted after a no, nor declined after a yes."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    await stage.place()
    offer = await stage.last(matcher.OfferMade)
    await stage.accept(offer)
    for answer in (stage.accept, stage.decline):
        with pytest.raises(OfferGone):
            await answer(offer)


async def test_nobody_accepts_beyond_their_capacity(stage: Stage) -> None:
    """Capacity that was lowered after the offers went out holds all the same."""
    await stage.enrol(volunteer("v-1", MEDIATION, capacity=2))
    orders = [await stage.place() for _ in range(2)]
    one, two = await stage.heard()
    await stage.enrol(volunteer("v-1", MEDIATION, capacity=1))
    await stage.accept(one)
    with pytest.raises(CapacityReached):
        await stage.accept(two)
    assert (1, {"v-1": "open"}, []) == (
        (await stage.volunteer("v-1")).held,
        await stage.offer_states(orders[1]),
        await stage.assignment_states(orders[1]),
    )


async def test_nobody_accepts_two_windows_that_overlap(stage: Stage) -> None:
    """The second order's window was moved into the first one's while it was offered: invariant I2 holds."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    early = Window(from_=stage.now + HOUR, to=stage.now + 3 * HOUR)
    late = Window(from_=stage.now + 3 * HOUR, to=stage.now + 5 * HOUR)
    await stage.place(window=early)
    second = await stage.place(window=late)
    one, two = await stage.heard()
    async with stage.units() as uow:
        (whole,) = (await uow.repository.dispatches([second])).values()
        whole.dispatch.window_from = early.from_
    await stage.accept(one)
    with pytest.raises(WindowTaken):
        await stage.accept(two)
    assert (1, {"v-1": "open"}) == ((await stage.volunteer("v-1")).held, await stage.offer_states(second))


async def test_windows_that_touch_and_orders_without_one_are_fine(stage: Stage) -> None:
    """Only overlapping fixed windows keep somebody from an order."""
    await stage.enrol(volunteer("v-1", MEDIATION, capacity=3, daily_offers=4))
    windows = [Window(from_=stage.now + n * HOUR, to=stage.now + (n + 2) * HOUR) for n in (1, 3)]
    for window in (*windows, None):
        await stage.place(window=window)
        await stage.accept(await stage.last(matcher.OfferMade))
    assert 3 == (await stage.volunteer("v-1")).held


@pytest.mark.parametrize("together", [True, False])
async def test_fifty_yeses_to_one_place_have_one_winner(stage: Stage, together: bool) -> None:
    """In one list and one by one: one assignment, one fact, forty-nine refusals, forty-nine offers withdrawn."""
    stage.asking(50)
    await stage.enrol(*(volunteer(f"v-{number:02}") for number in range(50)))
    order_id = await stage.place("sweeping", urgency=Urgency.URGENT)
    yeses = [Accept(made.offer_id, made.volunteer_id) for made in await stage.heard()]
    use_case = stage.use_cases.answering.accept_offers
    if together:
        answers = await stage.run(use_case, *yeses)
    else:
        answers = [answer for yes in yeses for answer in await stage.run(use_case, yes)]
    refusals = [type(answer) for answer in answers if isinstance(answer, Refusal)]
    assert (50, 49, {OfferGone}) == (len(yeses), len(refusals), set(refusals))
    states = list((await stage.offer_states(order_id)).values())
    assert (1, 49) == (states.count("accepted"), states.count("withdrawn"))
    assert (1, ["leg_assigned"]) == (len(await stage.assignment_states(order_id)), names(await stage.heard()))


async def test_the_database_decides_about_a_place_whatever_a_process_believes(stage: Stage) -> None:
    """The unique index refuses a second active assignment of a place, and leaves offer and counter as they were."""
    stage.asking(2)
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION))
    order_id = await stage.place()
    one, two = await stage.heard()
    await stage.accept(one)
    async with stage.units() as uow:
        (whole,) = (await uow.repository.dispatches([order_id])).values()
        offer = whole.offer(two.offer_id)
        offer.state = "open"
        taken = whole.assignments[0]
        second = type(taken)(**(taken.model_dump() | {"assignment_id": "a-second", "volunteer_id": two.volunteer_id}))
        with pytest.raises(PlaceTaken):
            await uow.repository.take_place(second, offer, uow.now)
    assert ({one.volunteer_id: "accepted", two.volunteer_id: "open"}, 0) == (
        await stage.offer_states(order_id),
        (await stage.volunteer(two.volunteer_id)).held,
    )
