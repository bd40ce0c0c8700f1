"""What looks like spam is looked at, released or turned away with a reason that is read; who abuses the loop waits."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.intake.policies.harvesting import StartFirst
from shared.community.definition import Community, load
from shared.contracts.envelope import Fact
from shared.contracts.personal import ContactAsked
from shared.contracts.words import Role
from tests.integration.intake.dispatch import AT, Dispatch, event_of
from tests.integration.intake.running import START, Opened, Place, bearer, client_of, make_place, place_order
from tests.integration.intake.test_forgetting import asked
from tests.unit.community import small_county

ADVERTISED = "专业开锁换锁芯，二十四小时上门，价格优惠，欢迎来电咨询，本广告长期有效"
WHY = "第三次发同样的广告"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county, where a haircut is a service in a public space."""
    public = 'duration_minutes = 30\nmode = "public_space"'
    folder = tmp_path_factory.mktemp("public")
    return load(small_county.write(folder, "small.toml", 'duration_minutes = 30\nmode = "home_visit"', public))


async def opened(folder: Path, rules: Community, **limits: Any) -> tuple[Place, Opened]:
    """Intake in this process, with these limits."""
    place = await make_place(folder, f"sqlite+aiosqlite:///{folder / 'intake.db'}", rules, **limits)
    return place, await place.open_at(datetime.fromisoformat(START))


def of_phone(number: int) -> dict[str, Any]:
    """An order's contact, each of another phone."""
    return {"contact": {"name": "王强", "phone": f"139 0000 {number:04}"}}


async def held(place: Place, orders: list[dict[str, Any]]) -> list[bool]:
    """Which orders somebody looks at first."""
    looked = dict(await place.rows("SELECT order_id, look_first FROM orders"))
    return [bool(looked[one["order_id"]]) for one in orders]


async def test_floods_of_a_place_and_of_words_are_looked_at_and_a_neighbourhood_is_not(
    tmp_path: Path, rules: Community
) -> None:
    """Of whatever phone, until an hour is over; a service in a public space and what a coordinator takes down go on.
    Neither words nor places are in the database in the clear.
    """
    place, intake = await opened(tmp_path, rules, orders_per_place=2, orders_per_grid=4, orders_alike=2)
    async with client_of(intake.app) as client:
        east = [await place_order(client, area="east-g1-b1", details="a", **of_phone(n)) for n in range(3)]
        grid = [await place_order(client, area="east-g1", details="a", **of_phone(n)) for n in range(10, 12)]
        alike = [
            await place_order(client, area="east-g2", details=f"{n}栋{ADVERTISED}", **of_phone(20 + n))
            for n in range(3)
        ]
        tap = [await place_order(client, service="haircut", details=ADVERTISED, **of_phone(30 + n)) for n in range(9)]
        headers = place.token(Role.COORDINATOR, "c-1", "east")
        taken_down = await client.post(
            "/api/orders",
            headers=headers,
            json={
                "service": "homework",
                "area": "east-g1-b1",
                "details": ADVERTISED,
                "channel": "phone",
                "consent": {"person": True},
                **of_phone(50),
            },
        )
        assert 201 == taken_down.status_code, taken_down.text
        prints = await place.rows("SELECT print FROM sightings")
        await intake.intake.forgetting_clock.sweep(AT.replace(hour=20, minute=30))
    assert [False, False, True, False, True, False, False, True] == await held(place, [*east, *grid, *alike])
    assert [False] * 10 == await held(place, [*tap, taken_down.json()])
    limited = await place.rows("SELECT area, order_id FROM audit WHERE what = 'limited' ORDER BY sequence")
    looked_at = [("east-g1", east[2]), ("east-g1", grid[1]), ("east-g2", alike[2])]
    assert [(area, order["order_id"]) for area, order in looked_at] == limited
    assert {64} == {len(one) for (one,) in prints}
    assert 0 == await place.count("sightings")
    await place.close()


async def test_who_placed_it_reads_what_becomes_of_it(tmp_path: Path, rules: Community) -> None:
    """Held, then turned away with a reason: on the page in both languages and in the answer, never in silence; a true
    order is released, and what was not held cannot be turned away.
    """
    place, intake = await opened(tmp_path, rules)
    coordinator = place.token(Role.COORDINATOR, "c-1", "east")
    async with client_of(intake.app) as client:
        spam, true, other = [await place_order(client, details=text) for text in ("www.x.com", "my www.y.com", "tap")]
        for order in (spam, true):
            await (await Dispatch.of(intake.intake, place, order["order_id"])).tell("order_escalated")
        address = f"/api/desk/orders/{spam['reference']}"
        assert (await client.get(address, headers=coordinator)).json()["look_first"] is True
        assert "Please look at this first" in (await client.get(address[4:], headers=coordinator)).text
        for wrong in (other, {"reference": "nothing"}):
            refused = await client.post(
                f"/api/desk/orders/{wrong['reference']}/spam", headers=coordinator, json={"reason": WHY}
            )
            assert refused.status_code in {404, 409}
        turned = (await client.post(f"{address}/spam", headers=coordinator, json={"reason": WHY})).json()
        released = await Dispatch.of(intake.intake, place, true["order_id"])
        released.version = 1
        await released.tell("order_released")
        late = await client.post(
            f"/api/desk/orders/{true['reference']}/spam", headers=coordinator, json={"reason": WHY}
        )
        pages = [
            await client.get(
                f"/orders/{order['reference']}",
                headers={"cookie": f"paidan_track={order['tracking_token']}", "accept-language": language},
            )
            for order, language in ((spam, "zh-CN"), (spam, "en"), (true, "zh-CN"))
        ]
        view = (await client.get(f"/api/orders/{spam['reference']}", headers=bearer(spam["tracking_token"]))).json()
    assert ("closed", "not_fixed", WHY, 409) == (
        turned["state"], view["outcome"], view["turned_away"]["reason"], late.status_code,
    )  # fmt: skip
    assert ("turned_away", "offered") == (view["timeline"][-1]["detail"], (await states(place))[true["order_id"]])
    told = ("认为是广告或恶意下单", "took it for advertising or abuse", "负责人已看过，正在询问志愿者")
    assert [True] * 3 == [text in page.text for text, page in zip(told, pages, strict=True)]
    assert [WHY in page.text for page in pages] == [True, True, False]
    decided = await place.audited("decided")
    assert [("coordinator", "c-1", spam["order_id"], "spam")] == [row[:4] for row in decided]
    assert WHY not in str(await place.rows("SELECT body FROM outbox"))
    await place.close()


async def states(place: Place) -> dict[str, str]:
    """The state of each order."""
    return dict(await place.rows("SELECT order_id, state FROM orders"))


async def test_who_reads_contacts_and_gives_back_has_to_start_first(tmp_path: Path, rules: Community) -> None:
    """After three in a day that were given back unstarted; whoever starts reads on, and the refusal is audited."""
    place, intake = await opened(tmp_path, rules)
    refused = []
    async with client_of(intake.app) as client:
        for number in range(4):
            order = await place_order(client, **of_phone(number))
            dispatch = await Dispatch.of(intake.intake, place, order["order_id"])
            await dispatch.tell("offer_made", "leg_assigned")
            mine = ContactAsked(order_id=order["order_id"], assignment_id="assignment-1", volunteer_id="v-1")
            try:
                await asked(intake.intake, mine)
            except StartFirst:
                refused.append(number)
            else:
                await hand_back(intake, dispatch)
        await dispatch.tell("leg_started")
        told = await asked(intake.intake, mine)
    assert ([3], "王强") == (refused, told.name)
    assert ["allowed"] * 3 + ["refused", "allowed"] == [row[5] for row in await place.audited("fetched")]
    await place.close()


async def hand_back(intake: Opened, dispatch: Dispatch) -> None:
    """They have no time after all."""
    dispatch.version += 1
    event = event_of("leg_handed_back", dispatch.order_id, dispatch.version, dispatch.leg_id)
    fact = Fact(str(uuid4()), AT, event.model_copy(update={"reason": "no_time"}))
    await intake.intake.machinery.writer.do(intake.intake.use_cases.following.follow_dispatch, fact)


async def test_looking_for_what_is_not_there_makes_one_wait_over_restarts(tmp_path: Path, rules: Community) -> None:
    """By network, in the database, for another replica as well; whoever has the right token is never kept waiting."""
    limits = {"misses_free": 2, "uncounted_addresses": ""}
    place, intake = await opened(tmp_path, rules, **limits)
    async with knocking_from("203.0.113.7", intake) as client:
        order = await place_order(client)
        mine, another = bearer(order["tracking_token"]), await place_order(client)
        guesses = [f"/api/orders/{another['reference']}", "/api/orders/2026-none", f"/t/{'x' * 40}", "/api/orders/no"]
        missed = [(await client.get(address, headers=mine)).status_code for address in guesses]
        right = (await client.get(f"/api/orders/{order['reference']}", headers=mine)).status_code
    await place.close()
    replica = Place(place.settings, rules)
    again = await replica.open_at(datetime.fromisoformat(START))
    async with knocking_from("203.0.113.7", again) as client:
        after = await client.get("/api/orders/2026-none", headers=mine)
        still = await client.get(f"/api/orders/{order['reference']}", headers=mine)
    async with knocking_from("198.51.100.1", again) as client:
        elsewhere = await client.get("/api/orders/2026-none", headers=mine)
    await replica.close()
    assert ([404, 404, 404, 429], 200) == (missed, right)
    assert (429, 200, 404) == (after.status_code, still.status_code, elsewhere.status_code)
    assert "203.0.113" not in str(await place.rows("SELECT * FROM misses"))
    assert int(after.headers["retry-after"]) >= 1


def knocking_from(address: str, intake: Opened) -> httpx2.AsyncClient:
    """A client at a network address."""
    transport = httpx2.ASGITransport(app=intake.app, client=(address, 40_000))
    return httpx2.AsyncClient(transport=transport, base_url="http://intake.test")
