"""More time: once in a round, with the resident's agreement; the clock runs on until they have answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.matcher.commands import AssignLeg, ExtendLeg
from services.matcher.policies.acceptance import HeldByVolunteer
from services.matcher.policies.extending import AlreadyExtended
from services.matcher.use_cases.deciding import Decision
from shared.contracts import intake, matcher
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, Stage, names, volunteer
from tests.integration.matcher.test_climbing import clock_of
from tests.integration.matcher.test_referral_doors import PAGE, bureau, desk, referred

DAY = timedelta(days=1)
WORDS = "the part has to be ordered"


async def ask(stage: Stage, order_id: str, *, agreed: bool = False, days: int = 5) -> datetime:
    """The grid's coordinator asks for so many days from now; returns until when."""
    until = stage.now + days * DAY
    wish = ExtendLeg(until=until, reason=WORDS, agreed=agreed)
    await stage.do(stage.use_cases.extending.extend_legs, Decision(f"{order_id}-l1", "c-1", GRID, wish))
    return until


async def answer(stage: Stage, order_id: str, *, accepted: bool) -> None:
    """Have matcher hear what the resident says to what was asked last."""
    asked = (await stage.last(matcher.ExtensionAsked)).extension_id
    fields = {"extension_id": asked, "accepted": accepted, "answered_at": stage.now}
    fact = stage.following(order_id, intake.ExtensionAnswered, **fields)
    await stage.do(stage.use_cases.extending.hear_answers, fact)


async def row_of(house: House) -> dict[str, Any]:
    """The only row of the grid's desk."""
    (row,) = (await house.ask("GET", "/api/desk", desk(house)))[1]["items"]
    return dict(row)


async def test_the_resident_is_asked_and_a_yes_moves_the_due_time(house: House) -> None:
    """Until then the old time holds; the reason is on the desk and in no fact."""
    stage = house.stage
    order_id = await stage.place("certificates")
    due_at, until = (await stage.dispatch(order_id)).due_at, stage.now + 5 * DAY
    body = {"until": until.isoformat(), "reason": WORDS}
    asked = await house.tap(f"/api/legs/{order_id}-l1/extend", desk(house), body)
    row = await row_of(house)
    assert (due_at, WORDS, None, 0) == (
        datetime.fromisoformat(asked["due_at"]), row["extension"]["reason"], row["extension"]["agreed"],
        row["extensions"],
    )  # fmt: skip
    await answer(stage, order_id, accepted=True)
    row, dispatch = await row_of(house), await stage.dispatch(order_id)
    assert (until, until, True, 1) == (
        dispatch.due_at, dispatch.desk_due_at, row["extension"]["agreed"], row["extensions"],
    )  # fmt: skip
    heard = await stage.heard()
    assert ["order_escalated", "extension_asked", "order_extended"] == names(heard)
    assert (until, False) == (heard[1].until, heard[2].by_word)
    assert not any(WORDS in fact.model_dump_json() for fact in heard)
    status, problem = await house.ask("POST", f"/api/legs/{order_id}-l1/extend", desk(house), body)
    assert (409, "/problems/already-extended") == (status, problem["type"])


async def test_a_no_leaves_the_clock_and_nobody_asks_again(house: House) -> None:
    """The order climbs when it always would have."""
    stage = house.stage
    order_id = await stage.place("certificates")
    due_at = (await stage.dispatch(order_id)).due_at
    await ask(stage, order_id)
    await answer(stage, order_id, accepted=False)
    assert (due_at, False, 0) == (
        (await stage.dispatch(order_id)).due_at, (await row_of(house))["extension"]["agreed"],
        (await row_of(house))["extensions"],
    )  # fmt: skip
    for agreed in (False, True):
        with pytest.raises(AlreadyExtended):
            await ask(stage, order_id, agreed=agreed)


async def test_by_word_of_mouth_it_holds_at_once_also_after_the_question(stage: Stage) -> None:
    """The coordinator tells what the resident said; an answer on the page comes too late then."""
    for before in (False, True):
        order_id = await stage.place("certificates")
        if before:
            await ask(stage, order_id, days=3)
        until = await ask(stage, order_id, agreed=True, days=6)
        told = await stage.last(matcher.OrderExtended)
        assert (until, True) == (told.due_at, told.by_word)
    await answer(stage, order_id, accepted=True)
    assert until == (await stage.dispatch(order_id)).due_at


@pytest.mark.parametrize(
    ("later", "expected"),
    [(timedelta(hours=-1), "extension-too-short"), (timedelta(hours=1), "extension-too-short"),
     (15 * DAY, "extension-too-long")],
)  # fmt: skip
async def test_a_time_that_is_past_sooner_than_due_or_too_far_is_refused(
    house: House, later: timedelta, expected: str
) -> None:
    """422, and the field is named; nothing was asked."""
    order_id = await house.stage.place("certificates")
    body = {"until": (house.stage.now + later).isoformat(), "reason": WORDS}
    status, problem = await house.ask("POST", f"/api/legs/{order_id}-l1/extend", desk(house), body)
    assert (422, f"/problems/{expected}", "/until", None) == (
        status, problem["type"], problem["errors"][0]["pointer"], (await row_of(house))["extension"],
    )  # fmt: skip


async def test_the_question_falls_with_the_holder_and_the_next_may_ask(stage: Stage) -> None:
    """Climbing and assigning withdraw it; a yes that comes afterwards moves nothing. A volunteer's time is theirs."""
    await stage.enrol(volunteer("v-1", "mediation-maoling-east"))
    order_id = await stage.place("certificates")
    await ask(stage, order_id)
    stage.now = (await stage.dispatch(order_id)).due_at
    async with stage.writing():
        assert 1 == await clock_of(stage).sweep(stage.now)
    due_at = (await stage.dispatch(order_id)).due_at
    await answer(stage, order_id, accepted=True)
    assert due_at == (await stage.dispatch(order_id)).due_at
    wish = ExtendLeg(until=stage.now + 3 * DAY, reason=WORDS)
    await stage.do(stage.use_cases.extending.extend_legs, Decision(f"{order_id}-l1", "c-2", "qindu", wish))
    assign = Decision(f"{order_id}-l1", "c-2", "qindu", AssignLeg(volunteer="v-1"))
    await stage.do(stage.use_cases.deciding.assign_legs, assign)
    due_at = (await stage.dispatch(order_id)).due_at
    await answer(stage, order_id, accepted=True)
    assert due_at == (await stage.dispatch(order_id)).due_at
    with pytest.raises(HeldByVolunteer):
        await stage.do(stage.use_cases.extending.extend_legs, Decision(f"{order_id}-l1", "c-2", "qindu", wish))


async def test_more_time_ends_being_late_at_the_top(stage: Stage) -> None:
    """By word of mouth: the flag is gone, and comes again when the later time has passed as well."""
    order_id = await stage.place("certificates")
    for _ in range(4):
        stage.now = (await stage.dispatch(order_id)).due_at
        await stage.climb(order_id)
    assert (await stage.dispatch(order_id)).overdue_since
    until = stage.now + 5 * DAY
    wish = ExtendLeg(until=until, reason=WORDS, agreed=True)
    await stage.do(stage.use_cases.extending.extend_legs, Decision(f"{order_id}-l1", "c-qindu", "qindu", wish))
    assert (None, until) == ((await stage.dispatch(order_id)).overdue_since, (await stage.dispatch(order_id)).due_at)
    stage.now = until
    await stage.climb(order_id)
    assert until == (await stage.last(matcher.OrderEscalated)).overdue_since


async def test_a_department_asks_through_its_own_door_and_its_clock_moves_with_the_yes(house: House) -> None:
    """It cannot attest a yes; another department's referral does not exist; a coordinator cannot ask for it."""
    stage, made = house.stage, await referred(house)
    path = f"/api/referrals/{made['referral_id']}/extend"
    until = datetime.fromisoformat(made["due_at"]) + 2 * DAY
    body = {"until": until.isoformat(), "reason": WORDS}
    assert 422 == (await house.ask("POST", path, bureau(house), {**body, "agreed": True}))[0]
    assert 404 == (await house.ask("POST", path, bureau(house, "police"), body))[0]
    assert 409 == (await house.ask("POST", f"/api/legs/{made['leg_id']}/extend", desk(house), body))[0]
    await house.tap(path, bureau(house), body)
    assert 409 == (await house.ask("POST", path, bureau(house), body))[0]
    await answer(stage, made["order_id"], accepted=True)
    (held,) = (await house.ask("GET", "/api/department", bureau(house)))[1]["items"]
    assert (until, until) == (
        datetime.fromisoformat(held["due_at"]), (await stage.dispatch(made["order_id"])).due_at,
    )  # fmt: skip


async def test_the_pages_take_it_in_person_and_ask_for_more_time(house: House) -> None:
    """On the desk and on the department's page; a time of the clock on the wall is the reader's own zone's."""
    order_id, own = await house.stage.place("certificates"), {**PAGE, **desk(house)}
    leg = f"/legs/{order_id}-l1"
    for verb in ("take", "extend"):
        assert 200 == (await house.client.get(f"{leg}/{verb}", headers=own)).status_code
    short = await house.client.post(f"{leg}/extend", data={"until": "2026-11-22T20:00", "reason": "x"}, headers=own)
    assert (422, True) == (short.status_code, 'href="#field-until"' in short.text)
    wish = {"until": "2026-11-27T19:00", "reason": WORDS, "agreed": "true"}
    assert 303 == (await house.client.post(f"{leg}/extend", data=wish, headers=own)).status_code
    assert house.stage.now + 5 * DAY == (await house.stage.dispatch(order_id)).due_at
    assert 303 == (await house.client.post(f"{leg}/take", data={}, headers=own)).status_code
    assert "c-1" == (await house.stage.dispatch(order_id)).holder_id
    made = await referred(house)
    page = {**PAGE, **bureau(house)}
    address = f"/department/{made['referral_id']}"
    wish = {"until": "2026-12-01T10:00", "reason": WORDS}
    assert 303 == (await house.client.post(f"{address}/extend", data=wish, headers=page)).status_code
    assert datetime.fromisoformat("2026-12-01T10:00+08:00") == (await house.stage.last(matcher.ExtensionAsked)).until
    assert Role.DEPARTMENT == (await house.stage.last(matcher.ExtensionAsked)).holder.role
