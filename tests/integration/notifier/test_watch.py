"""What somebody should look at: orders nobody was asked for, late ones, channels that refuse, full desks."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from services.notifier.use_cases.confirming import index_events
from shared.community.clock import DomainClock
from shared.contracts.envelope import Fact
from shared.contracts.matcher import PostClaimed, PostReleased
from shared.contracts.matcher.ground import PostEvent
from shared.contracts.words import Role
from tests.integration.notifier.running import Place, hear
from tests.unit.notifier.story import AT, GRID, Story

HOUR = timedelta(hours=1)


def post(kind: type[PostEvent], post_id: str, volunteer_id: str) -> PostEvent:
    """A fact about a post."""
    return kind(community="east", post_id=post_id, skill="tutoring", area=GRID, volunteer_id=volunteer_id, at=AT)


def stories(count: int) -> list[Story]:
    """So many orders."""
    return [Story(order_id=f"o-{n}", reference=f"PD-{n:04}") for n in range(count)]


async def test_what_to_look_at_is_found(place: Place) -> None:
    """Each kind with its number, the oldest first; who has it is no trouble."""
    unasked, late, taken, ended = stories(4)
    now = AT + 5 * HOUR
    async with place.writing(DomainClock(wall=now.timestamp)) as notifier:
        await hear(notifier, [unasked.placed(), late.placed(), late.escalated(), ended.placed(), ended.cancelled()])
        await hear(notifier, [taken.placed(), taken.offered("v-1")])
        found = await notifier.doors.watch.look(now)
        before = await notifier.doors.watch.look(AT + timedelta(minutes=14))
    assert [("PD-0000", None)] == [(one.reference, one.holder_role) for one in found.unoffered.orders]
    assert (1, 0) == (found.unoffered.count, before.unoffered.count)
    assert "PD-0001" in {one.reference for one in found.late.orders}
    assert 0 == before.late.count
    assert [(GRID, 1, 1)] == [(one.area, one.held, one.late) for one in found.desks]
    assert (4, 1) == (found.days[-2].placed + found.days[-1].placed, sum(one.offers for one in found.days))
    assert {"grid": 1, "none": 3} == found.tiers


async def test_a_channel_that_refuses_is_named_with_what_it_says(place: Place) -> None:
    """And how many messages wait for it."""
    place.settings.notice_file.mkdir()
    async with place.writing() as notifier:
        await hear(notifier, [story.placed() for story in stories(3)])
        await notifier.delivery_clock.sweep(AT, AT)
        (channel,) = (await notifier.doors.watch.look(AT)).channels
    assert ("file", 3, ["IsADirectoryError"]) == (channel.channel, channel.waiting, channel.errors)


async def test_steps_are_told_as_medians_and_tails(place: Place) -> None:
    """Of the orders of the last days; none where there is none."""
    async with place.writing() as notifier:
        await hear(notifier, [event for story in stories(4) for event in story.whole()])
        steps = {one.step: one for one in (await notifier.doors.watch.look(AT)).steps}
    assert (4, True) == (
        steps["leg_assigned"].orders,
        (steps["leg_assigned"].p95 or 0) >= (steps["leg_assigned"].p50 or 0),
    )
    assert {"leg_assigned", "order_done"} == set(steps)


async def test_posts_nobody_holds_any_more_and_who_took_most(place: Place) -> None:
    """A post that was let go and claimed again has a holder; one leg in a week is nothing to speak of."""
    first, second, third = stories(3)
    facts = [post(PostClaimed, "p-1", "v-1"), post(PostClaimed, "p-1", "v-2"), post(PostReleased, "p-1", "v-1")]
    facts += [post(PostClaimed, "p-2", "v-1"), post(PostReleased, "p-2", "v-1")]
    async with place.writing() as notifier:
        for fact in facts:
            told = Fact(f"{fact.post_id}.{fact.name}.{fact.volunteer_id}", AT, fact)
            await notifier.machinery.writer.do(index_events, told)
        for one, who in ((first, "v-1"), (second, "v-1"), (third, "v-2")):
            await hear(notifier, [one.placed(), one.offered(who), one.assigned(who)])
        found = await notifier.doors.watch.look(AT)
    assert [("p-2", "tutoring", GRID)] == [(one.post_id, one.skill, one.area) for one in found.posts]
    assert [("v-1", 2)] == [(one.volunteer_id, one.legs) for one in found.serving]


async def test_the_page_is_for_ops_and_leads_on(
    place: Place, client: httpx2.AsyncClient, console: httpx2.AsyncClient
) -> None:
    """Each order to its journey; both languages."""
    await place.hear([story.placed() for story in stories(1)])
    ops = place.token(Role.OPS, "ops-1")
    page = (await console.get("/watch", headers=ops)).text
    assert ("To look at" in page, "Fullest desks" in page) == (True, True)
    assert "待关注" in (await console.get("/watch", headers={**ops, "accept-language": "zh-CN"})).text
    told = await client.get("/api/watch", headers=place.token(Role.OPS, "ops-1"))
    assert 7 == len(told.json()["days"])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPS])
async def test_nobody_else_looks(place: Place, client: httpx2.AsyncClient, role: Role) -> None:
    """Desks are for their coordinators, at matcher."""
    assert 403 == (await client.get("/api/watch", headers=place.token(role, "someone"))).status_code
