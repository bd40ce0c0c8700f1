"""What a resident does with an order: see, amend, withdraw and review it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from services.intake.app import Intake
from tests.integration.intake.dispatch import SERVED, Dispatch
from tests.integration.intake.running import Place, bearer, place_order

WINDOW = {"from": "2026-11-23T19:00:00+08:00", "to": "2026-11-23T21:00:00+08:00"}
NOT_FIXED = {"outcome": "not_fixed", "rating": 1}


@pytest.fixture
async def intake(place: Place) -> AsyncIterator[Intake]:
    """Another process of the same intake, to which the dispatch is told."""
    async with place.writing() as intake:
        yield intake


class Resident:
    """Who placed an order and holds its token."""

    def __init__(self, client: httpx2.AsyncClient, place: Place, placed: dict[str, Any]) -> None:
        self.client = client
        self.place = place
        self.order_id: str = placed["order_id"]
        self.address = f"/api/orders/{placed['reference']}"
        self.headers = bearer(placed["tracking_token"])

    async def post(self, verb: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        """Do something with the order."""
        return await self.client.post(f"{self.address}/{verb}", json=body, headers=self.headers)

    async def done(self, verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Do something that is possible; answers the view."""
        answer = await self.post(verb, body)
        assert 200 == answer.status_code, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def view(self) -> dict[str, Any]:
        """The order now."""
        view: dict[str, Any] = (await self.client.get(self.address, headers=self.headers)).json()
        return view

    async def published(self) -> list[tuple[str, int]]:
        """Intake's events about the order."""
        return await self.place.published(self.order_id)


@pytest.fixture
async def resident(client: httpx2.AsyncClient, place: Place) -> Resident:
    """Somebody with a placed order."""
    return Resident(client, place, await place_order(client))


@pytest.fixture
async def dispatch(intake: Intake, place: Place, resident: Resident) -> Dispatch:
    """The dispatch of the resident's order."""
    return await Dispatch.of(intake, place, resident.order_id)


def steps(view: dict[str, Any]) -> list[tuple[str, str, str]]:
    """A timeline: what, by whom, and the state after it."""
    return [(entry["what"], entry["by"], entry["state"]) for entry in view["timeline"]]


async def test_the_view_tells_the_whole_way(resident: Resident, dispatch: Dispatch) -> None:
    """Every change, by whom, and who held the order after it until when."""
    await dispatch.tell(*SERVED)
    view = await resident.view()
    assert [
        ("order_placed", "resident", "placed"),
        ("offer_made", "system", "offered"),
        ("leg_assigned", "volunteer", "assigned"),
        ("leg_started", "volunteer", "under_way"),
        ("leg_completed", "volunteer", "under_way"),
        ("order_done", "volunteer", "done"),
    ] == steps(view)
    assert [1, 2, 3, 4, 5, 6] == [entry["position"] for entry in view["timeline"]]
    holder = {"role": "resident", "area": None, "title": None, "kind": None, "hours": None}
    assert ("done", "review", holder, False) == (
        view["state"],
        view["next_step"],
        view["holder"],
        view["late"],
    )
    assert ["done"] == [leg["state"] for leg in view["legs"]]
    assert {"zh": "作业辅导", "en": "Homework"} == view["service_name"]


async def test_nobody_learns_who_declined(resident: Resident, dispatch: Dispatch) -> None:
    """Declines and silence are the pairing's business: no entry of them, none for each who is asked, and no id."""
    await dispatch.tell("offer_made", "offer_declined", "offer_made", "offer_expired", "offer_made", "leg_assigned")
    answer = await resident.client.get(resident.address, headers=resident.headers)
    kinds = [kind for kind, _, _ in steps(answer.json())]
    assert ["order_placed", "offer_made", "leg_assigned"] == kinds
    assert "v-1" not in answer.text


async def test_amending_changes_when_and_how_soon(resident: Resident) -> None:
    """Window and urgency are the resident's to change; matcher is told."""
    view = await resident.done("amend", {"window": WINDOW, "urgency": "flexible"})
    told = {"from": "2026-11-23T11:00:00Z", "to": "2026-11-23T13:00:00Z"}
    assert (told, "flexible") == (view["window"], view["urgency"])
    assert ("order_amended", "resident", "placed") == steps(view)[-1]
    assert [("order_placed", 1), ("order_amended", 2)] == await resident.published()


async def test_amended_words_stay_in_the_vault(resident: Resident, intake: Intake, place: Place) -> None:
    """New words replace the old ones, sealed; the rest of the contact stays."""
    await resident.done("amend", {"details": "Bring a ladder\r\nplease"})
    fields = await opened(intake, place, resident.order_id)
    assert ("Bring a ladder\nplease", "李梅", "13800001111") == (fields["details"], fields["name"], fields["phone"])


async def opened(intake: Intake, place: Place, order_id: str) -> dict[str, Any]:
    """What the vault holds about an order."""
    ((sealed,),) = await place.rows("SELECT sealed FROM contacts WHERE order_id = :id", id=order_id)
    return intake.use_cases.changing._vault.open_fields(order_id, bytes(sealed))


async def test_an_impossible_window_amends_nothing(resident: Resident) -> None:
    """A window in the past is refused at its field, and no event tells of it."""
    past = {"from": "2026-11-01T19:00:00+08:00", "to": "2026-11-01T21:00:00+08:00"}
    answer = await resident.post("amend", {"window": past})
    assert (422, ["/window/to"]) == (answer.status_code, [error["pointer"] for error in answer.json()["errors"]])
    assert [("order_placed", 1)] == await resident.published()


async def test_a_served_order_is_neither_amended_nor_withdrawn(resident: Resident, dispatch: Dispatch) -> None:
    """What was served can only be reviewed."""
    await dispatch.tell(*SERVED)
    answers = [await resident.post("amend", {"urgency": "urgent"}), await resident.post("cancel")]
    assert [(409, "/problems/already-done")] * 2 == [(a.status_code, a.json()["type"]) for a in answers]


async def test_withdrawing_ends_the_order(resident: Resident, intake: Intake, place: Place) -> None:
    """Withdrawn: an outcome, no holder, nothing due; the reason, if one was given, stays sealed."""
    view = await resident.done("cancel", {"reason": "my nephew did it"})
    assert ("cancelled", "withdrawn", None, None, "none") == tuple(
        view[name] for name in ("state", "outcome", "holder", "due_at", "next_step")
    )
    assert view["closed_at"] is not None
    assert [("order_placed", 1), ("order_cancelled", 2)] == await resident.published()
    assert "my nephew did it" == (await opened(intake, place, resident.order_id))["reason"]
    again = await resident.post("cancel")
    assert (409, "/problems/order-not-open") == (again.status_code, again.json()["type"])


async def test_facts_after_the_withdrawal_are_recorded_and_not_applied(
    resident: Resident, dispatch: Dispatch, place: Place
) -> None:
    """Intake's cancel wins; what matcher still says is kept, without effect and without gaps."""
    await dispatch.tell("offer_made")
    cancelled = await resident.done("cancel")
    await dispatch.tell("leg_assigned", "leg_started", "order_escalated")
    assert cancelled == await resident.view()
    rows = await place.rows(
        "SELECT kind, applied, state FROM timeline WHERE order_id = :id ORDER BY position", id=resident.order_id
    )
    assert [(True, "offer_made"), (True, "order_cancelled")] == [(bool(row[1]), row[0]) for row in rows[1:3]]
    late = [(kind, bool(applied), state) for kind, applied, state in rows[3:]]
    assert [
        ("leg_assigned", False, "cancelled"),
        ("leg_started", False, "cancelled"),
        ("order_escalated", False, "cancelled"),
    ] == late
    assert [(4, 2)] == await place.rows(
        "SELECT dispatch_version, version FROM orders WHERE order_id = :id", id=resident.order_id
    )


@pytest.mark.parametrize("outcome", ["fixed", "partly"])
async def test_a_verdict_closes_the_order(resident: Resident, dispatch: Dispatch, outcome: str) -> None:
    """Fixed and partly fixed close it with just that outcome; the rating is published, the comment is not."""
    await dispatch.tell(*SERVED)
    view = await resident.done("review", {"outcome": outcome, "rating": 5, "comment": "Thank you!"})
    assert ("closed", outcome, None) == (view["state"], view["outcome"], view["holder"])
    assert [("order_reviewed", "resident", "done"), ("order_closed", "resident", "closed")] == steps(view)[-2:]
    events = await resident.published()
    assert [("order_placed", 1), ("order_reviewed", 2), ("order_closed", 3)] == events
    again = await resident.post("review", {"outcome": "fixed"})
    assert (409, "/problems/order-not-open") == (again.status_code, again.json()["type"])


async def test_not_fixed_runs_again_under_the_same_number(resident: Resident, dispatch: Dispatch, place: Place) -> None:
    """The same reference, another round with a leg of its own, held by the coordinator again."""
    await dispatch.tell(*SERVED)
    before = await resident.view()
    view = await resident.done("review", NOT_FIXED)
    assert (before["reference"], "placed", "offer", None) == (
        view["reference"],
        view["state"],
        view["next_step"],
        view["outcome"],
    )
    assert ("coordinator", "east-g1") == (view["holder"]["role"], view["holder"]["area"])
    assert [("tutoring", "placed")] == [(leg["post"], leg["state"]) for leg in view["legs"]]
    assert view["legs"][0]["leg_id"] != before["legs"][0]["leg_id"]
    assert [("order_placed", 1), ("order_reviewed", 2), ("order_reopened", 3)] == await resident.published()
    rounds = await place.rows("SELECT round, state FROM legs WHERE order_id = :id ORDER BY round", id=resident.order_id)
    assert [(1, "done"), (2, "placed")] == rounds


async def test_a_reopened_order_is_served_and_closed(
    resident: Resident, dispatch: Dispatch, intake: Intake, place: Place
) -> None:
    """The second round goes all the way; both verdicts are kept."""
    await dispatch.tell(*SERVED)
    await resident.done("review", NOT_FIXED)
    await (await Dispatch.of(intake, place, resident.order_id)).tell(*SERVED)
    view = await resident.done("review", {"outcome": "fixed", "rating": 4})
    assert ("closed", "fixed") == (view["state"], view["outcome"])
    assert [1, 2, 3, 4, 5] == [version for _, version in await resident.published()]
    reviews = await place.rows("SELECT round, outcome, rating FROM reviews ORDER BY round")
    assert [(1, "not_fixed", 1), (2, "fixed", 4)] == reviews


async def test_a_review_waits_for_the_service(resident: Resident, dispatch: Dispatch) -> None:
    """Before it is done there is nothing to review: 409, at every step of the way."""
    answers = [await resident.post("review", {"outcome": "fixed"})]
    for name in SERVED[:-1]:
        await dispatch.tell(name)
        answers.append(await resident.post("review", {"outcome": "fixed"}))
    assert [(409, "/problems/not-yet-done")] * 5 == [(a.status_code, a.json()["type"]) for a in answers]
    assert [("order_placed", 1)] == await resident.published()


async def test_a_rating_is_one_to_five(resident: Resident, dispatch: Dispatch) -> None:
    """Bounds are told at the field; within them, and without any, a verdict is taken."""
    await dispatch.tell(*SERVED)
    answers = [await resident.post("review", {"outcome": "fixed", "rating": rating}) for rating in (0, 6)]
    assert [(422, "/rating")] * 2 == [(a.status_code, a.json()["errors"][0]["pointer"]) for a in answers]
    assert "closed" == (await resident.done("review", {"outcome": "fixed"}))["state"]
