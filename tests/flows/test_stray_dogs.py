"""A man feeds stray dogs, their barking keeps the neighbours awake: mediation, then city management, one number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.attached import Attached
from deploy.demo.doors import Doors
from shared.contracts.words import Role
from tests.flows.people import asked, coordinator, in_state, notices, order, place, review, serve
from tests.waiting import wait_for

CITY = "city_management"


async def with_city_management(doors: Doors, placed: Mapping[str, Any]) -> tuple[str, str]:
    """Wait until the resident sees the order with the department, by name; its token and the referral's path."""

    async def referred() -> dict[str, Any] | None:
        view = await order(doors, placed)
        return view if (view["holder"] or {}).get("role") == "department" else None

    found = await wait_for(referred, 20.0, "the order to be with city management")
    assert found is not None
    assert ("escalated", "County city management bureau", "complete") == (
        found["state"], found["holder"]["title"]["en"], found["next_step"],
    )  # fmt: skip
    token = doors.as_caller(Role.DEPARTMENT, CITY)
    _, desk = await doors.ask("GET", "matcher", "/api/department", token)
    (referral,) = [one for one in desk["items"] if one["order_id"] == placed["order_id"]]
    return token, f"/api/referrals/{referral['referral_id']}"


async def closed_as_fixed(doors: Doors, placed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The resident closes it, still under its number; what happened, and whose hand it was."""
    done = await in_state(doors, placed, "done")
    assert ["done", "done"] == [leg["state"] for leg in done["legs"]]
    closed = await review(doors, placed, "fixed")
    assert ("closed", "fixed", placed["reference"]) == (closed["state"], closed["outcome"], closed["reference"])
    return [(entry["what"], entry["by"]) for entry in closed["timeline"]]


async def test_mediated_by_a_volunteer_then_served_by_city_management(doors: Doors) -> None:
    """Two legs, one number; resident and department are told of the referral."""
    placed = await place(doors, "stray_dogs")
    _, volunteer, offer_id = await asked(doors, placed["order_id"])
    await serve(doors, volunteer, offer_id)
    token, referral = await with_city_management(doors, placed)
    assert 200 == (await doors.ask("POST", "matcher", f"{referral}/resolve", token, {"report": "已收容"}))[0]
    happened = await closed_as_fixed(doors, placed)
    served = [("leg_completed", "volunteer"), ("order_referred", "system"), ("leg_completed", "department")]
    assert served == [one for one in happened if one[0] in {"leg_completed", "order_referred"}]

    async def both_told() -> bool:
        told = {(one["kind"], one["recipient"]["role"]) for one in await notices(doors, placed["order_id"])}
        return {("order_referred", "resident"), ("order_referred", "department")} <= told

    await wait_for(both_told, 20.0, "resident and department to be told of the referral")


async def test_mediated_by_the_coordinator_in_person_handed_back_once_and_served(stack: Attached, doors: Doors) -> None:
    """The department hands it back with a reason; the coordinator refers it again, and it is served."""
    placed = await place(doors, "stray_dogs")
    held = await in_state(doors, placed, "offered")
    desk = coordinator(stack, doors, held["holder"]["area"])
    mediation, capture = (leg["leg_id"] for leg in held["legs"])
    path = f"/api/legs/{mediation}/take"
    assert 200 == (await doors.ask("POST", "matcher", path, desk))[0]
    assert "complete" == (await in_state(doors, placed, "under_way"))["next_step"]
    path = f"/api/legs/{mediation}/resolve"
    assert 200 == (await doors.ask("POST", "matcher", path, desk, {"report": "已上门说和"}))[0]
    token, referral = await with_city_management(doors, placed)
    assert 200 == (await doors.ask("POST", "matcher", f"{referral}/hand-back", token, {"reason": "others_first"}))[0]
    path = f"/api/legs/{capture}/refer"
    assert 201 == (await doors.ask("POST", "matcher", path, desk, {"department": CITY}))[0]
    token, referral = await with_city_management(doors, placed)
    assert 200 == (await doors.ask("POST", "matcher", f"{referral}/resolve", token, {"report": "已收容"}))[0]
    happened = await closed_as_fixed(doors, placed)
    assert [("leg_completed", "coordinator"), ("order_escalated", "department"), ("leg_completed", "department")] == [
        one for one in happened if one[0] in {"leg_completed", "order_escalated"}
    ]
    assert ("leg_taken", "coordinator") in happened
    _, figures = await doors.ask("GET", "matcher", "/api/referrals/figures", desk)
    (row,) = [one for one in figures["items"] if one["department"] == CITY]
    assert (1, 1) <= (row["again"], row["handed_back"])
