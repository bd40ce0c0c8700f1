"""Another time that a volunteer proposes is the resident's to accept or refuse."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from services.intake.app import Intake
from services.intake.policies.proposals import is_proposed, proposal_ends
from shared.contracts.envelope import Fact
from shared.contracts.words import OrderState, Window
from tests.integration.intake.dispatch import AT, DUE, Dispatch, event_of
from tests.integration.intake.running import Place, bearer, place_order

HOUR = timedelta(hours=1)
OFFER = "019a8f3e-0000-7000-8000-00000000000a"
PROPOSED = Window(from_=AT + 20 * HOUR, to=AT + 22 * HOUR)


@pytest.fixture
async def intake(place: Place) -> AsyncIterator[Intake]:
    """Another process of the same intake, to which the dispatch is told."""
    async with place.writing() as intake:
        yield intake


class Asked:
    """A resident whose order was offered, and to whom another time was proposed."""

    def __init__(self, client: httpx2.AsyncClient, place: Place, placed: dict[str, Any]) -> None:
        self.client, self.place, self.order_id = client, place, placed["order_id"]
        self.page = f"/orders/{placed['reference']}"
        self.headers = bearer(placed["tracking_token"])
        self.token = placed["tracking_token"]

    async def answer(self, *, accept: bool, offer_id: str = OFFER) -> httpx2.Response:
        """Say yes or no to the proposed time."""
        address = f"/api{self.page}/counter/{offer_id}"
        return await self.client.post(address, json={"accept": accept}, headers=self.headers)

    async def view(self) -> dict[str, Any]:
        """The order now."""
        view: dict[str, Any] = (await self.client.get(f"/api{self.page}", headers=self.headers)).json()
        return view

    async def amended(self) -> list[dict[str, Any]]:
        """What intake told of amendments."""
        sql = "SELECT body FROM outbox WHERE about = :id AND type LIKE '%order_amended%'"
        return [json.loads(body) for (body,) in await self.place.rows(sql, id=self.order_id)]


async def counter(
    intake: Intake, dispatch: Dispatch, window: Window = PROPOSED, due_at: datetime = DUE, offer_id: str = OFFER
) -> None:
    """Have intake hear of another time."""
    dispatch.version += 1
    event = event_of("offer_countered", dispatch.order_id, dispatch.version, dispatch.leg_id)
    told = event.model_copy(update={"window": window, "due_at": due_at, "offer_id": offer_id})
    fact = Fact(f"e-{dispatch.order_id}-{dispatch.version}", AT, told)
    await intake.machinery.writer.do(intake.use_cases.following.follow_dispatch, fact)


@pytest.fixture
async def asked(client: httpx2.AsyncClient, place: Place) -> Asked:
    """Somebody with a placed order."""
    return Asked(client, place, await place_order(client))


@pytest.fixture
async def dispatch(intake: Intake, place: Place, asked: Asked) -> Dispatch:
    """The dispatch of their order, which one volunteer has answered with another time."""
    dispatch = await Dispatch.of(intake, place, asked.order_id)
    await dispatch.tell("offer_made")
    await counter(intake, dispatch)
    return dispatch


def instants(window: dict[str, str]) -> tuple[datetime, datetime]:
    """A window of an answer as instants."""
    return datetime.fromisoformat(window["from"]), datetime.fromisoformat(window["to"])


@pytest.mark.usefixtures("dispatch")
async def test_the_resident_sees_when_and_never_who(asked: Asked) -> None:
    """The time and until when it stands; nothing else of the volunteer."""
    (proposed,) = (await asked.view())["proposed_times"]
    assert {"offer_id", "window", "expires_at", "by_party"} == proposed.keys()
    assert ((PROPOSED.from_, PROPOSED.to), DUE) == (
        instants(proposed["window"]),
        datetime.fromisoformat(proposed["expires_at"]),
    )


@pytest.mark.usefixtures("dispatch")
async def test_a_yes_amends_the_window_and_says_whose_offer_it_was(asked: Asked) -> None:
    """Matcher is told with the amendment; the proposal is answered."""
    answer = await asked.answer(accept=True)
    view = answer.json()
    assert (200, (PROPOSED.from_, PROPOSED.to), []) == (
        answer.status_code, instants(view["window"]), view["proposed_times"],
    )  # fmt: skip
    (told,) = await asked.amended()
    assert (OFFER, (PROPOSED.from_, PROPOSED.to)) == (told["accepted_offer"], instants(told["window"]))
    assert "order_amended" == view["timeline"][-1]["what"]


@pytest.mark.usefixtures("dispatch")
async def test_a_no_leaves_the_order_as_it_is(asked: Asked) -> None:
    """Nothing is published; the proposal is answered and cannot be accepted any more."""
    answer = await asked.answer(accept=False)
    again = await asked.answer(accept=True)
    assert (200, None, []) == (answer.status_code, answer.json()["window"], answer.json()["proposed_times"])
    assert (409, "/problems/proposal-over", []) == (
        again.status_code, again.json()["type"], await asked.amended(),
    )  # fmt: skip


async def test_a_proposal_is_over_once_somebody_has_the_order(asked: Asked, dispatch: Dispatch) -> None:
    """It is not shown and cannot be accepted; with a coordinator it still can."""
    await dispatch.tell("order_escalated")
    assert 1 == len((await asked.view())["proposed_times"])
    await dispatch.tell("leg_assigned")
    assert ([], 409) == ((await asked.view())["proposed_times"], (await asked.answer(accept=True)).status_code)


async def test_a_proposal_ends_with_the_orders_due_time(asked: Asked, intake: Intake, dispatch: Dispatch) -> None:
    """One whose due time has passed is not shown, and refused."""
    await counter(intake, dispatch, due_at=AT - HOUR)
    assert ([], 409) == ((await asked.view())["proposed_times"], (await asked.answer(accept=True)).status_code)


async def test_the_same_volunteer_may_propose_again(asked: Asked, intake: Intake, dispatch: Dispatch) -> None:
    """Asked once more, they name another time; it replaces the first, also when that was refused."""
    await asked.answer(accept=False)
    later = Window(from_=AT + 40 * HOUR, to=AT + 41 * HOUR)
    await counter(intake, dispatch, window=later)
    (proposed,) = (await asked.view())["proposed_times"]
    assert (later.from_, later.to) == instants(proposed["window"])


async def test_another_orders_proposal_does_not_exist(
    asked: Asked, intake: Intake, place: Place, client: httpx2.AsyncClient
) -> None:
    """An offer that was made for somebody else's order, or none at all: 404."""
    other = await place_order(client)
    theirs = await Dispatch.of(intake, place, other["order_id"])
    await theirs.tell("offer_made")
    await counter(intake, theirs, offer_id="theirs")
    answers = [await asked.answer(accept=True, offer_id=offer_id) for offer_id in ("theirs", "nobodys")]
    assert [404, 404] == [answer.status_code for answer in answers]


@pytest.mark.usefixtures("dispatch")
async def test_the_page_asks_and_takes_the_answer(asked: Asked) -> None:
    """Two buttons; the yes leads back to the order with its new time."""
    client = asked.client
    await client.get(f"/t/{asked.token}")
    page = (await client.get(asked.page)).text
    assert "Would another time suit you?" in page
    own = {"sec-fetch-site": "same-origin"}
    answer = await client.post(f"{asked.page}/counter/{OFFER}", data={"accept": "true"}, headers=own)
    assert (303, asked.page) == (answer.status_code, answer.headers["location"])
    assert "Would another time suit you?" not in (await client.get(asked.page)).text
    assert (PROPOSED.from_, PROPOSED.to) == instants((await asked.view())["window"])


def test_a_proposal_stands_while_nobody_serves_and_it_lies_ahead() -> None:
    """Every state, answered or not, on time or late: only one combination of each holds."""
    ends = proposal_ends(Window(from_=AT, to=AT + HOUR), DUE)
    assert AT + HOUR == ends
    open_in = {
        state
        for state in OrderState
        for accepted in (None, True, False)
        for now in (AT, ends)
        if is_proposed(state, accepted, ends, now) and (accepted, now) == (None, AT)
    }
    assert {OrderState.PLACED, OrderState.OFFERED, OrderState.ESCALATED} == open_in
    assert not any(is_proposed(state, True, ends, AT) or is_proposed(state, None, ends, ends) for state in OrderState)
