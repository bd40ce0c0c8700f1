"""A channel that is down for a day: nothing is lost or doubled, nobody's notices change their order, then a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from services.notifier.app import Notifier
from services.notifier.clocks import DeliveryClock, NoticeFile
from services.notifier.clocks.reach import retries_of
from services.notifier.clocks.sending import Hands
from services.notifier.policies.channels import ChannelOrder, read_order
from services.notifier.queries import OutgoingQueries
from services.notifier.use_cases.delivering import Delivering
from shared.community.definition import Community
from tests.integration.notifier.running import Place, hear, make_place
from tests.unit.notifier.story import Story

WALL = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ORDERS = 12


async def told(place: Place) -> list[str]:
    """The names of the events notifier has recorded."""
    return [kind.split(".")[2] for (kind,) in await place.rows("SELECT type FROM outbox ORDER BY position")]


async def failures(place: Place) -> list[tuple[str, bool]]:
    """Channel of each ``notice_failed``, and whether nothing is left to try."""
    found = await place.rows("SELECT body FROM outbox WHERE type LIKE '%notice_failed%' ORDER BY position")
    return [(body["channel"], body["unreached"]) for body in (json.loads(one) for (one,) in found)]


async def pass_a_day(notifier: Notifier, clock: DeliveryClock) -> datetime:
    """Sweep whenever something is due, until a day is over; returns when that is."""
    wall = WALL
    while wall < WALL + DAY:
        await clock.sweep(wall)
        following = await OutgoingQueries(notifier.machinery.database).next_attempt(notifier.clock.now())
        wall = max(wall + timedelta(seconds=1), following or WALL + DAY)
    return wall


async def test_after_a_day_without_its_channel_every_notice_arrives_once_and_in_order(place: Place) -> None:
    """The directory of the notice file is away (a file lies in its place) while orders are placed, offered and passed
    on; the pauses grow to an hour; once it is back everything is there at once, and nobody's later notice first."""
    target = place.settings.notice_file.parent / "away" / "notices.jsonl"
    place.settings.notice_file.parent.joinpath("away").write_text("not a directory")
    stories = [Story(order_id=f"o-{n:02}", reference=f"PD-{n:04}") for n in range(ORDERS)]
    async with place.writing() as notifier:
        file = NoticeFile(target)
        clock = _clock(notifier, place, {"file": file})
        for story in stories[: ORDERS // 2]:
            await hear(notifier, story.whole())
        over = await pass_a_day(notifier, clock)
        for story in stories[ORDERS // 2 :]:
            await hear(notifier, story.whole())
        await clock.sweep(over)
        attempts = [n for (n,) in await place.rows("SELECT max(attempts) FROM deliveries WHERE channel <> 'letterbox'")]
        assert (30 <= attempts[0] <= 40, []) == (True, await told(place))
        place.settings.notice_file.parent.joinpath("away").unlink()
        back = over + timedelta(hours=1)
        sweeps = 0
        while await clock.sweep(back):
            sweeps += 1
    made = await place.rows("SELECT notice_id, recipient_role, recipient_id FROM notices ORDER BY notice_id")
    lines = Place(place.settings.model_copy(update={"notice_file": target}), place.rules).lines()
    ids = [line["notice_id"] for line in lines]
    assert sorted(ids) == [notice_id for notice_id, *_ in made]
    assert len(set(ids)) == len(ids) == (await told(place)).count("notice_sent")
    for role, who in {(role, who) for _, role, who in made}:
        theirs = [line["notice_id"] for line in lines if line["recipient"] == {"role": role, "id": who}]
        assert sorted(theirs) == theirs
    assert sweeps <= 3


async def test_nobodys_later_notice_overtakes_one_that_waits(place: Place) -> None:
    """A notice made while an earlier one of the same person waits for its next attempt is not attempted before it."""
    place.settings.notice_file.mkdir()
    story = Story()
    async with place.writing() as notifier:
        await hear(notifier, [story.placed()])
        assert 1 == await notifier.delivery_clock.sweep(WALL)
        await hear(notifier, [story.escalated()])
        place.settings.notice_file.rmdir()
        others = await notifier.delivery_clock.sweep(WALL)
        assert "resident" not in {line["recipient"]["role"] for line in place.lines()}
        await notifier.delivery_clock.sweep(WALL + timedelta(seconds=1))
    assert 1 == others
    assert ["order_placed", "order_escalated"] == [
        line["kind"] for line in place.lines() if line["recipient"]["role"] == "resident"
    ]


async def test_the_next_channel_takes_over_where_one_was_given_up(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """The first channel stays down: every notice leaves over the second one, once, and nobody has to be called."""
    place = await make_place(tmp_path, database_url, rules, delivery_attempts=3)
    place.settings.notice_file.mkdir()
    second = tmp_path / "second.jsonl"
    async with place.writing() as notifier:
        channels = {"first file": NoticeFile(place.settings.notice_file), "second file": NoticeFile(second)}
        clock = _clock(notifier, place, channels)
        await hear(notifier, Story().whole())
        for hours in range(6):
            await clock.sweep(WALL + timedelta(hours=hours))
    there = Place(place.settings.model_copy(update={"notice_file": second}), rules).lines()
    made = [notice_id for (notice_id,) in await place.rows("SELECT notice_id FROM notices ORDER BY notice_id")]
    assert made == sorted(line["notice_id"] for line in there)
    assert [("first file", False)] * len(made) == await failures(place)
    assert len(made) == (await told(place)).count("notice_sent")


async def test_what_no_channel_took_is_told_as_unreached_unless_it_was_read(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """Behind the last channel is a person's voice; whoever has read it in their letterbox needs none."""
    place = await make_place(tmp_path, database_url, rules, delivery_attempts=1)
    place.settings.notice_file.mkdir()
    async with place.writing() as notifier:
        await hear(notifier, [Story(order_id="o-1").placed(), Story(order_id="o-2", reference="PD-2").placed()])
        async with notifier.machinery.database.writing() as session:
            await session.execute(text("UPDATE notices SET read_at = made_at WHERE order_id = 'o-1'"))
        await notifier.delivery_clock.sweep(WALL)
    assert [("file", False), ("file", True)] == await failures(place)


def test_the_order_of_channels_is_read_from_a_setting() -> None:
    """What there is no channel of, or is named twice, is said at the start."""
    assert ChannelOrder(("file",)) == read_order(" file ")
    for wrong in ("", "file,file", "pigeon"):
        with pytest.raises(ValueError, match="channel"):
            read_order(wrong)
    order = ChannelOrder(("one", "two"))
    assert ("two", None, "two") == (order.after("one"), order.after("two"), order.after("gone"))


def _clock(notifier: Notifier, place: Place, channels: dict[str, NoticeFile]) -> DeliveryClock:
    order, reach = ChannelOrder(tuple(channels)), notifier.reach
    delivering = Delivering(retries_of(place.settings), order, notifier.rules.areas)
    queries = OutgoingQueries(notifier.machinery.database)
    hands = Hands(queries, reach.reaching, delivering, notifier.machinery.writer, reach.wording)
    return DeliveryClock(hands, channels, None, notifier.clock, 1.0)
