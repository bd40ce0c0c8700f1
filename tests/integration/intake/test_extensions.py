"""Whether it may take longer is the resident's to say; how late an order is, is said plainly."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from services.intake.app import Intake
from services.intake.policies.extending import is_asked
from shared.contracts.envelope import Fact
from shared.contracts.words import Holder, OrderState, Role
from tests.integration.intake.dispatch import AT, DUE, Dispatch, event_of
from tests.integration.intake.running import Place, bearer, place_order

DAY = timedelta(days=1)
ASKED = "019a8f3e-0000-7000-8000-00000000000b"
UNTIL = DUE + 3 * DAY


@pytest.fixture
async def intake(place: Place) -> AsyncIterator[Intake]:
    """Another process of the same intake, to which the dispatch is told."""
    async with place.writing() as intake:
        yield intake


class Resident:
    """Somebody with an order that a coordinator holds."""

    def __init__(self, client: httpx2.AsyncClient, place: Place, placed: dict[str, Any]) -> None:
        self.client, self.place, self.order_id = client, place, placed["order_id"]
        self.page, self.token = f"/orders/{placed['reference']}", placed["tracking_token"]

    async def answer(self, *, accept: bool, extension_id: str = ASKED) -> httpx2.Response:
        """Say yes or no."""
        address = f"/api{self.page}/extension/{extension_id}"
        return await self.client.post(address, json={"accept": accept}, headers=bearer(self.token))

    async def view(self) -> dict[str, Any]:
        """The order now."""
        view: dict[str, Any] = (await self.client.get(f"/api{self.page}", headers=bearer(self.token))).json()
        return view

    async def told(self) -> list[bool]:
        """What intake told of the answers."""
        sql = "SELECT body FROM outbox WHERE about = :id AND type LIKE '%extension_answered%'"
        return [json.loads(body)["accepted"] for (body,) in await self.place.rows(sql, id=self.order_id)]


@pytest.fixture
async def resident(client: httpx2.AsyncClient, place: Place) -> Resident:
    """Somebody with a placed order."""
    return Resident(client, place, await place_order(client))


@pytest.fixture
async def dispatch(intake: Intake, place: Place, resident: Resident) -> Dispatch:
    """The dispatch of their order, which has come to a coordinator."""
    dispatch = await Dispatch.of(intake, place, resident.order_id)
    await dispatch.tell("order_escalated")
    return dispatch


async def tell(intake: Intake, dispatch: Dispatch, name: str, **fields: Any) -> None:
    """Have intake hear a fact with these fields."""
    dispatch.version += 1
    event = event_of(name, dispatch.order_id, dispatch.version, dispatch.leg_id).model_copy(update=fields)
    fact = Fact(f"e-{dispatch.order_id}-{dispatch.version}", AT, event)
    await intake.machinery.writer.do(intake.use_cases.following.follow_dispatch, fact)


async def ask(intake: Intake, dispatch: Dispatch, **fields: Any) -> None:
    """Have intake hear that more time is needed."""
    await tell(intake, dispatch, "extension_asked", **{"extension_id": ASKED, "until": UNTIL, **fields})


async def test_the_resident_is_asked_until_when_and_a_yes_is_told(
    resident: Resident, intake: Intake, dispatch: Dispatch
) -> None:
    """The due time is matcher's to move: it holds once the order was extended, and is counted."""
    await ask(intake, dispatch)
    view = await resident.view()
    assert (ASKED, UNTIL, 0) == (
        view["extension_asked"]["extension_id"], datetime.fromisoformat(view["extension_asked"]["until"]),
        view["extensions"]["count"],
    )  # fmt: skip
    assert ("extension_asked", "coordinator") == (view["timeline"][-1]["what"], view["timeline"][-1]["by"])
    answered = (await resident.answer(accept=True)).json()
    assert (None, DUE, [True], ("extension_answered", "resident")) == (
        answered["extension_asked"], datetime.fromisoformat(answered["due_at"]), await resident.told(),
        (answered["timeline"][-1]["what"], answered["timeline"][-1]["by"]),
    )  # fmt: skip
    await tell(intake, dispatch, "order_extended", extension_id=ASKED, due_at=UNTIL)
    view = await resident.view()
    assert (UNTIL, 1, UNTIL) == (
        datetime.fromisoformat(view["due_at"]), view["extensions"]["count"],
        datetime.fromisoformat(view["extensions"]["last_until"]),
    )  # fmt: skip


async def test_a_no_is_told_and_the_question_is_over(resident: Resident, intake: Intake, dispatch: Dispatch) -> None:
    """Answered once; nothing was given."""
    await ask(intake, dispatch)
    assert 200 == (await resident.answer(accept=False)).status_code
    again = await resident.answer(accept=True)
    assert (409, "/problems/extension-over", [False], 0) == (
        again.status_code, again.json()["type"], await resident.told(), (await resident.view())["extensions"]["count"],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["order_escalated", "leg_assigned", "order_referred", "leg_completed", "order_done"])
async def test_another_holder_or_a_climb_takes_the_question_back(
    resident: Resident, intake: Intake, dispatch: Dispatch, name: str
) -> None:
    """It is not shown and cannot be answered any more."""
    await ask(intake, dispatch)
    await dispatch.tell(name)
    assert (None, 409, []) == (
        (await resident.view())["extension_asked"], (await resident.answer(accept=True)).status_code,
        await resident.told(),
    )  # fmt: skip


async def test_a_further_leg_leaves_the_question_open(resident: Resident, intake: Intake, dispatch: Dispatch) -> None:
    """Nobody else holds the order for that."""
    await ask(intake, dispatch)
    await dispatch.tell("leg_added")
    assert 200 == (await resident.answer(accept=True)).status_code


async def test_what_was_said_by_word_of_mouth_answers_the_question(
    resident: Resident, intake: Intake, dispatch: Dispatch
) -> None:
    """Under an id of its own: the question on the page is over, and it counts once."""
    await ask(intake, dispatch)
    await tell(intake, dispatch, "order_extended", extension_id="by-word", by_word=True, due_at=UNTIL)
    view = await resident.view()
    assert (None, 1, "coordinator") == (
        view["extension_asked"], view["extensions"]["count"], view["timeline"][-1]["by"],
    )  # fmt: skip


async def test_a_department_is_named_as_who_asked(resident: Resident, intake: Intake, dispatch: Dispatch) -> None:
    """The timeline says whose wish it was."""
    await dispatch.tell("order_referred")
    holder = Holder(role=Role.DEPARTMENT, area="east-g1", id="city")
    await ask(intake, dispatch, holder=holder)
    assert "department" == (await resident.view())["timeline"][-1]["by"]


async def test_another_orders_question_does_not_exist(
    resident: Resident, intake: Intake, dispatch: Dispatch, client: httpx2.AsyncClient
) -> None:
    """404 for an id of nobody's; without the order's secret, or with another's, there is nothing either."""
    await ask(intake, dispatch)
    other = await place_order(client)
    address = f"/api/orders/{other['reference']}/extension/{ASKED}"
    elsewhere = await client.post(address, json={"accept": True}, headers=bearer(other["tracking_token"]))
    stranger = await client.post(f"/api{resident.page}/extension/{ASKED}", json={"accept": True})
    nobodys = await resident.answer(accept=True, extension_id="nobodys")
    assert [404, 401, 404] == [elsewhere.status_code, stranger.status_code, nobodys.status_code]


async def test_the_page_asks_and_takes_the_answer(resident: Resident, intake: Intake, dispatch: Dispatch) -> None:
    """Two buttons; after the answer the order is shown without them."""
    await ask(intake, dispatch)
    client = resident.client
    await client.get(f"/t/{resident.token}")
    assert "May it take longer?" in (await client.get(resident.page)).text
    own = {"sec-fetch-site": "same-origin"}
    answer = await client.post(f"{resident.page}/extension/{ASKED}", data={"accept": "true"}, headers=own)
    assert (303, resident.page) == (answer.status_code, answer.headers["location"])
    assert "May it take longer?" not in (await client.get(resident.page)).text
    assert [True] == await resident.told()


async def test_an_order_is_late_at_the_top_until_somebody_acts(
    resident: Resident, intake: Intake, dispatch: Dispatch
) -> None:
    """Although its next flag lies ahead; a fact that nobody's act stands behind leaves it late."""
    ahead = {"due_at": DUE + DAY, "overdue_since": AT}
    assert not (await resident.view())["late"]
    for name, fields, late in (
        ("order_escalated", ahead, True),
        ("leg_added", {"due_at": DUE + DAY}, True),
        ("leg_taken", {"due_at": DUE + DAY}, False),
        ("order_escalated", ahead, True),
        ("order_extended", {"due_at": DUE + DAY}, False),
    ):
        await tell(intake, dispatch, name, **fields)
        assert late is (await resident.view())["late"], name


def test_a_question_stands_while_the_order_runs_and_its_time_lies_ahead() -> None:
    """Every state, open or not, in time or past: only one combination of each holds."""
    asked_in = {
        state
        for state in OrderState
        for is_open in (True, False)
        for now in (AT, UNTIL)
        if is_asked(state, UNTIL, now, is_open=is_open)
    }
    ended = {OrderState.CLOSED, OrderState.CANCELLED, OrderState.MERGED}
    assert set(OrderState) - ended - {OrderState.DONE} == asked_in
    assert not is_asked(OrderState.ESCALATED, UNTIL, AT, is_open=False)
    assert not is_asked(OrderState.ESCALATED, UNTIL, UNTIL, is_open=True)
