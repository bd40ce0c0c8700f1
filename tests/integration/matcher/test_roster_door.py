"""Importing a roster over HTTP."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook

from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID

MEDIATION = "mediation-maoling-east"
COUNTY = "qindu"
HEADER = ["volunteer_id", "name", "phone", "kind", "home", "posts", "vetted_posts"]
ROW = ["v-1", "张三", "15400000001", "retired", GRID, MEDIATION, MEDIATION]


def sheet(*rows: list[str]) -> bytes:
    """A workbook with these rows."""
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def table(*rows: list[str]) -> bytes:
    """A CSV file with these rows."""
    return "\n".join(",".join(row) for row in rows).encode()


@pytest.mark.parametrize(("name", "written"), [("roster.csv", table), ("roster.xlsx", sheet)])
async def test_the_county_imports_a_roster_all_or_nothing(house: House, name: str, written: Any) -> None:
    """CSV and XLSX alike; errors by row and column, and then nobody is on the roster."""
    county, me = house.as_(Role.COORDINATOR, "c", COUNTY), house.as_(Role.VOLUNTEER, "v-1")

    async def post(caller: dict[str, str], *rows: list[str]) -> Any:
        answer = await house.client.post("/api/roster", headers=caller, files={"file": (name, written(HEADER, *rows))})
        return answer.status_code, answer.json()

    broken = ["v-2", "李四", "12345", "retired", "nowhere", "", ""]
    status, problem = await post(county, ROW, broken)
    assert (422, ["/3/phone", "/3/home"]) == (status, [error["pointer"] for error in problem["errors"]])
    assert 404 == (await house.ask("GET", "/api/me", me))[0]
    assert 403 == (await post(house.as_(Role.COORDINATOR, "c", GRID), ROW))[0]
    assert (200, {"volunteers": 1, "created": 1, "updated": 0, "units": 0}) == await post(county, ROW)
    assert 200 == (await house.ask("GET", "/api/me", me))[0]
