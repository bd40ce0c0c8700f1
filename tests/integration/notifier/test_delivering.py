"""The notice file gets every message exactly once, whatever happens between writing and confirming."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.notifier.app import Notifier
from services.notifier.policies.kinds import OFFER_WITHDRAWN
from shared.community.definition import Community
from tests.integration.notifier.running import Place, hear, make_place
from tests.integration.notifier.test_confirming import LOOP, hear_at_once
from tests.unit.community import small_county
from tests.unit.notifier.story import AT, Story
from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]
WALL = datetime(2026, 1, 1, tzinfo=UTC)


async def sweep(notifier: Notifier, after: timedelta = timedelta(0)) -> int:
    """One look at what is due, so long after the first."""
    return await notifier.delivery_clock.sweep(WALL + after)


async def states(place: Place) -> list[tuple[str, int, str | None]]:
    """State, attempts and error of each delivery to the file."""
    found = await place.rows(
        "SELECT state, attempts, error FROM deliveries WHERE channel = 'file' ORDER BY delivery_id"
    )
    return [(state, attempts, error) for state, attempts, error in found]


async def told(place: Place) -> list[str]:
    """The names of the events notifier has recorded."""
    return [kind.split(".")[2] for (kind,) in await place.rows("SELECT type FROM outbox ORDER BY position")]


async def test_every_notice_is_a_line_in_both_languages(place: Place) -> None:
    """Everything an outside reader needs is on the line, and nothing of it is personal."""
    async with place.writing() as notifier:
        await hear(notifier, Story().whole())
        assert len(LOOP) == await sweep(notifier)
    lines = place.lines()
    assert LOOP == [(line["kind"], line["recipient"]["role"], line["recipient"]["id"]) for line in lines]
    ((notice_id, made_at),) = await place.rows("SELECT notice_id, made_at FROM notices WHERE kind = 'offer_made'")
    offer = lines[1]
    assert AT < datetime.fromisoformat(offer.pop("at")) < AT + timedelta(minutes=10)
    assert {
        "notice_id": notice_id,
        "order_id": "0197-order",
        "reference": "PD-0001",
        "kind": "offer_made",
        "recipient": {"role": "volunteer", "id": "v-1"},
        "version": 1,
    } == {name: value for name, value in offer.items() if name != "text"}
    assert {"zh", "en"} == set(offer["text"])
    assert made_at


async def test_a_delivery_is_confirmed_and_published(place: Place) -> None:
    """``notice_sent`` goes out with the state, once; a further look finds nothing to do."""
    async with place.writing() as notifier:
        await hear(notifier, Story().whole())
        await sweep(notifier)
        assert 0 == await sweep(notifier, timedelta(days=1))
    assert [("delivered", 1, None)] * len(LOOP) == await states(place)
    assert ["notice_sent"] * len(LOOP) == await told(place)
    assert len(LOOP) == len(place.lines())


async def test_a_kill_between_writing_and_confirming_doubles_no_line(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """The attempt was committed before, so the next one looks the notice up in the file: exactly once."""
    place = await make_place(tmp_path, database_url, rules, retry_seconds=0.01)
    await place.hear(Story().whole())
    (tmp_path / "county").mkdir()
    arguments = [place.settings.model_dump_json(), str(small_county.write(tmp_path / "county"))]
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.notifier.killed", *arguments, cwd=ROOT
    )
    assert -signal.SIGKILL == await asyncio.wait_for(killed.wait(), 60)
    assert (len(LOOP), []) == (len(place.lines()), await told(place))
    assert [("waiting", 1, None)] * len(LOOP) == await states(place)
    late = Story(order_id="o-2", reference="PD-0002")
    async with place.writing() as notifier:
        await hear(notifier, [late.placed()])

        async def all_swept() -> bool:
            await notifier.delivery_clock.sweep(datetime.now(UTC))
            return {state for state, *_ in await states(place)} == {"delivered"}

        await wait_for(all_swept, 10)
    ids = [line["notice_id"] for line in place.lines()]
    assert len(LOOP) + 1 == len(ids) == len(set(ids))
    assert ["notice_sent"] * (len(LOOP) + 1) == await told(place)


async def test_an_attempt_belongs_to_one_sweeper(place: Place) -> None:
    """Two looks at the same time: every line is written by one of them."""
    async with place.writing() as notifier:
        await hear(notifier, Story().whole())
        await asyncio.gather(sweep(notifier), sweep(notifier))
    assert len(LOOP) == len(place.lines())


async def test_a_channel_that_is_down_is_tried_again_until_it_is_up(place: Place) -> None:
    """While the file cannot be written nothing is lost; the pauses grow; then everything is written once."""
    place.settings.notice_file.mkdir()
    async with place.writing() as notifier:
        await hear(notifier, [Story().placed()])
        assert 1 == await sweep(notifier)
        assert [("waiting", 1, "IsADirectoryError")] == await states(place)
        assert 0 == await sweep(notifier, timedelta(seconds=0.9))
        assert 1 == await sweep(notifier, timedelta(seconds=1))
        assert 0 == await sweep(notifier, timedelta(seconds=2.9))
        place.settings.notice_file.rmdir()
        assert 1 == await sweep(notifier, timedelta(seconds=3))
    assert [("delivered", 3, None)] == await states(place)
    assert 1 == len(place.lines())


async def test_a_delivery_is_given_up_after_its_last_attempt(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """It is dead, says why, and is published as ``notice_failed``; it is not tried again."""
    place = await make_place(tmp_path, database_url, rules, delivery_attempts=3)
    place.settings.notice_file.mkdir()
    async with place.writing() as notifier:
        await hear(notifier, [Story().placed()])
        for hours in range(3):
            assert 1 == await sweep(notifier, timedelta(hours=hours))
        place.settings.notice_file.rmdir()
        assert 0 == await sweep(notifier, timedelta(days=1))
    assert [("dead", 3, "IsADirectoryError")] == await states(place)
    assert ["notice_failed"] == await told(place)


async def test_more_than_a_page_is_delivered_in_order(tmp_path: Path, rules: Community) -> None:
    """Several pages follow one another without a pause, in the order the notices were made."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'notifier.db'}"
    place = await make_place(tmp_path, url, rules)
    story = Story()
    async with place.writing() as notifier:
        offers = [story.placed(), *(story.offered(f"v-{n:03}") for n in range(300))]
        await hear_at_once(notifier, [*offers, story.escalated()])
    expected = [notice_id for (notice_id,) in await place.rows("SELECT notice_id FROM notices ORDER BY notice_id")]
    assert 600 < len(expected)

    async def all_written() -> bool:
        return len(place.lines()) == len(expected)

    async with place.serving():
        await wait_for(all_written, 20)
    assert expected == [line["notice_id"] for line in place.lines()]
    assert 300 == [line["kind"] for line in place.lines()].count(OFFER_WITHDRAWN)
