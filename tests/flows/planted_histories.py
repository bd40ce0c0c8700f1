"""Violations of I1 and I5 to I7 that are planted into a healthy stack, each under the rule that must find it."""

from __future__ import annotations

from deploy.verify import histories, promises, rereading, steps, views
from tests.flows.people import GRID
from tests.flows.plants import DANGER, Plant, turned

_AGREE, _REPLAY = views.services_agree, rereading.replay_gives_the_same
_LEGS_BACK = (
    "UPDATE legs SET order_id = '{declined}' WHERE order_id = '{closed}' AND leg_id > "
    "(SELECT max(leg_id) FROM legs WHERE order_id = '{assigned}')"
)
_EXTEND = (
    "INSERT INTO extensions (order_id, extension_id, until, asked_at, withdrawn)"
    " SELECT order_id, 'planted', placed_at, placed_at, false FROM orders WHERE order_id = '{assigned}'"
)
_PROPOSE = (
    "INSERT INTO proposed_times (order_id, offer_id, window_from, window_to, expires_at, by_party) SELECT"
    " order_id, 'planted', placed_at, placed_at, placed_at, false FROM orders WHERE order_id = '{assigned}'"
)
_GRID = "UPDATE dispatches SET grid = '{grid}' WHERE order_id = '{{assigned}}'"
_KEPT = "reference, version, intake_version, state, service, served_by, grid, urgency, desk_area, tier, due_at"
_REST = "next_step, round, traceparent, placed_at, continued, parties_known, climbs, returns"
_REDISPATCH = (
    f"INSERT INTO dispatches (order_id, {_KEPT}, {_REST}) SELECT 'planted', {_KEPT}, {_REST}"  # noqa: S608 - ours
    " FROM dispatches WHERE order_id = '{closed}'"
)
_TOLD_OTHERWISE = (
    "UPDATE notices SET kind = '{other}' WHERE order_id = '{{assigned}}' AND kind = '{one}'"
    " AND recipient_role = 'volunteer'"
)
_FACT = "subject, type, time, traceparent, body, sent_at, version"
_RETELL_ABOUT = (
    f"INSERT INTO outbox (event_id, about, {_FACT}) SELECT 'planted', 'nothing', {_FACT}"  # noqa: S608 - ours
    " FROM outbox WHERE about = '{closed}' AND type LIKE '%order_placed%'"
)
_RETYPE = (
    "UPDATE outbox SET type = 'paidan.matcher.{other}.v1' WHERE about = '{{closed}}'"
    " AND type = 'paidan.matcher.{one}.v1' AND body LIKE '%assignment_id%'"
)

OF_HISTORIES = (
    Plant(
        "a_gap_in_the_versions",
        "intake",
        ("UPDATE outbox SET version = version + 5 WHERE about = '{closed}' AND type LIKE '%order_closed%'",),
        ("UPDATE outbox SET version = version - 5 WHERE about = '{closed}' AND type LIKE '%order_closed%'",),
        histories.versions_are_gapless,
    ),
    Plant(
        "a_step_back_in_time",
        "intake",
        ("UPDATE timeline SET state = 'offered' WHERE order_id = '{closed}' AND kind = 'order_reviewed'",),
        ("UPDATE timeline SET state = 'done' WHERE order_id = '{closed}' AND kind = 'order_reviewed'",),
        histories.transitions_are_legal,
    ),
    Plant(
        "a_lost_fact",
        "intake",
        ("UPDATE orders SET dispatch_version = dispatch_version - 1 WHERE order_id = '{closed}'",),
        ("UPDATE orders SET dispatch_version = dispatch_version + 1 WHERE order_id = '{closed}'",),
        views.services_agree,
    ),
    Plant(
        "an_order_split_from_none",
        "intake",
        ("UPDATE orders SET split_from = 'nowhere' WHERE order_id = '{closed}'",),
        ("UPDATE orders SET split_from = NULL WHERE order_id = '{closed}'",),
        promises.orders_are_whole,
    ),
    Plant(
        "merged_and_not_ended",
        "intake",
        ("UPDATE orders SET merged_into = '{assigned}' WHERE order_id = '{closed}'",),
        ("UPDATE orders SET merged_into = NULL WHERE order_id = '{closed}'",),
        promises.orders_are_whole,
    ),
    Plant(
        "an_order_without_legs",
        "intake",
        ("UPDATE legs SET order_id = '{closed}' WHERE order_id = '{declined}'",),
        (_LEGS_BACK,),
        promises.orders_are_whole,
    ),
    Plant("a_dispatch_elsewhere", "matcher", (_GRID.format(grid="elsewhere"),), (_GRID.format(grid=GRID),), _AGREE),
    Plant(
        "another_next_step",
        "intake",
        ("UPDATE orders SET next_step = 'complete' WHERE order_id = '{assigned}'",),
        ("UPDATE orders SET next_step = 'start' WHERE order_id = '{assigned}'",),
        _AGREE,
    ),
    Plant(
        "a_dispatch_of_nothing",
        "matcher",
        (_REDISPATCH,),
        ("DELETE FROM dispatches WHERE order_id = 'planted'",),
        _AGREE,
    ),
    Plant(
        "an_entry_that_tells_of_something_else",
        "intake",
        ("UPDATE timeline SET kind = 'order_amended' WHERE order_id = '{closed}' AND kind = 'order_reviewed'",),
        ("UPDATE timeline SET kind = 'order_reviewed' WHERE order_id = '{closed}' AND kind = 'order_amended'",),
        views.parts_agree,
    ),
    Plant(
        "a_leg_with_more_places",
        "matcher",
        ("UPDATE legs SET headcount = headcount + 1 WHERE leg_id = '{leg}'",),
        ("UPDATE legs SET headcount = headcount - 1 WHERE leg_id = '{leg}'",),
        views.parts_agree,
    ),
    Plant(
        "an_extension_nobody_asked_for",
        "intake",
        (_EXTEND,),
        ("DELETE FROM extensions WHERE extension_id = 'planted'",),
        views.parts_agree,
    ),
    Plant(
        "a_time_nobody_proposed",
        "intake",
        (_PROPOSE,),
        ("DELETE FROM proposed_times WHERE offer_id = 'planted'",),
        views.parts_agree,
    ),
    Plant(
        "a_danger_the_resident_never_reported",
        "matcher",
        (DANGER,),
        ("DELETE FROM incidents WHERE incident_id = 'planted'",),
        views.parts_agree,
    ),
    Plant(
        "an_event_kept_otherwise",
        "notifier",
        ("UPDATE events SET body = body || ' ' WHERE about = '{closed}' AND name = 'order_closed'",),
        ("UPDATE events SET body = rtrim(body) WHERE about = '{closed}' AND name = 'order_closed'",),
        _REPLAY,
    ),
    Plant(
        "an_event_not_heard",
        "notifier",
        ("UPDATE events SET event_id = event_id || 'x' WHERE about = '{closed}' AND name = 'order_closed'",),
        ("UPDATE events SET event_id = replace(event_id, 'x', '') WHERE about = '{closed}'",),
        _REPLAY,
    ),
    Plant(
        "an_order_followed_too_far",
        "notifier",
        ("UPDATE orders SET dispatch_version = dispatch_version + 1 WHERE order_id = '{closed}'",),
        ("UPDATE orders SET dispatch_version = dispatch_version - 1 WHERE order_id = '{closed}'",),
        _REPLAY,
    ),
    Plant(
        "others_are_concerned",
        "notifier",
        ("UPDATE orders SET involved = involved || ' ' WHERE order_id = '{closed}'",),
        ("UPDATE orders SET involved = rtrim(involved) WHERE order_id = '{closed}'",),
        _REPLAY,
    ),
    Plant(
        "a_board_that_counts_otherwise",
        "notifier",
        ("UPDATE matters SET rounds = rounds + 1 WHERE order_id = '{closed}'",),
        ("UPDATE matters SET rounds = rounds - 1 WHERE order_id = '{closed}'",),
        _REPLAY,
    ),
    Plant(
        "a_volunteer_told_of_something_else",
        "notifier",
        (_TOLD_OTHERWISE.format(one="leg_assigned", other="assignment_ended"),),
        (_TOLD_OTHERWISE.format(one="assignment_ended", other="leg_assigned"),),
        _REPLAY,
    ),
    Plant(
        "a_gap_in_the_versions_of_a_dispatch",
        "matcher",
        ("UPDATE outbox SET version = version + 5 WHERE about = '{closed}' AND type LIKE '%order_done%'",),
        ("UPDATE outbox SET version = version - 5 WHERE about = '{closed}' AND type LIKE '%order_done%'",),
        histories.versions_are_gapless,
    ),
    Plant(
        "facts_about_nothing",
        "intake",
        (_RETELL_ABOUT,),
        ("DELETE FROM outbox WHERE about = 'nothing'",),
        histories.versions_are_gapless,
    ),
    Plant(
        "a_timeline_that_is_cut_off",
        "intake",
        ("UPDATE orders SET entries = entries + 1 WHERE order_id = '{closed}'",),
        ("UPDATE orders SET entries = entries - 1 WHERE order_id = '{closed}'",),
        histories.transitions_are_legal,
    ),
    turned(
        "a_dispatch_done_before_it_was_served",
        "matcher",
        _RETYPE,
        ("leg_started", "order_done"),
        steps.dispatches_step_legally,
    ),
    Plant(
        "a_dispatch_ended_by_nobody",
        "matcher",
        ("UPDATE dispatches SET state = 'cancelled' WHERE order_id = '{assigned}'",),
        ("UPDATE dispatches SET state = 'assigned' WHERE order_id = '{assigned}'",),
        steps.dispatches_step_legally,
    ),
)
