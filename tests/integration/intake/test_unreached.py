"""Residents whom a notice reached over no channel come onto the call list, once, and hear what there is to say."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.envelope import Fact
from shared.contracts.notifier import NoticeFailed
from shared.contracts.words import Role
from tests.integration.intake.dispatch import AT
from tests.integration.intake.ending import DAY, SERVED, Story
from tests.integration.intake.neighbours import DOGS, ZHAO, joined, public_county
from tests.integration.intake.running import Place, make_place, place_order


async def fail(story: Story, kind: str, **changes: Any) -> None:
    """Notifier gave up on a notice to the resident."""
    told = {
        "community": "east",
        "order_id": story.order_id,
        "notice_id": str(uuid4()),
        "kind": kind,
        "channel": "file",
        "at": AT,
        "attempts": 40,
        "recipient_role": Role.RESIDENT,
        "recipient_id": story.order_id,
        "unreached": True,
        **changes,
    }
    intake = await story.intake()
    fact = Fact(str(uuid4()), AT, NoticeFailed.model_validate(told))
    await intake.machinery.writer.do(intake.use_cases.unreached.call_unreached, fact)


async def test_a_resident_whom_nothing_reached_is_on_the_call_list_once(place: Place) -> None:
    """Several notices of one order make one call, about the last of them; the order goes on as it was."""
    story = await Story.of(place, "offer_made", "leg_assigned")
    before = await story.view()
    await fail(story, "order_placed")
    await fail(story, "leg_assigned")
    (call,) = await story.call_list()
    assert (story.reference, "news", "call", 1, "leg_assigned") == (
        call["reference"], call["purpose"], call["kind"], call["nth"], call["about"],
    )  # fmt: skip
    after = await story.view()
    assert (before["state"], before["holder"], before["due_at"]) == (after["state"], after["holder"], after["due_at"])
    assert 200 == (await story.log("reached")).status_code
    assert [] == await story.call_list()


async def test_an_order_whose_resident_never_heard_that_it_is_done_is_not_closed_without_them(place: Place) -> None:
    """Reminders that did not arrive are none: how it went is asked by voice, and no deadline closes it."""
    story = await Story.of(place, *SERVED)
    await fail(story, "order_done")
    await fail(story, "review_reminded")
    (call,) = await story.call_list()
    assert ("review", "call", 1) == (call["purpose"], call["kind"], call["nth"])
    view = await story.view()
    assert ("done", "coordinator", "call") == (view["state"], view["holder"]["role"], view["next_step"])
    for _ in range(30):
        await story.sweep(DAY)
    assert ("done", None) == await story.state()


@pytest.mark.parametrize(
    "changes",
    [{"unreached": False}, {"recipient_role": Role.VOLUNTEER, "recipient_id": "v-1"}, {"recipient_id": "nobody"}],
    ids=["another channel takes over", "not a resident", "nobody who is concerned"],
)
async def test_nobody_else_is_called(place: Place, changes: dict[str, Any]) -> None:
    """A notice that goes on over another channel, and one to somebody who is no resident of the order."""
    story = await Story.of(place, "offer_made")
    await fail(story, "offer_made", **changes)
    assert [] == await story.call_list()


async def test_nobody_is_called_about_an_order_that_has_ended(place: Place) -> None:
    """There is nothing left to say that would change anything for them."""
    story = await Story.of(place, *SERVED)
    for _ in range(30):
        await story.sweep(DAY)
    assert ("closed", "no_reply") == await story.state()
    await fail(story, "order_closed")
    assert [] == await story.call_list()


async def test_a_neighbour_who_joined_is_called_under_their_own_number(tmp_path: Path, database_url: str) -> None:
    """The call is for whom the notice was for, not for who ordered."""
    county = tmp_path / "county"
    county.mkdir()
    place = await make_place(tmp_path, database_url, public_county(county))
    async with place.serving() as client:
        mine = await place_order(client, **DOGS)
        await joined(client, ZHAO)
    ((resident_id,),) = await place.rows("SELECT resident_id FROM residents")
    story = Story(place, mine["order_id"], mine["reference"])
    await fail(story, "order_escalated", recipient_id=resident_id)
    await fail(story, "order_escalated")
    listed = await story.call_list()
    numbers = []
    for call in listed:
        answer = await story.ask("POST", f"/api/calls/{call['call_id']}/reveal", story.coordinator())
        numbers.append(answer.json()["phone"].replace(" ", "").removeprefix("+86"))
    assert ["13900002222", "13800001111"] == numbers
    await place.close()
