"""The kinds of notices that no event is named after."""

from __future__ import annotations

from shared.contracts.words import Role

OFFER_WITHDRAWN = "offer_withdrawn"
ASSIGNMENT_ENDED = "assignment_ended"
OFFER_NAMED = "offer_named"
LEG_JOINED = "leg_joined"
REFERRAL_ENDED = "referral_ended"
LEG_TAKEN = "leg_taken"
OFFER_SETTLED = "offer_settled"

ORDER_OVERDUE = "order_overdue"
ORDER_WENT_UP = "order_went_up"
ORDER_SPLIT = "order_split"
ORDERED_FOR_YOU = "ordered_for_you"
PARTY_NAMED = "party_named"
TIME_SETTLED = "time_settled"
PARTY_ASKED = "party_asked"
MATTER_ENDED = "matter_ended"
TURNED_AWAY = "turned_away"
ALERTED = "alerted"

HOW_IT_ENDED = frozenset({OFFER_WITHDRAWN, LEG_TAKEN, OFFER_SETTLED})
"""What somebody who was asked in vain hears; one of them for each time they were asked."""

STILL_LOOKING = "still_looking"
REMINDER_DAY = "reminder_day"
REMINDER_HOUR = "reminder_hour"
WEEKLY_THANKS = "weekly_thanks"
DESK_SUMMARY = "desk_summary"
NOT_REACHED = "not_reached"
"""To a coordinator: a volunteer could not be told what they are about to do."""

OF_TIME = frozenset({STILL_LOOKING, REMINDER_DAY, REMINDER_HOUR, WEEKLY_THANKS, DESK_SUMMARY, NOT_REACHED})
"""What time alone calls for, or a channel that failed: no fact does."""


def is_of_time(kind: str, role: Role) -> bool:
    """Whether a notice was made since time had passed, or a channel failed. A volunteer hears of a changed time once it
    is clear that they keep it: that is one of them, though it is named after a fact.
    """
    return kind in OF_TIME or (kind == "order_amended" and role is Role.VOLUNTEER)
