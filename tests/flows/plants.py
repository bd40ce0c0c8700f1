"""Violations of I2 to I4 that are planted into a healthy stack, each under the rule that must find it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.verify import notices, orders, owed, serving
from deploy.verify.looking import Check


@dataclass(frozen=True)
class Plant:
    """One violation: the statements that plant it and those that take it away, and the rule that must find it."""

    name: str
    service: str
    sow: Sequence[str]
    weed: Sequence[str]
    rule: Check


def turned(name: str, service: str, turn: str, kinds: tuple[str, str], rule: Check) -> Plant:
    """One kind made another, and back; ``turn`` is the statement, with places for ``one`` and the ``other``."""
    one, other = kinds
    return Plant(name, service, (turn.format(one=one, other=other),), (turn.format(one=other, other=one),), rule)


_COPIED = 'leg_id, order_id, volunteer_id, state, "by", window_from, window_to, assigned_at'
_COPY = (
    f"INSERT INTO assignments (assignment_id, place, {_COPIED}) SELECT 'planted', {{place}}, {_COPIED}"  # noqa: S608 - ours
    " FROM assignments WHERE leg_id = '{{leg}}' AND assignment_id <> 'planted'"
)
_UNCOPY = "DELETE FROM assignments WHERE assignment_id = 'planted'"
_INDEX = "CREATE UNIQUE INDEX assignments_place ON assignments (leg_id, place) WHERE state IN ('assigned', 'under_way')"

_HOLDS = (
    "UPDATE volunteers SET held = held {one} WHERE volunteer_id = "
    "(SELECT volunteer_id FROM assignments WHERE leg_id = '{{leg}}' AND assignment_id <> 'planted')"
)
_OTHER_LEG = "(SELECT leg_id FROM legs WHERE order_id = '{closed}')"
_COPY_ELSEWHERE = _COPY.format(place=1).replace("SELECT 'planted', 1, leg_id", f"SELECT 'planted', 1, {_OTHER_LEG}")

_OF_DECLINER = "WHERE order_id = '{{declined}}' AND recipient_id = '{{decliner}}'"
_TOLD = "recipient_role, recipient_id, offer_id, made_at"
_RETELL = (
    f"INSERT INTO notices (notice_id, order_id, kind, version, {_TOLD}) SELECT 'planted', order_id, "  # noqa: S608 - ours
    f"'{{kind}}', {{version}}, {_TOLD} FROM notices {_OF_DECLINER} AND kind = 'leg_taken'"
)
_HELD = (
    "UPDATE orders SET state = '{state}', next_step = '{step}', holder_role = {role}, due_at = {due}"
    " WHERE order_id = '{{closed}}'"
)
_TELL = (
    "INSERT INTO notices (notice_id, order_id, kind, version, recipient_role, recipient_id, made_at)"
    " SELECT 'planted', order_id, {what}, made_at FROM notices WHERE order_id = '{{closed}}' AND kind = 'order_done'"
)
_RENAME = f"UPDATE notices SET kind = '{{other}}' {_OF_DECLINER} AND kind = '{{one}}'"  # noqa: S608 - ours
_UNTELL = "DELETE FROM notices WHERE notice_id = 'planted'"
DANGER = (
    'INSERT INTO incidents (incident_id, order_id, "by", area, due_at, raised, reported_at)'
    " SELECT 'planted', order_id, 'resident', '', due_at, 1, placed_at FROM dispatches WHERE order_id = '{closed}'"
)

_UNTHANK = (
    "UPDATE notices SET kind = '{other}', version = version {by} WHERE order_id = '{{closed}}' AND kind = '{one}'"
    " AND recipient_role = 'volunteer'"
)

OF_SERVING = (
    Plant(
        "two_have_one_place",
        "matcher",
        ("DROP INDEX assignments_place", _COPY.format(place=1)),
        (_UNCOPY, _INDEX),
        serving.places_are_taken_once,
    ),
    Plant(
        "a_place_beyond_the_headcount", "matcher", (_COPY.format(place=2),), (_UNCOPY,), serving.places_are_taken_once
    ),
    Plant(
        "a_wrong_counter",
        "matcher",
        ("UPDATE volunteers SET held = held + 1 WHERE volunteer_id = 'v-0001'",),
        ("UPDATE volunteers SET held = held - 1 WHERE volunteer_id = 'v-0001'",),
        serving.counters_agree,
    ),
    Plant(
        "a_wrong_count_of_open_offers",
        "matcher",
        ("UPDATE volunteers SET asked = asked + 1 WHERE volunteer_id = 'v-0001'",),
        ("UPDATE volunteers SET asked = asked - 1 WHERE volunteer_id = 'v-0001'",),
        serving.counters_agree,
    ),
    Plant(
        "two_places_at_once",
        "matcher",
        (_COPY_ELSEWHERE, _HOLDS.format(one="+ 1")),
        (_HOLDS.format(one="- 1"), _UNCOPY),
        serving.places_are_taken_once,
    ),
    Plant(
        "a_post_with_more_claims_than_places",
        "matcher",
        ("UPDATE posts SET headcount = headcount - 1000 WHERE post_id = 'mediation-maoling-east'",),
        ("UPDATE posts SET headcount = headcount + 1000 WHERE post_id = 'mediation-maoling-east'",),
        serving.posts_are_held_once,
    ),
    Plant(
        "an_open_order_without_holder",
        "intake",
        ("UPDATE orders SET holder_role = NULL WHERE order_id = '{assigned}'",),
        ("UPDATE orders SET holder_role = 'volunteer' WHERE order_id = '{assigned}'",),
        orders.open_orders_are_held,
    ),
    Plant(
        "an_open_order_without_clock",
        "matcher",
        ("UPDATE dispatches SET state = 'closed' WHERE order_id = '{assigned}'",),
        ("UPDATE dispatches SET state = 'assigned' WHERE order_id = '{assigned}'",),
        orders.open_orders_are_held,
    ),
    Plant(
        "a_call_that_nobody_owes",
        "intake",
        (_HELD.format(state="done", step="call", role="'coordinator'", due="placed_at"),),
        (_HELD.format(state="closed", step="none", role="NULL", due="NULL"),),
        orders.open_orders_are_held,
    ),
    Plant(
        "a_danger_before_nobody",
        "matcher",
        (DANGER,),
        ("DELETE FROM incidents WHERE incident_id = 'planted'",),
        orders.dangers_are_before_somebody,
    ),
    Plant(
        "a_step_nobody_was_told_of",
        "notifier",
        ("UPDATE notices SET version = version + 1000 WHERE order_id = '{closed}' AND kind = 'order_done'",),
        ("UPDATE notices SET version = version - 1000 WHERE order_id = '{closed}' AND kind = 'order_done'",),
        notices.each_step_once,
    ),
    turned(
        "somebody_asked_in_vain_who_never_heard_the_end",
        "notifier",
        _RENAME,
        ("leg_taken", "order_closed"),
        notices.each_step_once,
    ),
    Plant(
        "an_end_told_twice",
        "notifier",
        (_RETELL.format(kind="offer_settled", version="version"),),
        (_UNTELL,),
        notices.each_step_once,
    ),
    Plant(
        "an_end_of_what_was_never_asked",
        "notifier",
        (_RETELL.format(kind="leg_taken", version="version + 1000"),),
        (_UNTELL,),
        notices.each_step_once,
    ),
    Plant(
        "a_step_told_to_a_resident_who_is_not_concerned",
        "notifier",
        (_TELL.format(what="kind, version, recipient_role, 'stranger'"),),
        (_UNTELL,),
        notices.each_step_once,
    ),
    Plant(
        "a_department_told_of_the_end_of_what_it_never_had",
        "notifier",
        (_TELL.format(what="'referral_ended', version, 'department', 'city'"),),
        (_UNTELL,),
        notices.each_step_once,
    ),
    Plant(
        "who_ordered_was_told_nothing",
        "notifier",
        ("UPDATE notices SET recipient_id = 'planted' WHERE order_id = '{closed}' AND kind = 'order_done'",),
        ("UPDATE notices SET recipient_id = '{closed}' WHERE order_id = '{closed}' AND kind = 'order_done'",),
        owed.everybody_hears,
    ),
    Plant(
        "who_served_was_not_thanked",
        "notifier",
        (_UNTHANK.format(one="order_closed", other="planted", by="+ 1000"),),
        (_UNTHANK.format(one="planted", other="order_closed", by="- 1000"),),
        owed.everybody_hears,
    ),
)
