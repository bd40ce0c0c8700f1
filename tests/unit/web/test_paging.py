"""Long lists come page by page."""

from __future__ import annotations

import base64

import httpx2
import pytest

from shared.web.paging import CursorBroken, cursor_of, place_of


async def test_the_pages_of_a_list_hold_every_row_once(client: httpx2.AsyncClient) -> None:
    """Following ``next`` to null shows all rows in order."""
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await client.get("/api/rows", params={"cursor": cursor} if cursor else {})).json()
        assert {"items", "next"} == set(page)
        seen += page["items"]
        cursor = page["next"]
    assert ["a1", "b2", "b3", "c4", "d5"] == seen


async def test_a_page_that_ends_with_the_list_has_no_next(client: httpx2.AsyncClient) -> None:
    """The last row is no reason for an empty page."""
    page = (await client.get("/api/rows", params={"limit": 5})).json()
    assert (5, None) == (len(page["items"]), page["next"])


def _changed() -> str:
    raw = bytearray(base64.urlsafe_b64decode(cursor_of(("b", 2)) + "=="))
    raw[-2] ^= 1
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        _changed(),
        "x",
        "%%%",
        "é",
        cursor_of(("b", 2))[:-3],
        cursor_of(("b", "2")),
        cursor_of(("b", None)),
        cursor_of(("b", True)),
        cursor_of(("b",)),
        "A" * 1001,
    ],
)
async def test_a_cursor_we_did_not_give_is_refused(client: httpx2.AsyncClient, cursor: str) -> None:
    """Changed, cut, of another list or nonsense: a 422 at the cursor."""
    answer = await client.get("/api/rows", params={"cursor": cursor})
    assert (422, ["/cursor"]) == (answer.status_code, [error["pointer"] for error in answer.json()["errors"]])


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", "9" * 30])
async def test_a_limit_out_of_bounds_is_refused(client: httpx2.AsyncClient, limit: str) -> None:
    """Nobody asks for everything at once."""
    assert 422 == (await client.get("/api/rows", params={"limit": limit})).status_code


def test_a_cursor_keeps_its_place() -> None:
    """Texts of any script and numbers of any size come back as they were."""
    assert ("岗位", -(2**70)) == place_of(cursor_of(("岗位", -(2**70))), str, int)


def test_a_deep_cursor_is_refused() -> None:
    """Our own check makes no exception for what it cannot parse."""
    with pytest.raises(CursorBroken):
        place_of(base64.urlsafe_b64encode(b"[" * 5000).decode(), str)
