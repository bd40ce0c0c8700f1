"""The loop over the public doors of a real stack: place, dispatch, take, confirm, rate."""

from __future__ import annotations

from deploy.attached import Attached
from deploy.demo.doors import Doors
from tests.flows.people import asked, coordinator, in_state, notices, order, place, review, serve
from tests.waiting import wait_for


async def test_an_order_is_served_reviewed_and_closed_and_everyone_is_told_once(doors: Doors) -> None:
    """One order from the resident's door to the last notice, across the three services."""
    placed = await place(doors, "neighbour_dispute")
    assert "placed" == placed["state"]
    assert placed["holder"]["role"] == "coordinator"
    volunteer, token, offer_id = await asked(doors, placed["order_id"])
    offered = await in_state(doors, placed, "offered")
    assert "accept" == offered["next_step"]

    await serve(doors, token, offer_id)
    done = await in_state(doors, placed, "done")
    assert ("resident", "review") == (done["holder"]["role"], done["next_step"])
    closed = await review(doors, placed, "fixed")
    assert ("closed", "fixed", None) == (closed["state"], closed["outcome"], closed["holder"])

    told = [entry["what"] for entry in closed["timeline"]]
    expected = ["order_placed", "offer_made", "leg_assigned", "leg_started", "leg_completed", "order_done"]
    assert [*expected, "order_reviewed", "order_closed"] == told

    awaited = {
        ("order_placed", "resident"),
        ("offer_made", "volunteer"),
        ("leg_assigned", "resident"),
        ("leg_assigned", "volunteer"),
        ("order_done", "resident"),
        ("order_closed", "resident"),
    }

    async def everyone_told() -> bool:
        told = await notices(doors, placed["order_id"])
        return awaited <= {(notice["kind"], notice["recipient"]["role"]) for notice in told}

    await wait_for(everyone_told, 20.0, "the notices of intake's events and of matcher's, which keep no common order")
    sent = [
        (n["kind"], n["version"], n["recipient"]["role"], n["recipient"]["id"])
        for n in await notices(doors, placed["order_id"])
    ]
    assert len(set(sent)) == len(sent)
    assert {volunteer} == {subject for kind, _, role, subject in sent if role == "volunteer"}


async def test_a_declined_offer_goes_to_the_next_holder(doors: Doors) -> None:
    """Who declines is not asked again; the next one is."""
    placed = await place(doors, "neighbour_dispute")
    first, token, offer_id = await asked(doors, placed["order_id"])
    status, _ = await doors.ask("POST", "matcher", f"/api/offers/{offer_id}/decline", token, {})
    assert 200 == status
    second, token, offer_id = await asked(doors, placed["order_id"], frozenset({first}))
    assert first != second
    await serve(doors, token, offer_id)
    await in_state(doors, placed, "done")


async def test_what_no_post_serves_goes_to_the_coordinator_who_resolves_it(stack: Attached, doors: Doors) -> None:
    """A merchant whom the definition does not know: the coordinator of the grid holds it, and settles it in person."""
    placed = await place(doors, "haircut")
    held = await in_state(doors, placed, "escalated")
    assert ("coordinator", "decide") == (held["holder"]["role"], held["next_step"])

    area = held["holder"]["area"]
    token = coordinator(stack, doors, area)
    _, desk = await doors.ask("GET", "matcher", f"/api/desk?area={area}", token)
    assert placed["order_id"] in {row["order_id"] for row in desk["items"]}
    leg = held["legs"][0]["leg_id"]
    status, _ = await doors.ask("POST", "matcher", f"/api/legs/{leg}/resolve", token, {"report": "已转城管处理"})
    assert 200 == status
    done = await in_state(doors, placed, "done")
    hands = {entry["what"]: entry["by"] for entry in done["timeline"]}
    assert {"order_placed": "resident", "order_escalated": "system", "order_done": "coordinator"} == {
        what: by for what, by in hands.items() if what != "leg_completed"
    }
    assert "coordinator" == hands["leg_completed"]
    assert "closed" == (await review(doors, placed, "partly"))["state"]


async def test_not_fixed_runs_again_under_the_same_number(doors: Doors) -> None:
    """The same reference is offered again, to somebody else, and can then be fixed."""
    placed = await place(doors, "neighbour_dispute")
    first, token, offer_id = await asked(doors, placed["order_id"])
    await serve(doors, token, offer_id)
    await in_state(doors, placed, "done")
    reopened = await review(doors, placed, "not_fixed")
    assert "placed" == reopened["state"]
    assert placed["reference"] == reopened["reference"]
    second, token, offer_id = await asked(doors, placed["order_id"], frozenset({first}))
    assert first != second
    await serve(doors, token, offer_id)
    await in_state(doors, placed, "done")
    assert "fixed" == (await review(doors, placed, "fixed"))["outcome"]


async def test_a_withdrawn_order_is_taken_from_whoever_was_asked(doors: Doors) -> None:
    """After the resident's cancel the offer is gone, and a late yes is refused."""
    placed = await place(doors, "neighbour_dispute")
    _, token, offer_id = await asked(doors, placed["order_id"])
    path = f"/api/orders/{placed['reference']}/cancel"
    status, cancelled = await doors.ask("POST", "intake", path, placed["tracking_token"], {})
    assert (200, "cancelled", "withdrawn") == (status, cancelled["state"], cancelled["outcome"])

    async def gone() -> bool:
        _, offers = await doors.ask("GET", "matcher", "/api/offers", token)
        return all(offer["offer_id"] != offer_id for offer in offers["items"])

    await wait_for(gone, 20.0, "the offer to be withdrawn")
    status, problem = await doors.ask("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})
    assert 409 == status
    assert problem["type"].startswith("/problems/")
    assert "cancelled" == (await order(doors, placed))["state"]
