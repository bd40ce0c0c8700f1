"""``not_fixed`` is a coordinator's decision that the resident accepts; a verdict by phone has a recorder."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.contracts.words import Role
from tests.integration.intake.ending import DAY, SERVED, Story
from tests.integration.intake.running import Place

WHY = {"reason": "产权单位已注销，没有人能修"}
HELD = ("offer_made", "order_escalated")


def slug(answer: Any) -> tuple[int, str]:
    """Status and the name of the broken rule."""
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


@pytest.fixture
async def held(place: Place) -> Story:
    """An order that a coordinator holds."""
    return await Story.of(place, *HELD)


async def test_the_resident_reads_why_and_says_yes(held: Story) -> None:
    """The reason is theirs to read and in no fact; with their yes the order ends as not fixed, from any open state."""
    assert 200 == (await held.desk("closing", WHY)).status_code
    view = await held.view()
    assert (WHY["reason"], "escalated") == (view["closing"]["reason"], view["state"])
    answer = await held.own("closing", {"accept": True})
    assert ("closed", "not_fixed", None) == tuple(answer.json()[key] for key in ("state", "outcome", "closing"))
    assert ["closing_proposed", "closing_answered", "order_closed"] == (await held.published())[-3:]
    bodies = await held.place.rows("SELECT body FROM outbox WHERE about = :id", id=held.order_id)
    assert not any(WHY["reason"] in body or "注销" in str(json.loads(body)) for (body,) in bodies)
    sealed = await held.place.rows("SELECT sealed_reason FROM closings")
    assert WHY["reason"].encode() not in bytes(sealed[0][0])


async def test_a_no_leaves_it_open_and_is_told(held: Story) -> None:
    """Matcher hears the no and takes it up; another coordinator may ask again."""
    await held.desk("closing", WHY)
    view = (await held.own("closing", {"accept": False})).json()
    assert ("escalated", None) == (view["state"], view["closing"])
    ((body,),) = await held.place.rows("SELECT body FROM outbox WHERE type LIKE '%closing_answered%'")
    assert json.loads(body)["accepted"] is False
    assert 200 == (await held.desk("closing", WHY)).status_code


async def test_silence_is_no_yes(held: Story) -> None:
    """Whatever time passes, the order is open and the closing waits."""
    await held.desk("closing", WHY)
    await held.sweep(30 * DAY)
    assert ("escalated", None) == await held.state()
    assert 200 == (await held.own("closing", {"accept": True})).status_code


async def test_one_closing_waits_at_a_time_and_each_is_answered_once(held: Story) -> None:
    """A second one: 409; an answer to none, or again: 409."""
    none = await held.own("closing", {"accept": True})
    await held.desk("closing", WHY)
    second = await held.desk("closing", WHY)
    await held.own("closing", {"accept": False})
    again = await held.own("closing", {"accept": True})
    assert [(409, "no-closing"), (409, "closing-open"), (409, "no-closing")] == [
        slug(one) for one in (none, second, again)
    ]


@pytest.mark.parametrize("fact", ["leg_assigned", "order_referred"])
async def test_only_who_holds_it_sees_no_way(held: Story, fact: str) -> None:
    """While a volunteer or a department has it: 409; one that was proposed before no longer waits."""
    await held.desk("closing", WHY)
    await held.tell(fact)
    assert (409, "not-with-coordinator") == slug(await held.desk("closing", WHY))
    assert (409, "no-closing") == slug(await held.own("closing", {"accept": True}))


async def test_it_waits_while_the_order_climbs(held: Story) -> None:
    """The clocks run on; the next coordinator's order may still end with the resident's yes."""
    await held.desk("closing", WHY)
    await held.tell("order_escalated")
    assert 200 == (await held.own("closing", {"accept": True})).status_code
    assert ("closed", "not_fixed") == await held.state()


async def test_a_served_order_is_reviewed_not_closed(place: Place) -> None:
    """Once it is done: 409 on both sides."""
    story = await Story.of(place, *SERVED)
    assert [(409, "already-done")] * 2 == [
        slug(await story.desk("closing", WHY)), slug(await story.own("closing", {"accept": True})),
    ]  # fmt: skip


async def test_somebody_else_takes_the_answer_down(held: Story) -> None:
    """Not who proposed it, and not who served a leg; the coordinator above may."""
    await held.tell("leg_assigned", "leg_started", "leg_completed", "order_escalated")
    await held.desk("closing", WHY)
    above = held.coordinator("c-1", "small")
    answers = [
        slug(await held.desk("closing/answer", {"accept": True})),
        slug(await held.desk("closing/answer", {"accept": True}, held.coordinator("v-1"))),
    ]
    assert [(409, "recorded-by-proposer"), (409, "recorded-by-server")] == answers
    assert 200 == (await held.desk("closing/answer", {"accept": True}, above)).status_code
    assert ("closed", "not_fixed") == await held.state()
    assert [("c-9", 1, "c-1")] == [
        (by, int(accepted), recorder)
        for by, accepted, recorder in await held.place.rows("SELECT proposed_by, accepted, recorded_by FROM closings")
    ]


async def test_whoever_reads_no_messages_is_called_about_it(place: Place) -> None:
    """The open call tells of the closing."""
    story = await Story.of(place, *HELD, call_only=True)
    await story.desk("closing", WHY)
    assert ["closing_proposed"] == [call["about"] for call in await story.call_list()]


async def test_nobody_but_coordinators_of_the_area_and_the_resident(held: Story) -> None:
    """A volunteer cannot propose, answer or give a verdict; another grid's coordinator sees no such order."""
    await held.desk("closing", WHY)
    volunteer, elsewhere = held.place.token(Role.VOLUNTEER, "v-1"), held.coordinator(area="east-g2")
    bodies: dict[str, Any] = {"closing": WHY, "closing/answer": {"accept": True}, "verdict": {"outcome": "fixed"}}
    told = [
        (await held.desk(verb, body, who)).status_code
        for who in (volunteer, elsewhere)
        for verb, body in bodies.items()
    ]
    path = f"/api/orders/{held.reference}"
    for verb, body in (("closing", {"accept": True}), ("review", {"outcome": "fixed", "rating": 5})):
        told.append((await held.ask("POST", f"{path}/{verb}", volunteer, body)).status_code)
    told.append((await held.ask("GET", path, volunteer)).status_code)
    assert [403, 403, 403, 404, 404, 404, 403, 403, 403] == told


async def test_outcomes_are_counted_apart(place: Place) -> None:
    """By area and since a moment: never one for another."""
    for outcome in ("fixed", "partly"):
        await (await Story.of(place, *SERVED)).own("review", {"outcome": outcome})
    await (await Story.of(place)).own("cancel", None)
    unfixed = await Story.of(place, *HELD)
    await unfixed.desk("closing", WHY)
    await unfixed.own("closing", {"accept": True})
    silent = await Story.of(place, *SERVED)
    for _ in range(3):
        await silent.sweep(DAY)
    counted = (await unfixed.ask("GET", "/api/desk/closings?area=east-g1", unfixed.coordinator())).json()
    one_each = {"fixed": 1, "partly": 1, "not_fixed": 1, "no_reply": 1, "withdrawn": 1}
    assert (5, one_each) == (counted["closed"], counted["outcomes"])
    since = "/api/desk/closings?since=2026-11-24T00:00:00Z"
    assert 1 == (await unfixed.ask("GET", since, unfixed.coordinator())).json()["closed"]
    assert [404, 403] == [
        (await unfixed.ask("GET", "/api/desk/closings?area=east-g1", who)).status_code
        for who in (unfixed.coordinator(area="west-g1"), place.token(Role.VOLUNTEER))
    ]


async def test_a_new_round_has_all_legs_of_the_last_one_in_turn(place: Place) -> None:
    """A leg that was added is there again, after the one before it; the same people only where they are wanted."""
    story = await Story.of(
        place, "offer_made", "leg_assigned", "leg_added", "leg_started", "leg_completed", "order_done"
    )
    await story.own("review", {"outcome": "not_fixed", "same_people": True})
    ((body,),) = await place.rows("SELECT body FROM outbox WHERE type LIKE '%order_reopened%'")
    told = json.loads(body)
    first, second = told["legs"]
    assert (None, first["leg_id"], True) == (first["after"], second["after"], told["same_people"])
    rounds = await place.rows("SELECT round, position FROM legs ORDER BY round, position")
    assert [(1, 1), (1, 2), (2, 1), (2, 2)] == rounds
