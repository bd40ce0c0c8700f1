"""Rule 1 holds for who is asked again and for who asks: a yes of an hour ago is no leave to be asked at night."""

from __future__ import annotations

import pytest

from services.matcher.commands import SetDuty
from services.matcher.policies.acceptance import NotForYou
from services.matcher.use_cases.availing import Own
from services.matcher.use_cases.pooling import Take
from shared.community.hours import WeekHours
from shared.contracts import matcher
from shared.contracts.words import Urgency
from tests.integration.matcher.stage import Stage, volunteer

NEVER = WeekHours(0)


async def two_yeses(stage: Stage, count: int = 2) -> tuple[str, matcher.OfferMade, str]:
    """An order so many say yes to: its id, the offer of who got it, and its assignment."""
    await stage.enrol(*(volunteer(f"v-{n}", hours=NEVER, on_duty=True) for n in range(count)))
    stage.asking(count, draws=True)
    order_id = await stage.place("sweeping", urgency=Urgency.NORMAL)
    offers = {offer.volunteer_id: offer for offer in await stage.heard() if isinstance(offer, matcher.OfferMade)}
    for offer in offers.values():
        await stage.say_yes(offer)
    given = await stage.last(matcher.LegAssigned)
    return order_id, offers[given.volunteer_id], given.assignment_id


async def test_who_is_on_standby_and_no_longer_free_is_not_asked_again(stage: Stage) -> None:
    """The others on standby are; who switched off meanwhile is left alone, and stays on standby."""
    order_id, won, assignment_id = await two_yeses(stage, 3)
    off, on = sorted({"v-0", "v-1", "v-2"} - {won.volunteer_id})
    await stage.do(stage.use_cases.availing.set_duty, Own(off, SetDuty(on_duty=False)))
    await stage.hand_back(assignment_id, won.volunteer_id)
    states = await stage.offer_states(order_id)
    assert {off: "standby", on: "open", won.volunteer_id: "accepted"} == states


async def test_who_has_a_place_of_a_team_cannot_take_another_of_it(stage: Stage) -> None:
    """Two places are for two people."""
    await stage.enrol(*(volunteer(f"v-{n}", capacity=5) for n in range(3)))
    stage.asking(1)
    order_id = await stage.place("sweeping", urgency=Urgency.URGENT, headcount=2)
    offer = await stage.last(matcher.OfferMade)
    await stage.accept(offer)
    with pytest.raises(NotForYou):
        await stage.do(stage.use_cases.pooling.take_legs, Take(f"{order_id}-l1", offer.volunteer_id))
    assert [(offer.volunteer_id, "assigned")] == await stage.assignment_states(order_id)
