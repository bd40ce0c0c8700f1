"""At the top of the ladder an order stays, flagged daily, until somebody acts; each climb says who held it before."""

from __future__ import annotations

from datetime import timedelta

from services.matcher.commands import ReferLeg, TakeInPerson
from services.matcher.use_cases.deciding import Decision
from shared.contracts import intake, matcher
from shared.contracts.words import Holder, Role, Urgency
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, Stage, volunteer
from tests.integration.matcher.test_climbing import clock_of

COUNTY = "qindu"
DAY = timedelta(days=1)


async def at_the_top(stage: Stage, urgency: Urgency | None = None) -> str:
    """An order that every tier below the county let pass, just before the county's own time is over."""
    order_id = await stage.place("certificates", urgency=urgency)
    for _ in range(3):
        stage.now = (await stage.dispatch(order_id)).due_at
        await stage.climb(order_id)
    return order_id


async def test_an_order_at_the_top_is_flagged_ten_days_in_a_row_since_the_same_moment(stage: Stage) -> None:
    """One flag for each day, however short the clock of its urgency; a sweep again at the same moment does nothing."""
    order_id = await at_the_top(stage, Urgency.URGENT)
    since = (await stage.dispatch(order_id)).due_at
    await stage.heard()
    stage.now, flags = since, []
    for _ in range(10):
        clock = clock_of(stage)
        async with stage.writing():
            assert [1, 0] == [await clock.sweep(stage.now), await clock.sweep(stage.now)]
        (flag,) = await stage.heard()
        flags.append((flag.reason, flag.tier, flag.overdue_since, flag.due_at - stage.now))
        stage.later(days=1)
    assert [("overdue", "county", since, DAY)] * 10 == flags


async def test_whoever_acts_ends_the_flag(stage: Stage) -> None:
    """Taken in person or referred: it is late no more, and a new clock runs; late again, it is late since then."""
    taken, referred = await at_the_top(stage), await stage.place("certificates")
    stage.now = (await stage.dispatch(taken)).due_at
    await stage.climb(taken)
    wish = Decision(f"{taken}-l1", "c-qindu", COUNTY, TakeInPerson())
    await stage.do(stage.use_cases.deciding.take_in_person, wish)
    dispatch = await stage.dispatch(taken)
    assert (None, True) == (dispatch.overdue_since, dispatch.due_at > stage.now)
    stage.now = again = dispatch.due_at
    await stage.climb(taken)
    told = await stage.last(matcher.OrderEscalated)
    assert ("overdue", again, "c-qindu") == (told.reason, told.overdue_since, told.previous and told.previous.id)
    for _ in range(4):
        stage.now = (await stage.dispatch(referred)).due_at
        await stage.climb(referred)
    assert (await stage.dispatch(referred)).overdue_since
    refer = Decision(f"{referred}-l1", "c-qindu", COUNTY, ReferLeg(department="city_management"))
    await stage.do(stage.use_cases.referring.refer_legs, refer)
    assert (await stage.dispatch(referred)).overdue_since is None


async def test_the_desk_has_what_is_overdue_on_top(house: House) -> None:
    """Although its next flag is later than what others are due; page by page as well."""
    stage = house.stage
    late = await at_the_top(stage)
    stage.now = (await stage.dispatch(late)).due_at
    await stage.climb(late)
    fresh = await stage.place("certificates", urgency=Urgency.URGENT)
    desk, rows, path = house.as_(Role.COORDINATOR, "c-qindu", COUNTY), [], "/api/desk?limit=1"
    while path:
        _, page = await house.ask("GET", path, desk)
        rows += [(one["order_id"], one["overdue"], one["overdue_since"] is not None) for one in page["items"]]
        path = f"/api/desk?limit=1&cursor={page['next']}" if page["next"] else ""
    assert [(late, True, True), (fresh, False, False)] == rows


async def test_every_climb_names_who_held_it_before(stage: Stage) -> None:
    """The late volunteer, then each coordinator, then the department that was late."""
    await stage.enrol(volunteer("v-1", "mediation-maoling-east"))
    order_id = await stage.place()
    await stage.accept(await stage.last(matcher.OfferMade))
    for _ in range(2):
        stage.now = (await stage.dispatch(order_id)).due_at
        await stage.climb(order_id)
    refer = Decision(f"{order_id}-l1", "c-2", COUNTY, ReferLeg(department="city_management"))
    await stage.do(stage.use_cases.referring.refer_legs, refer)
    stage.now = (await stage.dispatch(order_id)).due_at
    await stage.climb(order_id)
    climbs = [fact for fact in await stage.heard() if fact.name == "order_escalated"]
    community = stage.rules.areas.community_of(GRID)
    assert [
        Holder(role=Role.VOLUNTEER, area=GRID, id="v-1"),
        Holder(role=Role.COORDINATOR, area=GRID),
        Holder(role=Role.DEPARTMENT, area=community, id="city_management"),
    ] == [fact.previous for fact in climbs]


async def test_a_refused_closing_takes_the_order_up_one_tier(stage: Stage) -> None:
    """At the top it stays, overdue from then on; an accepted one, or one while a volunteer has it, moves nothing."""
    order_id = await stage.place("certificates")
    refuse, heard = stage.use_cases.climbing.refuse_closings, []
    for accepted in (True, False, False, False, False):
        fact = stage.following(order_id, intake.ClosingAnswered, accepted=accepted, answered_at=stage.now)
        await stage.do(refuse, fact)
        heard += [(one.tier, one.reason, one.overdue_since) for one in (await stage.heard()) if one.version > 1]
    reason = "closing_refused"
    tiers = [("community", reason, None), ("subdistrict", reason, None), ("county", reason, None)]
    assert [*tiers, ("county", reason, stage.now)] == heard
    await stage.enrol(volunteer("v-1", "mediation-maoling-east"))
    other = await stage.place()
    await stage.accept(await stage.last(matcher.OfferMade))
    await stage.do(refuse, stage.following(other, intake.ClosingAnswered, accepted=False, answered_at=stage.now))
    assert "assigned" == (await stage.dispatch(other)).state
