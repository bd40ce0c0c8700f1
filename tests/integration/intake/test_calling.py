"""Residents who read no messages: called, visited, and only then given up on."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from shared.contracts.words import Role
from tests.integration.intake.ending import DAY, HOUR, SERVED, Story
from tests.integration.intake.running import Place

HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
async def served(place: Place) -> Story:
    """An order of somebody who reads no messages, served and not yet reviewed."""
    return await Story.of(place, *SERVED, call_only=True)


async def test_a_served_order_is_with_the_coordinator_until_its_resident_was_called(served: Story) -> None:
    """Holder, due time and next step are the coordinator's; the call is on their list."""
    view = await served.view()
    (call,) = await served.call_list()
    assert ("done", "coordinator", "east-g1", "call") == (
        view["state"], view["holder"]["role"], view["holder"]["area"], view["next_step"],
    )  # fmt: skip
    assert (served.reference, "review", "call", 1, False, []) == (
        call["reference"], call["purpose"], call["kind"], call["nth"], call["overdue"], call["history"],
    )  # fmt: skip
    assert call["due_at"] == view["due_at"]
    assert ["order_placed", "call_due"] == (await served.published())[:1] + (await served.published())[-1:]


async def test_no_review_deadline_closes_it(served: Story) -> None:
    """A month of silence, and calls that nobody makes: it is still done, and somebody's."""
    for _ in range(30):
        await served.sweep(DAY)
    assert ("done", None) == await served.state()


async def test_three_calls_in_three_parts_of_the_day_and_a_visit_come_before_no_reply(served: Story) -> None:
    """Each is logged by somebody; the order closes with the unanswered visit, and not before."""
    made: list[datetime] = []
    for result in ("no_answer", "wrong_number", "no_answer", "no_answer"):
        assert ("done", None) == await served.state()
        (call,) = await served.call_list()
        served.now = max(served.now, datetime.fromisoformat(call["opened_at"]))
        made.append(served.now)
        answer = await served.log(result)
        assert 200 == answer.status_code, answer.text
    assert ("closed", "no_reply") == await served.state()
    logged = await served.place.rows(
        "SELECT kind, nth, caller, result FROM calls WHERE purpose = 'review' ORDER BY call_id"
    )
    assert [
        ("call", 1, "c-9", "no_answer"),
        ("call", 2, "c-9", "wrong_number"),
        ("call", 3, "c-9", "no_answer"),
        ("visit", 1, "c-9", "no_answer"),
    ] == logged
    parts = [served.place.rules.local(at).hour // 6 for at in made[:3]]
    assert all(one != other for one, other in pairwise(parts))
    assert ["call_due", "call_logged"] * 4 + ["order_closed"] == [
        name for name in await served.published() if name.startswith("call") or name == "order_closed"
    ][-9:]


async def test_a_second_call_at_once_does_not_count(served: Story) -> None:
    """409 by name: the next call is for another part of the day."""
    await served.log("no_answer")
    answer = await served.log("no_answer")
    assert (409, "call-too-soon") == (answer.status_code, answer.json()["type"].rpartition("/")[2])


async def test_who_is_reached_says_how_it_went(served: Story) -> None:
    """The verdict is the resident's; who took it down is kept with it."""
    answer = await served.log("reached", verdict={"outcome": "partly", "rating": 4, "comment": "谢谢"}, note="下午在家")
    assert 200 == answer.status_code, answer.text
    assert ("closed", "partly") == await served.state()
    assert [("partly", 4, "c-9")] == await served.place.rows("SELECT outcome, rating, recorded_by FROM reviews")
    assert [] == await served.call_list()


async def test_a_call_that_was_logged_is_over(served: Story) -> None:
    """The same result again: 409, and nothing is counted twice."""
    (call,) = await served.call_list()
    path = f"/api/calls/{call['call_id']}/result"
    first = await served.ask("POST", path, served.coordinator(), {"result": "no_answer"})
    again = await served.ask("POST", path, served.coordinator(), {"result": "no_answer"})
    assert (200, 409, "call-over") == (
        first.status_code, again.status_code, again.json()["type"].rpartition("/")[2],
    )  # fmt: skip


@pytest.mark.parametrize("result", ["no_answer", "wrong_number"])
async def test_nobody_who_was_not_reached_has_a_verdict(served: Story, result: str) -> None:
    """422 at the verdict."""
    answer = await served.log(result, verdict={"outcome": "fixed"})
    assert (422, "/verdict") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_who_served_takes_no_verdict_down(place: Place) -> None:
    """409 by name for the one who served, at the call and at the desk; another coordinator may."""
    story = await Story.of(place, *SERVED, call_only=True)
    server = story.coordinator("v-1")
    by_call = await story.log("reached", server, verdict={"outcome": "fixed"})
    by_desk = await story.desk("verdict", {"outcome": "fixed"}, server)
    assert [(409, "recorded-by-server")] * 2 == [
        (answer.status_code, answer.json()["type"].rpartition("/")[2]) for answer in (by_call, by_desk)
    ]
    assert ("done", None) == await story.state()
    assert 200 == (await story.desk("verdict", {"outcome": "fixed", "rating": 5})).status_code
    assert ("closed", "fixed") == await story.state()


async def test_not_fixed_by_phone_runs_again(served: Story) -> None:
    """The same number, its holder the coordinator of the grid; the call list is empty until it is done again."""
    await served.log("reached", verdict={"outcome": "not_fixed"})
    view = await served.view()
    assert ("placed", "offer", []) == (view["state"], view["next_step"], await served.call_list())
    await served.tell(*SERVED)
    assert [("review", 1)] == [(call["purpose"], call["nth"]) for call in await served.call_list()]


async def test_a_call_nobody_makes_climbs_and_is_owed_at_the_top_every_day(served: Story) -> None:
    """The coordinator above owes it, and holds the order meanwhile; at the top it comes again daily."""
    assert 0 == await served.sweep(DAY - HOUR)
    assert 1 == await served.sweep(2 * HOUR)
    view = await served.view()
    assert ("small", "call", [], 1) == (
        view["holder"]["area"], view["next_step"], await served.call_list(),
        len(await served.call_list(served.coordinator(area="small"))),
    )  # fmt: skip
    for _ in range(3):
        assert 1 == await served.sweep(DAY + HOUR)
        (call,) = await served.call_list(served.coordinator(area="small"))
        assert datetime.fromisoformat(call["due_at"]) > served.now
        assert call["overdue"]
    assert 6 == (await served.published()).count("call_due")  # news, the review, and four climbs


async def test_the_call_list_is_for_coordinators_within_their_area(served: Story) -> None:
    """401 and 403 for others; another grid's coordinator finds neither the call nor the area."""
    (call,) = await served.call_list()
    reveal, result = f"/api/calls/{call['call_id']}/reveal", f"/api/calls/{call['call_id']}/result"
    other, volunteer = served.coordinator(area="east-g2"), served.place.token(Role.VOLUNTEER, "v-1")
    asked = [
        await served.ask("GET", "/api/call-list", {}),
        await served.ask("GET", "/api/call-list", volunteer),
        await served.ask("GET", "/api/call-list?area=east-g1", other),
        await served.ask("POST", reveal, other),
        await served.ask("POST", result, other, {"result": "no_answer"}),
        await served.ask("POST", reveal, volunteer),
        await served.ask("POST", result, volunteer, {"result": "reached", "verdict": {"outcome": "fixed"}}),
    ]
    assert [401, 403, 404, 404, 404, 403, 403] == [answer.status_code for answer in asked]
    assert [] == await served.call_list(other)


async def test_the_number_is_shown_for_the_call_and_never_written_down(
    served: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name and phone to whoever calls, one deed that says who looked."""
    (call,) = await served.call_list()
    assert [] == [digits for digits in ("1380000", "00001111") if digits in str(call)]  # an id may have three of them
    shown = (await served.ask("POST", f"/api/calls/{call['call_id']}/reveal", served.coordinator())).json()
    assert ("李梅", "13800001111", "done") == (shown["name"], shown["phone"], shown["state"])
    assert ["call_back"] == [row[4] for row in await served.place.audited("revealed")]
    assert "13800001111" not in capsys.readouterr().out


async def test_news_for_who_reads_no_messages_is_one_call(place: Place) -> None:
    """Assigned, handed back, passed on: one open call that tells of the last; after it the next change is a new one."""
    story = await Story.of(place, "offer_made", "leg_assigned", "leg_handed_back", "order_escalated", call_only=True)
    (call,) = await story.call_list()
    assert ("news", "order_escalated", 1) == (call["purpose"], call["about"], call["nth"])
    assert 200 == (await story.log("reached")).status_code
    assert [] == await story.call_list()
    await story.tell("leg_assigned")
    assert ["leg_assigned"] == [call["about"] for call in await story.call_list()]
    await story.tell("leg_started", "leg_completed", "order_done")
    assert ["review"] == [call["purpose"] for call in await story.call_list()]


async def test_news_is_no_reason_for_a_visit(place: Place) -> None:
    """After three calls nobody answered, no more is tried until it is done."""
    story = await Story.of(place, "offer_made", "leg_assigned", call_only=True)
    for _ in range(3):
        (call,) = await story.call_list()
        story.now = max(story.now, datetime.fromisoformat(call["opened_at"]))
        await story.log("no_answer")
    assert [] == await story.call_list()
    assert ("assigned", None) == await story.state()


async def test_whoever_reads_messages_is_not_called(place: Place) -> None:
    """No row, and the review is theirs."""
    story = await Story.of(place, *SERVED)
    view = await story.view()
    assert (0, "resident", "review") == (await place.count("calls"), view["holder"]["role"], view["next_step"])
