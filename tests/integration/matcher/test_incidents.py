"""A danger is before the coordinator at once, and before the next above until somebody has seen to it."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from services.matcher.models import Incident
from shared.contracts import intake, matcher
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, names, volunteer
from tests.integration.matcher.test_climbing import clock_of

MEDIATION = "mediation-maoling-east"
COMMUNITY = "maoling-east"
BODY = {"kind": "threat", "words": "he has a knife"}


def coordinator(house: House, area: str = GRID) -> dict[str, str]:
    """The headers of who answers for an area."""
    return house.as_(Role.COORDINATOR, f"c-{area}", area)


async def served(house: House) -> tuple[str, str]:
    """An order that somebody has, and the assignment."""
    await house.stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await house.stage.place()
    assignment_id = await house.stage.accept(await house.stage.last(matcher.OfferMade))
    await house.stage.heard()
    return order_id, assignment_id


async def report(house: House, assignment_id: str, who: str = "v-1") -> Any:
    """What a volunteer hears who reports a danger."""
    path = f"/api/assignments/{assignment_id}/incident"
    return await house.ask("POST", path, house.as_(Role.VOLUNTEER, who), BODY)


async def listed(house: House, area: str) -> list[str]:
    """The dangers a coordinator sees."""
    status, page = await house.ask("GET", "/api/incidents", coordinator(house, area))
    assert 200 == status, page
    return [row["incident_id"] for row in page["items"]]


async def pass_time(house: House, **delta: float) -> None:
    """Time passes, and what fell due is swept."""
    house.stage.later(**delta)
    async with house.stage.writing():
        await clock_of(house.stage).sweep(house.stage.now)


async def test_a_volunteers_report_is_before_the_coordinator_at_once(house: House) -> None:
    """Holder and due time stay; the coordinator reads the words, the event and the database do not say them."""
    order_id, assignment_id = await served(house)
    before = await house.stage.dispatch(order_id)
    status, told = await report(house, assignment_id)
    (raised,) = await house.stage.heard()
    after = await house.stage.dispatch(order_id)
    assert (201, "incident_raised", GRID, Role.VOLUNTEER) == (status, raised.name, raised.area, raised.by)
    assert (before.holder_id, before.due_at, before.state) == (after.holder_id, after.due_at, after.state)
    page = (await house.ask("GET", "/api/incidents", coordinator(house)))[1]
    assert [("he has a knife", "threat")] == [(row["words"], row["kind"]) for row in page["items"]]
    (row,) = await house.stage.all(select(Incident))
    assert b"knife" not in row.words
    assert "knife" not in raised.model_dump_json()
    assert told["incident_id"] == raised.incident_id


async def test_anothers_assignment_and_another_area_do_not_exist(house: House) -> None:
    """Not to report, not to see, not to answer."""
    _, assignment_id = await served(house)
    assert 404 == (await report(house, assignment_id, "v-2"))[0]
    incident_id = (await report(house, assignment_id))[1]["incident_id"]
    path = f"/api/incidents/{incident_id}/answer"
    assert 404 == (await house.ask("POST", path, coordinator(house, FAR_GRID), {"words": "seen"}))[0]
    assert ([], [incident_id]) == (await listed(house, FAR_GRID), await listed(house, COMMUNITY))


async def test_what_nobody_answers_goes_up_every_quarter_of_an_hour_and_daily_at_the_top(house: House) -> None:
    """An unanswered danger always has an area and a due time ahead."""
    order_id, assignment_id = await served(house)
    await report(house, assignment_id)
    seen = []
    minutes = [14, 2, 15, 15, 15, 23 * 60, 60]
    for passing in minutes:
        await pass_time(house, minutes=passing)
        (row,) = await house.stage.all(select(Incident))
        assert row.due_at > house.stage.now
        seen.append((row.area, row.raised))
    county = house.stage.rules.areas.root.code
    above = house.stage.rules.areas.coordinator_area_above(COMMUNITY)
    top = [(county, 4), (county, 5), (county, 5), (county, 6)]
    assert [(GRID, 1), (COMMUNITY, 2), (above, 3), *top] == seen
    assert 6 == names(await house.stage.heard()).count("incident_raised")
    assert order_id == row.order_id


async def test_who_answers_ends_the_clock_and_who_reported_hears_of_it(house: House) -> None:
    """A second answer is refused; what was done is sealed."""
    _, assignment_id = await served(house)
    incident_id = (await report(house, assignment_id))[1]["incident_id"]
    path, body = f"/api/incidents/{incident_id}/answer", {"words": "the police took the knife"}
    answers = [(await house.ask("POST", path, coordinator(house), body))[0] for _ in range(2)]
    answered = await house.stage.last(matcher.IncidentAnswered)
    assert ([200, 409], (incident_id, Role.VOLUNTEER)) == (answers, (answered.incident_id, answered.by))
    await pass_time(house, minutes=16)
    (row,) = await house.stage.all(select(Incident))
    assert (1, f"c-{GRID}", []) == (row.raised, row.answered_by, await listed(house, GRID))
    assert b"police" not in row.answer


async def test_a_residents_report_is_heard_also_after_the_end_and_once(house: House) -> None:
    """Its words stay with intake; the coordinator of the desk has it, and the clock runs on."""
    order_id, _ = await served(house)
    await house.stage.cancel(order_id)
    fields = {"incident_id": "i-1", "raised_at": house.stage.now}
    fact = house.stage.following(order_id, intake.IncidentReported, **fields)
    assert [None, None] == await house.stage.run(house.stage.use_cases.incidents.hear, fact, fact)
    raised = await house.stage.last(matcher.IncidentRaised)
    assert ("i-1", GRID, Role.RESIDENT) == (raised.incident_id, raised.area, raised.by)
    assert ["i-1"] == await listed(house, GRID)
    await pass_time(house, minutes=15)
    assert COMMUNITY == (await house.stage.last(matcher.IncidentRaised)).area
