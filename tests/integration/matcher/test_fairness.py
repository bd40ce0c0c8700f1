"""Mediation is fair: what was said stays with whoever mediated, and to stand aside (回避) is no refusal."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services.matcher.commands import AssignLeg, CompleteLeg
from services.matcher.models import Exclusion, Habit, Leg
from services.matcher.policies.fairness import NothingConfidential, StandsAside
from services.matcher.queries.explaining import ExplainingQueries
from services.matcher.use_cases.deciding import Decision
from services.matcher.use_cases.serving import Complete
from shared.contracts import matcher
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, Stage, volunteer

MEDIATION = "mediation-maoling-east"
CONFIDED = "他承认欠了钱，但请不要告诉任何人"


async def under_way(stage: Stage, service: str = "neighbour_dispute", post: str = MEDIATION) -> tuple[str, str]:
    """An order somebody is serving: its id and the assignment's."""
    await stage.enrol(volunteer("v-1", post))
    order_id = await stage.place(service)
    assignment_id = await stage.accept(await stage.last(matcher.OfferMade))
    await stage.start(assignment_id, "v-1")
    return order_id, assignment_id


async def hand_backs(stage: Stage, order_id: str) -> int:
    """How many hand-backs of the first leg count."""
    (leg,) = await stage.all(select(Leg).where(col(Leg.order_id) == order_id))
    return int(leg.hand_backs)


async def test_only_who_wrote_a_confidential_note_reads_it(house: House) -> None:
    """In their own assignments; not on a desk, not in any fact, and in the database sealed."""
    order_id, assignment_id = await under_way(house.stage)
    mine = house.as_(Role.VOLUNTEER, "v-1")
    body = {"report": "agreed on quiet hours", "confidential_note": CONFIDED}
    answer = await house.tap(f"/api/assignments/{assignment_id}/complete", mine, body)
    assert CONFIDED == answer["confidential_note"]
    _, listed = await house.ask("GET", "/api/assignments", mine)
    assert [(assignment_id, CONFIDED)] == [(one["assignment_id"], one["confidential_note"]) for one in listed["items"]]
    _, others = await house.ask("GET", "/api/assignments", house.as_(Role.VOLUNTEER, "v-2"))
    assert [] == others["items"]
    desk = house.as_(Role.COORDINATOR, "c-1", GRID)
    for path in ("/api/desk", f"/api/legs/{order_id}-l1/explanation"):
        _, seen = await house.ask("GET", path, desk)
        assert CONFIDED not in str(seen)
    async with house.stage.database.reading() as session:
        for table in ("outbox", "assignments"):
            rows = await session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own table names
            assert CONFIDED not in str([tuple(row) for row in rows])


async def test_a_service_without_parties_has_no_confidential_notes(stage: Stage) -> None:
    """It is refused, and the assignment goes on."""
    _order_id, assignment_id = await under_way(stage, "policy_talk", "publicity-maoling-east")
    wish = CompleteLeg(report="told them", confidential_note="hm")
    with pytest.raises(NothingConfidential):
        await stage.do(stage.use_cases.serving.complete_assignments, Complete(assignment_id, "v-1", wish))
    await stage.complete(assignment_id, "v-1")


async def test_standing_aside_does_not_count_as_a_hand_back(stage: Stage) -> None:
    """Two who stand aside do not bring the leg to the coordinator: the third is asked."""
    await stage.enrol(*(volunteer(f"v-{number}", MEDIATION) for number in (1, 2, 3)))
    order_id = await stage.place()
    for _ in range(2):
        offer = await stage.last(matcher.OfferMade)
        assignment_id = await stage.accept(offer)
        await stage.hand_back(assignment_id, offer.volunteer_id, "recusal")
    assert (0, "offered") == (await hand_backs(stage, order_id), (await stage.dispatch(order_id)).state)


async def test_who_stands_aside_has_no_part_in_the_order_any_more(stage: Stage) -> None:
    """By their own word, for good: the coordinator cannot assign them either, and a further round asks others."""
    order_id, assignment_id = await under_way(stage)
    await stage.hand_back(assignment_id, "v-1", "recusal")
    rows = await stage.all(select(Exclusion).where(col(Exclusion.order_id) == order_id))
    assert [("v-1", "v-1")] == [(row.volunteer_id, row.by) for row in rows]
    stage.later(hours=24)
    await stage.climb(order_id)
    with pytest.raises(StandsAside):
        decision = Decision(f"{order_id}-l1", "c-1", "maoling-east", AssignLeg(volunteer="v-1"))
        await stage.do(stage.use_cases.deciding.assign_legs, decision)
    assert 0 == (await stage.volunteer("v-1")).held


async def test_nothing_is_learned_from_who_stands_aside(stage: Stage) -> None:
    """A recusal lowers nobody's record; any other no is one of the answers the pairing learns from."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION))
    order_id = await stage.place()
    first = await stage.last(matcher.OfferMade)
    await stage.decline(first, "recusal")
    assert [] == await stage.all(select(Habit))
    assert 0 == (await stage.volunteer(first.volunteer_id)).asked
    second = await stage.last(matcher.OfferMade)
    await stage.decline(second, "no_time")
    assert [(second.volunteer_id, 1, 0)] == [
        (row.volunteer_id, row.asked, row.accepted) for row in await stage.all(select(Habit))
    ]
    rows = await stage.all(select(Exclusion).where(col(Exclusion.order_id) == order_id))
    assert [first.volunteer_id] == [row.volunteer_id for row in rows]


async def test_who_is_asked_may_stand_aside_with_one_tap(house: House) -> None:
    """The page of a mediation has a button for it."""
    await house.stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await house.stage.place()
    offer = await house.stage.last(matcher.OfferMade)
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", **house.as_(Role.VOLUNTEER, "v-1")}
    page = await house.client.get("/", headers=headers)
    assert 1 == page.text.count('name="reason" value="recusal"')
    sent = await house.client.post(f"/offers/{offer.offer_id}/decline", data={"reason": "recusal"}, headers=headers)
    rows = await house.stage.all(select(Exclusion).where(col(Exclusion.order_id) == order_id))
    assert (303, ["v-1"]) == (sent.status_code, [row.volunteer_id for row in rows])


async def test_a_no_is_silence_until_the_offers_time_is_over(house: House) -> None:
    """Where one person alone could be asked, neither who ordered nor a coordinator learns of their no: numbers below
    three are not told, and nothing that is told moves with the answer.
    """
    stage, explaining = house.stage, ExplainingQueries(house.stage.database, house.stage.rules)
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    desk = house.as_(Role.COORDINATOR, "c-1", GRID)

    async def told() -> list[Any]:
        _, seen = await house.ask("GET", f"/api/legs/{order_id}-l1/explanation", desk)
        resident = await explaining.order(order_id, stage.now)
        searching = resident.model_dump(include={"eligible", "asked", "blocked", "waves", "next_look_at"})
        return [seen["eligible"], seen["asked"], seen["blocked"], seen["next_look_at"], searching]

    before = await told()
    await stage.decline(await stage.last(matcher.OfferMade))
    assert (before, [None, None, {}, None]) == (await told(), before[:4])
    stage.later(minutes=31)
    assert 0 == (await told())[-1]["asked"]
