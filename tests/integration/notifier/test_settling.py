"""Dead letters at work on the broker: heard again by the service that could not, once, and by nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.verify.bus import dead_letters_are_explained
from deploy.verify.evidence import Databases
from shared.community.definition import Community
from shared.contracts.envelope import Fact
from shared.contracts.refusal import Conflict, Refusal
from shared.contracts.words import Role
from shared.persistence.engine import Database
from tests.integration.ledger import Unit, entries
from tests.integration.messaging.parties import (
    PASSWORD,
    amended,
    connected,
    declare_streams,
    guarded_server,
    line,
    note,
    party,
    publish_raw,
    stored,
)
from tests.integration.messaging.test_poison import HONEST, POISON
from tests.integration.notifier.running import Place, make_place
from tests.integration.notifier.test_broker import publish
from tests.integration.notifier.test_doors import items
from tests.servers import NatsServer
from tests.unit.notifier.story import Story
from tests.waiting import wait_for

LIST = 40


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """The stack's broker with its users, permissions, streams and durables."""
    with guarded_server(tmp_path / "nats") as server:
        await declare_streams(server)
        yield server


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community, broker: NatsServer) -> Place:
    """An empty notifier that knows the broker and replays forty letters at a time."""
    told = {"nats_url": broker.url, "nats_user": "notifier", "nats_password": PASSWORD, "replay_letters": LIST}
    return await make_place(tmp_path, database_url, rules, **told)


class Mended:
    """A consumer that refuses everything until it is put right."""

    def __init__(self) -> None:
        self.is_right = False

    async def hear(self, uow: Unit, facts: Sequence[Fact[Any]]) -> list[Refusal | None]:
        """Refuse, or write a line each."""
        return await note(uow, facts) if self.is_right else [Conflict() for _ in facts]


async def letters(client: httpx2.AsyncClient, ops: dict[str, str], count: int, **only: str) -> list[dict[str, Any]]:
    """So many letters, once they are there."""

    async def there() -> list[dict[str, Any]]:
        found = await items(client, "/api/dead-letters", ops, **only)
        return found if len(found) == count else []

    return await wait_for(there, 20, f"{count} letters")


async def replay_all(client: httpx2.AsyncClient, ops: dict[str, str], **only: str) -> list[dict[str, Any]]:
    """What came of replaying, list by list."""
    told: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while not told or told[-1]["next"]:
        answer = await client.post("/api/dead-letters/replay", headers=ops, json={**only, **cursor})
        assert 200 == answer.status_code, answer.text
        told.append(answer.json())
        cursor = {"cursor": told[-1]["next"]}
    return told


async def test_a_hundred_letters_are_applied_once_when_their_cause_is_put_right(
    tmp_path: Path, place: Place, broker: NatsServer
) -> None:
    """All of them, in the order they were published, in lists; again changes nothing; nobody else hears them again."""
    ops = place.token(Role.OPS, "ops-1")
    events = [amended(f"o-{order}", version) for version in range(1, 6) for order in range(20)]
    mended = Mended()
    url = f"sqlite+aiosqlite:///{tmp_path / 'matcher.db'}"
    async with place.serving() as client, connected(broker) as js:
        async with party("matcher", url, broker, mended.hear) as matcher, connected(broker, "intake") as intake_js:
            for number, event in enumerate(events):
                await publish_raw(intake_js, event, f"event-{number}")
            found = await letters(client, ops, 100, service="matcher", reason="refused")
            assert {("refused:Conflict", "dead")} == {(one["reason"], one["state"]) for one in found}
            (still,) = await replay_all(client, ops, reason="refused:Nothing")
            assert 0 == sum(count for name, count in still.items() if name != "next")
            refused = await client.post(f"/api/dead-letters/{found[0]['dead_letter_id']}/replay", headers=ops)
            told = refused.json()
            assert (409, "/problems/letter-still-dead", "refused:Conflict") == (
                refused.status_code,
                told["type"],
                told["reason"],
            )
            mended.is_right = True
            told_of = await replay_all(client, ops, service="matcher", durable="matcher_from_intake", reason="refused")
            assert [40, 40, 20] == [one["heard"] for one in told_of]
            for order in {event.order_id for event in events}:
                expected = [line(event) for event in events if event.order_id == order]
                assert expected == [one for one in await entries(matcher.database) if one.startswith(f"{order} ")]
            again = await client.post(f"/api/dead-letters/{found[0]['dead_letter_id']}/replay", headers=ops)
            assert (200, "replayed", "ops-1") == (
                again.status_code,
                again.json()["state"],
                again.json()["settled_by"],
            )
            assert ["refused", "heard", "known"] == [act["result"] for act in again.json()["acts"]]
            assert 100 == len(await entries(matcher.database))
        assert [100, 0] == [len(await stored(js, stream)) for stream in ("INTAKE", "MATCHER")]
        away = await client.post(f"/api/dead-letters/{found[1]['dead_letter_id']}/replay", headers=ops)
        assert (503, True) == (away.status_code, "Retry-After" in away.headers)
        last = (await items(client, "/api/dead-letters", ops, service="matcher"))[1]
        assert ("replayed", ["heard", "away"]) == (last["state"], [act["result"] for act in last["acts"]])


async def test_a_letter_that_is_none_is_refused_again_for_the_same_reason(
    tmp_path: Path, place: Place, broker: NatsServer
) -> None:
    """To be buried, kept and asked for makes nothing honest; no letter has an effect."""
    ops = place.token(Role.OPS, "ops-1")
    url = f"sqlite+aiosqlite:///{tmp_path / 'matcher.db'}"
    async with place.serving() as client, party("matcher", url, broker, note) as matcher:
        async with connected(broker, "intake") as intake_js:
            for number, (_, changed) in enumerate(POISON):
                await publish_raw(intake_js, HONEST, f"event-{number}", **changed)
        found = await letters(client, ops, len(POISON), service="matcher")
        told = await replay_all(client, ops, service="matcher")
        assert len(POISON) == sum(one["refused"] for one in told)
        again = {one["dead_letter_id"]: one for one in await items(client, "/api/dead-letters", ops, service="matcher")}
        for letter in found:
            (act,) = again[letter["dead_letter_id"]]["acts"]
            assert _without_cut(letter) == act["reason"]
        assert [] == await entries(matcher.database)


def _without_cut(letter: dict[str, Any]) -> str:
    """The reason a letter died of; a subject that was cut is none."""
    return "forged:subject" if letter["subject"].count(".") < 4 else str(letter["reason"])


async def test_a_letter_without_a_reason_is_a_violation_until_somebody_settles_it(
    place: Place, broker: NatsServer
) -> None:
    """I5 of `paidan verify`: a bare message among the dead is found, and explained once it is discarded."""
    ops = place.token(Role.OPS, "ops-1")
    database = Database(place.settings.database_url, pool=1)
    try:
        async with place.serving() as client, connected(broker) as js, connected(broker, "intake") as intake_js:
            await intake_js.publish("dead.intake.bare", b"")
            (bare,) = await letters(client, ops, 1)
            look = partial(dead_letters_are_explained, Databases(database, database, database), js)
            assert (1, ["dead letter 1 on dead.intake.bare says no reason"]) == await look()
            address = f"/api/dead-letters/{bare['dead_letter_id']}/discard"
            assert 200 == (await client.post(address, headers=ops, json={"reason": "By hand"})).status_code
            assert (1, []) == await look()
    finally:
        await database.close()


async def test_notifier_hears_its_own_letters_again_in_whatever_order_they_died(
    place: Place, broker: NatsServer
) -> None:
    """Facts that waited too long for their order are heard once it is there, each after the one it builds on."""
    place = replace(place, settings=place.settings.model_copy(update={"early_seconds": 0.3}))
    ops = place.token(Role.OPS, "ops-1")
    of_matcher = [event for event in Story().whole() if event.publisher == "matcher"]
    async with place.serving() as client:
        await publish(broker, reversed(of_matcher))
        found = await letters(client, ops, len(of_matcher))
        assert {("notifier", "too_early")} == {(one["service"], one["reason"]) for one in found}
        (early,) = await replay_all(client, ops)
        assert (5, 0) == (early["too_early"], early["heard"])
        await publish(broker, [Story().placed()])

        async def known() -> bool:
            return await place.rows("SELECT count(*) FROM orders") == [(1,)]

        await wait_for(known, 10)
        (told,) = await replay_all(client, ops, durable="notifier_from_matcher")
        assert (5, 0, None) == (told["heard"], told["too_early"], told["next"])
        assert [] == await items(client, "/api/dead-letters", ops, state="dead")
        assert 5 == len(await items(client, "/api/events", ops, subject="matcher.>"))
