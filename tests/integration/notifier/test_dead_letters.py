"""What ops may do about dead letters, over JSON and on pages: refused in both languages, and every act is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from prometheus_client import REGISTRY

from services.notifier.use_cases.burying import index_dead_letters
from shared.contracts.words import Role
from shared.messaging.dead_hearing import DeadLetter
from tests.integration.notifier.running import Place
from tests.integration.notifier.test_doors import items
from tests.waiting import wait_for

FORGED = "matcher_from_intake:INTAKE:1:0a"
HOMELESS = "DEAD:7"
REASON = "Forged while the staging broker was open"


def letter(dead_letter_id: str, service: str = "matcher", reason: str = "forged:ce-source") -> DeadLetter:
    """One letter as it comes from the stream."""
    return DeadLetter(
        dead_letter_id=dead_letter_id,
        subject="intake.order_placed.v1.east.o-1",
        service=service,
        durable=f"{service}_from_intake",
        reason=reason,
        attempts=1,
        stream="INTAKE",
        sequence=1,
        headers={"ce-source": "/paidan/nobody"},
        body=b'{"order_id": "o-1"}',
        buried_at=datetime(2026, 11, 22, 11, tzinfo=UTC),
    )


@pytest.fixture
async def ops(place: Place) -> dict[str, str]:
    """The header of an operator; three letters are there."""
    async with place.writing() as notifier:
        for one in (letter(FORGED), letter("x:1", reason="too_early"), letter(HOMELESS, "nobody")):
            await notifier.machinery.writer.do(index_dead_letters, one)
    return place.token(Role.OPS, "ops-1")


def acts(shown: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """What was done about a letter."""
    return [(act["act"], act["by"], act["result"], act["reason"]) for act in shown["acts"]]


async def test_a_letter_is_discarded_for_a_reason_somebody_answers_for(
    place: Place, ops: dict[str, str], client: httpx2.AsyncClient
) -> None:
    """Who, when and why are kept; the first to discard it counts, and again changes nothing."""
    address = f"/api/dead-letters/{FORGED}/discard"
    first = await client.post(address, headers=ops, json={"reason": f"  {REASON} "})
    assert (200, "discarded", "ops-1", REASON) == (
        first.status_code,
        *(first.json()[name] for name in ("state", "settled_by", "because")),
    )
    other = place.token(Role.OPS, "ops-2")
    again = (await client.post(address, headers=other, json={"reason": "Another reason"})).json()
    assert (first.json()["settled_at"], "ops-1", REASON) == tuple(
        again[name] for name in ("settled_at", "settled_by", "because")
    )
    expected = [("discard", "ops-1", "discarded", REASON), ("discard", "ops-2", "discarded", "Another reason")]
    assert expected == acts(again)
    assert [FORGED] == [
        one["dead_letter_id"] for one in await items(client, "/api/dead-letters", ops, state="discarded")
    ]


REFUSED: tuple[tuple[str, dict[str, Any] | None, int, str], ...] = (
    ("/api/dead-letters/made-up/replay", None, 404, "/problems/not-found"),
    ("/api/dead-letters/made-up/discard", {"reason": REASON}, 404, "/problems/not-found"),
    (f"/api/dead-letters/{HOMELESS}/replay", None, 409, "/problems/nobody-hears"),
    (f"/api/dead-letters/{FORGED}/discard", {}, 422, "/problems/invalid"),
    (f"/api/dead-letters/{FORGED}/discard", {"reason": "  "}, 422, "/problems/invalid"),
    (f"/api/dead-letters/{FORGED}/discard", {"reason": "x" * 201}, 422, "/problems/invalid"),
    (f"/api/dead-letters/{FORGED}/discard", {"reason": "two\nlines"}, 422, "/problems/invalid"),
    (f"/api/dead-letters/{FORGED}/discard", {"reason": REASON, "state": "replayed"}, 422, "/problems/invalid"),
    (f"/api/dead-letters/{FORGED}/discard", {"reason": "ask 138 0013 8000"}, 422, "/problems/number-in-reason"),
    (f"/api/dead-letters/{FORGED}/replay", None, 503, "/problems/unavailable"),
    ("/api/dead-letters/replay", {}, 503, "/problems/unavailable"),
    ("/api/dead-letters/replay", {"cursor": "made-up"}, 422, "/problems/cursor-broken"),
)


async def test_what_cannot_be_is_refused_in_both_languages(ops: dict[str, str], client: httpx2.AsyncClient) -> None:
    """404, 409, 422, and 503 while the broker is away, as problems with a title of their own; no letter moves."""
    for path, body, status, kind in REFUSED:
        told = [
            await client.post(path, headers={**ops, "accept-language": language}, json=body)
            for language in ("en", "zh-CN")
        ]
        assert [(status, kind)] * 2 == [(one.status_code, one.json()["type"]) for one in told], path
        assert {"application/problem+json"} == {one.headers["content-type"] for one in told}
        assert [True, False] == [one.json()["title"].isascii() for one in told]
    assert {"dead"} == {one["state"] for one in await items(client, "/api/dead-letters", ops)}


async def test_dead_letters_are_for_ops_alone(place: Place, client: httpx2.AsyncClient) -> None:
    """401 for a stranger and 403 for everybody with another role, at every door (case 3)."""
    for path in ("/api/dead-letters/x/replay", "/api/dead-letters/x/discard", "/api/dead-letters/replay"):
        assert 401 == (await client.post(path, json={"reason": REASON})).status_code
        assert 403 == (await client.post(path, json={}, headers=place.token(Role.VOLUNTEER, "v-1"))).status_code


FOUND: tuple[tuple[dict[str, str], int], ...] = (
    ({}, 3),
    ({"service": "matcher"}, 2),
    ({"reason": "forged"}, 2),
    ({"reason": "forged:ce-source", "durable": "nobody_from_intake"}, 1),
    ({"reason": "forg"}, 0),
    ({"state": "replayed"}, 0),
)


async def test_letters_are_found_and_counted(ops: dict[str, str], client: httpx2.AsyncClient) -> None:
    """By state, service, durable and reason or its cause; the metric says how many there are of which state."""
    for query, count in FOUND:
        assert count == len(await items(client, "/api/dead-letters", ops, limit=2, **query)), query
    await client.post(f"/api/dead-letters/{FORGED}/discard", headers=ops, json={"reason": REASON})

    async def counted() -> bool:
        labels = ({"service": "matcher", "state": state} for state in ("dead", "discarded", "replayed"))
        return [1, 1, 0] == [REGISTRY.get_sample_value("paidan_dead_letters", one) for one in labels]

    await wait_for(counted, 10)


async def test_ops_replay_and_discard_on_pages_without_scripts(
    ops: dict[str, str], console: httpx2.AsyncClient
) -> None:
    """Nothing happens from the list; a letter's own page asks, says what is wrong, and shows what was done."""
    page = await console.get("/dead-letters", headers=ops)
    assert ["A mark does not fit the others: forged, or damaged (ce-source)" in page.text, "<form" in page.text] == [
        True,
        "sign-out" in page.text,
    ]
    own = f"/dead-letters/{FORGED}"
    assert f"{own}/replay" in (await console.get(own, headers=ops)).text.replace("%3A", ":")
    away = await console.post(f"{own}/replay", headers=ops)
    assert (503, True) == (away.status_code, "Please look at this again" in away.text)
    empty = await console.post(f"{own}/discard", headers=ops, data={"reason": ""})
    assert (422, True) == (empty.status_code, "Please fill this in" in empty.text)
    done = await console.post(f"{own}/discard", headers={**ops, "accept-language": "zh-CN"}, data={"reason": REASON})
    assert (303, own) == (done.status_code, done.headers["location"].replace("%3A", ":"))
    shown = await console.get(own, headers={**ops, "accept-language": "zh-CN"})
    assert ["已作废" in shown.text, REASON in shown.text, "服务没有应答" in shown.text] == [True] * 3
    many = await console.get("/dead-letters/replay", headers=ops, params={"reason": "too_early"})
    assert "What it builds on had not come after ten minutes" in many.text
