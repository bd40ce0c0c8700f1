"""Personal words are in sealed columns and nowhere else (invariant I8)."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.intake.dispatch import SERVED, Dispatch
from tests.integration.intake.running import BODY, Place, bearer

NAME, PHONE = "墨翟canary1", "139 7777 0001"
WORDS = {
    "details": "canary2 behind the blue door",
    "on_behalf_of": "canary3 aunt",
    "amended": "canary4 third floor",
    "reason": "canary5 my nephew did it",
    "comment": "canary6 she sang while repairing",
}
PERSONAL: dict[str, Any] = {
    **BODY,
    "contact": {"name": NAME, "phone": PHONE},
    "details": WORDS["details"],
    "on_behalf_of": WORDS["on_behalf_of"],
    "excluded": [{"name": "canary7 of flat two", "phone": "139 7777 0002"}],
}
DIALLED = "13977770001"
CANARIES = (
    NAME,
    DIALLED,
    PHONE,
    "13977770002",
    *WORDS.values(),
    "canary",
    "墨翟",
    sha256(DIALLED.encode()).hexdigest(),
)


async def live(client: httpx2.AsyncClient, place: Place) -> list[str]:
    """Two orders from placing to review and withdrawal, personal words at every door; answers their references."""
    references = []
    for key in ("k-1", "k-2"):
        placed = (await client.post("/api/orders", json=PERSONAL, headers={"idempotency-key": key})).json()
        address, headers = f"/api/orders/{placed['reference']}", bearer(placed["tracking_token"])
        await client.post(f"{address}/amend", json={"details": WORDS["amended"]}, headers=headers)
        if key == "k-1":
            await client.post(f"{address}/cancel", json={"reason": WORDS["reason"]}, headers=headers)
        else:
            async with place.writing() as other:
                await (await Dispatch.of(other, place, placed["order_id"])).tell(*SERVED)
            verdict = {"outcome": "partly", "comment": WORDS["comment"]}
            await client.post(f"{address}/review", json=verdict, headers=headers)
        references.append(placed["reference"])
    return references


async def everything_kept(place: Place) -> bytes:
    """Every byte of SQLite's files; on PostgreSQL every row of every table as text (bytes as hex)."""
    url = place.settings.database_url
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite+aiosqlite:///"))
        return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
    tables = await place.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [str(row) for (table,) in tables for row in await place.rows(f'SELECT t::text FROM "{table}" t')]  # noqa: S608 - its names
    return "\n".join(rows).encode()


def found(kept: bytes, words: tuple[str, ...]) -> list[str]:
    """Which of these words are there, plain or as hex."""
    return [word for word in words if word.encode() in kept or word.encode().hex().encode() in kept]


async def test_personal_words_are_nowhere_but_sealed(
    client: httpx2.AsyncClient, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither tables, events, logs, metrics nor answers hold a name, a phone, free text or a plain hash of one."""
    references = await live(client, place)
    kept = await everything_kept(place)
    assert references == found(kept, tuple(references))
    assert [] == found(kept, CANARIES)
    assert [("cancelled",), ("closed",)] == await place.rows("SELECT state FROM orders ORDER BY state")
    metrics = (await client.get("/metrics")).content
    assert [] == found(metrics + "".join(capsys.readouterr()).encode(), CANARIES)


async def test_what_is_sealed_opens_again(client: httpx2.AsyncClient, place: Place) -> None:
    """The words are not lost: with the vault's key, for the very order, they are all there."""
    await live(client, place)
    rows = await place.rows("SELECT order_id, sealed FROM contacts ORDER BY order_id")
    comments = await place.rows("SELECT order_id, sealed_comment FROM reviews")
    vault = place.intake().use_cases.changing._vault
    first, second = (vault.open_fields(order_id, bytes(sealed)) for order_id, sealed in rows)
    assert [(NAME, DIALLED)] * 2 == [(fields["name"], fields["phone"]) for fields in (first, second)]
    assert (WORDS["reason"], WORDS["amended"]) == (first["reason"], second["details"])
    assert [WORDS["comment"]] == [vault.open(order_id, bytes(sealed)) for order_id, sealed in comments]


async def test_a_refusal_repeats_nothing_personal(client: httpx2.AsyncClient) -> None:
    """A problem names fields, never what was typed into them."""
    wrong = {**PERSONAL, "service": "rockets", "contact": {"name": NAME, "phone": f"{PHONE} canary"}}
    answer = await client.post("/api/orders", json=wrong)
    assert (422, []) == (answer.status_code, found(answer.content, (NAME, PHONE, "canary")))
