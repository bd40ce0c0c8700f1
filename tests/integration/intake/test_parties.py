"""Who is in a matter: said at the doors, sealed, and told to who asks as marks alone."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest

from services.intake.queries import Parties
from shared.community.definition import Community, load
from shared.contracts.refusal import NotFound
from shared.contracts.requests import PartiesAsked, PartiesTold
from shared.identity.keys import read_key
from shared.identity.marks import Marks
from tests.integration.intake.dispatch import SERVED, Dispatch
from tests.integration.intake.running import BODY, Place, bearer, place_order
from tests.unit.community import small_county

WANG = {"name": "王 五", "phone": "+86 139 0000 2222"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county, where homework is a quarrel that two come to settle."""
    quarrel = 'duration_minutes = 60\nheadcount = 2\nparties = true\nmode = "counter"'
    folder = tmp_path_factory.mktemp("quarrels")
    return load(small_county.write(folder, "small.toml", 'duration_minutes = 60\nmode = "counter"', quarrel))


def marks_of(place: Place) -> Marks:
    """The marks as another service with the same key makes them."""
    return Marks(read_key(place.settings.keys, "parties"))


async def told(place: Place, order_id: str) -> PartiesTold:
    """What intake answers about an order."""
    async with place.writing() as intake:
        parties = Parties(intake.machinery.database, intake.use_cases.placing._vault, marks_of(place))
        return await parties.tell(PartiesAsked(order_id=order_id))


async def event_of(place: Place, order_id: str) -> dict[str, Any]:
    """The order as it was published."""
    ((body,),) = await place.rows("SELECT body FROM outbox WHERE about = :id AND version = 1", id=order_id)
    read: dict[str, Any] = json.loads(body)
    return read


async def test_the_parties_are_told_as_areas_and_marks(client: httpx2.AsyncClient, place: Place) -> None:
    """Each name and number of the parties, of the resident and of whom it is for is a mark; areas are codes."""
    excluded = ["east-g1-b1", WANG, {"area": "east-g2", "name": "Zhao"}, "east-g1-b1"]
    order = await place_order(client, excluded=excluded, on_behalf_of="Li Lao")
    marks = marks_of(place)
    names, phones = ("李梅", "王五", "zhao", "LiLao"), ("+8613800001111", "+8613900002222")
    expected = frozenset([*map(marks.of_name, names), *map(marks.of_phone, phones)])
    assert PartiesTold(areas=("east-g1-b1", "east-g2"), marks=expected) == await told(place, order["order_id"])


async def test_an_order_that_is_not_there_has_no_parties_to_tell(client: httpx2.AsyncClient, place: Place) -> None:
    """The asker is told that there is no such order, not that nobody is in it."""
    await place_order(client)
    with pytest.raises(NotFound):
        await told(place, "nobody-placed-this")


async def test_the_event_says_that_there_are_parties_and_no_more(client: httpx2.AsyncClient, place: Place) -> None:
    """Names and areas stay; on a service between people the resident is a party already; others have none."""
    between = await place_order(client)
    named = await place_order(client, service="haircut", excluded=[WANG])
    alone = await place_order(client, service="haircut")
    published = [await event_of(place, order["order_id"]) for order in (between, named, alone)]
    assert [True, True, False] == [event["has_parties"] for event in published]
    assert [2, 1, 1] == [event["legs"][0]["headcount"] for event in published]
    assert not re.search("王|1390000", json.dumps(published, ensure_ascii=False))


@pytest.mark.parametrize(
    ("party", "pointer"),
    [("moon", "/excluded/0/area"), ({"phone": "none"}, "/excluded/0/phone"), ({}, "/excluded/0")],
)
async def test_a_party_that_cannot_be_is_refused(client: httpx2.AsyncClient, party: Any, pointer: str) -> None:
    """An area that is not in the tree, a number that is none, or nothing at all: 422, and the field."""
    answer = await client.post("/api/orders", json={**BODY, "excluded": [party]})
    assert (422, [pointer]) == (answer.status_code, [error["pointer"] for error in answer.json()["errors"]])


async def form(client: httpx2.AsyncClient, **typed: str) -> httpx2.Response:
    """Fill the order form in as a browser would, and send it."""
    address = "/order/homework"
    page = (await client.get(address)).text
    hidden = dict(re.findall(r'name="(key|csrf[^"]*|[^"]*token)" value="([^"]*)"', page))
    filled = {"area": "east-g1-b1", "urgency": "normal", "contact.name": "李梅", "contact.phone": "13800001111"}
    return await client.post(address, data={**hidden, **filled, **typed}, headers={"sec-fetch-site": "same-origin"})


async def test_the_form_asks_who_the_matter_is_with(client: httpx2.AsyncClient, place: Place) -> None:
    """Name, number and "nobody from my building" are plain fields, and all are heeded."""
    typed = {"party.name": "王五", "party.phone": "139 0000 2222", "own_building": "true"}
    answer = await form(client, **typed)
    assert 303 == answer.status_code, re.findall(r"(?s)faults-title.*?section>", answer.text)[0][-400:]
    ((order_id,),) = await place.rows("SELECT order_id FROM orders")
    parties, marks = await told(place, order_id), marks_of(place)
    assert ("east-g1-b1",) == parties.areas
    assert {marks.of_name("王五"), marks.of_phone("+8613900002222")} <= parties.marks


async def test_the_form_says_what_is_wrong_with_a_party_at_its_field(client: httpx2.AsyncClient) -> None:
    """A number that is none, and a building that was never chosen, are said where they were typed."""
    number = await form(client, **{"party.phone": "none"})
    building = await form(client, area="east-g1", own_building="true")
    assert (422, 422) == (number.status_code, building.status_code)
    assert 'id="field-party-phone-fault"' in number.text
    assert 'id="field-own_building-fault"' in building.text


async def test_other_services_do_not_ask(client: httpx2.AsyncClient) -> None:
    """Nobody is asked for a party to a haircut."""
    asked = {
        service: "party.name" in (await client.post(f"/order/{service}", data={"to": "who", "area": "east-g1"})).text
        for service in ("homework", "haircut")
    }
    assert {"homework": True, "haircut": False} == asked


async def reviewed(client: httpx2.AsyncClient, place: Place, verdict: dict[str, Any] | None, **changed: Any) -> str:
    """An order that was served, and closed with this verdict; answers its id."""
    order = await place_order(client, **changed)
    async with place.writing() as intake:
        await (await Dispatch.of(intake, place, order["order_id"])).tell(*SERVED)
    if verdict:
        address = f"/api/orders/{order['reference']}/review"
        answer = await client.post(address, json=verdict, headers=bearer(order["tracking_token"]))
        assert 200 == answer.status_code, answer.text
    return str(order["order_id"])


async def test_an_order_continues_what_went_well(client: httpx2.AsyncClient, place: Place) -> None:
    """The last three of this phone and service that were fixed and rated 4 or more, or not rated; however the number
    was typed."""
    fixed = {"outcome": "fixed"}
    well = [await reviewed(client, place, fixed | more) for more in ({}, {"rating": 5}, {"rating": 4}, {})]
    await reviewed(client, place, fixed | {"rating": 3})
    await reviewed(client, place, {"outcome": "partly"})
    await reviewed(client, place, None)
    await reviewed(client, place, fixed, service="haircut")
    await reviewed(client, place, fixed, contact={"name": "李梅", "phone": "13800009999"})
    order = await place_order(client, contact={"name": "Li Mei", "phone": "+86 13800001111"})
    assert well[:0:-1] == (await event_of(place, order["order_id"]))["continues"]


async def test_a_first_order_continues_nothing(client: httpx2.AsyncClient, place: Place) -> None:
    """Nothing went before."""
    order = await place_order(client)
    assert [] == (await event_of(place, order["order_id"]))["continues"]
