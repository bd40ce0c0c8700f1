"""Nobody may be asked now: the order waits for those who may be asked in time, and for nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from services.matcher.clocks import DispatchClock
from services.matcher.models import Leg
from services.matcher.policies.certificates import CertificateCodes
from services.matcher.queries import Queries
from shared.community.clock import DomainClock
from shared.community.hours import WeekHours
from shared.contracts import matcher
from shared.contracts.words import Urgency
from tests.integration.matcher.ground import KEY
from tests.integration.matcher.stage import Stage, names, volunteer

MONDAY_AFTERNOON = datetime.fromisoformat("2026-11-23T15:00+08:00")
EVENINGS = WeekHours.parse("mon-fri 18-22; sat-sun 8-22")
MEDIATION = "mediation-maoling-east"


async def leg_of(stage: Stage, order_id: str) -> Leg:
    """The first leg of an order."""
    (leg,) = await stage.all(select(Leg).where(col(Leg.order_id) == order_id))
    assert isinstance(leg, Leg)
    return leg


def queries_of(stage: Stage) -> Queries:
    """What the stage's matcher shows."""
    use_cases = stage.use_cases
    return Queries(
        stage.database, stage.rules, stage.vault, use_cases.directories, use_cases.needs, {}, CertificateCodes(KEY)
    )


async def sweep_until(stage: Stage, end: datetime) -> None:
    """Let time pass in steps of ten minutes, the clock sweeping."""
    clock = DispatchClock(queries_of(stage), stage.use_cases, DomainClock(), 1.0)
    async with stage.writing():
        while stage.now < end:
            stage.later(minutes=10)
            await clock.sweep(stage.now)


async def test_an_order_waits_for_who_is_at_work_until_they_are_free(stage: Stage) -> None:
    """Placed on a working afternoon, due at seven in the evening: at six the first is asked, not before."""
    stage.now = MONDAY_AFTERNOON
    await stage.enrol(volunteer("v-1", MEDIATION, hours=EVENINGS))
    order_id = await stage.place(due_minutes=240)
    leg = await leg_of(stage, order_id)
    assert ([], "not_reachable") == (await stage.heard(), leg.blocked_by)
    assert leg.ask_at is not None
    assert stage.now < leg.ask_at <= stage.now + timedelta(minutes=10)
    await sweep_until(stage, MONDAY_AFTERNOON + timedelta(hours=3))
    made = await stage.last(matcher.OfferMade)
    assert ("v-1", MONDAY_AFTERNOON + timedelta(hours=3)) == (made.volunteer_id, made.at)


async def test_nobody_who_may_be_asked_in_time_means_the_coordinator_at_once(stage: Stage) -> None:
    """Due before anybody is free: waiting would help nobody."""
    stage.now = MONDAY_AFTERNOON
    await stage.enrol(volunteer("v-1", MEDIATION, hours=EVENINGS))
    await stage.place(due_minutes=120)
    (escalated,) = await stage.heard()
    assert ("order_escalated", "no_holder") == (escalated.name, escalated.reason)


async def test_an_urgent_order_reaches_at_work_who_agreed_to_that(stage: Stage) -> None:
    """And nobody else who is at work (pairing rule 2)."""
    stage.now = MONDAY_AFTERNOON
    await stage.enrol(
        volunteer("v-1", "safety-maoling-east-g1", hours=EVENINGS),
        volunteer("v-2", "safety-maoling-east-g1", hours=EVENINGS, urgent_at_work=True),
    )
    await stage.place("patrol", urgency=Urgency.URGENT)
    await stage.place("patrol", urgency=Urgency.NORMAL)
    facts = await stage.heard()
    assert (["offer_made"], ["v-2"]) == (names(facts), [made.volunteer_id for made in facts])


async def test_nobody_is_asked_more_often_in_a_day_than_they_agreed_to(stage: Stage) -> None:
    """The budget counts by the local day, one of it is kept for urgent orders, and the next day it is fresh."""
    await stage.enrol(volunteer("v-1", capacity=9, daily_offers=3))
    for _ in range(3):
        await stage.place("sweeping", urgency=Urgency.FLEXIBLE)
    assert 2 == len(await stage.heard())
    await sweep_until(stage, stage.now + timedelta(hours=13))
    days = [made.at.astimezone(stage.rules.zone).date() for made in await stage.heard() if made.name == "offer_made"]
    assert stage.now.astimezone(stage.rules.zone).date() in days
