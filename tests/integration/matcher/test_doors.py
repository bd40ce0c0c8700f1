"""Matcher over HTTP, in this process, on both databases: shapes, refusals, and fifty taps."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2

from services.matcher.app import make_app
from services.matcher.settings import MatcherSettings
from shared.contracts import matcher as events
from shared.contracts.words import Role, Urgency
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, Stage, volunteer

MEDIATION = "mediation-maoling-east"
COUNTY = "qindu"
REPORT = {"report": "done"}


async def test_the_whole_loop_over_http(house: House) -> None:
    """Offer, accept, start, complete: each answer has the shape of the contract."""
    stage, me = house.stage, house.as_(Role.VOLUNTEER, "v-1")
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    status, offers = await house.ask("GET", "/api/offers", me)
    (offer,) = offers["items"]
    expected = {"order_id": order_id, "leg_id": f"{order_id}-l1", "service": "neighbour_dispute", "post": "mediation"}
    assert (200, None, expected | {"area": GRID, "urgency": "normal", "window": None}) == (
        status,
        offers["next"],
        {name: offer[name] for name in (*expected, "area", "urgency", "window")},
    )
    accepted = await house.tap(f"/api/offers/{offer['offer_id']}/accept", me, {})
    assert {"state": "assigned", "assignment_id": accepted["assignment_id"]} == accepted
    _, mine = await house.ask("GET", "/api/assignments", me)
    assert [accepted["assignment_id"]] == [one["assignment_id"] for one in mine["items"]]
    path = f"/api/assignments/{accepted['assignment_id']}"
    started = await house.tap(f"{path}/start", me)
    done = await house.tap(f"{path}/complete", me, {"report": "settled", "minutes": 20})
    assert ("under_way", "completed", 20) == (started["state"], done["state"], done["minutes"])
    _, offers = await house.ask("GET", "/api/offers", me)
    assert ([], "done") == (offers["items"], (await stage.dispatch(order_id)).state)


async def test_fifty_taps_of_one_volunteer_on_one_offer(house: House) -> None:
    """One 200, forty-nine 409, one assignment."""
    await house.stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await house.stage.place()
    offer = await house.stage.last(events.OfferMade)
    path, me = f"/api/offers/{offer.offer_id}/accept", house.as_(Role.VOLUNTEER, "v-1")
    answers = await asyncio.gather(*(house.ask("POST", path, me) for _ in range(50)))
    statuses = [status for status, _ in answers]
    assert (1, 49) == (statuses.count(200), statuses.count(409))
    assert [("v-1", "assigned")] == await house.stage.assignment_states(order_id)


async def test_fifty_volunteers_tap_for_one_place_at_two_matchers(house: House, stage: Stage) -> None:
    """Two processes on one database: one 200, forty-nine 409, whoever was quicker."""
    stage.asking(50)
    await stage.enrol(*(volunteer(f"v-{number:02}") for number in range(50)))
    order_id = await stage.place("sweeping", urgency=Urgency.URGENT)
    settings: MatcherSettings = house.client._transport.app.state.settings  # type: ignore[attr-defined]  # ASGI's
    offers = await stage.heard()
    second = make_app(settings, stage.rules)
    async with (
        second.router.lifespan_context(second),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=second), base_url="http://other.test") as other,
    ):
        answers = await asyncio.gather(
            *(
                client.post(
                    f"/api/offers/{offer.offer_id}/accept",
                    headers=house.as_(Role.VOLUNTEER, offer.volunteer_id),
                )
                for offer, client in zip(offers, [house.client, other] * 25, strict=True)
            )
        )
    statuses = [answer.status_code for answer in answers]
    assert (1, 49) == (statuses.count(200), statuses.count(409)), statuses
    held = [one for one in offers if (await stage.volunteer(one.volunteer_id)).held]
    assert (1, 1) == (len(await stage.assignment_states(order_id)), len(held))
    assert ["leg_assigned"] == [fact.name for fact in await stage.heard()]


async def test_refusals_have_their_status_and_their_name(house: House) -> None:
    """Another's offer 404, gone 409, complete before start 409, expired 409: each problem names its rule."""
    stage, me, other = house.stage, house.as_(Role.VOLUNTEER, "v-1"), house.as_(Role.VOLUNTEER, "v-2")
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2"))
    stage.later(minutes=-30)
    await stage.place()
    expired = await stage.last(events.OfferMade)
    stage.later(minutes=30)
    order_id = await stage.place()
    offer = await stage.last(events.OfferMade)
    accept = f"/api/offers/{offer.offer_id}/accept"
    found = [
        await house.ask("POST", f"/api/offers/{expired.offer_id}/accept", me),
        await house.ask("POST", accept, other),
        await house.ask("POST", accept, me),
        await house.ask("POST", accept, me),
        await house.ask("POST", f"/api/offers/{offer.offer_id}/decline", me),
    ]
    (mine,) = (await house.ask("GET", "/api/assignments", me))[1]["items"]
    path = f"/api/assignments/{mine['assignment_id']}"
    found += [
        await house.ask("POST", f"{path}/complete", me, {"report": "done"}),
        await house.ask("POST", f"{path}/start", other),
        await house.ask("POST", f"/api/legs/{order_id}-l1/resolve", house.as_(Role.COORDINATOR, "c", GRID), REPORT),
    ]
    assert [409, 404, 200, 409, 409, 409, 404, 409] == [status for status, _ in found]
    expected = ["offer-expired", "not-found", None, "offer-gone", "offer-gone", "not-started", "not-found"]
    slugs = [answer["type"].removeprefix("/problems/") if status != 200 else None for status, answer in found]
    assert [*expected, "held-by-volunteer"] == slugs


async def test_the_desk_is_sorted_by_due_time_page_by_page(house: House) -> None:
    """Overdue on top; each row says what is needed to decide; the cursor leads through all."""
    stage, county = house.stage, house.as_(Role.COORDINATOR, "c", COUNTY)
    stage.later(days=-3)
    overdue = await stage.place("certificates")
    stage.later(days=3)
    urgent = await stage.place("lift_fault")
    normal = await stage.place("stray_dogs")
    rows, path = [], "/api/desk?limit=2"
    while path:
        _, page = await house.ask("GET", path, county)
        rows += page["items"]
        path = f"/api/desk?limit=2&cursor={page['next']}" if page["next"] else ""
    assert [(overdue, True), (urgent, False), (normal, False)] == [(row["order_id"], row["overdue"]) for row in rows]
    assert ("decide", GRID, "grid", f"{overdue}-l1", "staff") == tuple(
        rows[0][name] for name in ("next_step", "holder_area", "tier", "leg_id", "served_by")
    )
    assert 422 == (await house.ask("GET", "/api/desk?cursor=nonsense", county))[0]


async def test_a_coordinators_decisions_answer_with_who_holds_it(house: House) -> None:
    """Escalate, then assign from the tier above; the note is on the desk."""
    stage, grid = house.stage, house.as_(Role.COORDINATOR, "c", GRID)
    community = house.as_(Role.COORDINATOR, "c", "maoling-east")
    await stage.enrol(volunteer("v-1"))
    order_id = await stage.place("certificates")
    leg = f"/api/legs/{order_id}-l1"
    up = await house.tap(f"{leg}/escalate", grid, {"reason": "needs the community"})
    (row,) = (await house.ask("GET", "/api/desk", community))[1]["items"]
    given = await house.tap(f"{leg}/assign", community, {"volunteer": "v-1"})
    assert ("escalated", "maoling-east", "needs the community") == (up["state"], up["holder_area"], row["note"])
    assert ("assigned", "volunteer", order_id) == (given["state"], given["holder_role"], given["order_id"])
    (mine,) = (await house.ask("GET", "/api/assignments", house.as_(Role.VOLUNTEER, "v-1")))[1]["items"]
    assert (given["assignment_id"], "coordinator") == (mine["assignment_id"], mine["by"])


async def test_assignments_come_active_first_page_by_page(house: House) -> None:
    """What is to be done comes before what was; the cursor leads through all."""
    stage, me = house.stage, house.as_(Role.VOLUNTEER, "v-1")
    await stage.enrol(volunteer("v-1", MEDIATION, capacity=5, daily_offers=5))
    held = []
    for _ in range(4):
        await stage.place()
        held.append(await stage.accept(await stage.last(events.OfferMade)))
    await stage.hand_back(held[3], "v-1")
    await stage.hand_back(held[1], "v-1")
    found, path = [], "/api/assignments?limit=1"
    while path:
        _, page = await house.ask("GET", path, me)
        found += [one["assignment_id"] for one in page["items"]]
        path = f"/api/assignments?limit=1&cursor={page['next']}" if page["next"] else ""
    assert [held[2], held[0], held[3], held[1]] == found


async def test_bodies_take_what_the_contract_says_and_no_more(house: House) -> None:
    """Unknown fields, empty words and impossible minutes are 422, never 500."""
    me, grid = house.as_(Role.VOLUNTEER, "v-1"), house.as_(Role.COORDINATOR, "c", GRID)
    tries: list[tuple[str, dict[str, str], Any]] = [
        ("/api/offers/x/accept", me, {"state": "assigned"}),
        ("/api/offers/x/decline", me, {"assigned_to": "v-2"}),
        ("/api/assignments/x/complete", me, {}),
        ("/api/assignments/x/complete", me, {"report": " "}),
        ("/api/assignments/x/complete", me, {"report": "a", "minutes": 0}),
        ("/api/assignments/x/complete", me, {"report": "a", "minutes": 1441}),
        ("/api/assignments/x/complete", me, {"report": "a\u0000b"}),
        ("/api/assignments/x/hand-back", me, {"reason": "x" * 2001}),
        ("/api/legs/x/assign", grid, {"volunteer": "v-1", "role": "ops"}),
        ("/api/legs/x/resolve", grid, None),
    ]
    assert [422] * len(tries) == [(await house.ask("POST", path, who, body))[0] for path, who, body in tries]


async def test_a_volunteer_sees_their_own_card(house: House) -> None:
    """Name, phone and hours are theirs to see; somebody who is not on the roster has no card."""
    await house.stage.enrol(volunteer("v-1", MEDIATION))
    _, card = await house.ask("GET", "/api/me", house.as_(Role.VOLUNTEER, "v-1"))
    assert ("name of v-1", GRID, [MEDIATION], 2) == (
        card["name"],
        card["home"],
        [post["post_id"] for post in card["posts"]],
        card["capacity"],
    )
    assert 404 == (await house.ask("GET", "/api/me", house.as_(Role.VOLUNTEER, "v-2")))[0]


async def test_matcher_lives_without_a_broker_and_says_what_is_missing(house: House) -> None:
    """Alive, and not ready for the broker's sake alone."""
    assert (200, {"status": "alive"}) == await house.ask("GET", "/healthz")
    status, told = await house.ask("GET", "/readyz")
    assert (503, ["broker"]) == (status, told["failing"])


async def test_the_service_names_what_it_hears_and_publishes(house: House) -> None:
    """The AsyncAPI document has matcher's durable and its nine facts."""
    _, document = await house.ask("GET", "/asyncapi.json")
    titles = " ".join(document["channels"])
    assert [] == [event.type() for event in events.EVENTS if event.type() not in titles]
