"""``paidan verify`` finds nothing on a healthy stack and finds each violation that is planted into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from deploy.attached import Attached
from deploy.demo.doors import Doors
from deploy.verify.evidence import Promise, opened
from deploy.verify.run import Finding, check, connect, ground_of
from shared.community.clock import DomainClock
from tests.flows.people import asked, in_state, place, review, serve

QUIET_SECONDS = 20.0


@dataclass(frozen=True)
class Scene:
    """Orders in different states on a running stack, by reference and id."""

    stack: Attached
    closed: dict[str, str]
    assigned: dict[str, str]
    assigned_leg: str
    declined: dict[str, str]
    decliner: str


@dataclass(frozen=True)
class Plant:
    """One violation: the statements that plant it and those that take it away, and what must be found."""

    name: str
    service: str
    sow: Sequence[str]
    weed: Sequence[str]
    found: str


@pytest.fixture
async def scene(stack: Attached, doors: Doors) -> Scene:
    """One order closed, one assigned with a window two days ahead, and one that somebody declined before another took
    it."""
    closed = await place(doors, "neighbour_dispute")
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


async def findings(scene: Scene, ledger: Sequence[Promise] = ()) -> list[Finding]:
    """What a verification finds now; only the findings that are violations."""
    connection = await connect(scene.stack)
    try:
        async with opened(scene.stack.stack.databases) as databases:
            js = connection.jetstream(timeout=10)
            found = await check(databases, js, ledger, QUIET_SECONDS, ground_of(scene.stack))
            return [finding for finding in found if finding.broken]
    finally:
        await connection.close()


@asynccontextmanager
async def planted(scene: Scene, plant: Plant) -> AsyncIterator[None]:
    """The violation stands inside the block."""
    async with opened(scene.stack.stack.databases) as databases:
        database = databases.named()[plant.service]
        names = {
            "assigned": scene.assigned["order_id"],
            "closed": scene.closed["order_id"],
            "leg": scene.assigned_leg,
            "declined": scene.declined["order_id"],
            "decliner": scene.decliner,
        }

        async def run(statements: Sequence[str]) -> None:
            for statement in statements:
                async with database.writing() as session:
                    await session.execute(text(statement.format_map(names)))

        await run(plant.sow)
        try:
            yield
        finally:
            await run(plant.weed)


_COPIED = 'leg_id, order_id, volunteer_id, state, "by", window_from, window_to, assigned_at'
_COPY = (
    f"INSERT INTO assignments (assignment_id, place, {_COPIED}) SELECT 'planted', {{place}}, {_COPIED}"  # noqa: S608 - ours
    " FROM assignments WHERE leg_id = '{{leg}}' AND assignment_id <> 'planted'"
)
_UNCOPY = "DELETE FROM assignments WHERE assignment_id = 'planted'"
_INDEX = "CREATE UNIQUE INDEX assignments_place ON assignments (leg_id, place) WHERE state IN ('assigned', 'under_way')"

_HOLDS = (
    "UPDATE volunteers SET held = held {one} WHERE volunteer_id = "
    "(SELECT volunteer_id FROM assignments WHERE leg_id = '{{leg}}' AND assignment_id <> 'planted')"
)
_OTHER_LEG = "(SELECT leg_id FROM legs WHERE order_id = '{closed}')"
_COPY_ELSEWHERE = _COPY.format(place=1).replace("SELECT 'planted', 1, leg_id", f"SELECT 'planted', 1, {_OTHER_LEG}")

_OF_DECLINER = "WHERE order_id = '{{declined}}' AND recipient_id = '{{decliner}}'"
_TOLD = "recipient_role, recipient_id, offer_id, made_at"
_RETELL = (
    f"INSERT INTO notices (notice_id, order_id, kind, version, {_TOLD}) SELECT 'planted', order_id, "  # noqa: S608 - ours
    f"'{{kind}}', {{version}}, {_TOLD} FROM notices {_OF_DECLINER} AND kind = 'leg_taken'"
)
_HELD = (
    "UPDATE orders SET state = '{state}', next_step = '{step}', holder_role = {role}, due_at = {due}"
    " WHERE order_id = '{{closed}}'"
)
_TELL = (
    "INSERT INTO notices (notice_id, order_id, kind, version, recipient_role, recipient_id, made_at)"
    " SELECT 'planted', order_id, {what}, made_at FROM notices WHERE order_id = '{{closed}}' AND kind = 'order_done'"
)
_RENAME = f"UPDATE notices SET kind = '{{other}}' {_OF_DECLINER} AND kind = '{{one}}'"  # noqa: S608 - ours
_UNTELL = "DELETE FROM notices WHERE notice_id = 'planted'"
_DANGER = (
    'INSERT INTO incidents (incident_id, order_id, "by", area, due_at, raised, reported_at)'
    " SELECT 'planted', order_id, 'resident', '', due_at, 1, placed_at FROM dispatches WHERE order_id = '{closed}'"
)

PLANTS = (
    Plant(
        "two_have_one_place",
        "matcher",
        ("DROP INDEX assignments_place", _COPY.format(place=1)),
        (_UNCOPY, _INDEX),
        "I2",
    ),
    Plant("a_place_beyond_the_headcount", "matcher", (_COPY.format(place=2),), (_UNCOPY,), "I2"),
    Plant(
        "a_wrong_counter",
        "matcher",
        ("UPDATE volunteers SET held = held + 1 WHERE volunteer_id = 'v-0001'",),
        ("UPDATE volunteers SET held = held - 1 WHERE volunteer_id = 'v-0001'",),
        "I2",
    ),
    Plant(
        "a_wrong_count_of_open_offers",
        "matcher",
        ("UPDATE volunteers SET asked = asked + 1 WHERE volunteer_id = 'v-0001'",),
        ("UPDATE volunteers SET asked = asked - 1 WHERE volunteer_id = 'v-0001'",),
        "I2",
    ),
    Plant(
        "two_places_at_once",
        "matcher",
        (_COPY_ELSEWHERE, _HOLDS.format(one="+ 1")),
        (_HOLDS.format(one="- 1"), _UNCOPY),
        "I2",
    ),
    Plant(
        "a_post_with_more_claims_than_places",
        "matcher",
        ("UPDATE posts SET headcount = headcount - 1000 WHERE post_id = 'mediation-maoling-east'",),
        ("UPDATE posts SET headcount = headcount + 1000 WHERE post_id = 'mediation-maoling-east'",),
        "I2",
    ),
    Plant(
        "an_open_order_without_holder",
        "intake",
        ("UPDATE orders SET holder_role = NULL WHERE order_id = '{assigned}'",),
        ("UPDATE orders SET holder_role = 'volunteer' WHERE order_id = '{assigned}'",),
        "I3",
    ),
    Plant(
        "an_open_order_without_clock",
        "matcher",
        ("UPDATE dispatches SET state = 'closed' WHERE order_id = '{assigned}'",),
        ("UPDATE dispatches SET state = 'assigned' WHERE order_id = '{assigned}'",),
        "I3",
    ),
    Plant(
        "a_call_that_nobody_owes",
        "intake",
        (_HELD.format(state="done", step="call", role="'coordinator'", due="placed_at"),),
        (_HELD.format(state="closed", step="none", role="NULL", due="NULL"),),
        "I3",
    ),
    Plant(
        "a_danger_before_nobody",
        "matcher",
        (_DANGER,),
        ("DELETE FROM incidents WHERE incident_id = 'planted'",),
        "I3",
    ),
    Plant(
        "a_step_nobody_was_told_of",
        "notifier",
        ("UPDATE notices SET version = version + 1000 WHERE order_id = '{closed}' AND kind = 'order_done'",),
        ("UPDATE notices SET version = version - 1000 WHERE order_id = '{closed}' AND kind = 'order_done'",),
        "I4",
    ),
    Plant(
        "somebody_asked_in_vain_who_never_heard_the_end",
        "notifier",
        (_RENAME.format(one="leg_taken", other="order_closed"),),
        (_RENAME.format(one="order_closed", other="leg_taken"),),
        "I4",
    ),
    Plant(
        "an_end_told_twice",
        "notifier",
        (_RETELL.format(kind="offer_settled", version="version"),),
        (_UNTELL,),
        "I4",
    ),
    Plant(
        "an_end_of_what_was_never_asked",
        "notifier",
        (_RETELL.format(kind="leg_taken", version="version + 1000"),),
        (_UNTELL,),
        "I4",
    ),
    Plant(
        "a_step_told_to_a_resident_who_is_not_concerned",
        "notifier",
        (_TELL.format(what="kind, version, recipient_role, 'stranger'"),),
        (_UNTELL,),
        "I4",
    ),
    Plant(
        "a_department_told_of_the_end_of_what_it_never_had",
        "notifier",
        (_TELL.format(what="'referral_ended', version, 'department', 'city'"),),
        (_UNTELL,),
        "I4",
    ),
    Plant(
        "a_gap_in_the_versions",
        "intake",
        ("UPDATE outbox SET version = version + 5 WHERE about = '{closed}' AND type LIKE '%order_closed%'",),
        ("UPDATE outbox SET version = version - 5 WHERE about = '{closed}' AND type LIKE '%order_closed%'",),
        "I7",
    ),
    Plant(
        "a_step_back_in_time",
        "intake",
        ("UPDATE timeline SET state = 'offered' WHERE order_id = '{closed}' AND kind = 'order_reviewed'",),
        ("UPDATE timeline SET state = 'done' WHERE order_id = '{closed}' AND kind = 'order_reviewed'",),
        "I7",
    ),
    Plant(
        "a_lost_fact",
        "intake",
        ("UPDATE orders SET dispatch_version = dispatch_version - 1 WHERE order_id = '{closed}'",),
        ("UPDATE orders SET dispatch_version = dispatch_version + 1 WHERE order_id = '{closed}'",),
        "I5",
    ),
)


async def test_a_healthy_stack_keeps_every_invariant(scene: Scene) -> None:
    """Nothing is found, the outside ledger included."""
    ledger = [Promise(order["order_id"], order["reference"]) for order in (scene.closed, scene.assigned)]
    assert [] == await findings(scene, ledger)


async def test_each_planted_violation_is_found(scene: Scene) -> None:
    """Every plant is found under its invariant, and nothing is left once it is taken away."""
    for plant in PLANTS:
        async with planted(scene, plant):
            assert plant.found in {finding.invariant for finding in await findings(scene)}, plant.name
    assert [] == await findings(scene)


async def test_an_order_that_was_promised_and_is_not_there_is_found(scene: Scene) -> None:
    """A 201 without an order breaks I1, and so does one with another reference."""
    promises = [
        Promise("0197-no-such-order", "261122-AAAA-BBBB"),
        Promise(scene.closed["order_id"], "261122-AAAA-CCCC"),
    ]
    (finding,) = await findings(scene, promises)
    assert ("I1", 2) == (finding.invariant, len(finding.broken))
