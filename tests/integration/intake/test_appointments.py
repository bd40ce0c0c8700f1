"""What needs presence in person is refused with appointments at the counter instead, and accepted as one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.community.definition import Community, load
from shared.contracts.words import Role
from tests.integration.intake.running import BODY, Place, bearer, make_place, place_order
from tests.unit.community import small_county

PENSION = """
[[services]]
code = "pension"
name = { zh = "养老认证", en = "Pension" }
window = "learning"
served_by = "staff"
duration_minutes = 30
mode = "counter"
in_person = true
description = { zh = "本人办理", en = "In person" }
"""
COUNTERS = "code,area,name_zh,name_en,hours\ncounter-east,east,东服务台,East counter,mon-fri 9-12; mon-fri 14-17\n"
MONDAY = {"from": "2026-11-23T09:00:00+08:00", "to": "2026-11-23T12:00:00+08:00"}
SUNDAY = {"from": "2026-11-29T09:00:00+08:00", "to": "2026-11-29T12:00:00+08:00"}
FORM = {"accept": "text/html", "sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county with a counter in the east, and a service that needs presence."""
    folder = tmp_path_factory.mktemp("county")
    path = small_county.write(
        folder, "small.toml", 'posts = "posts.csv"', 'posts = "posts.csv"\ncounters = "counters.csv"'
    )
    path.write_text(path.read_text(encoding="utf-8") + PENSION, encoding="utf-8")
    (folder / "counters.csv").write_text(COUNTERS, encoding="utf-8")
    return load(path)


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community) -> Place:
    """An empty intake, on a Sunday evening."""
    return await make_place(tmp_path, database_url, rules)


@pytest.fixture
async def client(place: Place) -> AsyncIterator[httpx2.AsyncClient]:
    """The running application of ``place``."""
    async with place.serving() as client:
        yield client


async def ask(client: httpx2.AsyncClient, **changed: Any) -> httpx2.Response:
    """Order a confirmation of a pension."""
    return await client.post("/api/orders", json={**BODY, "service": "pension", **changed})


def moments(appointments: list[dict[str, str]]) -> list[tuple[datetime, datetime]]:
    """Appointments as instants."""
    return [(datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["to"])) for one in appointments]


async def test_without_a_time_the_next_appointments_are_offered(client: httpx2.AsyncClient) -> None:
    """The refusal has a type of its own, and says that it needs the resident in person."""
    refused = await ask(client)
    problem = refused.json()
    assert (422, "/window") == (refused.status_code, problem["errors"][0]["pointer"])
    assert problem["type"].endswith("come-in-person")
    assert "in person" in problem["title"]
    times = moments(problem["appointments"])
    assert (5, moments([MONDAY])[0]) == (len(times), times[0])


@pytest.mark.parametrize("window", [SUNDAY, {"from": MONDAY["from"], "to": "2026-11-23T13:00:00+08:00"}])
async def test_outside_the_hours_of_opening_it_is_refused_alike(
    client: httpx2.AsyncClient, window: dict[str, str]
) -> None:
    """Wholly or in part."""
    refused = await ask(client, window=window)
    assert (422, 5) == (refused.status_code, len(refused.json()["appointments"]))


async def test_within_the_hours_of_opening_it_is_an_appointment(client: httpx2.AsyncClient) -> None:
    """The order has it as its window; it can be moved to another time at the counter, and to no other."""
    placed = await place_order(client, service="pension", window=MONDAY)
    mine, path = bearer(placed["tracking_token"]), f"/api/orders/{placed['reference']}"
    assert moments([MONDAY]) == moments([(await client.get(path, headers=mine)).json()["window"]])
    assert 422 == (await client.post(f"{path}/amend", json={"window": SUNDAY}, headers=mine)).status_code
    later = {"from": "2026-11-24T14:00:00+08:00", "to": "2026-11-24T17:00:00+08:00"}
    assert 200 == (await client.post(f"{path}/amend", json={"window": later}, headers=mine)).status_code


async def test_nobody_orders_it_for_somebody_else(client: httpx2.AsyncClient) -> None:
    """Why is said at the field."""
    refused = await ask(client, window=MONDAY, on_behalf_of="张奶奶")
    errors = refused.json()["errors"]
    assert (422, ["/on_behalf_of"]) == (refused.status_code, [error["pointer"] for error in errors])
    assert "in person" in errors[0]["detail"]


async def test_where_no_counter_is_the_coordinator_agrees_on_a_time(client: httpx2.AsyncClient) -> None:
    """The west has none."""
    assert 201 == (await ask(client, area="west-g1")).status_code


async def test_other_services_need_no_presence(client: httpx2.AsyncClient) -> None:
    """The catalogue says which do."""
    services = (await client.get("/api/services")).json()["items"]
    assert ["pension"] == [service["code"] for service in services if service["in_person"]]
    assert 201 == (await client.post("/api/orders", json={**BODY, "on_behalf_of": "张奶奶"})).status_code


async def test_an_appointment_is_chosen_on_the_page(client: httpx2.AsyncClient) -> None:
    """The next times are shown; without a choice the page says so; with one the order is placed."""
    address = "/order/pension"
    assert 200 == (await client.get(address, headers=FORM)).status_code
    page = await client.post(address, data={"step": "where", "area": "east-g1"}, headers=FORM)
    value = f"{MONDAY['from'].replace('09:00:00+08:00', '01:00:00+00:00')}/2026-11-23T04:00:00+00:00"
    assert (5, True) == (page.text.count('name="window"'), f'value="{value}"' in page.text)
    unsaid = await client.post(address, data={"step": "when", "area": "east-g1"}, headers=FORM)
    assert (422, True) == (unsaid.status_code, 'id="field-window-fault"' in unsaid.text)
    filled = {
        "area": "east-g1",
        "urgency": "normal",
        "contact.name": "李梅",
        "contact.phone": "13800001111",
        "key": "k",
    }
    refused = await client.post(address, data=filled, headers=FORM)
    assert (422, True) == (refused.status_code, 'href="#field-window"' in refused.text)
    sent = await client.post(address, data={**filled, "window": value}, headers=FORM)
    assert 303 == sent.status_code, sent.text


async def test_a_coordinator_sets_no_time_at_which_the_counter_is_closed(
    client: httpx2.AsyncClient, place: Place
) -> None:
    """They are refused like the resident, with the next appointments."""
    placed = (await ask(client, window=MONDAY)).json()
    desk = place.token(Role.COORDINATOR, subject="c-1", area="east")
    address = f"/api/desk/orders/{placed['reference']}/window"
    refused = await client.post(address, json=SUNDAY, headers=desk)
    assert (422, 5) == (refused.status_code, len(refused.json()["appointments"]))
    tuesday = {"from": "2026-11-24T14:00:00+08:00", "to": "2026-11-24T16:00:00+08:00"}
    assert 200 == (await client.post(address, json=tuesday, headers=desk)).status_code
