"""The public board as CSV and Atom: the same figures, the same withheld, for everybody."""

from __future__ import annotations

import csv
import io
from xml.etree.ElementTree import fromstring

import httpx2
import pytest

from tests.integration.notifier.running import Place
from tests.integration.notifier.test_board import figures, stories

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def counted(place: Place) -> None:
    """Six orders that were fixed, and two that are open: too few to be shown."""
    await place.hear([event for story in stories(6, "fixed") for event in story.whole()])
    await place.hear([story.placed() for story in stories(2, "open")])


@pytest.mark.usefixtures("counted")
async def test_the_table_has_the_boards_figures(client: httpx2.AsyncClient) -> None:
    """A row for the whole, each area, service and month; what is withheld is empty, and said to be."""
    answer = await client.get("/board.csv")
    assert ("text/csv; charset=utf-8", True) == (answer.headers["content-type"], "board.csv" in str(answer.headers))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    board = await figures(client)
    by = [row["by"] for row in rows]
    assert ["all", *["area"] * len(board["by_area"])] == by[: 1 + len(board["by_area"])]
    assert by.count("month") == len(board["by_month"])
    whole, total = rows[0], board["total"]
    told = {"collected": total["collected"], "answered": total["answered"], "open": total["open"], **total["outcomes"]}
    assert {name: "" if count is None else str(count) for name, count in told.items()} == {n: whole[n] for n in told}
    assert ("yes" if total["suppressed"] else "no") == whole["withheld"]


@pytest.mark.usefixtures("counted")
async def test_the_feed_has_an_entry_for_each_month(client: httpx2.AsyncClient) -> None:
    """Well formed, with the ids that readers of news need, in the reader's language."""
    answer = await client.get("/board.atom", headers={"accept-language": "en"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = fromstring(answer.content)  # noqa: S314 - our own
    entries = feed.findall(f"{ATOM}entry")
    months = [row["code"] for row in (await figures(client))["by_month"]]
    assert sorted(months, reverse=True) == [entry.findtext(f"{ATOM}title") for entry in entries]
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries) > 0
    assert "Public board" in str(feed.findtext(f"{ATOM}title"))
    assert "Collected" in str(entries[0].findtext(f"{ATOM}summary"))


@pytest.mark.parametrize("path", ["/board.csv?area=nowhere", "/board.atom?service=nothing", "/board.csv?month=2026"])
async def test_what_the_board_has_not_is_refused(client: httpx2.AsyncClient, path: str) -> None:
    """As the board itself does, never with an error of ours."""
    assert (await client.get(path)).status_code in {404, 422}
