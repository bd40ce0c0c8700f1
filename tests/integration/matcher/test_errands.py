"""Counters: what staff serve goes to the counter of the place by itself, comes further, and is collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Referral
from shared.community.definition import Community, load
from shared.contracts import matcher
from shared.contracts.intake import PlacedLeg
from shared.contracts.words import ErrandStep, Holder, Role, Window
from tests.integration.matcher.conftest import COUNTY
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, Stage, names

COUNTER = "counter-maoling-east"
PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def rules() -> Community:
    """The reference county as it is, counters and all."""
    return load(COUNTY)


def counter(house: House, code: str = COUNTER) -> dict[str, str]:
    """A counter's headers."""
    return house.as_(Role.DEPARTMENT, code)


async def an_errand(house: House) -> tuple[str, str]:
    """A certificate at its counter: the order's id and the referral's path."""
    order_id = await house.stage.place("certificates")
    _, page = await house.ask("GET", "/api/department", counter(house))
    return order_id, f"/api/referrals/{page['items'][0]['referral_id']}"


async def advance(house: House, path: str, step: str, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    """The counter says how far it has come."""
    answer: tuple[int, Any] = await house.ask(
        "POST", f"{path}/advance", dict(headers or counter(house)), {"step": step}
    )
    return answer


async def test_what_staff_serve_goes_to_the_counter_of_the_place(stage: Stage) -> None:
    """By itself, on the tier's clock; the grid's coordinator decides nothing meanwhile."""
    order_id = await stage.place("certificates")
    told = await stage.last(matcher.OrderReferred)
    assert (COUNTER, Holder(role=Role.DEPARTMENT, area=GRID, id=COUNTER), "complete") == (
        told.department, told.holder, told.next_step,
    )  # fmt: skip
    (row,) = await stage.all(select(Referral).where(col(Referral.order_id) == order_id))
    assert ("system", None) == (row.by, row.errand)


async def test_without_a_counter_it_comes_to_the_coordinator(stage: Stage) -> None:
    """As before, so that it has a holder."""
    departments = tuple(one for one in stage.rules.departments if not one.is_counter)
    without = Stage(stage.database.url, replace(stage.rules, departments=departments))
    await without.place("certificates")
    told = await without.last(matcher.OrderEscalated)
    await without.database.close()
    assert ("served_by", Role.COORDINATOR) == (told.reason, told.holder.role)


async def test_a_leg_of_a_department_is_not_the_counters(stage: Stage) -> None:
    """Nor is one of a post's service that has no post: the coordinator decides about that."""
    fact = stage.placed("certificates")
    legs = (PlacedLeg(leg_id="l-1", post=None, department="police"),)
    fact = stage.fact(fact.event.model_copy(update={"legs": legs}))
    await stage.do(stage.use_cases.dispatching.open_dispatches, fact)
    assert "police" == (await stage.last(matcher.OrderReferred)).department
    await stage.place("haircut")
    assert "served_by" == (await stage.last(matcher.OrderEscalated)).reason


async def test_an_errand_goes_forward_step_by_step_and_is_collected(house: House) -> None:
    """Each step is told; holder and due time stay; what is collected is done."""
    order_id, path = await an_errand(house)
    due_at = (await house.stage.dispatch(order_id)).due_at
    await house.stage.heard()
    for step in ErrandStep:
        status, answer = await advance(house, path, step)
        assert (200, step.value, True) == (status, answer["errand"], answer["counter"])
    told = await house.stage.heard()
    assert [(step, COUNTER, due_at) for step in ErrandStep] == [(one.step, one.holder.id, one.due_at) for one in told]
    await house.tap(f"{path}/resolve", counter(house), {"report": "collected"})
    assert ["leg_completed", "order_done"] == names(await house.stage.heard())


async def test_an_errand_never_goes_back(house: House) -> None:
    """Nor stands still; a step may be left out; unknown steps and other counters are refused."""
    _order_id, path = await an_errand(house)
    assert 200 == (await advance(house, path, "in_progress"))[0]
    for step in ("papers_received", "in_progress"):
        status, problem = await advance(house, path, step)
        assert (409, "step-passed") == (status, problem["type"].rsplit("/")[-1].rsplit(":")[-1])
    assert 422 == (await advance(house, path, "done"))[0]
    assert 404 == (await advance(house, path, "ready_to_collect", counter(house, "counter-shanguang")))[0]
    await house.tap(f"{path}/hand-back", counter(house), {"reason": "too_little_known"})
    assert 409 == (await advance(house, path, "ready_to_collect"))[0]


async def test_only_errands_at_counters_have_steps(house: House) -> None:
    """A department serves or hands back."""
    order_id = await house.stage.place("lift_fault")
    desk = house.as_(Role.COORDINATOR, "c-1", GRID)
    made = await house.ask("POST", f"/api/legs/{order_id}-l1/refer", desk, {"department": "police"})
    path = f"/api/referrals/{made[1]['referral_id']}"
    assert 409 == (await advance(house, path, "papers_received", house.as_(Role.DEPARTMENT, "police")))[0]


async def test_an_appointment_is_due_when_it_ends(stage: Stage) -> None:
    """And when it is moved, the counter is told anew, under the same referral."""
    first, second = (
        Window(from_=stage.now + timedelta(hours=hours), to=stage.now + timedelta(hours=hours + 3))
        for hours in (14, 38)
    )
    order_id = await stage.place("pension_papers", window=first)
    referred = await stage.last(matcher.OrderReferred)
    assert first.to == referred.due_at
    await stage.amend(order_id, second)
    again = await stage.last(matcher.OrderReferred)
    assert (referred.referral_id, second.to) == (again.referral_id, again.due_at)
    assert second.to == (await stage.dispatch(order_id)).due_at


async def test_a_counters_page_has_one_button_for_each_state(house: House) -> None:
    """What comes next; then it is collected. It speaks of the counter."""
    order_id, path = await an_errand(house)
    address = path.replace("/api/referrals", "/department")
    for step in ErrandStep:
        page = await house.client.get(address, headers={**PAGE, **counter(house)})
        assert (200, 1, True) == (page.status_code, page.text.count('name="step"'), f'value="{step}"' in page.text)
        sent = await house.client.post(
            f"{address}/advance", data={"step": step.value}, headers={**PAGE, **counter(house)}
        )
        assert 303 == sent.status_code, sent.text
    page = await house.client.get(address, headers={**PAGE, **counter(house)})
    assert (0, True) == (page.text.count('name="step"'), "<dt>服务台</dt>" in page.text)
    sent = await house.client.post(f"{address}/resolve", data={"report": "取走"}, headers={**PAGE, **counter(house)})
    assert (303, "done") == (sent.status_code, (await house.stage.dispatch(order_id)).state)
