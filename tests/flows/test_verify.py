"""``paidan verify`` finds nothing on a healthy stack and finds each violation that is planted into it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.attached import Attached
from deploy.demo.doors import Doors
from deploy.verify import orders
from deploy.verify.clocks import clocks_fire
from deploy.verify.evidence import Databases, Promise, opened
from deploy.verify.looking import Look
from deploy.verify.privacy import Sifting, nothing_personal_outside
from deploy.verify.run import ground_of, verify
from shared.community.clock import DomainClock
from tests.flows.people import PHONE, asked, in_state, place, review, serve
from tests.flows.planted_histories import OF_HISTORIES
from tests.flows.plants import OF_SERVING, Plant
from tests.integration.deploy.stacks import paidan

QUIET_SECONDS = 20.0
DETAILS = "水龙头一直在滴水，厨房的地板都泡坏了"


@dataclass(frozen=True)
class Scene:
    """Orders in different states on a running stack, by reference and id."""

    stack: Attached
    closed: dict[str, str]
    assigned: dict[str, str]
    assigned_leg: str
    declined: dict[str, str]
    decliner: str

    @property
    def names(self) -> dict[str, str]:
        """What statements call them."""
        return {
            "assigned": self.assigned["order_id"],
            "closed": self.closed["order_id"],
            "leg": self.assigned_leg,
            "declined": self.declined["order_id"],
            "decliner": self.decliner,
        }


@pytest.fixture(scope="module")
async def scene(stack: Attached) -> AsyncIterator[Scene]:
    """One order closed, one assigned with a window two days ahead, and one that somebody declined before another took
    it."""
    async with Doors(stack) as doors:
        yield await played(stack, doors)


async def played(stack: Attached, doors: Doors) -> Scene:
    """Let people do what the scene is made of."""
    closed = await place(doors, "neighbour_dispute", details=DETAILS)
    _, token, offer_id = await asked(doors, closed["order_id"])
    await serve(doors, token, offer_id)
    await in_state(doors, closed, "done")
    await review(doors, closed, "fixed")

    begins = (DomainClock.parse(stack.stack.clock).now() + timedelta(days=2)).replace(
        hour=11, minute=0
    )  # 19:00 in Shanghai
    window = {"from": begins.isoformat(), "to": (begins + timedelta(hours=2)).isoformat()}
    assigned = await place(doors, "neighbour_dispute", window=window)
    _, token, offer_id = await asked(doors, assigned["order_id"])
    status, _ = await doors.ask("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})
    assert 200 == status
    view = await in_state(doors, assigned, "assigned")

    declined = await place(doors, "moving", urgency="urgent")  # the first yes has it
    decliner, token, offer_id = await asked(doors, declined["order_id"])
    status, _ = await doors.ask("POST", "matcher", f"/api/offers/{offer_id}/decline", token, {})
    assert 200 == status
    _, token, offer_id = await asked(doors, declined["order_id"], frozenset({decliner}))
    status, _ = await doors.ask("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})
    assert 200 == status
    await in_state(doors, declined, "assigned")
    return Scene(stack, closed, assigned, view["legs"][0]["leg_id"], declined, decliner)


async def findings(scene: Scene, ledger: Sequence[Promise] = (), quiet: float | None = QUIET_SECONDS) -> list[str]:
    """The lines of every violation that a whole verification finds now."""
    found = await verify(scene.stack, ledger, quiet)
    return [f"{finding.invariant}: {line}" for finding in found for line in finding.broken]


@asynccontextmanager
async def planted(scene: Scene, plant: Plant) -> AsyncIterator[Databases]:
    """The violation stands inside the block."""
    async with opened(scene.stack.stack.databases) as databases:
        database = databases.named()[plant.service]

        async def run(statements: Sequence[str]) -> None:
            for statement in statements:
                async with database.writing() as session:
                    await session.execute(text(statement.format_map(scene.names)))

        await run(plant.sow)
        try:
            yield databases
        finally:
            await run(plant.weed)


async def personal(scene: Scene) -> list[str]:
    """What is personal and stands where it must not."""
    async with opened(scene.stack.stack.databases) as databases:
        found, _ = await nothing_personal_outside(Sifting(databases), databases, ground_of(scene.stack))
        return found.lines()


async def test_a_healthy_stack_keeps_every_invariant(scene: Scene) -> None:
    """Nothing is found, the outside ledger included; nor under load, where nobody waits for quiet."""
    ledger = [Promise(order["order_id"], order["reference"]) for order in (scene.closed, scene.assigned)]
    assert [] == await findings(scene, ledger)
    assert [] == await findings(scene, ledger, quiet=None)


async def test_each_planted_violation_is_found(scene: Scene) -> None:
    """Every plant is found by its rule, and nothing is left once it is taken away."""
    for plant in (*OF_SERVING, *OF_HISTORIES):
        async with planted(scene, plant) as databases:
            assert await plant.rule(Look(databases)), plant.name
    async with opened(scene.stack.stack.databases) as databases:
        next_month = DomainClock.parse((DomainClock.parse(scene.stack.stack.clock).now() + timedelta(30)).isoformat())
        assert await clocks_fire(Look(databases, next_month))
    assert [] == await findings(scene)


async def test_what_is_personal_is_found_wherever_it_stands(scene: Scene) -> None:
    """In a column, in an event, in a log, as a number or in words; where and what kind is said, never the value."""
    number, log = PHONE.replace(" ", ""), scene.stack.layout.logs / "planted.log"
    sow = "UPDATE orders SET channel = '%s' WHERE order_id = '{%s}'"
    said = {"assigned": f"tel {number}", "closed": "滴水，厨房的地板", "declined": "李阿姨"}
    plants = [sow % (value, one) for one, value in said.items()]
    weed = ["UPDATE orders SET channel = NULL WHERE channel LIKE 'tel%' OR channel IN ('滴水，厨房的地板', '李阿姨')"]
    log.write_text(json.dumps({"event": "request.failed", "path": "/find?name=%E5%B0%B9%E7%BA%A2"}))  # of the roster
    try:
        async with planted(scene, Plant("personal", "intake", plants, weed, orders.open_orders_are_held)):
            found = await personal(scene)
    finally:
        log.unlink()
    kinds = {"assigned": "phone", "closed": "details", "declined": "name"}
    told = {f"intake.orders {scene.names[one]}: {kind} of intake.contacts" for one, kind in kinds.items()}
    assert {*told, "log planted.log line 1: name of matcher.volunteers"} <= set(found)
    assert not [line for line in found if any(value in line for value in (number[3:], "李阿姨", "厨房", "尹红"))]
    assert [] == await personal(scene)


async def test_an_order_that_was_promised_and_is_not_there_is_found(scene: Scene) -> None:
    """A 201 without an order breaks I1, and so do one with another reference and a key that would place it again."""
    promises = [
        Promise("0197-no-such-order", "261122-AAAA-BBBB"),
        Promise(scene.closed["order_id"], "261122-AAAA-CCCC"),
        Promise(scene.assigned["order_id"], scene.assigned["reference"], key="never-used"),
    ]
    assert ["I1", "I1", "I1"] == [line[:2] for line in await findings(scene, promises)]


async def test_programs_read_findings_and_exit_codes(scene: Scene, tmp_path: Path) -> None:
    """0 where all holds, 1 where something is violated, 2 where it could not look; the findings as JSON."""
    data, ledger = str(scene.stack.layout.data), tmp_path / "ledger.jsonl"
    ledger.write_text(json.dumps({"order_id": "nobody", "reference": "261122-AAAA-BBBB"}) + "\n")
    answer = await paidan("verify", "--json", "--data", data, "--ledger", str(ledger), within=100)
    told = json.loads(answer.out)
    assert (1, False) == (answer.code, told["holds"])
    assert [["261122-AAAA-BBBB was promised and is not there"]] == [
        f["broken"] for f in told["findings"] if f["broken"]
    ]
    ledger.write_text('{"order_id": "one"}\nno line at all\n')
    answer = await paidan("verify", "--data", data, "--ledger", str(ledger))
    assert 2 == answer.code
    assert "line 1" in answer.err
