"""The recommended three: who could serve a leg, with reasons, and without a word of what anybody answered."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlmodel import col, select

from services.matcher.models import Assignment
from services.matcher.pages.telling import SPEAKING
from services.matcher.policies.recommending import Speaking
from shared.contracts import matcher
from shared.contracts.words import Role, Window
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, SUNDAY_EVENING, volunteer
from tests.integration.matcher.test_roster_pages import Visitor

COMMUNITY, MEDIATION = "maoling-east", "mediation-maoling-east"
HOUR = timedelta(hours=1)
TOMORROW = Window(from_=SUNDAY_EVENING + 15 * HOUR, to=SUNDAY_EVENING + 17 * HOUR)


def coordinator(house: House, area: str = COMMUNITY) -> dict[str, str]:
    """The headers of who answers for an area."""
    return house.as_(Role.COORDINATOR, f"c-{area}", area)


async def recommended(house: House, order_id: str, area: str = COMMUNITY) -> list[dict[str, Any]]:
    """Who is recommended for an order's first leg."""
    status, answer = await house.ask("GET", f"/api/legs/{order_id}-l1/recommended", coordinator(house, area))
    assert 200 == status, answer
    return list(answer["items"])


def ids(people: list[dict[str, Any]]) -> list[str]:
    """Their ids, the best first."""
    return [one["volunteer_id"] for one in people]


async def disputed(house: House, **more: Any) -> str:
    """A dispute that has come to the grid's desk."""
    order_id = await house.stage.place(**more)
    await house.stage.climb(order_id)
    return order_id


async def test_the_three_nearest_holders_are_named_with_reasons(house: House) -> None:
    """Nearest first, no more than three, nobody without the post; and nobody is asked by looking."""
    people = [volunteer("v-1", MEDIATION, home=NEXT_GRID), volunteer("v-2", MEDIATION), volunteer("v-3")]
    people += [volunteer(f"v-{number}", MEDIATION, home=NEXT_GRID) for number in (4, 5)]
    await house.stage.enrol(*people)
    order_id = await disputed(house, window=TOMORROW)
    await house.stage.heard()
    found = await recommended(house, order_id)
    assert ("v-2", 3, "name of v-2", 0.0) == (found[0]["volunteer_id"], len(found), found[0]["name"], found[0]["hours"])
    assert {"same_grid", "free_then", "fewest_hours"} <= set(found[0]["reasons"])
    assert ("v-3" in ids(found), [True, True]) == (False, ["same_community" in one["reasons"] for one in found[1:]])
    assert [] == await house.stage.heard()


async def test_an_answer_changes_nothing_of_what_is_shown(house: House) -> None:
    """Of three who were asked, one says no and one is silent: the list is as it was, word for word."""
    house.stage.asking(3)
    await house.stage.enrol(*(volunteer(f"v-{number}", MEDIATION) for number in (1, 2, 3)))
    order_id = await house.stage.place(window=TOMORROW)
    before = await recommended(house, order_id)
    asked = [one for one in await house.stage.heard() if isinstance(one, matcher.OfferMade)]
    await house.stage.decline(asked[0])
    assert before == await recommended(house, order_id)
    await house.stage.expire(asked[1])
    await house.stage.climb(order_id)
    assert (3, before) == (len(asked), await recommended(house, order_id))


async def test_nothing_shown_tells_when_somebody_was_asked(house: House) -> None:
    """Neither a time nor a likelihood."""
    await house.stage.enrol(volunteer("v-1", MEDIATION))
    (one,) = await recommended(house, await disputed(house))
    assert {"volunteer_id", "name", "reasons", "nearness", "hours"} == set(one)


async def test_who_has_it_or_is_kept_away_or_has_another_duty_is_left_out(house: House) -> None:
    """An assignment at the same time, a coordinator's exclusion, a full load."""
    stage = house.stage
    await stage.enrol(*(volunteer(f"v-{number}", MEDIATION, capacity=1) for number in (1, 2, 3)))
    order_id, other = await disputed(house, window=TOMORROW), await disputed(house, window=TOMORROW)
    path = "/api/legs/{}-l1/{}"
    await house.tap(path.format(other, "assign"), coordinator(house), {"volunteer": "v-1"})
    await house.tap(path.format(order_id, "exclude"), coordinator(house), {"volunteer": "v-2"})
    assert ["v-3"] == ids(await recommended(house, order_id))


async def test_only_who_the_coordinator_may_choose_is_shown(house: House) -> None:
    """People of their own area, and of where they stand in; a leg elsewhere does not exist."""
    await house.stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    order_id = await disputed(house)
    assert ["v-1"] == ids(await recommended(house, order_id, GRID))
    path = f"/api/legs/{order_id}-l1/recommended"
    assert 404 == (await house.ask("GET", path, coordinator(house, FAR_GRID)))[0]
    assert 403 == (await house.ask("GET", path, house.as_(Role.VOLUNTEER, "v-1")))[0]
    assert 401 == (await house.ask("GET", path))[0]


async def test_a_leg_without_a_post_has_nobody_to_recommend(house: House) -> None:
    """What staff serves is no volunteer's."""
    await house.stage.enrol(volunteer("v-1", MEDIATION))
    assert [] == await recommended(house, await house.stage.place("certificates"))


@pytest.mark.parametrize(("language", "words"), [("en", "lives in the same grid"), ("zh-CN", "住在同一网格")])
async def test_the_form_offers_them_above_the_number(house: House, language: str, words: str) -> None:
    """Three choices with their reasons; the number that is typed wins over a choice."""
    await house.stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", home=NEXT_GRID))
    order_id = await disputed(house, window=TOMORROW)
    visitor = Visitor(house, Role.COORDINATOR, f"c-{COMMUNITY}", COMMUNITY)
    text = unescape(await visitor.look(f"/legs/{order_id}-l1/assign", language))
    assert (1, True) == (text.count('type="radio" name="volunteer" value="v-1"'), words in text)
    status, _ = await visitor.send(f"/legs/{order_id}-l1/assign", {"volunteer": ["v-1", "v-2"]})
    given = await house.stage.all(_held(order_id))
    assert (303, ["v-2"]) == (status, [one.volunteer_id for one in given])


def _held(order_id: str) -> Any:
    return select(Assignment).where(col(Assignment.order_id) == order_id)


def test_every_reason_has_words() -> None:
    """A new reason cannot be shown without them."""
    assert set(Speaking) == set(SPEAKING)
