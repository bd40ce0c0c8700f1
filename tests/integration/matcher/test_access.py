"""Who may do what: roles at every door, areas at a coordinator's."""

from __future__ import annotations

from typing import Any

from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID

COUNTY = "qindu"
REPORT = {"report": "done"}
PERSONAL = [
    ("GET", "/api/offers"),
    ("GET", "/api/assignments"),
    ("GET", "/api/me"),
    ("POST", "/api/offers/x/accept"),
    ("POST", "/api/offers/x/decline"),
    ("POST", "/api/assignments/x/start"),
    ("POST", "/api/assignments/x/complete"),
    ("POST", "/api/assignments/x/hand-back"),
]
COORDINATED = [
    ("GET", "/api/desk"),
    ("POST", "/api/legs/x/assign"),
    ("POST", "/api/legs/x/resolve"),
    ("POST", "/api/legs/x/escalate"),
    ("POST", "/api/roster"),
]
BODIES = {
    "complete": REPORT,
    "hand-back": {"reason": "unwell"},
    "assign": {"volunteer": "v-1"},
    "resolve": REPORT,
    "escalate": {"reason": "too big"},
}


async def test_every_door_knows_who_may_come_in(house: House) -> None:
    """No token or a forged one 401, the wrong role 403; nobody learns more."""
    callers = {
        "stranger": {},
        "forged": {"Authorization": "Bearer a.b.c"},
        "volunteer": house.as_(Role.VOLUNTEER, "v-1"),
        "coordinator": house.as_(Role.COORDINATOR, "c-1", GRID),
        "resident": house.as_(Role.RESIDENT, "o-1"),
        "ops": house.as_(Role.OPS, "ops-1"),
    }
    found = {
        (name, path): (await house.ask(method, path, caller, BODIES.get(path.rsplit("/", 1)[-1])))[0]
        for name, caller in callers.items()
        for method, path in PERSONAL + COORDINATED
    }
    for name in ("stranger", "forged"):
        assert {401} == {status for (who, _), status in found.items() if who == name}
    for name in ("resident", "ops"):
        assert {403} == {status for (who, _), status in found.items() if who == name}
    assert {403} == {found["coordinator", path] for _, path in PERSONAL}
    assert {403} == {found["volunteer", path] for _, path in COORDINATED}
    assert [404] * 5 == [found["volunteer", path] for method, path in PERSONAL if method == "POST"]


async def test_a_coordinator_sees_and_decides_in_the_area_alone(house: House) -> None:
    """The desk is that of the area and below; another area, its orders and its decisions are 404."""
    stage = house.stage
    mine, near, far = [await stage.place("certificates", grid=grid) for grid in (GRID, NEXT_GRID, FAR_GRID)]

    async def desk(area: str, asked: str = "") -> Any:
        return await house.ask("GET", f"/api/desk{asked}", house.as_(Role.COORDINATOR, "c", area))

    async def orders(area: str, asked: str = "") -> list[str]:
        return [row["order_id"] for row in (await desk(area, asked))[1]["items"]]

    assert [[mine], [mine, near], [mine, near, far], [near], [mine]] == [
        await orders(GRID),
        await orders("maoling-east"),
        await orders(COUNTY),
        await orders("maoling-east", f"?area={NEXT_GRID}"),
        await orders(GRID, "?area="),
    ]
    refused = [await desk(GRID, f"?area={NEXT_GRID}"), await desk(GRID, "?area=nowhere"), await desk("nowhere")]
    assert [404, 404, 403] == [status for status, _ in refused]
    resolve = f"/api/legs/{mine}-l1/resolve"
    assert 404 == (await house.ask("POST", resolve, house.as_(Role.COORDINATOR, "c", NEXT_GRID), REPORT))[0]
    assert "done" == (await house.tap(resolve, house.as_(Role.COORDINATOR, "c", GRID), REPORT))["state"]
