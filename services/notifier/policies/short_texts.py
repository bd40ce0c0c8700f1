"""The short words of each notice: plain, and at most 70 characters, so that one SMS of Chinese characters holds them.

They name no service, which may be long, and no place. ``SHORT_DETAILED`` takes over where person and time are known.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts.words import Role
from shared.web.i18n import msgid

SHORT: Mapping[tuple[str, Role], str] = {
    ("order_placed", Role.RESIDENT): msgid("Order %(reference)s received. We are looking for help."),
    ("leg_assigned", Role.RESIDENT): msgid("Somebody has taken your order %(reference)s."),
    ("leg_joined", Role.RESIDENT): msgid("Order %(reference)s: one of the team has joined; more are asked."),
    ("offer_countered", Role.RESIDENT): msgid("Order %(reference)s: another time is proposed. Please answer."),
    ("leg_handed_back", Role.RESIDENT): msgid("Order %(reference)s is passed on: the volunteer could not keep it."),
    ("order_escalated", Role.RESIDENT): msgid("Sorry for the wait: a coordinator holds order %(reference)s now."),
    ("order_done", Role.RESIDENT): msgid("Order %(reference)s was served. Please tell us how it went."),
    ("order_closed", Role.RESIDENT): msgid("Order %(reference)s is closed. Thank you."),
    ("turned_away", Role.RESIDENT): msgid("Order %(reference)s is closed, not served. See its page."),
    ("order_released", Role.RESIDENT): msgid("Order %(reference)s was looked at; volunteers are asked now."),
    ("order_cancelled", Role.RESIDENT): msgid("Order %(reference)s is cancelled, as you wished."),
    ("order_reopened", Role.RESIDENT): msgid("Order %(reference)s runs again, since it is not fixed."),
    ("offer_made", Role.VOLUNTEER): msgid("Can you take order %(reference)s? Please answer."),
    ("offer_named", Role.VOLUNTEER): msgid("Your unit named you for order %(reference)s. You may decline."),
    ("call_up_made", Role.VOLUNTEER): msgid("Order %(reference)s: could a member of your unit take it?"),
    ("leg_assigned", Role.VOLUNTEER): msgid("Order %(reference)s is yours. Thank you."),
    ("offer_withdrawn", Role.VOLUNTEER): msgid("Order %(reference)s is taken care of; no answer is needed."),
    ("leg_taken", Role.VOLUNTEER): msgid("Order %(reference)s has been taken. Thank you."),
    ("offer_settled", Role.VOLUNTEER): msgid("Order %(reference)s is settled; nobody is needed. Thank you."),
    ("assignment_ended", Role.VOLUNTEER): msgid("Order %(reference)s is no longer yours. Thank you."),
    ("order_cancelled", Role.VOLUNTEER): msgid("Order %(reference)s was cancelled; nothing left to do."),
    ("order_closed", Role.VOLUNTEER): msgid("Order %(reference)s, which you served, is closed. Thank you."),
    ("order_escalated", Role.COORDINATOR): msgid("Order %(reference)s is on your desk. Please decide."),
    ("order_referred", Role.RESIDENT): msgid("Order %(reference)s is with the department that serves it."),
    ("order_referred", Role.DEPARTMENT): msgid("Order %(reference)s was referred to you. Please serve it."),
    ("referral_ended", Role.DEPARTMENT): msgid("Order %(reference)s is no longer with you. Thank you."),
    ("order_overdue", Role.RESIDENT): msgid("We are sorry: order %(reference)s is late and watched every day."),
    ("order_overdue", Role.COORDINATOR): msgid("Order %(reference)s is overdue. Please settle it today."),
    ("order_went_up", Role.COORDINATOR): msgid("Order %(reference)s is no longer on your desk."),
    ("order_went_up", Role.VOLUNTEER): msgid("The coordinator looks after order %(reference)s now."),
    ("order_split", Role.RESIDENT): msgid("A part of your matter is order %(reference)s now."),
    ("ordered_for_you", Role.RESIDENT): msgid("Order %(reference)s was placed for you."),
    ("resident_joined", Role.RESIDENT): msgid("You have joined order %(reference)s."),
    ("resident_left", Role.RESIDENT): msgid("You no longer take part in order %(reference)s."),
    ("party_named", Role.RESIDENT): msgid("A neighbour asks for a talk (%(reference)s). Please answer."),
    ("time_settled", Role.RESIDENT): msgid("The time of the talk %(reference)s has been settled."),
    ("party_asked", Role.RESIDENT): msgid("The talk %(reference)s is over. How did it end for you?"),
    ("matter_ended", Role.RESIDENT): msgid("The matter %(reference)s is closed. Thank you."),
    ("party_answered", Role.RESIDENT): msgid("Order %(reference)s: the other side has answered."),
    ("order_amended", Role.RESIDENT): msgid("The coordinator changed order %(reference)s. See its page."),
    ("order_merged", Role.RESIDENT): msgid("Order %(reference)s goes on together with another order."),
    ("order_merged", Role.VOLUNTEER): msgid("Order %(reference)s goes on elsewhere; nothing left to do."),
    ("leg_taken", Role.RESIDENT): msgid("A coordinator serves order %(reference)s in person."),
    ("extension_asked", Role.RESIDENT): msgid("Order %(reference)s needs more time. Do you agree?"),
    ("order_extended", Role.RESIDENT): msgid("Order %(reference)s has more time, as you agreed."),
    ("papers_received", Role.RESIDENT): msgid("We have the papers for order %(reference)s."),
    ("in_progress", Role.RESIDENT): msgid("Your errand %(reference)s is in progress."),
    ("ready_to_collect", Role.RESIDENT): msgid("Your errand %(reference)s is ready to collect."),
    ("closing_proposed", Role.RESIDENT): msgid("We are sorry: may order %(reference)s end? Please answer."),
    ("review_reminded", Role.RESIDENT): msgid("How did order %(reference)s go? We would like to hear."),
    ("call_due", Role.COORDINATOR): msgid("Please call or visit the resident of order %(reference)s."),
    ("incident_raised", Role.COORDINATOR): msgid("URGENT: danger in order %(reference)s. Please see to it at once."),
    ("incident_answered", Role.RESIDENT): msgid("The danger in order %(reference)s has been seen to."),
    ("incident_answered", Role.VOLUNTEER): msgid("The danger in order %(reference)s has been seen to."),
    ("alerted", Role.COORDINATOR): msgid("The audit found something unusual. Please look at the alerts."),
    ("alerted", Role.OPS): msgid("The audit found something unusual. Please look at the alerts."),
    ("order_amended", Role.VOLUNTEER): msgid("Order %(reference)s, which is yours, has another time now."),
    ("still_looking", Role.RESIDENT): msgid("Order %(reference)s: we are still looking, sorry it takes long."),
    ("reminder_day", Role.VOLUNTEER): msgid("Tomorrow: order %(reference)s. Thank you for going."),
    ("reminder_hour", Role.VOLUNTEER): msgid("In an hour: order %(reference)s. Thank you for going."),
    ("weekly_thanks", Role.VOLUNTEER): msgid("Orders you served this week: %(amount)s. Thank you!"),
    ("desk_summary", Role.COORDINATOR): msgid("On your desk: %(amount)s, past their time: %(late)s."),
    ("not_reached", Role.COORDINATOR): msgid("Order %(reference)s: its volunteer was not reached. Please call."),
}
"""What a notice of a kind says to a role in an SMS."""

SHORT_DETAILED: Mapping[tuple[str, Role], str] = {
    ("leg_assigned", Role.RESIDENT): msgid("%(reference)s: %(person)s comes %(when)s."),
    ("leg_assigned", Role.VOLUNTEER): msgid("%(reference)s is yours, %(person)s: %(when)s."),
    ("reminder_day", Role.VOLUNTEER): msgid("Tomorrow: order %(reference)s, %(when)s."),
    ("reminder_hour", Role.VOLUNTEER): msgid("In an hour: order %(reference)s, %(when)s."),
    ("order_amended", Role.VOLUNTEER): msgid("Order %(reference)s, yours, is %(when)s now."),
}
"""The same with who comes and when; never longer than 70 characters for a name of four."""

SHORT_CODE = msgid("%(code)s is your paidan code for %(minutes)s min. Tell nobody.")
"""A one-time code on a telephone."""
