"""Both sides of a referral over HTTP: the coordinator's, the department's, and the link's."""

from __future__ import annotations

from typing import Any

from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID

CITY = "city_management"
PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


def desk(house: House, area: str = GRID) -> dict[str, str]:
    """A coordinator's headers."""
    return house.as_(Role.COORDINATOR, "c-1", area)


def bureau(house: House, code: str = CITY) -> dict[str, str]:
    """A department's headers."""
    return house.as_(Role.DEPARTMENT, code)


async def referred(house: House) -> dict[str, Any]:
    """A certificate on the grid's desk, referred to city management."""
    order_id = await house.stage.place("certificates")
    body = {"department": CITY, "note": "in the yard"}
    status, answer = await house.ask("POST", f"/api/legs/{order_id}-l1/refer", desk(house), body)
    assert 201 == status, answer
    return dict(answer)


async def test_a_department_sees_what_it_holds_and_nothing_else(house: House) -> None:
    """By a token of its own; another department and a volunteer see none of it."""
    made = await referred(house)
    status, page = await house.ask("GET", "/api/department", bureau(house))
    assert (200, [(made["referral_id"], "in the yard", False)]) == (
        status, [(one["referral_id"], one["note"], one["overdue"]) for one in page["items"]],
    )  # fmt: skip
    assert [] == (await house.ask("GET", "/api/department", bureau(house, "police")))[1]["items"]
    assert 403 == (await house.ask("GET", "/api/department", house.as_(Role.VOLUNTEER, "v-1")))[0]


async def test_a_department_serves_or_hands_back_its_own(house: House) -> None:
    """What has ended is told as a conflict; another's does not exist; the reason is from the list."""
    made = await referred(house)
    path = f"/api/referrals/{made['referral_id']}"
    assert 404 == (await house.ask("POST", f"{path}/resolve", bureau(house, "police"), {"report": "x"}))[0]
    assert 422 == (await house.ask("POST", f"{path}/hand-back", bureau(house), {"reason": "because"}))[0]
    answer = await house.tap(f"{path}/hand-back", bureau(house), {"reason": "not_ours"})
    assert "handed_back" == answer["ending"]
    assert 409 == (await house.ask("POST", f"{path}/resolve", bureau(house), {"report": "x"}))[0]


async def test_figures_count_referrals_and_hand_backs_by_department_service_and_area(house: House) -> None:
    """A leg that went to the same department again counts as such; nobody's name is there."""
    made = await referred(house)
    await house.tap(f"/api/referrals/{made['referral_id']}/hand-back", bureau(house), {"reason": "not_ours"})
    await house.ask("POST", f"/api/legs/{made['leg_id']}/refer", desk(house), {"department": CITY})
    _, page = await house.ask("GET", "/api/referrals/figures", desk(house))
    (row,) = page["items"]
    assert (CITY, "certificates", "maoling-east", 2, 1, 1, 0) == (
        row["department"], row["service"], row["area"], row["referred"], row["again"], row["handed_back"],
        row["resolved"],
    )  # fmt: skip
    _, held = await house.ask("GET", "/api/referrals", desk(house))
    assert [CITY] == [one["department"] for one in held["items"]]


async def test_a_further_leg_is_added_over_the_door(house: House) -> None:
    """Within the coordinator's area; elsewhere the leg does not exist."""
    order_id = await house.stage.place("certificates")
    path = f"/api/legs/{order_id}-l1/add"
    assert 404 == (await house.ask("POST", path, desk(house, "shanguang-g1"), {"department": CITY}))[0]
    assert 422 == (await house.ask("POST", path, desk(house), {}))[0]
    status, answer = await house.ask("POST", path, desk(house), {"department": CITY})
    assert (201, ["leg_id"]) == (status, list(answer))


async def test_the_link_opens_its_referral_alone_and_until_it_is_answered(house: House) -> None:
    """Its secret goes into a cookie of a clean address; another referral stays closed; afterwards the link is dead."""
    made, other = await referred(house), await referred(house)
    followed = await house.client.get(made["link"])
    address = f"/department/{made['referral_id']}"
    assert (303, address) == (followed.status_code, followed.headers["location"])
    shown = await house.client.get(address, headers=PAGE)
    assert (200, True) == (shown.status_code, "in the yard" in shown.text)
    elsewhere = await house.client.get(f"/department/{other['referral_id']}")
    assert elsewhere.status_code in {303, 401}
    refused = await house.client.post(f"{address}/hand-back", data={}, headers=PAGE)
    assert 422 == refused.status_code
    answered = await house.client.post(f"{address}/resolve", data={"report": "caught them"}, headers=PAGE)
    assert (303, address) == (answered.status_code, answered.headers["location"])
    assert 404 == (await house.client.get(made["link"])).status_code
    assert "done" == (await house.stage.dispatch(made["order_id"])).state


async def test_a_link_is_no_access_token(house: House) -> None:
    """It speaks for nobody, and an access token is no link."""
    made = await referred(house)
    token = made["link"].removeprefix("/d/")
    assert 401 == (await house.ask("GET", "/api/department", {"Authorization": f"Bearer {token}"}))[0]
    access = bureau(house)["Authorization"].removeprefix("Bearer ")
    assert 404 == (await house.client.get(f"/d/{access}")).status_code


async def test_the_pages_of_a_department_and_of_who_refers(house: House) -> None:
    """The desk by due time, the forms, and the department's first page."""
    order_id = await house.stage.place("certificates")
    leg = f"/legs/{order_id}-l1"
    for verb in ("refer", "add"):
        form = await house.client.get(f"{leg}/{verb}", headers={**PAGE, **desk(house)})
        assert (200, True) == (form.status_code, f'value="{CITY}"' in form.text)
    sent = await house.client.post(f"{leg}/refer", data={"department": CITY}, headers={**PAGE, **desk(house)})
    assert 303 == sent.status_code, sent.text
    passed_on = await house.client.get("/referrals", headers={**PAGE, **desk(house)})
    assert (200, True) == (passed_on.status_code, 'href="/d/' in passed_on.text)
    home = await house.client.get("/", headers={**PAGE, **bureau(house)})
    assert (303, "/department") == (home.status_code, home.headers["location"])
    listed = await house.client.get("/department", headers={**PAGE, **bureau(house)})
    assert (200, True) == (listed.status_code, (await house.stage.dispatch(order_id)).reference in listed.text)
