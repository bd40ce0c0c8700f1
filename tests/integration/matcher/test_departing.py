"""Volunteers who leave, fall ill or are suspended, over HTTP: others are asked at once, and no clock starts afresh."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from services.matcher.models import Assignment, Claim, Leg, Volunteer
from services.matcher.use_cases import UseCases
from shared.contracts import matcher
from shared.contracts.words import Role, Window
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, Stage, names, volunteer
from tests.integration.matcher.test_climbing import clock_of
from tests.integration.matcher.test_waiting import queries_of

MEDIATION = "mediation-maoling-east"
HOUR = timedelta(hours=1)


def as_volunteer(house: House, who: str) -> dict[str, str]:
    """The headers of a volunteer."""
    return house.as_(Role.VOLUNTEER, who)


def as_coordinator(house: House, area: str = GRID) -> dict[str, str]:
    """The headers of who answers for an area."""
    return house.as_(Role.COORDINATOR, f"c-{area}", area)


async def two_people(house: House) -> None:
    """Two who hold the post, the first nearer."""
    await house.stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))


async def taken(house: House, window: Window | None = None) -> str:
    """An order the first of them has accepted; what happened so far was heard."""
    order_id = await house.stage.place(window=window)
    made = [fact for fact in await house.stage.heard() if fact.name == "offer_made"]
    (offer,) = [one for one in made if one.volunteer_id == "v-1"]
    await house.stage.accept(offer)
    await house.stage.heard()
    return order_id


async def suspend(house: House, who: str = "v-1", area: str = GRID) -> Any:
    """What a coordinator hears who suspends somebody."""
    body = {"reason": "shouted at a resident"}
    return await house.ask("POST", f"/api/volunteers/{who}/suspend", as_coordinator(house, area), body)


async def counted(stage: Stage, order_id: str) -> list[int]:
    """The hand-backs of an order's legs that count."""
    return [leg.hand_backs for leg in await stage.all(select(Leg).where(col(Leg.order_id) == order_id))]


async def test_who_leaves_hands_everything_on_and_the_clock_is_kept(house: House) -> None:
    """The next is asked by the same due time, the posts are free, and it does not count towards two hand-backs."""
    await two_people(house)
    order_id = await taken(house)
    due_at = (await house.stage.dispatch(order_id)).due_at
    card = await house.tap("/api/me/leave", as_volunteer(house, "v-1"), {"leave": True})
    assert (True, 0, []) == (card["left"], card["held"], card["posts"])
    facts = {fact.name: fact for fact in await dispatch_facts(house.stage, order_id)}
    assert {"leg_handed_back", "offer_made"} == set(facts)
    assert ("departed", "v-2") == (facts["leg_handed_back"].reason, facts["offer_made"].volunteer_id)
    assert (due_at, [0]) == ((await house.stage.dispatch(order_id)).due_at, await counted(house.stage, order_id))
    assert ["v-2"] == [claim.volunteer_id for claim in await house.stage.all(select(Claim))]


async def dispatch_facts(stage: Stage, order_id: str) -> list[Any]:
    """What happened to an order since its assignment was heard."""
    facts: list[Any] = [await stage.last(matcher.LegHandedBack), await stage.last(matcher.OfferMade)]
    return [fact for fact in facts if fact.order_id == order_id]


async def test_leaving_is_said_twice_by_mistake_and_needs_a_yes(house: House) -> None:
    """409 the second time; without the confirmation 422."""
    await two_people(house)
    headers = as_volunteer(house, "v-1")
    bodies: list[Any] = [{}, {"leave": False}, {"leave": True}, {"leave": True}]
    answers = [(await house.ask("POST", "/api/me/leave", headers, body))[0] for body in bodies]
    assert [422, 422, 200, 409] == answers


async def test_who_has_left_is_asked_nothing_and_takes_nothing_up(house: House) -> None:
    """Not by a wave, not by a coordinator, not by a claim, not by a roster that still names them."""
    await two_people(house)
    await house.tap("/api/me/leave", as_volunteer(house, "v-1"), {"leave": True})
    order_id = await house.stage.place()
    assert ["v-2"] == list(await house.stage.offer_states(order_id))
    path = f"/api/legs/{order_id}-l1/assign"
    assert 404 == (await house.ask("POST", path, as_coordinator(house), {"volunteer": "v-1"}))[0]
    claim = f"/api/posts/{MEDIATION}/claim"
    assert 404 == (await house.ask("POST", claim, as_volunteer(house, "v-1"), {}))[0]
    await two_people(house)
    assert ["v-2"] == [one.volunteer_id for one in await house.stage.all(select(Claim))]


async def test_an_offer_to_who_leaves_goes_to_the_next_at_once(house: House) -> None:
    """Nobody waits for it to run out."""
    await two_people(house)
    order_id = await house.stage.place()
    assert {"v-1": "open"} == await house.stage.offer_states(order_id)
    await house.tap("/api/me/leave", as_volunteer(house, "v-1"), {"leave": True})
    assert {"v-1": "withdrawn", "v-2": "open"} == await house.stage.offer_states(order_id)
    assert 0 == (await house.stage.volunteer("v-1")).asked


async def test_who_is_ill_keeps_what_lies_after_their_absence(house: House) -> None:
    """What lies in it, or may be served at any time, goes to others; the absence stands on the card."""
    await two_people(house)
    now = house.stage.now
    orders = [
        await taken(house, Window(from_=now + HOUR, to=now + 3 * HOUR)),
        await taken(house, Window(from_=now + 30 * HOUR, to=now + 31 * HOUR)),
    ]
    until = now + 24 * HOUR
    card = await house.tap("/api/me/unwell", as_volunteer(house, "v-1"), {"until": until.isoformat()})
    assert (1, 1) == (card["held"], len(card["absences"]))
    states = [(await house.stage.assignment_states(order_id))[0] for order_id in orders]
    assert [("v-1", "handed_back"), ("v-1", "assigned")] == states
    back = await house.stage.last(matcher.LegHandedBack)
    assert ("ill", [0]) == (back.reason, await counted(house.stage, orders[0]))


async def test_nobody_is_ill_until_yesterday(house: House) -> None:
    """409, and nothing is changed."""
    await two_people(house)
    body = {"until": (house.stage.now - HOUR).isoformat()}
    status, _ = await house.ask("POST", "/api/me/unwell", as_volunteer(house, "v-1"), body)
    assert (409, []) == (status, (await house.ask("GET", "/api/me", as_volunteer(house, "v-1")))[1]["absences"])


async def test_three_departures_bother_no_coordinator(house: House) -> None:
    """The leg goes from one to the next; a third holder is still asked."""
    await house.stage.enrol(*(volunteer(f"v-{number}", MEDIATION) for number in range(4)))
    order_id = await house.stage.place()
    for _ in range(3):
        offer = await house.stage.last(matcher.OfferMade)
        await house.stage.accept(offer)
        await house.tap("/api/me/leave", as_volunteer(house, offer.volunteer_id), {"leave": True})
    assert ("offered", [0]) == ((await house.stage.dispatch(order_id)).state, await counted(house.stage, order_id))


async def test_a_suspension_stops_everything_until_it_is_lifted(house: House) -> None:
    """What they have goes on, their posts stay theirs, nothing reaches them; restored, they are asked again."""
    await two_people(house)
    order_id = await taken(house)
    status, standing = await suspend(house)
    assert (200, True) == (status, standing["suspended_at"] is not None)
    assert ("suspended", [0]) == (
        (await house.stage.last(matcher.LegHandedBack)).reason, await counted(house.stage, order_id),
    )  # fmt: skip
    claims = sorted(one.volunteer_id for one in await house.stage.all(select(Claim)))
    following = await house.stage.place()
    assert (["v-1", "v-2"], ["v-2"]) == (claims, list(await house.stage.offer_states(following)))
    await house.tap("/api/volunteers/v-1/restore", as_coordinator(house), {})
    third = await house.stage.place()
    assert {"v-1": "open"} == await house.stage.offer_states(third)


async def test_a_suspension_is_the_home_areas_and_its_reason_is_sealed(house: House) -> None:
    """Who answers for another area hears that there is nobody; above, one may. Events and answers say no reason."""
    await two_people(house)
    assert [404, 404, 200] == [(await suspend(house, area=area))[0] for area in (NEXT_GRID, FAR_GRID, "maoling-east")]
    (row,) = await house.stage.all(select(Volunteer).where(col(Volunteer.volunteer_id) == "v-1"))
    assert b"shouted" not in row.suspended_for
    assert "c-maoling-east" == row.suspended_by
    assert not any("shouted" in fact.model_dump_json() for fact in await house.stage.heard())
    assert 403 == (await house.ask("POST", "/api/volunteers/v-2/suspend", as_volunteer(house, "v-1"), {}))[0]


async def test_who_is_taken_off_the_roster_may_be_let_back_in(house: House) -> None:
    """As if they had left; 409 for somebody who is there."""
    await two_people(house)
    order_id, path = await taken(house), "/api/volunteers/v-1"
    await house.tap(f"{path}/remove", as_coordinator(house), {})
    assert [("v-1", "handed_back")] == await house.stage.assignment_states(order_id)
    assert "removed" == (await house.stage.last(matcher.LegHandedBack)).reason
    page = (await house.ask("GET", "/api/volunteers", as_coordinator(house)))[1]
    assert [("v-1", True)] == [(row["volunteer_id"], row["left_at"] is not None) for row in page["items"]]
    await house.tap(f"{path}/restore", as_coordinator(house), {})
    assert 409 == (await house.ask("POST", f"{path}/restore", as_coordinator(house), {}))[0]


async def test_another_process_learns_who_is_gone(house: House) -> None:
    """Its index of candidates follows the roster's revision: it finds the next instead, and them again later."""
    await two_people(house)
    other = Stage(house.stage.database.url, house.stage.rules)
    other.vault = house.stage.vault
    other.use_cases = UseCases(other.rules, other.vault, other.writer)
    try:
        assert {"v-1": "open"} == await other.offer_states(await other.place())
        assert 200 == (await suspend(house))[0]
        assert ["v-2"] == list(await other.offer_states(await other.place()))
        await house.tap("/api/volunteers/v-1/restore", as_coordinator(house), {})
        assert ["v-1"] == list(await other.offer_states(await other.place()))
    finally:
        await other.database.close()


async def test_what_another_process_gave_to_who_was_leaving_is_found_by_the_clock(house: House) -> None:
    """As it is when both happen at the same moment: the sweep hands it on."""
    await two_people(house)
    order_id = await taken(house)
    async with house.stage.database.writing() as session:
        row = await session.get_one(Volunteer, "v-1")
        row.leave(house.stage.now)
        session.add(row)
    async with house.stage.writing():
        await clock_of(house.stage).sweep(house.stage.now)
    assert [("v-1", "handed_back")] == await house.stage.assignment_states(order_id)
    assert ["leg_handed_back", "offer_made"] == names(await house.stage.heard())
    assert 0 == len(await house.stage.all(select(Assignment).where(col(Assignment.state) == "assigned")))


async def test_who_left_and_has_nothing_is_not_swept_again(house: House) -> None:
    """The clock looks for what is left to hand on, and finds nothing."""
    await two_people(house)
    await taken(house)
    await house.tap("/api/me/leave", as_volunteer(house, "v-1"), {"leave": True})
    assert [] == await queries_of(house.stage).due.departed(10)


async def test_the_page_of_ones_time_takes_both_and_wants_the_box_ticked(house: House) -> None:
    """Without the tick nothing happens; with it they have left."""
    await two_people(house)
    headers = {**as_volunteer(house, "v-1"), "accept": "text/html"}
    answers = []
    for form in ({}, {"leave": "true"}):
        answer = await house.client.post("/availability/leave", data=form, headers=headers)
        answers.append((answer.status_code, (await house.stage.volunteer("v-1")).left_at is not None))
    assert [(422, False), (303, True)] == answers
    until = (house.stage.now + HOUR).astimezone(house.stage.rules.zone).strftime("%Y-%m-%dT%H:%M")
    ill = {**as_volunteer(house, "v-2"), "accept": "text/html"}
    answer = await house.client.post("/availability/unwell", data={"until": until}, headers=ill)
    card = (await house.ask("GET", "/api/me", as_volunteer(house, "v-2")))[1]
    assert (303, 1) == (answer.status_code, len(card["absences"]))
