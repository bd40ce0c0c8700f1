"""The mission's words as people read them, in the running request's language (mission.md, "Words")."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.community.areas import AreaTree
from shared.contracts.words import NextStep, OrderState, Outcome, Role, Urgency
from shared.web.i18n import Language, Reader, current_reader, gettext, msgid

STATES: Mapping[str, str] = {
    OrderState.PLACED: msgid("Placed"),
    OrderState.OFFERED: msgid("Being offered to volunteers"),
    OrderState.ASSIGNED: msgid("Taken by a volunteer"),
    OrderState.UNDER_WAY: msgid("Under way"),
    OrderState.ESCALATED: msgid("With the coordinator"),
    OrderState.DONE: msgid("Done, waiting for the review"),
    OrderState.CLOSED: msgid("Closed"),
    OrderState.CANCELLED: msgid("Withdrawn"),
    OrderState.MERGED: msgid("Goes on under another number"),
}
NEXT_STEPS: Mapping[str, str] = {
    NextStep.OFFER: msgid("Finding a volunteer"),
    NextStep.ACCEPT: msgid("A volunteer answers"),
    NextStep.CALL_UP: msgid("A unit looks for a member"),
    NextStep.START: msgid("The volunteer sets out"),
    NextStep.COMPLETE: msgid("The volunteer finishes the work"),
    NextStep.DECIDE: msgid("The coordinator decides who serves it"),
    NextStep.REVIEW: msgid("The resident says how it went"),
    NextStep.CALL: msgid("The coordinator calls the resident"),
    NextStep.NONE: msgid("Nothing more"),
}
URGENCIES: Mapping[str, str] = {
    Urgency.URGENT: msgid("Urgent"),
    Urgency.NORMAL: msgid("Normal"),
    Urgency.FLEXIBLE: msgid("No hurry"),
}
OUTCOMES: Mapping[str, str] = {
    Outcome.FIXED: msgid("Fixed"),
    Outcome.PARTLY: msgid("Partly fixed"),
    Outcome.NOT_FIXED: msgid("Not fixed"),
    Outcome.NO_REPLY: msgid("Closed without a review"),
    Outcome.WITHDRAWN: msgid("Withdrawn"),
}
ROLES: Mapping[str, str] = {
    Role.RESIDENT: msgid("Resident"),
    Role.VOLUNTEER: msgid("Volunteer"),
    Role.COORDINATOR: msgid("Coordinator"),
    Role.DEPARTMENT: msgid("Department"),
    Role.OPS: msgid("Operations"),
    "system": msgid("By itself"),
}
EVENTS: Mapping[str, str] = {
    "order_placed": msgid("The order was placed"),
    "order_amended": msgid("The order was changed"),
    "order_cancelled": msgid("The order was withdrawn"),
    "order_reviewed": msgid("The resident gave the review"),
    "order_reopened": msgid("The order was taken up again"),
    "order_closed": msgid("The order was closed"),
    "offer_made": msgid("A volunteer was asked"),
    "offer_declined": msgid("The asked volunteer cannot"),
    "offer_countered": msgid("A volunteer proposes another time"),
    "call_up_made": msgid("A unit was asked to name somebody"),
    "offer_expired": msgid("The asked volunteer did not answer"),
    "leg_requested": msgid("A volunteer asks for it from the pool"),
    "leg_assigned": msgid("A volunteer took the order"),
    "leg_joined": msgid("One of the team has joined; more are being asked"),
    "leg_started": msgid("The volunteer set out"),
    "leg_handed_back": msgid("The volunteer had to give it back"),
    "leg_completed": msgid("The work was done"),
    "order_escalated": msgid("The order was passed on to the coordinator"),
    "order_referred": msgid("The order was passed to a department, which does the work"),
    "order_released": msgid("The coordinator has looked at it, and volunteers are asked"),
    "leg_added": msgid("A further step was added"),
    "order_done": msgid("Everything was served"),
    "order_merged": msgid("The order goes on under another number, together with the same matter of others"),
    "resident_joined": msgid("Somebody else with the same matter has joined"),
    "resident_left": msgid("Somebody no longer takes part"),
    "party_answered": msgid("The other side has answered"),
    "verdict_given": msgid("Somebody else concerned said how it went"),
    "extension_answered": msgid("The resident answered whether it may take longer"),
    "closing_proposed": msgid("The coordinator sees no way to fix it and asks to let it end"),
    "closing_answered": msgid("The resident answered whether it may end"),
    "review_reminded": msgid("The resident was reminded to say how it went"),
    "call_due": msgid("The coordinator is to call the resident"),
    "call_logged": msgid("The coordinator called the resident"),
    "incident_reported": msgid("A danger was reported"),
    "leg_taken": msgid("The coordinator serves it in person"),
    "extension_asked": msgid("The coordinator asks for more time"),
    "order_extended": msgid("The resident agreed to a later time"),
    "errand_advanced": msgid("The errand has come a step further"),
    "incident_raised": msgid("The danger is before the coordinator"),
    "incident_answered": msgid("The coordinator has seen to the danger"),
    "notice_sent": msgid("A notice was sent"),
    "notice_failed": msgid("A notice could not be sent"),
}
BLOCKED: Mapping[str, str] = {
    "no_holders": msgid("nobody has the post this needs"),
    "not_a_holder": msgid("they do not have the post this needs"),
    "not_vetted": msgid("their post is not confirmed yet"),
    "party": msgid("they are in the matter, or live where nobody is to be asked"),
    "excluded": msgid("they are to have no part in this matter"),
    "asked_before": msgid("they have been asked already"),
    "absent": msgid("they are away"),
    "not_free": msgid("they are not free then"),
    "window_taken": msgid("they have something else to do then"),
    "not_reachable": msgid("they cannot be reached at this hour"),
    "at_capacity": msgid("they have as many orders as they can carry"),
    "budget_spent": msgid("they have been asked often enough today"),
}
"""Why people cannot be asked, by the reason's code; said of many together, never of one."""


TITLES: Mapping[str, str] = {
    "comrade": msgid("Comrade %(name)s"),
    "mr": msgid("Mr %(name)s"),
    "ms": msgid("Ms %(name)s"),
    "master": msgid("Master %(name)s"),
    "teacher": msgid("Teacher %(name)s"),
    "doctor": msgid("Doctor %(name)s"),
}
"""How people call somebody by their family name, by the code of the title."""


def called(family: str, title: str, reader: Reader | None = None) -> str:
    """Somebody by their family name, as people say it."""
    return (reader or current_reader()).gettext(TITLES[title]) % {"name": family}


def _names(known: Mapping[str, str]) -> Callable[[str], str]:
    """Looks a code up; a code that has no words yet is shown as it is."""
    return lambda code: gettext(known[code]) if code in known else code


WORDS: Mapping[str, Callable[[str], str]] = {
    "state_name": _names(STATES),
    "next_step_name": _names(NEXT_STEPS),
    "urgency_name": _names(URGENCIES),
    "outcome_name": _names(OUTCOMES),
    "role_name": _names(ROLES),
    "event_name": _names(EVENTS),
    "blocked_name": _names(BLOCKED),
}
"""What every template may call: ``{{ state_name(order.state) }}``."""


def place_name(areas: AreaTree, code: str, reader: Reader | None = None) -> str:
    """Where an area is, as people say it: from its community down; above the communities, its own name."""
    if not areas.knows(code):
        return code
    language, community = (reader or current_reader()).language, areas.community_of(code)
    line = areas.ancestors(code)
    told = line[: line.index(community) + 1] if community else line[:1]
    names = [areas[each].name.told_in(language) for each in told]
    return " ".join(reversed(names)) if language is Language.ZH else ", ".join(names)
