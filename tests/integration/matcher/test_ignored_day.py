"""A day on which nobody answers: no order is lost, each has a holder at every moment, and each climbs."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import cycle

from shared.community.hours import ALL_WEEK, WeekHours
from shared.contracts.matcher import OrderEscalated
from shared.contracts.words import NextStep, Role, Urgency
from tests.integration.matcher.model import check_rows, snapshot
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, Stage, volunteer
from tests.integration.matcher.test_climbing import clock_of

MEDIATION = "mediation-maoling-east"
ORDERS = 40
BETWEEN = timedelta(minutes=36)
LOOK = timedelta(minutes=18)
EVENINGS, DAYS = WeekHours.parse("mon-fri 18-22; sat-sun 8-22"), WeekHours.parse("daily 8-20")


async def sweep(stage: Stage, span: timedelta, every: timedelta = LOOK) -> None:
    """Let time pass, and the clocks look now and then at what fell due."""
    clock = clock_of(stage)
    for _ in range(span // every):
        stage.now += every
        await clock.sweep(stage.now)


async def place_for_a_day(stage: Stage) -> list[str]:
    """Orders of every urgency, all around the clock."""
    kinds = zip(cycle(["sweeping", "neighbour_dispute"]), cycle(Urgency), cycle([GRID, NEXT_GRID, FAR_GRID, GRID]))
    placed = []
    for (service, urgency, grid), _ in zip(kinds, range(ORDERS), strict=False):
        placed.append(await stage.place(service, grid=grid, urgency=urgency))
        await sweep(stage, BETWEEN)
    return placed


async def test_a_day_on_which_every_offer_is_ignored_gives_every_order_a_holder(stage: Stage) -> None:
    """At the end a coordinator holds each order and a due time lies ahead; each was escalated, none is lost."""
    hours = cycle([WeekHours(ALL_WEEK), EVENINGS, DAYS])
    people = [
        volunteer(f"v-{n:02}", *((MEDIATION,) if n < 4 else ()), home=home, hours=free)
        for n, home, free in zip(range(20), cycle([GRID, NEXT_GRID, FAR_GRID]), hours, strict=False)
    ]
    await stage.enrol(*people)
    async with stage.writing():
        placed = await place_for_a_day(stage)
        await sweep(stage, timedelta(days=1), timedelta(hours=1))
    seen = await snapshot(stage)
    check_rows(seen)
    held = [seen.dispatches[order_id] for order_id in placed]
    outcome = Counter((one.state, one.holder_role, one.next_step) for one in held)
    climbed = {event.order_id for event in seen.told if isinstance(event, OrderEscalated)}
    assert {("escalated", Role.COORDINATOR.value, NextStep.DECIDE.value): ORDERS} == outcome
    assert [] == [one.order_id for one in held if one.due_at <= stage.now or one.holder_area is None]
    assert (set(placed), ORDERS) == (climbed, len(seen.dispatches))
    assert {"expired", "withdrawn"} == {offer.state for offer in seen.offers.values()}
