"""A resident follows an errand: which counter has it, how far it has come, and where to collect it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.intake.app import Intake
from shared.community.definition import Community
from shared.contracts.envelope import Fact
from shared.contracts.words import ErrandStep, Holder, Role
from tests.integration.intake import test_appointments
from tests.integration.intake.dispatch import AT, Dispatch, event_of
from tests.integration.intake.running import Place, bearer, place_order

COUNTER = Holder(role=Role.DEPARTMENT, area="east-g1", id="counter-east")

rules = test_appointments.rules
place = test_appointments.place
client = test_appointments.client


async def tell(intake: Intake, dispatch: Dispatch, name: str, **fields: Any) -> None:
    """The counter's next fact."""
    dispatch.version += 1
    event = event_of(name, dispatch.order_id, dispatch.version, dispatch.leg_id)
    told = event.model_copy(update={"holder": COUNTER, **fields})
    await intake.machinery.writer.do(intake.use_cases.following.follow_dispatch, Fact(str(uuid4()), AT, told))


async def an_errand(place: Place, client: httpx2.AsyncClient, *steps: ErrandStep) -> tuple[str, dict[str, str]]:
    """An order at its counter, which has come so far: its path and the resident's header."""
    placed = await place_order(client)
    async with place.writing() as intake:
        dispatch = await Dispatch.of(intake, place, placed["order_id"])
        await tell(intake, dispatch, "order_referred", department=COUNTER.id)
        for step in steps:
            await tell(intake, dispatch, "errand_advanced", step=step)
    return f"/orders/{placed['reference']}", bearer(placed["tracking_token"])


async def test_the_leg_names_its_counter_and_how_far_it_has_come(place: Place, client: httpx2.AsyncClient) -> None:
    """And each entry who held it then, by when, for what next."""
    path, mine = await an_errand(place, client, ErrandStep.PAPERS_RECEIVED, ErrandStep.IN_PROGRESS)
    order = (await client.get(f"/api{path}", headers=mine)).json()
    (leg,) = order["legs"]
    assert ("counter-east", "East counter", "in_progress", "Tutoring") == (
        leg["department"], leg["department_name"]["en"], leg["errand"], leg["post_name"]["en"],
    )  # fmt: skip
    _placed, *told = order["timeline"]
    assert [None, "papers_received", "in_progress"] == [one["detail"] for one in told]
    assert {("counter", "East counter", "complete", True)} == {
        (one["holder"]["kind"], one["holder"]["title"]["en"], one["next_step"], one["due_at"] is not None)
        for one in told
    }


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["At the counter", "The counter has received your papers", "In the hands of: East counter, by",
                "It is ready to collect at the East counter, open Mon–Fri 9:00–12:00, 14:00–17:00",
                "You collect it at the counter"]),
        ("zh-CN", ["在服务台办理", "服务台已收到您的材料", "由东服务台负责", "请到东服务台领取", "请您到服务台领取"]),
    ],
)  # fmt: skip
async def test_the_page_speaks_of_the_counter(
    place: Place, client: httpx2.AsyncClient, language: str, words: list[str]
) -> None:
    """Never of a department; where to collect it, and when that is open."""
    path, mine = await an_errand(place, client, ErrandStep.PAPERS_RECEIVED, ErrandStep.READY_TO_COLLECT)
    headers = {"accept": "text/html", "accept-language": language, **mine}
    page = (await client.get(path, headers=headers)).text
    assert ([], False) == ([each for each in words if each not in page], "epartment" in page or "部门" in page)


def test_the_county_of_these_tests_has_a_counter(rules: Community) -> None:
    """Else they would prove nothing."""
    assert rules.counter_of("east-g1") is not None
