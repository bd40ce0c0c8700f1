"""The resident agrees to another time that a volunteer proposed."""

from __future__ import annotations

from datetime import timedelta

from services.matcher.commands import CounterOffer, SetAbsences
from services.matcher.use_cases.answering import Counter
from services.matcher.use_cases.availing import Own
from shared.community.hours import WeekHours
from shared.contracts import intake, matcher
from shared.contracts.words import Urgency, Window
from tests.integration.matcher.stage import NEXT_GRID, Stage, names, volunteer

HOUR = timedelta(hours=1)
EVENINGS = WeekHours.parse("daily 18-22")


def window(stage: Stage, start: float, length: float = 1) -> Window:
    """A window some hours from now."""
    return Window(from_=stage.now + start * HOUR, to=stage.now + (start + length) * HOUR)


async def proposed(stage: Stage, start: float, **more: object) -> tuple[str, matcher.OfferCountered]:
    """An order in one hour, and v-1, who was asked, would come ``start`` hours from now."""
    stage.asking(1)
    order_id = await stage.place("sweeping", window=window(stage, 1), **more)
    offer = await stage.last(matcher.OfferMade)
    wish = CounterOffer.model_validate(window(stage, start).model_dump(by_alias=True))
    await stage.do(stage.use_cases.answering.counter_offers, Counter(offer.offer_id, offer.volunteer_id, wish))
    countered = next(event for event in await stage.heard() if isinstance(event, matcher.OfferCountered))
    return order_id, countered


async def agree(stage: Stage, order_id: str, countered: matcher.OfferCountered, moved: Window | None = None) -> None:
    """Have matcher hear that the resident agreed."""
    fields = {"urgency": Urgency.NORMAL, "window": moved or countered.window, "amended_at": stage.now}
    fact = stage.following(order_id, intake.OrderAmended, accepted_offer=countered.offer_id, **fields)
    await stage.do(stage.use_cases.amending.amend_dispatches, fact)


async def test_who_proposed_the_time_has_the_leg_and_others_need_not_answer(stage: Stage) -> None:
    """Without being asked again: the next, who was asked meanwhile, is not needed any more."""
    await stage.enrol(volunteer("v-1"), volunteer("v-2", home=NEXT_GRID))
    order_id, countered = await proposed(stage, 4)
    await agree(stage, order_id, countered)
    (given,) = await stage.heard()
    assert ("leg_assigned", "v-1", "offer", countered.window) == (
        given.name, given.volunteer_id, given.by, given.window,
    )  # fmt: skip
    assert {"v-1": "accepted", "v-2": "withdrawn"} == await stage.offer_states(order_id)
    assert (1, 0) == ((await stage.volunteer("v-1")).held, (await stage.volunteer("v-2")).asked)


async def test_a_time_outside_their_own_hours_is_theirs_to_propose(stage: Stage) -> None:
    """Free in the evening by plan; the morning they proposed themselves."""
    await stage.enrol(volunteer("v-1", hours=EVENINGS))
    order_id, countered = await proposed(stage, 14)
    await agree(stage, order_id, countered)
    assert [("v-1", "assigned")] == await stage.assignment_states(order_id)


async def test_it_is_taken_off_the_coordinators_desk(stage: Stage) -> None:
    """Nobody else was there, so the coordinator held it when the resident agreed."""
    await stage.enrol(volunteer("v-1"))
    order_id, countered = await proposed(stage, 4)
    assert "escalated" == (await stage.dispatch(order_id)).state
    await agree(stage, order_id, countered)
    assert "assigned" == (await stage.dispatch(order_id)).state


async def test_who_holds_something_else_by_then_does_not_get_it_and_the_search_goes_on(stage: Stage) -> None:
    """The time the resident agreed to stays; somebody else is asked about it."""
    await stage.enrol(volunteer("v-1", capacity=1), volunteer("v-2", home=NEXT_GRID))
    order_id, countered = await proposed(stage, 4)
    await stage.place("sweeping", urgency=Urgency.URGENT)
    await stage.accept(await stage.last(matcher.OfferMade))
    assert 1 == (await stage.volunteer("v-1")).held
    await stage.heard()
    await agree(stage, order_id, countered)
    made = (await stage.heard())[-1]
    assert ("offer_made", "v-2", countered.window) == (made.name, made.volunteer_id, made.window)
    assert [] == await stage.assignment_states(order_id)


async def test_the_agreement_does_not_hold_for_another_time(stage: Stage) -> None:
    """A window that is not the one proposed is an ordinary amendment."""
    await stage.enrol(volunteer("v-1"), volunteer("v-2", home=NEXT_GRID))
    order_id, countered = await proposed(stage, 4)
    await agree(stage, order_id, countered, window(stage, 6))
    assert ["offer_made"] == names(await stage.heard())
    assert {"v-1": "countered", "v-2": "open"} == await stage.offer_states(order_id)


async def test_agreeing_to_the_same_time_twice_gives_it_once(stage: Stage) -> None:
    """The second agreement finds the leg staffed."""
    await stage.enrol(volunteer("v-1"))
    order_id, countered = await proposed(stage, 4)
    await agree(stage, order_id, countered)
    await agree(stage, order_id, countered)
    assert [("v-1", "assigned")] == await stage.assignment_states(order_id)
    assert 1 == (await stage.volunteer("v-1")).held


async def test_who_is_away_by_then_does_not_get_it(stage: Stage) -> None:
    """They said so after they had proposed the time."""
    await stage.enrol(volunteer("v-1"))
    order_id, countered = await proposed(stage, 4)
    away = Own("v-1", SetAbsences(absences=(countered.window,)))
    await stage.do(stage.use_cases.availing.set_absences, away)
    await agree(stage, order_id, countered)
    assert [] == await stage.assignment_states(order_id)
