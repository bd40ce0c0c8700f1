"""What time alone calls for: reminders, patience, summaries, thanks; each once, and only while it is true."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notifier.policies.kinds import DESK_SUMMARY, WEEKLY_THANKS
from shared.community.clock import DomainClock
from shared.contracts.words import Role, Window
from tests.integration.notifier.running import Place, hear
from tests.unit.notifier.story import AT, GRID, Story

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Timed:
    """Notifier whose domain time is set by hand."""

    def __init__(self, place: Place, now: datetime) -> None:
        self.place = place
        self.now = now

    def wall(self) -> float:
        """The time its clock shows."""
        return self.now.timestamp()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Timed]:
        """Notifier with its writer at work."""
        async with self.place.writing(DomainClock(wall=self.wall)) as self.notifier:
            yield self

    async def sweep(self, now: datetime) -> None:
        """Look at what is due at an instant."""
        self.now = now
        await self.notifier.reach.time_clock.sweep(now)

    async def told(self, *kinds: str) -> list[tuple[str, str, str]]:
        """Kind, role and recipient of notices of these kinds."""
        return [one for one in await self.place.notices() if one[0] in kinds]


REMINDERS = ("reminder_day", "reminder_hour")


def window(begin: datetime) -> Window:
    return Window(from_=begin, to=begin + 2 * HOUR)


async def test_a_volunteer_is_reminded_a_day_and_an_hour_before(place: Place) -> None:
    """Each once, in whichever order it is looked at, and not after setting out."""
    story = Story(window=window(AT + 3 * DAY))
    async with Timed(place, AT).running() as timed:
        await hear(timed.notifier, [story.placed(), story.assigned("v-1")])
        seen = []
        for at in (AT, AT + 2 * DAY - HOUR, AT + 2 * DAY, AT + 2 * DAY, AT + 3 * DAY - HOUR, AT + 4 * DAY):
            await timed.sweep(at)
            seen.append(len(await timed.told(*REMINDERS)))
        assert [("reminder_day", "volunteer", "v-1"), ("reminder_hour", "volunteer", "v-1")] == await timed.told(
            *REMINDERS
        )
        assert [] == await place.rows("SELECT * FROM planned_notices WHERE kind LIKE 'reminder%'")
    assert [0, 0, 1, 1, 2, 2] == seen


async def test_what_begins_soon_is_not_reminded_of_a_day_before(place: Place) -> None:
    """It was agreed to an hour and a half before."""
    story = Story(window=window(AT + 1.5 * HOUR))
    async with Timed(place, AT).running() as timed:
        await hear(timed.notifier, [story.placed(), story.assigned("v-1")])
        await timed.sweep(AT + HOUR)
        assert [("reminder_hour", "volunteer", "v-1")] == await timed.told(*REMINDERS)


@pytest.mark.parametrize("ending", ["handed back", "cancelled", "started"])
async def test_nobody_is_reminded_of_what_is_not_theirs_any_more(place: Place, ending: str) -> None:
    """Given back, cancelled, or under way."""
    story = Story(window=window(AT + 3 * DAY))
    over = {"handed back": lambda: story.handed_back("v-1"), "cancelled": story.cancelled}
    async with Timed(place, AT).running() as timed:
        await hear(timed.notifier, [story.placed(), story.assigned("v-1")])
        await hear(timed.notifier, [over[ending]() if ending in over else story.started("v-1")])
        await timed.sweep(AT + 4 * DAY)
        assert [] == await timed.told(*REMINDERS)


async def test_a_new_time_moves_the_reminders_and_is_told_once_it_is_kept(place: Place) -> None:
    """After a moment in which matcher may take it back; the reminders are those of the new time."""
    story = Story(window=window(AT + 3 * DAY))
    async with Timed(place, AT).running() as timed:
        await hear(timed.notifier, [story.placed(), story.assigned("v-1")])
        await hear(timed.notifier, [story.amended(window=window(AT + 5 * DAY))])
        await timed.sweep(AT)
        assert [] == await timed.told("order_amended")
        await timed.sweep(AT + HOUR)
        assert [("order_amended", "volunteer", "v-1")] == await timed.told("order_amended")
        await timed.sweep(AT + 3 * DAY)
        assert [] == await timed.told(*REMINDERS)
        await timed.sweep(AT + 5 * DAY)
        assert 2 == len(await timed.told(*REMINDERS))


async def test_a_new_time_that_does_not_suit_is_not_told_as_kept(place: Place) -> None:
    """Matcher took the order back; its volunteer hears that alone."""
    story = Story(window=window(AT + 3 * DAY))
    async with Timed(place, AT).running() as timed:
        await hear(timed.notifier, [story.placed(), story.assigned("v-1"), story.amended(window=window(AT + 5 * DAY))])
        await hear(timed.notifier, [story.handed_back("v-1", "window_changed")])
        await timed.sweep(AT + HOUR)
        assert [] == await timed.told("order_amended", *REMINDERS)


async def test_a_resident_hears_that_somebody_is_looked_for_only_if_it_takes_long(place: Place) -> None:
    """Not when somebody took it within the hour, or a coordinator holds it; else once."""
    quick, slow, held = (Story(order_id=f"o-{n}", reference=f"PD-{n}") for n in range(3))
    async with Timed(place, AT).running() as timed:
        await hear(
            timed.notifier, [quick.placed(), slow.placed(), held.placed(), quick.assigned("v-1"), held.escalated()]
        )
        await timed.sweep(AT + HOUR - timedelta(minutes=1))
        assert [] == await timed.told("still_looking")
        for hours in (1, 2, 30):
            await timed.sweep(AT + hours * HOUR)
        assert [("still_looking", "resident", "o-1")] == await timed.told("still_looking")


async def test_coordinators_hear_on_workdays_how_their_desks_stand(place: Place) -> None:
    """At half past eight, once in however many processes; what is past its time is counted; who holds nothing hears
    nothing."""
    monday = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # half past eight there
    stories = [Story(order_id=f"o-{n}", reference=f"PD-{n}") for n in range(3)]
    async with Timed(place, AT).running() as timed:
        await hear(timed.notifier, [fact for story in stories for fact in (story.placed(), story.escalated())])
        await hear(timed.notifier, [stories[2].cancelled()])
        await timed.sweep(monday - timedelta(minutes=1))
        assert [] == await timed.told(DESK_SUMMARY)
        await timed.sweep(monday)
        await timed.sweep(monday + HOUR)
    async with Timed(place, monday).running() as another:
        await another.sweep(monday + 2 * HOUR)
    assert [(DESK_SUMMARY, "coordinator", GRID)] == [one for one in await place.notices() if one[0] == DESK_SUMMARY]
    assert [(2, 2)] == await place.rows("SELECT amount, late FROM notices WHERE kind = 'desk_summary'")


async def test_volunteers_are_thanked_on_sunday_evening_for_their_week(place: Place) -> None:
    """Once, with how much they served; whoever served nothing is not reminded of it."""
    sunday = datetime(2026, 11, 29, 11, 0, tzinfo=UTC)  # seven in the evening there
    async with Timed(place, AT).running() as timed:
        for n, who in enumerate(["v-1", "v-2", "v-1"]):
            story = Story(order_id=f"o-{n}", reference=f"PD-{n}")
            await hear(timed.notifier, [story.placed(), story.assigned(who), story.completed(who)])
        await timed.sweep(sunday - HOUR)
        assert [] == await timed.told(WEEKLY_THANKS)
        await timed.sweep(sunday)
        await timed.sweep(sunday + HOUR)
        await timed.sweep(sunday + 13 * HOUR)
    thanked = await place.rows("SELECT recipient_id, amount FROM notices WHERE kind = 'weekly_thanks' ORDER BY 1")
    assert [("v-1", 2), ("v-2", 1)] == thanked


async def test_summaries_are_read_in_the_letterbox(place: Place) -> None:
    """With their counts, in the reader's language."""
    story = Story()
    async with Timed(place, AT).running() as timed:
        await hear(timed.notifier, [story.placed(), story.escalated()])
        await timed.sweep(datetime(2026, 11, 23, 1, tzinfo=UTC))
    async with place.serving() as client:
        answer = await client.get("/api/letterbox", headers=place.token(Role.COORDINATOR, "c-1", GRID))
    texts: list[Any] = [item["text"] for item in answer.json()["items"]]
    assert "Good morning. Orders on your desk: 1; past their time: 1." in texts
    assert json.dumps(texts)
