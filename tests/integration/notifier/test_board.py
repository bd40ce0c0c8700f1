"""The public board over HTTP: what is counted, what is withheld, and who may read it."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.contracts.envelope import OrderEvent
from shared.contracts.words import Holder, Outcome, Role
from tests.integration.notifier.running import Place
from tests.unit.notifier.story import Story


async def figures(client: httpx2.AsyncClient, **query: str) -> dict[str, Any]:
    """The board as a stranger reads it."""
    answer = await client.get("/api/board", params=query)
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


def stories(count: int, prefix: str) -> list[Story]:
    """So many orders."""
    return [Story(order_id=f"{prefix}-{n:02}", reference=f"PD-{prefix}-{n:02}") for n in range(count)]


async def test_the_board_counts_what_was_collected_and_what_came_of_it(
    place: Place, client: httpx2.AsyncClient
) -> None:
    """Closed, withdrawn, open, without a reply: each once, and nobody signs in."""
    events: list[OrderEvent] = []
    for story in stories(6, "fixed"):
        events += story.whole()
    for story in stories(7, "open"):
        events += [story.placed(), story.escalated(previous=Holder(role=Role.COORDINATOR))]
    for story in stories(8, "silent"):
        events += [story.placed(), story.assigned("v-1"), story.done(), story.closed(Outcome.NO_REPLY)]
    await place.hear(events)
    total = (await figures(client))["total"]
    assert (21, 6, 7, 6) == tuple(total[one] for one in ("collected", "answered", "open", "content"))
    assert (6, 8) == (total["outcomes"]["fixed"], total["outcomes"]["no_reply"])
    assert (14, 7) == (total["tiers"]["none"], total["tiers"]["grid"])
    assert total["suppressed"] is False
    assert 0 == (await figures(client))["taken"]["median"]


async def test_a_merged_order_is_collected_and_ends_as_the_one_it_joined(
    place: Place, client: httpx2.AsyncClient
) -> None:
    """However many mergers later."""
    target, chain, others = Story(order_id="t", reference="PD-T"), stories(2, "m"), stories(4, "n")
    events: list[OrderEvent] = target.whole()
    events += [chain[0].placed(), chain[0].merged(chain[1].order_id), chain[1].placed(), chain[1].merged("t")]
    for story in others:
        events += [story.placed(), story.merged("t")]
    await place.hear(events)
    total = (await figures(client))["total"]
    assert (7, 7, 0) == (total["collected"], total["outcomes"]["fixed"], total["open"])


async def test_small_figures_are_withheld_from_the_door_and_the_page(place: Place, client: httpx2.AsyncClient) -> None:
    """Four orders are too few: no number, but that there are some is no secret."""
    await place.hear([event for story in stories(4, "few") for event in story.whole()])
    board = await figures(client)
    assert (None, True) == (board["total"]["collected"], board["total"]["suppressed"])
    assert board["taken"] == {"suppressed": True, "median": None, "nine_of_ten": None}
    page = await client.get("/board")
    assert 200 == page.status_code
    assert "–" in page.text


@pytest.mark.parametrize("query", [{"area": "east-g1"}, {"service": "nonsense"}, {"month": "1999-01"}, {"month": "x"}])
async def test_what_is_not_on_the_board_is_refused(
    place: Place, client: httpx2.AsyncClient, query: dict[str, str]
) -> None:
    """A grid never is; nor a service nobody knows, nor a month before the first order."""
    await place.hear(Story().whole())
    assert 422 == (await client.get("/api/board", params=query)).status_code


async def test_the_page_speaks_both_languages(place: Place, client: httpx2.AsyncClient) -> None:
    """Figures and words."""
    await place.hear([event for story in stories(9, "page") for event in story.whole()])
    assert "By service" in (await client.get("/board")).text
    assert "按服务项目" in (await client.get("/board", headers={"accept-language": "zh-CN"})).text
