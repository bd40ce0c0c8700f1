"""The resident changes when or how soon: whoever the new time suits keeps the order."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from services.matcher.models import Assignment
from shared.community.hours import WeekHours
from shared.contracts import matcher
from shared.contracts.words import NextStep, Role, Urgency, Window
from tests.integration.matcher.stage import NEXT_GRID, Stage, names, volunteer

MEDIATION = "mediation-maoling-east"
HOUR = timedelta(hours=1)
EVENINGS = WeekHours.parse("daily 18-22")


def window(stage: Stage, start: float, length: float = 2) -> Window:
    """A window some hours from now."""
    return Window(from_=stage.now + start * HOUR, to=stage.now + (start + length) * HOUR)


async def test_an_offer_that_still_suits_is_made_again_with_the_new_window(stage: Stage) -> None:
    """The same offer, so that the volunteer knows of the change; the dispatch clock starts afresh."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place(window=window(stage, 1))
    first = await stage.last(matcher.OfferMade)
    stage.later(minutes=10)
    moved = window(stage, 5)
    await stage.amend(order_id, moved)
    _, again = await stage.heard()
    assert (first.offer_id, "v-1", moved) == (again.offer_id, again.volunteer_id, again.window)
    assert (stage.now + 4 * HOUR, first.expires_at) == (again.due_at, again.expires_at)
    assert {"v-1": "open"} == await stage.offer_states(order_id)


async def test_an_offer_that_no_longer_suits_is_withdrawn_and_the_next_is_asked(stage: Stage) -> None:
    """Free in the evening, not in the morning."""
    stage.asking(1)
    await stage.enrol(volunteer("v-1", MEDIATION, hours=EVENINGS), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    order_id = await stage.place(window=window(stage, 1))
    await stage.amend(order_id, window(stage, 14))
    first, second = await stage.heard()
    assert ("v-1", "v-2", 2) == (first.volunteer_id, second.volunteer_id, second.version)
    assert {"v-1": "withdrawn", "v-2": "open"} == await stage.offer_states(order_id)


async def test_nobody_for_the_new_window_means_the_coordinator(stage: Stage) -> None:
    """The offer is withdrawn and nobody else is free then."""
    await stage.enrol(volunteer("v-1", MEDIATION, hours=EVENINGS))
    order_id = await stage.place(window=window(stage, 1))
    await stage.amend(order_id, window(stage, 14))
    assert ["offer_made", "order_escalated"] == names(await stage.heard())


async def test_an_offer_is_not_moved_into_a_window_that_is_taken(stage: Stage) -> None:
    """The volunteer is assigned elsewhere at the new time."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    busy = window(stage, 5)
    await stage.place(window=busy)
    await stage.accept(await stage.last(matcher.OfferMade))
    order_id = await stage.place(window=window(stage, 1))
    asked = (await stage.last(matcher.OfferMade)).volunteer_id
    await stage.amend(order_id, busy)
    states = await stage.offer_states(order_id)
    assert ("v-1", {"v-1": "withdrawn", "v-2": "open"}) == (asked, states)


async def test_an_order_made_urgent_never_gains_time(stage: Stage) -> None:
    """Half an hour from now, or the old due time if that is earlier; its offers end with it."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    stage.later(minutes=5)
    await stage.amend(order_id, None, Urgency.URGENT)
    again = (await stage.heard())[-1]
    assert (stage.now + timedelta(minutes=30), Urgency.URGENT) == (again.due_at, again.urgency)
    assert stage.now + timedelta(minutes=5) == again.expires_at


async def test_an_assignment_that_still_suits_moves_with_the_window(stage: Stage) -> None:
    """The volunteer keeps it, is told of the new window, and has until its end."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place(window=window(stage, 1))
    held = await stage.accept(await stage.last(matcher.OfferMade))
    moved = window(stage, 2)  # overlaps its own old window, which does not count
    await stage.amend(order_id, moved)
    given = (await stage.heard())[-1]
    assert ("leg_assigned", held, "amendment", moved, moved.to) == (
        given.name, given.assignment_id, given.by, given.window, given.due_at,
    )  # fmt: skip
    (row,) = await stage.all(select(Assignment))
    assert ("assigned", moved.from_, moved.to) == (row.state, row.window_from, row.window_to)


async def test_an_assignment_that_no_longer_suits_is_released(stage: Stage) -> None:
    """For no fault of the volunteer's: it does not count as a hand-back, and the next is asked."""
    stage.asking(1)
    await stage.enrol(volunteer("v-1", MEDIATION, hours=EVENINGS), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    order_id = await stage.place(window=window(stage, 1))
    await stage.accept(await stage.last(matcher.OfferMade))
    await stage.amend(order_id, window(stage, 14))
    back, made = (await stage.heard())[-2:]
    assert ("leg_handed_back", "window_changed", "v-2") == (back.name, back.reason, made.volunteer_id)
    assert [stage.now + 4 * HOUR] * 2 == [back.due_at, made.due_at]  # the dispatch clock starts afresh
    assert ([("v-1", "released")], 0) == (
        await stage.assignment_states(order_id),
        (await stage.volunteer("v-1")).held,
    )


async def test_somebody_under_way_goes_on(stage: Stage) -> None:
    """Whoever stands at the door is not called back."""
    await stage.enrol(volunteer("v-1", MEDIATION, hours=EVENINGS))
    order_id = await stage.place(window=window(stage, 0))
    held = await stage.accept(await stage.last(matcher.OfferMade))
    await stage.start(held, "v-1")
    await stage.heard()
    await stage.amend(order_id, window(stage, 14))
    assert ([], [("v-1", "under_way")]) == (await stage.heard(), await stage.assignment_states(order_id))


async def test_a_coordinator_who_holds_the_order_keeps_it(stage: Stage) -> None:
    """The tier clock goes on; the new window is there to be seen."""
    order_id = await stage.place("certificates")
    before = await stage.dispatch(order_id)
    stage.later(hours=1)
    moved = window(stage, 5)
    await stage.amend(order_id, moved)
    row = await stage.dispatch(order_id)
    assert (before.due_at, NextStep.DECIDE, Role.COORDINATOR, moved, 2) == (
        row.due_at,
        row.next_step,
        row.holder_role,
        row.window,
        row.intake_version,
    )


async def test_changed_words_change_nothing_here(stage: Stage) -> None:
    """What no event carries moves nobody."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    await stage.heard()
    await stage.amend(order_id, None)
    assert ([], 2) == (await stage.heard(), (await stage.dispatch(order_id)).intake_version)


async def test_the_amended_window_counts_for_the_next_order(stage: Stage) -> None:
    """The moved window is taken, the old one is free again."""
    await stage.enrol(volunteer("v-1", MEDIATION, capacity=5))
    early, late = window(stage, 1), window(stage, 5)
    order_id = await stage.place(window=early)
    await stage.accept(await stage.last(matcher.OfferMade))
    await stage.amend(order_id, late)
    await stage.heard()
    for wanted in (late, early):
        await stage.place(window=wanted)
    assert ["order_escalated", "offer_made"] == names(await stage.heard())
