"""Clocks: what nobody moves on climbs the ladder, and what nobody answers is asked of the next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.matcher.clocks import DispatchClock
from services.matcher.policies.certificates import CertificateCodes
from services.matcher.queries import Queries
from services.matcher.use_cases.climbing import NotDue
from shared.community.clock import DomainClock
from shared.contracts import matcher
from shared.contracts.words import Holder, NextStep, Role, Urgency, Window
from tests.integration.matcher.ground import KEY
from tests.integration.matcher.stage import GRID, NEXT_GRID, Stage, names, volunteer
from tests.waiting import wait_for

MEDIATION = "mediation-maoling-east"
HOUR = timedelta(hours=1)
TIER = timedelta(days=1)


def clock_of(stage: Stage, domain: DomainClock | None = None) -> DispatchClock:
    """The clock of this stage."""
    pairing = (stage.use_cases.directories, stage.use_cases.needs)
    queries = Queries(stage.database, stage.rules, stage.vault, *pairing, {}, CertificateCodes(KEY))
    return DispatchClock(queries, stage.use_cases, domain or DomainClock(), 0.05)


async def test_an_order_nobody_took_comes_to_the_grids_coordinator(stage: Stage) -> None:
    """The dispatch clock has run out: offers are withdrawn, the coordinator decides within the tier clock."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place(due_minutes=10)
    early = await stage.climb(order_id)
    stage.later(minutes=10)
    assert order_id == await stage.climb(order_id)
    escalated = (await stage.heard())[-1]
    assert (NotDue, "clock", "grid") == (type(early), escalated.reason, escalated.tier)
    assert (Holder(role=Role.COORDINATOR, area=GRID), NextStep.DECIDE) == (escalated.holder, escalated.next_step)
    assert (stage.now + TIER, {"v-1": "withdrawn"}) == (escalated.due_at, await stage.offer_states(order_id))


async def test_an_undecided_order_climbs_to_the_top_and_stays_there_overdue(stage: Stage) -> None:
    """Every tier has its clock; at the top the clock is set again each time, until someone acts."""
    order_id = await stage.place("certificates")
    for _ in range(5):
        stage.later(days=1)
        await stage.climb(order_id)
    heard = await stage.heard()
    expected = [
        ("grid", "served_by"),
        ("community", "clock"),
        ("subdistrict", "clock"),
        ("county", "clock"),
        ("county", "overdue"),
        ("county", "overdue"),
    ]
    assert expected == [(fact.tier, fact.reason) for fact in heard]
    assert [fact.at + TIER for fact in heard] == [fact.due_at for fact in heard]
    assert list(range(1, 7)) == [fact.version for fact in heard]


async def test_an_unserved_assignment_comes_to_the_coordinator_and_stays_active(stage: Stage) -> None:
    """Late is better than never: the volunteer may still start and complete."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    held = await stage.accept(await stage.last(matcher.OfferMade))
    stage.later(hours=24)
    await stage.climb(order_id)
    assert ("clock", [("v-1", "assigned")]) == (
        (await stage.last(matcher.OrderEscalated)).reason,
        await stage.assignment_states(order_id),
    )
    await stage.start(held, "v-1")
    started = await stage.last(matcher.LegStarted)
    assert (Role.VOLUNTEER, stage.now + 24 * HOUR) == (started.holder.role, started.due_at)
    await stage.complete(held, "v-1")
    assert "done" == (await stage.dispatch(order_id)).state


async def test_somebody_under_way_may_complete_what_was_escalated(stage: Stage) -> None:
    """From the coordinator's desk straight to done."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    window = Window(from_=stage.now, to=stage.now + 2 * HOUR)
    order_id = await stage.place(window=window)
    held = await stage.accept(await stage.last(matcher.OfferMade))
    await stage.start(held, "v-1")
    stage.later(hours=2)
    await stage.climb(order_id)
    await stage.complete(held, "v-1")
    heard = names(await stage.heard())
    assert ["leg_started", "order_escalated", "leg_completed", "order_done"] == heard[2:]


async def test_an_order_never_comes_down_the_ladder_again(stage: Stage) -> None:
    """What the community had to decide about comes back to the community, not to the grid."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    held = await stage.accept(await stage.last(matcher.OfferMade))
    stage.later(hours=24)
    await stage.climb(order_id)
    stage.later(hours=24)
    await stage.climb(order_id)
    await stage.start(held, "v-1")
    stage.later(hours=24)
    await stage.climb(order_id)
    tiers = [fact.tier for fact in await stage.heard() if fact.name == "order_escalated"]
    assert ["grid", "community", "community"] == tiers


async def test_a_hand_back_while_a_coordinator_holds_it_asks_nobody(stage: Stage) -> None:
    """Whoever had to decide by then still has to."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION))
    order_id = await stage.place()
    offer = await stage.last(matcher.OfferMade)
    held = await stage.accept(offer)
    stage.later(hours=24)
    await stage.climb(order_id)
    due_at = (await stage.dispatch(order_id)).due_at
    stage.later(hours=1)
    await stage.heard()
    await stage.hand_back(held, offer.volunteer_id)
    back, escalated = await stage.heard()
    assert (["leg_handed_back", "order_escalated"], "hand_back", due_at) == (
        names([back, escalated]),
        escalated.reason,
        escalated.due_at,
    )


async def test_a_done_order_has_no_clock_of_matchers(stage: Stage) -> None:
    """The review deadline is intake's to sweep."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    await stage.served(order_id)
    stage.later(days=30)
    assert NotDue is type(await stage.climb(order_id))


async def test_a_sweep_does_everything_due_and_nothing_else(stage: Stage) -> None:
    """Dispatches first: an order that climbs asks nobody else, its last offer is withdrawn and not expired."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    ending = await stage.place(due_minutes=30)
    running = await stage.place()
    quiet = await stage.place("certificates")
    stage.later(minutes=30)
    await stage.heard()
    async with stage.writing():
        done = await clock_of(stage).sweep(stage.now)
        again = await clock_of(stage).sweep(stage.now)
    heard = await stage.heard()
    assert (2, 0) == (done, again)
    assert {ending: ["order_escalated"], running: ["offer_expired", "offer_made"]} == {
        order_id: [fact.name for fact in heard if fact.order_id == order_id] for order_id in (ending, running)
    }
    assert [] == [fact for fact in heard if fact.order_id == quiet]


async def test_the_running_clock_expires_offers_by_itself_in_domain_time(stage: Stage) -> None:
    """A clock that runs fast finds an urgent order's offers and climbs its ladder, each at its time."""
    await stage.enrol(volunteer("v-1", "safety-maoling-east-g1"), volunteer("v-2", "safety-maoling-east-g1"))
    stage.asking(1)
    await stage.place("patrol", urgency=Urgency.URGENT)
    domain = DomainClock.parse(f"{stage.now.isoformat()}@300")  # two offers of a second, long before the order is due
    stage.follow(domain)
    async with stage.writing(clock_of(stage, domain).run):

        async def escalated() -> bool:
            return "order_escalated" in [fact.name for fact in await stage.peek()]

        await wait_for(escalated)
    heard = await stage.heard()
    assert ["offer_made", "offer_expired", "offer_made", "offer_expired", "order_escalated"] == names(heard[:5])
    assert heard[0].expires_at <= heard[1].at


@pytest.mark.parametrize("sweeps", [2])
async def test_a_clock_that_fires_twice_has_one_effect(stage: Stage, sweeps: int) -> None:
    """Two processes sweep the same moment: the second finds that the order has moved on."""
    order_id = await stage.place("certificates")
    stage.later(days=1)
    answers = [await stage.climb(order_id) for _ in range(sweeps)]
    assert (order_id, NotDue) == (answers[0], type(answers[1]))
