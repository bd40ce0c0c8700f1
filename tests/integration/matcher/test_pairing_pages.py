"""Pages of the pairing, by links and forms alone: what volunteers, secretaries and coordinators read and do."""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape

import pytest

from services.matcher.models import Unit
from shared.contracts import matcher
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, Stage, volunteer
from tests.integration.matcher.test_calling_up import called
from tests.integration.matcher.test_roster_pages import Visitor

MEDIATION = "mediation-maoling-east"


def as_volunteer(house: House, volunteer_id: str) -> Visitor:
    """A volunteer's browser."""
    return Visitor(house, Role.VOLUNTEER, volunteer_id)


def as_coordinator(house: House, area: str = GRID) -> Visitor:
    """The browser of who answers for an area."""
    return Visitor(house, Role.COORDINATOR, house.stage.rules.coordinator_of(area).coordinator_id, area)


async def after(visitor: Visitor, path: str, fields: Mapping[str, str] | None = None) -> str:
    """The page a form leads to."""
    status, there = await visitor.send(path, dict(fields or {}))
    assert 303 == status, there
    return await visitor.look(there)


async def offers(stage: Stage) -> Mapping[str, str]:
    """The ids of the offers made since the last look, by volunteer."""
    return {one.volunteer_id: one.offer_id for one in await stage.heard() if isinstance(one, matcher.OfferMade)}


async def three_asked(house: House) -> Mapping[str, str]:
    """Three people at growing distance are asked about one order at once; the ids of their offers."""
    house.stage.asking(3, draws=True)
    rows = volunteer("v-1"), volunteer("v-2", home=NEXT_GRID), volunteer("v-3", home=FAR_GRID)
    await house.stage.enrol(*rows)
    await house.stage.place("sweeping")
    return await offers(house.stage)


async def one_asked(house: House) -> str:
    """One volunteer is asked; the offer's id."""
    await house.stage.enrol(volunteer("v-1"))
    await house.stage.place("sweeping")
    (offer_id,) = (await offers(house.stage)).values()
    return offer_id


def missing(page: str, *words: str) -> list[str]:
    """Which of these a page does not say."""
    text = unescape(page)
    return [word for word in words if word not in text]


async def test_an_offer_says_until_when_and_why_you(house: House) -> None:
    """The time left, what speaks for this person and how many could; and three answers to give."""
    await three_asked(house)
    near, far = await as_volunteer(house, "v-1").look("/"), await as_volunteer(house, "v-3").look("/")
    assert [] == missing(near, "Time left: ", "close by, not asked lately", "one of 3 who could", "/counter")
    assert [] == missing(near, "In your own grid", "1 hour")
    assert ["close by"] == missing(far, "close by", "one of 3 who could")
    assert [] == missing(await as_volunteer(house, "v-1").look("/", "zh-CN"), "离得近，", "符合条件的共 3 人")


async def test_a_yes_in_a_draw_is_told_when_it_is_settled(house: House) -> None:
    """The yes counts, and by when it is settled; the best one's yes settles it, and the other is on standby."""
    asked = await three_asked(house)
    page = await after(as_volunteer(house, "v-3"), f"/offers/{asked['v-3']}/accept")
    assert [] == missing(page, "Thank you. Your yes counts", "It is settled by today 19:10")
    page = await after(as_volunteer(house, "v-1"), f"/offers/{asked['v-1']}/accept")
    assert [] == missing(page, "It is yours. Thank you.", "You have taken it")
    assert [] == missing(await as_volunteer(house, "v-3").look("/"), "On standby", "you are asked first")


async def test_a_late_yes_reads_that_it_is_on_standby(house: House) -> None:
    """Somebody better said yes a moment ago; the button of a page that was open still counts."""
    asked = await three_asked(house)
    await after(as_volunteer(house, "v-1"), f"/offers/{asked['v-1']}/accept")
    page = await after(as_volunteer(house, "v-2"), f"/offers/{asked['v-2']}/accept")
    assert [] == missing(page, "Somebody else has it; you are on standby")


async def test_a_no_is_thanked_for(house: House) -> None:
    """No reason is asked, and the offer is gone from the page."""
    asked = await three_asked(house)
    page = await after(as_volunteer(house, "v-2"), f"/offers/{asked['v-2']}/decline")
    assert ["Why you"] == missing(page, "Thank you for saying so", "Why you")


async def test_a_reason_may_be_given_and_nobody_has_to(house: House) -> None:
    """The page beside the button: listed reasons, none of them required; and no such page for an offer that is gone."""
    asked = await three_asked(house)
    path, me = f"/offers/{asked['v-2']}/decline", as_volunteer(house, "v-2")
    assert ["Nobody was at home"] == missing(await me.look(path), "Nobody has to say why", "Nobody was at home")
    assert [] == missing(await after(me, path, {"reason": "too_far"}), "Thank you for saying so")
    async with house.stage.units() as uow:
        offer = (await uow.repository.by_offer([asked["v-2"]]))[asked["v-2"]].offer(asked["v-2"])
    assert ("declined", "too_far") == (offer.state, offer.reason)
    assert 404 == (await house.client.get(path, headers=house.as_(Role.VOLUNTEER, "v-2"))).status_code


async def test_the_next_thing_is_on_top(house: House) -> None:
    """What is under way comes before what was taken since, with one button for its state."""
    stage = house.stage
    await stage.enrol(volunteer("v-1"))
    taken: list[str] = []
    for _ in range(2):
        await stage.place("sweeping")
        taken.append(await stage.accept(await stage.last(matcher.OfferMade)))
    first, second = taken
    me = as_volunteer(house, "v-1")
    page = await after(me, f"/assignments/{second}/start")
    assert page.index(f"assignment-{second}") < page.index("After that") < page.index(f"assignment-{first}")
    assert 1 == page.count('class="button main"') + page.count('<button class="main"')


async def test_a_word_that_is_no_answer_is_not_repeated(house: House) -> None:
    """Nobody puts words on somebody's page by a link."""
    await house.stage.enrol(volunteer("v-1"))
    page = await as_volunteer(house, "v-1").look("/?said=Call+this+number")
    assert ["Call this number", 'id="said"'] == missing(page, "Call this number", 'id="said"')


@pytest.mark.parametrize(
    ("day", "told"),
    [("2026-11-23", "It is yours. Thank you."), ("2026-12-20", "Your time is kept for whoever decides")],
)
async def test_another_time_is_a_yes_where_the_order_allows_it(house: House, day: str, told: str) -> None:
    """Within the order's time it is a yes; later than that it is kept for whoever decides."""
    offer_id = await one_asked(house)
    path, me = f"/offers/{offer_id}/counter", as_volunteer(house, "v-1")
    assert [] == missing(await me.look(path), 'value="2026-11-22"', "Propose this time")
    assert [] == missing(await after(me, path, {"day": day, "start": "09:00", "end": "10:00"}), told)


async def test_a_time_that_is_none_is_asked_for_again(house: House) -> None:
    """What is missing or past is said on the form with what was typed; another's offer does not exist."""
    path, me = f"/offers/{await one_asked(house)}/counter", as_volunteer(house, "v-1")
    no_end = await me.send(path, {"day": "2026-11-23", "start": "09:00"})
    past = await me.send(path, {"day": "2026-11-21", "start": "09:00", "end": "10:00"})
    others, _ = await as_volunteer(house, "v-2").send(path, {"day": "2026-11-23", "start": "09:00", "end": "10:00"})
    assert (422, [], 409, [], 404) == (
        no_end[0],
        missing(no_end[1], "Until when? Please fill this in", 'value="09:00"'),
        past[0],
        missing(past[1], "Please propose a time that lies ahead", 'value="2026-11-21"'),
        others,
    )


async def test_the_pool_shows_what_one_may_ask_for_and_gives_it(house: House) -> None:
    """A holder sees the open order and how it is given; who holds no such post neither sees nor gets it."""
    house.stage.asking(1)
    rows = volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID), volunteer("v-3")
    await house.stage.enrol(*rows)
    order_id = await house.stage.place()
    holder, other = as_volunteer(house, "v-2"), as_volunteer(house, "v-3")
    assert [] == missing(await holder.look("/pool"), "R-1", "Others may ask for 5 more minutes", "I would take it")
    assert [] == missing(await other.look("/pool"), "None at the moment.")
    page = await after(holder, f"/pool/{order_id}-l1/take")
    assert [] == missing(page, "Your yes counts", "It is settled by today 19:05")
    status, page = await other.send(f"/pool/{order_id}-l1/take")
    assert (409, []) == (status, missing(page, "You cannot take this one"))


async def test_a_secretary_names_a_free_member(house: House) -> None:
    """The call shows on the first page; the members who are free are there by name, and one is chosen."""
    _, made = await called(house.stage)
    secretary = as_volunteer(house, "v-secretary")
    assert [] == missing(await secretary.look("/"), "Your unit is called up", "wanted for 1 order.")
    assert [] == missing(await secretary.look("/call-ups"), f"/call-ups/{made.call_up_id}")
    page = await secretary.look(f"/call-ups/{made.call_up_id}")
    assert ["name of v-busy"] == missing(page, "name of v-free", "name of v-busy")
    path = f"/call-ups/{made.call_up_id}/name"
    nobody, taken = await secretary.send(path), await secretary.send(path, {"volunteer": "v-busy"})
    assert (422, [], 409, []) == (
        nobody[0],
        missing(nobody[1], "Who could? Please fill this in"),
        taken[0],
        missing(taken[1], "This member is not free any more"),
    )
    assert [] == missing(await after(secretary, path, {"volunteer": "v-free"}), "They are asked now, and may refuse.")
    assert [] == missing(await as_volunteer(house, "v-free").look("/"), "Named by the secretary of the unit.")
    status, page = await secretary.send(path, {"volunteer": "v-free"})
    assert (409, []) == (status, missing(page, "This call-up is over"))
    assert 404 == (await as_volunteer(house, "v-else").send(path, {"volunteer": "v-free"}))[0]


async def test_a_coordinator_reads_how_the_search_stands_and_never_who_said_no(house: House) -> None:
    """Asked and could, other times that were proposed, why whoever has it was chosen; not who declined."""
    asked = await three_asked(house)
    later = {"day": "2026-12-20", "start": "09:00", "end": "10:00"}
    await after(as_volunteer(house, "v-2"), f"/offers/{asked['v-2']}/counter", later)
    await after(as_volunteer(house, "v-1"), f"/offers/{asked['v-1']}/decline")
    desk = as_coordinator(house)
    page = (await desk.look("/legs/o-1-l1")).split('id="search"')[1]  # above it stands who could, whatever they said
    assert ["v-1", "v-2", "v-3"] == missing(
        page, "How the search stands", "Other times that were proposed", "9:00–10:00", "v-1", "v-2", "v-3"
    )


async def test_a_desk_says_what_blocks_and_gaps_say_where_holders_are_missing(house: House) -> None:
    """Nobody holds the post: on the row, on the leg's page, and as a sentence among the gaps."""
    _, made = await called(house.stage)
    house.stage.later(minutes=60)
    await house.stage.do(house.stage.use_cases.calling_up.lapse_call_ups, made.call_up_id)
    desk = as_coordinator(house)
    pages = [await desk.look(path) for path in ("/", "/legs/o-1-l1", "/legs/o-1-l1/assign")]
    assert [[], [], []] == [missing(page, "nobody has the post this needs") for page in pages]
    sentence = "Home repair in Grid 1, Maoling East Street lacks holders"
    assert [] == missing(await desk.look("/gaps"), sentence, "20:00–24:00")
    assert [] == missing(await as_coordinator(house, FAR_GRID).look("/gaps"), "Nothing is missing")


async def test_a_coordinator_calls_up_a_unit_of_the_place(house: House) -> None:
    """Units paired with the grid or its community to choose from, no hidden one; the secretary hears of it."""
    stage = house.stage
    await stage.enrol(volunteer("v-1"))
    order_id = await stage.place("certificates")
    desk, path = as_coordinator(house), f"/legs/{order_id}-l1/call-up"
    paired = [unit for unit in stage.rules.units if unit.paired_with == GRID]
    page = await desk.look(path)
    assert [unit.hidden for unit in paired] == [bool(missing(page, f'value="{unit.unit_id}"')) for unit in paired]
    async with stage.units() as uow:
        unit = await uow.repository._session.get_one(Unit, next(one.unit_id for one in paired if not one.hidden))
        unit.secretary_id = "v-1"
    assert [] == missing(await after(desk, path, {"unit": unit.unit_id}), "A unit looks for a member")
    assert [] == missing(await as_volunteer(house, "v-1").look("/"), "Your unit is called up")
    status, page = await desk.send(path, {"unit": unit.unit_id})
    assert (409, []) == (status, missing(page, "This unit cannot be called up"))


async def test_a_coordinator_keeps_somebody_away(house: House) -> None:
    """The offer is gone from that volunteer's page, and somebody else is asked."""
    house.stage.asking(1)
    await house.stage.enrol(volunteer("v-1"), volunteer("v-2", home=NEXT_GRID))
    order_id = await house.stage.place("sweeping")
    desk, path = as_coordinator(house), f"/legs/{order_id}-l1/exclude"
    status, _ = await desk.send(path, {"volunteer": "v-nobody"})
    assert ([], 404) == (missing(await desk.look(path), "Keep somebody away"), status)
    await after(desk, path, {"volunteer": "v-1"})
    shown = [missing(await as_volunteer(house, one).look("/"), "Can you take this?") for one in ("v-1", "v-2")]
    assert [["Can you take this?"], []] == shown
