"""Steps of a journey, kinds of notices and states of deliveries, as ops read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notifier.policies import kinds
from shared.web.i18n import gettext, msgid
from shared.web.wording import WORDS

STEPS: Mapping[str, str] = {
    "event": msgid("Event"),
    "notice": msgid("Notice"),
    "delivery": msgid("Sending"),
    "clock": msgid("To come"),
}
NOTICES: Mapping[str, str] = {
    "due": msgid("Its time runs out"),
    kinds.OFFER_WITHDRAWN: msgid("No answer needed any more"),
    kinds.ASSIGNMENT_ENDED: msgid("No longer theirs"),
    kinds.OFFER_NAMED: msgid("Named by their unit"),
    kinds.REFERRAL_ENDED: msgid("No longer with the department"),
    kinds.OFFER_SETTLED: msgid("Nobody needed any more"),
    kinds.ORDER_OVERDUE: msgid("Late, with an apology"),
    kinds.ORDER_WENT_UP: msgid("Somebody else holds it"),
    kinds.ORDER_SPLIT: msgid("A part has a number of its own"),
    kinds.ORDERED_FOR_YOU: msgid("Ordered for them"),
    kinds.PARTY_NAMED: msgid("Asked for a talk"),
    kinds.TIME_SETTLED: msgid("The time of the talk"),
    kinds.PARTY_ASKED: msgid("How the talk went"),
    kinds.MATTER_ENDED: msgid("The matter is closed"),
    kinds.TURNED_AWAY: msgid("Turned away"),
    kinds.STILL_LOOKING: msgid("Somebody is still looked for"),
    kinds.REMINDER_DAY: msgid("Reminder, a day before"),
    kinds.REMINDER_HOUR: msgid("Reminder, an hour before"),
    kinds.NOT_REACHED: msgid("The volunteer was not reached"),
    "papers_received": msgid("Papers are there"),
    "in_progress": msgid("In progress"),
    "ready_to_collect": msgid("Ready to collect"),
}
STATES: Mapping[str, str] = {
    "waiting": msgid("waiting"),
    "delivered": msgid("delivered"),
    "dead": msgid("given up"),
    "unsure": msgid("perhaps delivered"),
    "unwanted": msgid("not wanted"),
    "unknown": msgid("no address"),
}


def notice_name(kind: str) -> str:
    """What a kind of notice is about; most are named after their event."""
    return gettext(NOTICES[kind]) if kind in NOTICES else WORDS["event_name"](kind)


JOURNEY_WORDS: Mapping[str, Any] = {
    "step_kind": lambda what: gettext(STEPS[what]),
    "notice_name": notice_name,
    "delivery_state": lambda state: gettext(STATES[state]) if state in STATES else state,
}
