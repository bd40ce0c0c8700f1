"""Volunteers are erased when they ask for it and have left, and not back by a restore; words of old orders go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.matcher.models.personal import Personal
from services.matcher.repository.forgetting import ERASED
from services.matcher.use_cases.forgetting import Forgetting
from shared.contracts import matcher
from shared.contracts.refusal import NotFound, Unavailable
from shared.contracts.words import Role
from shared.persistence.erasures import Register
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import Stage, volunteer

MEDIATION = "mediation-maoling-east"


async def do(stage: Stage, use_case: Any, command: Any) -> Any:
    """One command in a unit of its own; a refusal is raised."""
    async with stage.units() as uow:
        (answer,) = await use_case(uow, [command])
    if isinstance(answer, Exception):
        raise answer
    return answer


async def test_who_has_left_is_erased_and_stays_so_after_a_restore(house: House, tmp_path: Path) -> None:
    """First they leave; then nothing of them is left but that they were there; the register tells an older copy."""
    stage = house.stage
    await stage.enrol(volunteer("v-1", MEDIATION))
    before = (await stage.volunteer("v-1")).sealed
    me = house.as_(Role.VOLUNTEER, "v-1")
    assert "name of v-1" == (await house.ask("GET", "/api/me/personal", me))[1]["name"]
    assert 409 == (await house.ask("POST", "/api/me/erase", me, {"sure": True}))[0]
    await house.tap("/api/me/leave", me, {"leave": True})
    erased = await house.tap("/api/me/erase", me, {"sure": True})
    assert ("", "") == (erased["name"], erased["phone"])
    register = Register(tmp_path / "erasures", "matcher")
    assert ["v-1"] == [one.subject for one in register.read()]
    forgetting = Forgetting(stage.rules, stage.vault, register)
    async with stage.units() as uow:
        person = (await uow.repository.volunteers(["v-1"]))["v-1"]
        person.sealed, person.phone_fingerprint, person.left_at = before, "as it was", None
    assert 1 == await do(stage, forgetting.erase_again, ["v-1"])
    person = await stage.volunteer("v-1")
    opened = Personal.opened(stage.vault, "v-1", person.sealed)
    assert ("", "", None, f"{ERASED}v-1") == (opened.name, opened.phone, opened.unit, person.phone_fingerprint)
    assert (False, 0) == (person.is_there, await do(stage, forgetting.erase_again, ["v-1"]))


async def test_a_volunteer_puts_their_name_right_until_they_are_erased(house: House) -> None:
    """What they say holds at once and is in the audit; afterwards there is nothing to put right."""
    stage = house.stage
    await stage.enrol(volunteer("v-1", MEDIATION))
    me = house.as_(Role.VOLUNTEER, "v-1")
    assert "Wang Fang" == (await house.tap("/api/me/personal", me, {"name": " Wang Fang "}))["name"]
    assert 422 == (await house.ask("POST", "/api/me/personal", me, {"name": "x" * 500}))[0]
    await house.tap("/api/me/leave", me, {"leave": True})
    await house.tap("/api/me/erase", me, {"sure": True})
    assert 404 == (await house.ask("POST", "/api/me/personal", me, {"name": "Wang Fang"}))[0]


async def test_whom_to_reach_is_asked_about_ones_own_live_assignment_alone(house: House) -> None:
    """Another's does not exist, and the try is in the audit; one's own is asked of intake, which is away here."""
    stage = house.stage
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2"))
    await stage.place()
    assignment_id = await stage.accept(await stage.last(matcher.OfferMade))
    address = f"/api/assignments/{assignment_id}/contact"
    assert 404 == (await house.ask("POST", address, house.as_(Role.VOLUNTEER, "v-2")))[0]
    assert 503 == (await house.ask("POST", address, house.as_(Role.VOLUNTEER, "v-1")))[0]
    await stage.start(assignment_id, "v-1")
    await stage.complete(assignment_id, "v-1")
    assert 404 == (await house.ask("POST", address, house.as_(Role.VOLUNTEER, "v-1")))[0]


async def test_words_of_an_order_go_once_it_has_ended(stage: Stage) -> None:
    """While it runs here intake is told to come again; afterwards report and parties are gone, and who served stays."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    assignment_id = await stage.accept(await stage.last(matcher.OfferMade))
    await stage.start(assignment_id, "v-1")
    await stage.complete(assignment_id, "v-1")
    forgetting = Forgetting(stage.rules, stage.vault)
    with pytest.raises(Unavailable):
        await do(stage, forgetting.forget_words, order_id)
    with pytest.raises(NotFound):
        await do(stage, forgetting.forget_words, "unheard")
    async with stage.units() as uow:
        (whole,) = (await uow.repository.dispatches([order_id])).values()
        assert whole.assignments[0].report is not None
        whole.dispatch.state = "closed"
    await do(stage, forgetting.forget_words, order_id)
    async with stage.units() as uow:
        (whole,) = (await uow.repository.dispatches([order_id])).values()
        served = whole.assignments[0]
        assert (None, None, "v-1", "completed") == (
            served.report, whole.dispatch.parties, served.volunteer_id, served.state,
        )  # fmt: skip
