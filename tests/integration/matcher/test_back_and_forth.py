"""What came back and moved between levels is counted by service, area and department, never by volunteer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.contracts import matcher
from shared.contracts.words import Role, Window
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, SUNDAY_EVENING, volunteer
from tests.integration.matcher.test_roster_pages import Visitor

COMMUNITY, CITY, MEDIATION = "maoling-east", "city_management", "mediation-maoling-east"


def coordinator(house: House, area: str = COMMUNITY) -> dict[str, str]:
    """The headers of who answers for an area."""
    return house.as_(Role.COORDINATOR, f"c-{area}", area)


async def figures(house: House, area: str = COMMUNITY, query: str = "") -> Any:
    """The figures of an area."""
    status, answer = await house.ask("GET", f"/api/hand-backs/figures{query}", coordinator(house, area))
    assert 200 == status, answer
    return answer


async def handed_back(house: House, *reasons: str) -> str:
    """A dispute that was accepted and handed back once for each reason; the order's id."""
    await house.stage.enrol(*(volunteer(f"v-{number}", MEDIATION) for number in range(1, 5)))
    order_id = await house.stage.place()
    for reason in reasons:
        offer = await house.stage.last(matcher.OfferMade)
        await house.stage.hand_back(await house.stage.accept(offer), offer.volunteer_id, reason)
    return order_id


async def referred_and_returned(house: House, order_id: str) -> None:
    """To the department and back to the desk."""
    body = {"department": CITY}
    _, made = await house.ask("POST", f"/api/legs/{order_id}-l1/refer", coordinator(house), body)
    path = f"/api/referrals/{made['referral_id']}/hand-back"
    await house.tap(path, house.as_(Role.DEPARTMENT, CITY), {"reason": "not_ours"})


def counted(row: dict[str, Any]) -> tuple[int, ...]:
    """The numbers of one row."""
    return tuple(row[name] for name in ("orders", "hand_backs", "climbs", "returns", "to_and_fro"))


async def test_hand_backs_count_and_the_second_one_comes_to_the_desk(house: House) -> None:
    """Of one order two hand-backs, one of which came to the grid's desk; no volunteer is named anywhere."""
    await handed_back(house, "no_time", "unwell")
    answer = await figures(house)
    (row,) = answer["items"]
    assert (("neighbour_dispute", COMMUNITY), (1, 2, 0, 1, 0)) == ((row["service"], row["area"]), counted(row))
    assert "v-1" not in str(answer)


async def test_a_recusal_and_free_words_are_told_apart(house: House) -> None:
    """Standing aside is a right and is not counted; free words count as any other reason."""
    await handed_back(house, "recusal", "the dog bites")
    (row,) = (await figures(house))["items"]
    assert 1 == row["hand_backs"]


async def test_a_window_that_was_changed_is_nobodys_hand_back(house: House) -> None:
    """The resident's doing: the assignment comes back, and nothing is counted."""
    await house.stage.enrol(volunteer("v-1", MEDIATION, capacity=1))
    start = SUNDAY_EVENING + timedelta(hours=20)
    window = Window(from_=start, to=start + timedelta(hours=1))
    order_id = await house.stage.place(window=window)
    await house.stage.accept(await house.stage.last(matcher.OfferMade))
    gone = start + timedelta(days=1)
    await house.stage.amend(order_id, Window(from_=gone, to=gone + timedelta(minutes=5)))
    assert [] == [row for row in (await figures(house))["items"] if row["hand_backs"]]


async def test_who_is_ill_leaves_or_is_suspended_counts_for_nothing(house: House) -> None:
    """Three assignments come back, one after the other; the figures show the one that a volunteer gave back."""
    await handed_back(house, "no_time")
    until = (SUNDAY_EVENING + timedelta(days=2)).isoformat()
    ways: list[Any] = [("/api/me/unwell", {"until": until}), ("/api/me/leave", {"leave": True}), ("", {"reason": "x"})]
    reasons = []
    for path, body in ways:
        offer = await house.stage.last(matcher.OfferMade)
        await house.stage.accept(offer)
        who = house.as_(Role.VOLUNTEER, offer.volunteer_id) if path else coordinator(house)
        await house.tap(path or f"/api/volunteers/{offer.volunteer_id}/suspend", who, body)
        reasons.append((await house.stage.last(matcher.LegHandedBack)).reason)
    (row,) = (await figures(house))["items"]
    assert (["ill", "departed", "suspended"], 1) == (reasons, row["hand_backs"])


async def test_what_climbs_and_comes_back_goes_to_and_fro(house: House) -> None:
    """A tier up by a coordinator, to a department and back, once more: one climb, two returns, one order of two."""
    order_id, _ = await house.stage.place("certificates"), await house.stage.place("certificates")
    await referred_and_returned(house, order_id)
    await house.tap(f"/api/legs/{order_id}-l1/escalate", coordinator(house), {"reason": "not for us"})
    await referred_and_returned(house, order_id)
    answer = await figures(house)
    (row,), (department,) = answer["items"], answer["departments"]
    assert (2, 0, 1, 2, 1) == counted(row)
    assert (CITY, 2, 2, 1) == tuple(department[name] for name in ("department", "referred", "handed_back", "again"))


async def test_only_of_the_own_area_and_since_then(house: House) -> None:
    """Another grid's figures are its own; orders placed before are left out; an area elsewhere does not exist."""
    order_id = await house.stage.place("certificates")
    await referred_and_returned(house, order_id)
    later = (SUNDAY_EVENING + timedelta(minutes=1)).isoformat().replace("+", "%2B")
    seen = [
        (await figures(house, NEXT_GRID))["items"],
        (await figures(house, query=f"?area={NEXT_GRID}"))["items"],
        (await figures(house, query=f"?since={later}"))["items"],
        (await figures(house, query=f"?since={later}"))["departments"],
    ]
    assert ([[], [], [], []], 1) == (seen, len((await figures(house, GRID))["items"]))
    path = f"/api/hand-backs/figures?area={FAR_GRID}"
    assert 404 == (await house.ask("GET", path, coordinator(house)))[0]
    assert 403 == (await house.ask("GET", "/api/hand-backs/figures", house.as_(Role.VOLUNTEER, "v-1")))[0]


async def test_the_page_shows_both_in_both_languages(house: House) -> None:
    """Linked from what is with departments."""
    visitor = Visitor(house, Role.COORDINATOR, f"c-{COMMUNITY}", COMMUNITY)
    assert "Nothing has come back so far." in await visitor.look("/back-and-forth")
    await referred_and_returned(house, await house.stage.place("certificates"))
    assert 'href="/back-and-forth"' in await visitor.look("/referrals")
    english, chinese = await visitor.look("/back-and-forth"), await visitor.look("/back-and-forth", "zh-CN")
    assert ("Came back to a desk" in english, "按部门" in chinese) == (True, True)
