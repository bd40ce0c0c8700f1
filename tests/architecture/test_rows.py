"""How the suite is spread over processes, and what is made once for all of its applications."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
from fastapi import Depends, FastAPI
from sqlalchemy import literal, select

from shared.persistence.engine import Database
from tests.rows import Rows, row_of, turn_of

PAGES = "tests/browser/test_the_loop.py::test_a"
FLOW = "tests/flows/test_the_loop.py::test_a[sqlite]"
RULE = "tests/unit/intake/test_telling.py::test_a"


def test_the_long_rows_begin_first() -> None:
    """All pages are one row, and so are the flows on one database; nobody begins them when others are ending."""
    assert ["browser", "flows on sqlite", "tests/unit/intake/test_telling.py"] == [
        row_of(one) for one in (PAGES, FLOW, RULE)
    ]
    assert [PAGES, FLOW, RULE] == sorted([RULE, FLOW, PAGES], key=turn_of)


def test_a_process_that_dies_names_its_test_and_ends_the_run() -> None:
    """Nobody is given what it was at, nor what nobody has begun: the run would wait for it, or die of it again."""
    rows: Any = Rows.__new__(Rows)
    dead, alive = object(), object()
    rows.assigned_work = {dead: {"a": {"a::1": True, "a::2": False}, "b": {"b::1": False}}, alive: {}}
    rows.workqueue = OrderedDict({"c": {"c::1": False}})
    assert "a::2" == rows.remove_node(dead)
    assert ([alive], {}) == (list(rows.assigned_work), dict(rows.workqueue))


def test_a_process_that_has_done_all_leaves_the_others_their_rows() -> None:
    """An ending process is no dead one."""
    rows: Any = Rows.__new__(Rows)
    rows.assigned_work = {"done": {"a": {"a::1": True}}}
    rows.workqueue = OrderedDict({"c": {"c::1": False}})
    assert rows.remove_node("done") is None
    assert ["c"] == list(rows.workqueue)


class _Speaker:
    def __init__(self, said: str) -> None:
        self._said = said

    async def says(self, name: str) -> str:
        return f"{self._said} {name}"


def _application(said: str, default: int) -> FastAPI:
    app = FastAPI(dependencies=[Depends(_Speaker(said).says)])

    @app.get("/said/{name}")
    async def tell(name: str, count: int = default, heard: str = Depends(_Speaker(said).says)) -> dict[str, Any]:
        return {"said": said, "name": name, "count": count, "heard": heard}

    return app


async def _answers(app: FastAPI) -> AsyncIterator[Any]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://made.test") as client:
        for path in ("/said/tea", "/said/tea?count=5", "/said/tea?count=x"):
            answer = await client.get(path)
            yield answer.status_code, answer.json() if answer.status_code == 200 else None


async def test_two_applications_of_one_source_keep_their_own_functions() -> None:
    """What is remembered of a route is how it is read, never what it does or what it takes for granted."""
    for said, default in (("a", 1), ("b", 2)):
        expected = [
            (200, {"said": said, "name": "tea", "count": count, "heard": f"{said} tea"}) for count in (default, 5)
        ]
        assert [*expected, (422, None)] == [one async for one in _answers(_application(said, default))]


async def test_two_databases_answer_one_statement_with_its_own_values(tmp_path: Path) -> None:
    """Compiled statements are shared by engines of a kind, their parameters by nobody."""
    for value in (1, 2):
        database = Database(f"sqlite+aiosqlite:///{tmp_path / f'{value}.db'}")
        async with database.reading() as session:
            assert value == await session.scalar(select(literal(value)))
        await database.close()
