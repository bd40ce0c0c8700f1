"""Importing orders over HTTP: one hundred real requests into the reference county."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.definitions import REFERENCE_COUNTY
from services.intake.policies.importing import ImportedRow, ImportMapping, read_table
from shared.community.definition import Community, load
from shared.contracts.words import Role, ServedBy
from shared.persistence.vault import Vault
from tests.integration.intake.running import Place, bearer, make_place

REQUESTS = Path(__file__).parents[2] / "data" / "requests"
MAPPING = (REQUESTS / "boston-mapping.json").read_text(encoding="utf-8")
CLEAN, DUPES = "boston311-100.csv", "boston311-100-20dupes-random.csv"
NON_ASCII, BAD = "boston311-100-with-nonascii.csv", "boston311-100-bad.tsv"
RAGGED = {"row": 41, "errors": [{"pointer": "", "detail": "the row has 30 cells, the heading 29"}]}


@pytest.fixture(scope="session")
def county() -> Community:
    """The reference county."""
    return load(REFERENCE_COUNTY)


@pytest.fixture
async def place(tmp_path: Path, database_url: str, county: Community) -> Place:
    """An empty intake of the reference county."""
    return await make_place(tmp_path, database_url, county)


@pytest.fixture
async def client(place: Place) -> AsyncIterator[httpx2.AsyncClient]:
    """Its running application."""
    async with place.serving() as client:
        yield client


class Counter311:
    """A coordinator who imports."""

    def __init__(self, client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    async def send(
        self,
        file: str | bytes,
        mapping: str = MAPPING,
        *,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        language: str = "en",
    ) -> httpx2.Response:
        """Import a file of tests/data/requests, or these bytes."""
        content = file if isinstance(file, bytes) else (REQUESTS / file).read_bytes()
        return await self._client.post(
            "/api/orders/import",
            files={"file": ("requests", content)},
            data={"mapping": mapping, **(form or {})},
            params=dict(params or {}),
            headers={**self._headers, "accept-language": language},
        )

    async def figures(self, file: str | bytes, **more: Any) -> tuple[int, int, int, int]:
        """Status, created, known and refused."""
        answer = await self.send(file, **more)
        told = answer.json()
        return answer.status_code, told["created"], told["known"], len(told["refused"])


@pytest.fixture
def counter(client: httpx2.AsyncClient, place: Place) -> Counter311:
    """The coordinator of the county."""
    return Counter311(client, place.token(Role.COORDINATOR, "c-qindu", "qindu"))


async def test_a_clean_table_becomes_as_many_orders(
    client: httpx2.AsyncClient, counter: Counter311, place: Place, county: Community
) -> None:
    """100 created, each with its number, its event and a token that opens it."""
    answer = await counter.send(CLEAN)
    told = answer.json()
    assert (200, 100, 0, []) == (answer.status_code, told["created"], told["known"], told["refused"])
    assert list(range(2, 102)) == [order["row"] for order in told["orders"]]
    assert 100 == len({order["reference"] for order in told["orders"]})
    tables = ("orders", "outbox", "contacts", "external_ids")
    assert [100] * 4 == [await place.count(table) for table in tables]
    ordered = [county.services_by_code[code] for (code,) in await place.rows("SELECT service FROM orders")]
    assert sum(len(service.legs) or 1 for service in ordered) == await place.count("legs")
    one = told["orders"][41]
    view = (await client.get(f"/api/orders/{one['reference']}", headers=bearer(one["tracking_token"]))).json()
    assert (one["order_id"], "placed", "coordinator") == (view["order_id"], view["state"], view["timeline"][0]["by"])


async def test_volunteers_serve_most_of_it(counter: Counter311, place: Place, county: Community) -> None:
    """The mapping sends requests to services of every kind, most of them served by posts."""
    await counter.send(CLEAN)
    services = Counter([code for (code,) in await place.rows("SELECT service FROM orders")])
    by_post = [code for code in services if county.services_by_code[code].served_by is ServedBy.POST]
    assert (100, 84) == (services.total(), sum(services[code] for code in by_post))
    ((grids,),) = await place.rows("SELECT count(DISTINCT grid) FROM orders")
    assert 19 == grids


async def test_importing_again_records_nothing_twice(counter: Counter311, place: Place) -> None:
    """A known external id is known for ever, whatever else its row says now."""
    assert (200, 100, 0, 0) == await counter.figures(CLEAN)
    assert (200, 0, 100, 0) == await counter.figures(CLEAN)
    assert (200, 0, 100, 0) == await counter.figures(NON_ASCII)
    assert (100, 100) == (await place.count("orders"), await place.count("outbox"))


async def test_duplicates_within_a_table_are_one_order(counter: Counter311, place: Place) -> None:
    """Of 100 rows with 80 ids, 80 are created and 20 known."""
    assert (200, 80, 20, 0) == await counter.figures(DUPES)
    assert 80 == await place.count("orders")


async def test_letters_outside_ascii_arrive_intact(counter: Counter311, place: Place) -> None:
    """What the vault holds is what the table said, to the letter."""
    told = (await counter.send(NON_ASCII)).json()
    assert 100 == told["created"]
    rows = read_table((REQUESTS / NON_ASCII).read_bytes(), ImportMapping.model_validate_json(MAPPING), 1000)
    said = {row.row: row.details for row in rows if isinstance(row, ImportedRow)}
    vault = Vault(bytes.fromhex((place.settings.keys / "intake-vault.key").read_text()))
    sealed = {order_id: bytes(blob) for order_id, blob in await place.rows("SELECT order_id, sealed FROM contacts")}
    kept = {
        one["row"]: vault.open_fields(one["order_id"], sealed[one["order_id"]])["details"] for one in told["orders"]
    }
    assert said == kept
    assert [47, 87] == [row for row, details in kept.items() if "Dëad" in details or "Sàratoga" in details]


async def test_a_malformed_table_is_refused_as_a_whole(counter: Counter311, place: Place) -> None:
    """All or nothing: the one row that cannot be is named with its reason, and nothing is kept."""
    answer = await counter.send(BAD)
    problem = answer.json()
    assert (422, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert ("/problems/import-refused", 0, 0, [RAGGED]) == (
        problem["type"],
        problem["created"],
        problem["known"],
        problem["refused"],
    )
    assert (0, 0) == (await place.count("orders"), await place.count("outbox"))


@pytest.mark.parametrize("way", ["address", "form"])
async def test_partial_takes_what_can_be_had(counter: Counter311, place: Place, way: str) -> None:
    """99 created and one refused with its reason, whether ``partial`` comes in the address or the form."""
    wish = {"partial": "true"}
    answer = await counter.send(BAD, params=wish) if way == "address" else await counter.send(BAD, form=wish)
    told = answer.json()
    assert (200, 99, 0, [RAGGED]) == (answer.status_code, told["created"], told["known"], told["refused"])
    assert 99 == await place.count("orders")
    assert (200, 0, 99, 1) == await counter.figures(BAD, form={"partial": "true"})


async def test_a_refused_row_is_told_in_the_readers_language(counter: Counter311) -> None:
    """The refusal's own words and those of its rows come from one catalogue."""
    answer = await counter.send(BAD, language="zh")
    ((row,), title) = answer.json()["refused"], answer.json()["title"]
    detail = row["errors"][0]["detail"]
    assert (41, ["30", "29"]) == (row["row"], re.findall(r"\d+", detail))
    assert (None, None) == (re.search("[a-z]{2}", detail), re.search("[a-z]{2}", title))


async def test_a_coordinator_imports_into_the_own_area_alone(client: httpx2.AsyncClient, place: Place) -> None:
    """Rows of other areas are refused; with ``partial`` the own ones are placed."""
    own = Counter311(client, place.token(Role.COORDINATOR, "c-shanguang", "shanguang"))
    answer = await own.send(CLEAN)
    refused = answer.json()["refused"]
    assert (422, 87) == (answer.status_code, len(refused))
    assert [{"pointer": "/area", "detail": "this area is not yours"}] == refused[0]["errors"]
    assert 0 == await place.count("orders")
    assert (200, 13, 0, 87) == await own.figures(CLEAN, params={"partial": "true"})
    assert [("shanguang",)] == await place.rows("SELECT DISTINCT community FROM orders")


async def test_only_a_coordinator_imports(client: httpx2.AsyncClient, place: Place) -> None:
    """401 for nobody, 403 for a volunteer, ops, and a coordinator of no area; nothing is read or kept."""
    headers: list[dict[str, str]] = [
        {},
        {"authorization": "Bearer nonsense"},
        place.token(Role.VOLUNTEER, "v-0001"),
        place.token(Role.OPS),
        place.token(Role.RESIDENT),
        place.token(Role.COORDINATOR, "c-nowhere", "nowhere"),
    ]
    answers = [await Counter311(client, header).send(CLEAN) for header in headers]
    assert [401, 401, 403, 403, 403, 403] == [answer.status_code for answer in answers]
    assert 401 == (await client.post("/api/orders/import")).status_code
    assert 0 == await place.count("orders")


async def test_contacts_come_along_and_are_judged(counter: Counter311, place: Place) -> None:
    """Name and phone are optional; one that cannot be refuses its row, never the service."""
    columns = '{"service": "what", "area": "where", "name": "who", "phone": "phone"}'
    mapping = f'{{"columns": {columns}, "services": {{"*": "sweeping"}}, "areas": {{"*": "shanguang-g1"}}}}'
    lines = ["what,where,who,phone", "a,b,李梅,138 0000 1111", "a,b,,", "a,b,李梅,ask me", f"a,b,{'x' * 300},1"]
    answer = await counter.send("\n".join(lines).encode(), mapping, params={"partial": "true"})
    told = answer.json()
    assert (200, 2) == (answer.status_code, told["created"])
    assert [(4, ["/contact/phone"]), (5, ["/name"])] == [
        (row["row"], [error["pointer"] for error in row["errors"]]) for row in told["refused"]
    ]
    assert [(1,)] == await place.rows("SELECT count(*) FROM contacts WHERE phone_print IS NOT NULL")


@pytest.mark.parametrize(
    ("content", "mapping", "kind"),
    [
        (b"\xff\xfe\x00\xd8\xff", MAPPING, "/problems/file-unreadable"),
        (b"", MAPPING, "/problems/file-unreadable"),
        (b"a,b\n1,2\n", MAPPING, "/problems/file-unreadable"),
        (b"a\0,b\n1,2\n", MAPPING, "/problems/file-unreadable"),
        (b"a,b\n1,2\n", "{", "/problems/mapping-invalid"),
        (b"a,b\n1,2\n", "[]", "/problems/mapping-invalid"),
        (b"a,b\n1,2\n", '{"columns": {"state": "a"}, "services": {}, "areas": {}}', "/problems/mapping-invalid"),
    ],
)
async def test_what_is_no_table_is_a_problem(counter: Counter311, content: bytes, mapping: str, kind: str) -> None:
    """Files and mappings nobody can read are 422 each, with a type of their own."""
    answer = await counter.send(content, mapping)
    assert (422, kind) == (answer.status_code, answer.json()["type"])
