"""What anybody may read, in the language of whoever reads."""

from __future__ import annotations

import asyncio
import re

import httpx2

from shared.contracts.intake import EVENTS
from tests.integration.intake.running import BODY, Place


async def test_the_catalogue_and_the_areas_are_public(client: httpx2.AsyncClient) -> None:
    """What can be ordered and where, without any token."""
    services = (await client.get("/api/services")).json()
    areas = (await client.get("/api/areas")).json()
    assert [("homework", "Homework", "post", "tutoring"), ("haircut", "Haircut", "merchant", None)] == [
        (one["code"], one["name"], one["served_by"], one["post"]) for one in services["items"]
    ]
    assert ("small", "county", ["east", "west"]) == (
        areas["code"],
        areas["kind"],
        [child["code"] for child in areas["children"]],
    )


async def test_two_readers_at_once_read_their_own_language(client: httpx2.AsyncClient) -> None:
    """The language is the request's, not the process's."""
    asked = [{"accept-language": language} for language in ("en", "zh", "en", "zh")]
    answers = await asyncio.gather(*(client.get("/api/services", headers=header) for header in asked))
    names = [answer.json()["items"][0]["name"] for answer in answers]
    assert ["Homework", "作业辅导", "Homework", "作业辅导"] == names


def is_chinese(text: str) -> bool:
    """Whether a text has Chinese characters and no word of another script."""
    return bool(re.search(r"[\u4e00-\u9fff]", text)) and not re.search(r"[A-Za-z]{2}", text)


async def test_a_refusal_speaks_chinese_to_who_reads_chinese(place: Place) -> None:
    """Title and details come in the reader's language; the type stays."""
    async with place.serving(**{"accept-language": "zh-CN"}) as client:
        unreadable = await client.post("/api/orders", json={"service": "homework", "state": "done"})
        unknown = await client.get("/api/orders/261122-AAAA-AAAA")
        refused = await client.post("/api/orders", json={**BODY, "service": "rockets", "area": "east"})
    assert ("zh-CN", "/problems/invalid") == (unreadable.headers["content-language"], unreadable.json()["type"])
    told = {error["pointer"]: error["detail"] for error in unreadable.json()["errors"]}
    assert "请填写此项" == told["/area"]
    assert (401, "请先登录") == (unknown.status_code, unknown.json()["title"])
    problem = refused.json()
    assert "/problems/order-invalid" == problem["type"]
    words = [problem["title"], *(error["detail"] for error in problem["errors"])]
    assert [True] * 3 == [is_chinese(text) for text in words]


async def test_the_service_describes_itself(client: httpx2.AsyncClient) -> None:
    """OpenAPI names its doors, AsyncAPI what it hears and publishes; both without a broker."""
    doors = (await client.get("/openapi.json")).json()["paths"]
    assert {"get"} == set(doors["/api/orders/{reference}"])
    parameters = doors["/api/orders/{reference}"]["get"]["parameters"]
    assert [("reference", "path")] == [(one["name"], one["in"]) for one in parameters]
    document = (await client.get("/asyncapi.json")).json()
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert "3.0.0" == document["asyncapi"]
    assert {f"intake.{event.name}.v1.*.*" for event in EVENTS} <= addresses
