"""Cases of security.md about orders and offers: what is not yours does not exist, and what is over stays over.

Each test is named by its number; ``docs/security.md`` is written from them.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.attached import Attached
from deploy.demo.doors import Doors
from shared.contracts.words import Role
from tests.flows.people import GRID, PHONE, asked, coordinator, in_state, order, place
from tests.flows.visitors import Visitor, visiting
from tests.unit.matcher.test_photos import archive, bomb, photo_with_place
from tests.waiting import wait_for

MANY = 50
OTHER_GRID = "maoling-west-g1"
BODY = {
    "service": "neighbour_dispute",
    "area": GRID,
    "details": "水龙头一直在滴水",
    "contact": {"name": "李阿姨", "phone": "15400009871"},
}


@pytest.fixture(scope="module")
async def visitor(stack: Attached) -> AsyncIterator[Visitor]:
    """Somebody at the doors."""
    async with visiting(stack) as one:
        yield one


async def offered(doors: Doors) -> tuple[dict[str, Any], str, str]:
    """An urgent order, the token of who is asked first, and their offer."""
    placed = await place(doors, "moving", urgency="urgent")
    _, token, offer_id = await asked(doors, placed["order_id"])
    return placed, token, offer_id


async def test_case_01_a_resident_does_not_see_anothers_order(visitor: Visitor, doors: Doors) -> None:
    """With a token that opens one order another is not there."""
    mine, other = await place(doors, "small_repairs"), await place(doors, "small_repairs")
    path = f"/api/orders/{mine['reference']}"
    tokens = (mine["tracking_token"], other["tracking_token"])
    assert [200, 404] == [await visitor.status("GET", "intake", path, token) for token in tokens]


async def test_case_02_an_address_is_for_who_serves_and_as_long_as_they_do(visitor: Visitor, doors: Doors) -> None:
    """The contact opens to the assignment's own volunteer; to another, and once it is served, it does not exist."""
    placed, token, offer_id = await offered(doors)
    accepted = (await visitor("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})).json()
    path = f"/api/assignments/{accepted['assignment_id']}"
    stranger = doors.as_caller(Role.VOLUNTEER, "v-0001x")

    async def told() -> dict[str, Any]:
        answer = await visitor("POST", "matcher", f"{path}/contact", token)
        return dict(answer.json()) if answer.status_code == 200 else {}

    contact = await wait_for(told, 20.0, "intake to hear of the assignment")
    assert PHONE.replace(" ", "") in json.dumps(contact)
    assert 404 == await visitor.status("POST", "matcher", f"{path}/contact", stranger)
    await visitor("POST", "matcher", f"{path}/start", token, {})
    await visitor("POST", "matcher", f"{path}/complete", token, {"report": "好了"})
    await in_state(doors, placed, "done")
    assert 404 == await visitor.status("POST", "matcher", f"{path}/contact", token)


async def test_case_03_a_volunteer_at_the_desk_of_others_is_refused_and_it_is_audited(
    visitor: Visitor, doors: Doors
) -> None:
    """Ops' and coordinators' doors in all three services: 403, and a row of the audit each."""
    who = f"v-{uuid.uuid4().hex[:8]}"
    token = doors.as_caller(Role.VOLUNTEER, who)
    tried = [("intake", "/api/call-list"), ("matcher", "/api/desk"), ("notifier", "/api/events")]
    assert [403, 403, 403] == [await visitor.status("GET", service, path, token) for service, path in tried]
    query = "SELECT what, verdict FROM audit WHERE actor = :who"
    assert [[("entered", "refused")]] * 3 == [await visitor.rows(service, query, who=who) for service, _ in tried]


@pytest.mark.parametrize("field", ["state", "assigned_to", "role"])
async def test_case_04_nobody_sets_what_is_not_theirs_to_set(visitor: Visitor, field: str) -> None:
    """A field that the body does not have is refused, not dropped."""
    answer = await visitor("POST", "intake", "/api/orders", body={**BODY, field: "done"})
    assert (422, [f"/{field}"]) == (answer.status_code, [error["pointer"] for error in answer.json()["errors"]])


async def test_case_05_an_offer_that_has_run_out_is_not_accepted(visitor: Visitor, doors: Doors) -> None:
    """409 from the moment it is over."""
    _, token, offer_id = await offered(doors)
    earlier = visitor.earlier("made_at", minutes=1)
    age = f"UPDATE offers SET expires_at = {earlier} WHERE offer_id = :one"  # noqa: S608 - our own words
    await visitor.write("matcher", age, one=offer_id)
    assert 409 == await visitor.status("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})


async def test_case_06_fifty_at_once_for_one_place(visitor: Visitor, doors: Doors) -> None:
    """One has it, forty-nine hear 409: on the public door, by fifty people of the pool."""
    placed, _, _ = await offered(doors)
    leg_id = (await order(doors, placed))["legs"][0]["leg_id"]
    people = await visitor.rows("matcher", "SELECT volunteer_id FROM volunteers ORDER BY volunteer_id LIMIT 50")
    taps = [doors.as_caller(Role.VOLUNTEER, who) for (who,) in people]
    path = f"/api/pool/{leg_id}/take"
    answers = await asyncio.gather(*(visitor.status("POST", "matcher", path, token, {}) for token in taps))
    assert {200: 1, 409: MANY - 1} == Counter(answers)


async def test_case_07_anothers_offer_does_not_exist(visitor: Visitor, doors: Doors) -> None:
    """404, and the offer stays open for whom it is."""
    _, token, offer_id = await offered(doors)
    stranger = doors.as_caller(Role.VOLUNTEER, "v-0001x")
    path = f"/api/offers/{offer_id}/accept"
    assert [404, 200] == [await visitor.status("POST", "matcher", path, one, {}) for one in (stranger, token)]


async def test_case_08_what_was_never_started_is_not_completed(visitor: Visitor, doors: Doors) -> None:
    """409 for an assignment that is accepted and no more."""
    _, token, offer_id = await offered(doors)
    accepted = (await visitor("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})).json()
    path = f"/api/assignments/{accepted['assignment_id']}/complete"
    assert 409 == await visitor.status("POST", "matcher", path, token, {"report": "换好了"})


async def test_case_09_the_same_key_is_the_same_order(visitor: Visitor) -> None:
    """With the same body the same order again; with another 422."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    bodies = (BODY, BODY, {**BODY, "details": "别的事情"})
    answers = [await visitor("POST", "intake", "/api/orders", body=body, headers=headers) for body in bodies]
    assert [201, 201, 422] == [answer.status_code for answer in answers]
    assert answers[0].json() == answers[1].json()


async def test_case_22_a_photo_is_painted_anew_or_not_taken(visitor: Visitor, doors: Doors) -> None:
    """A bomb 413, a polyglot 415; of a photo with a place in it the points alone are kept. Another's is not there."""
    _, token, offer_id = await offered(doors)
    accepted = (await visitor("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})).json()
    path = f"/api/assignments/{accepted['assignment_id']}"
    await visitor("POST", "matcher", f"{path}/start", token, {})

    async def sent(content: bytes) -> Any:
        files = {"photo": ("photo.jpg", content, "image/jpeg")}
        return await visitor("POST", "matcher", f"{path}/photos", token, files=files)

    placed = photo_with_place()
    assert [413, 415, 201] == [(await sent(one)).status_code for one in (bomb(), placed + archive(), placed)]
    photo_id = (await sent(placed)).json()["photo_id"]
    done = await visitor.status("POST", "matcher", f"{path}/complete", token, {"report": "好了", "photos": [photo_id]})
    kept = await visitor("GET", "matcher", f"/api/photos/{photo_id}", token)
    stranger = doors.as_caller(Role.VOLUNTEER, "v-0001x")
    assert (200, 200, 404) == (
        done,
        kept.status_code,
        await visitor.status("GET", "matcher", f"/api/photos/{photo_id}", stranger),
    )
    assert [True, False] == [b"Exif" in one for one in (placed, kept.content)]


async def test_case_25_a_coordinator_of_another_area_has_nothing_to_do_here(visitor: Visitor, doors: Doors) -> None:
    """404 on reading and on assigning; the coordinator of the grid reads it."""
    placed = await place(doors, "neighbour_dispute")
    leg_id = (await in_state(doors, placed, "offered"))["legs"][0]["leg_id"]
    theirs, mine = (coordinator(visitor.stack, doors, area) for area in (OTHER_GRID, GRID))
    path = f"/api/desk/orders/{placed['reference']}"
    assert [200, 404] == [await visitor.status("GET", "intake", path, token) for token in (mine, theirs)]
    body = {"volunteer": "v-0001"}
    assert 404 == await visitor.status("POST", "matcher", f"/api/legs/{leg_id}/assign", theirs, body)
