"""The words of each notice, as message ids. They are put together late, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from services.notifier.policies.kinds import ALERTED
from shared.contracts.words import Role
from shared.web.i18n import msgid

CODE_TEXT = msgid(
    "%(code)s is your code to find your orders. It is good for %(minutes)s min. Tell it to nobody, also not to "
    "somebody who calls you."
)
"""What goes to a phone with a one-time code of who looks for orders."""

SIGN_IN_TEXT = msgid(
    "%(code)s is your code to sign in. It is good for %(minutes)s min. Tell it to nobody, also not to somebody who "
    "calls you."
)
"""What goes to a phone with a one-time code of who signs in."""

TEXTS: Mapping[tuple[str, Role], str] = {
    ("order_placed", Role.RESIDENT): msgid("We have your order %(reference)s (%(service)s) and are looking for help."),
    ("leg_assigned", Role.RESIDENT): msgid("Somebody has taken your order %(reference)s (%(service)s)."),
    ("leg_joined", Role.RESIDENT): msgid(
        "Somebody has joined the team for your order %(reference)s (%(service)s); more are being asked."
    ),
    ("offer_countered", Role.RESIDENT): msgid(
        "A volunteer could come for your order %(reference)s (%(service)s) at another time. Please see whether it "
        "suits you."
    ),
    ("leg_handed_back", Role.RESIDENT): msgid(
        "Your order %(reference)s (%(service)s) is passed on: the volunteer could not keep it."
    ),
    ("order_escalated", Role.RESIDENT): msgid(
        "We are sorry for the wait: a coordinator now holds your order %(reference)s (%(service)s) and decides how it "
        "goes on."
    ),
    ("order_done", Role.RESIDENT): msgid(
        "Your order %(reference)s (%(service)s) has been served. Please tell us how it went."
    ),
    ("order_closed", Role.RESIDENT): msgid("Your order %(reference)s (%(service)s) is closed. Thank you."),
    ("turned_away", Role.RESIDENT): msgid(
        "Your order %(reference)s (%(service)s) is closed and was not served: the coordinator took it for advertising "
        "or abuse. Its page says why, and what you can do if that is wrong."
    ),
    ("order_released", Role.RESIDENT): msgid(
        "The coordinator has looked at your order %(reference)s (%(service)s); volunteers are being asked now."
    ),
    ("order_cancelled", Role.RESIDENT): msgid("Your order %(reference)s (%(service)s) is cancelled, as you wished."),
    ("order_reopened", Role.RESIDENT): msgid(
        "Your order %(reference)s (%(service)s) runs again under the same number, since it is not fixed."
    ),
    ("offer_made", Role.VOLUNTEER): msgid("Can you take order %(reference)s (%(service)s)? Please answer."),
    ("offer_named", Role.VOLUNTEER): msgid(
        "The secretary of your unit has named you for order %(reference)s (%(service)s). Can you take it? "
        "You are free to decline."
    ),
    ("call_up_made", Role.VOLUNTEER): msgid(
        "Nobody is left to ask for order %(reference)s (%(service)s). Please see whether a member of your unit could "
        "take it."
    ),
    ("leg_assigned", Role.VOLUNTEER): msgid("Order %(reference)s (%(service)s) is yours. Thank you for taking it."),
    ("offer_withdrawn", Role.VOLUNTEER): msgid(
        "Order %(reference)s (%(service)s) is taken care of. If you have not answered yet, you need not any more. "
        "Thank you."
    ),
    ("leg_taken", Role.VOLUNTEER): msgid("Order %(reference)s (%(service)s) has been taken. Thank you."),
    ("offer_settled", Role.VOLUNTEER): msgid(
        "Order %(reference)s (%(service)s) is settled; nobody is needed any more. Thank you."
    ),
    ("assignment_ended", Role.VOLUNTEER): msgid(
        "Order %(reference)s (%(service)s) is no longer yours; somebody else goes on with it. Thank you."
    ),
    ("order_cancelled", Role.VOLUNTEER): msgid(
        "The resident has cancelled order %(reference)s (%(service)s); there is nothing left to do. Thank you."
    ),
    ("order_closed", Role.VOLUNTEER): msgid(
        "Order %(reference)s (%(service)s), which you served, is closed. Thank you."
    ),
    ("order_escalated", Role.COORDINATOR): msgid(
        "Order %(reference)s (%(service)s) is on your desk. Please decide how it goes on."
    ),
    ("order_referred", Role.RESIDENT): msgid(
        "Your order %(reference)s (%(service)s) is with the department that serves it now."
    ),
    ("order_referred", Role.DEPARTMENT): msgid(
        "Order %(reference)s (%(service)s) was referred to you. Please serve it, or hand it back with a reason."
    ),
    ("referral_ended", Role.DEPARTMENT): msgid(
        "Order %(reference)s (%(service)s) is no longer with you; there is nothing left to do. Thank you."
    ),
    ("order_overdue", Role.RESIDENT): msgid(
        "We are sorry: your order %(reference)s (%(service)s) is late. It stays with the highest coordinator, who "
        "is reminded of it every day until it is settled."
    ),
    ("order_overdue", Role.COORDINATOR): msgid(
        "Order %(reference)s (%(service)s) is overdue and nobody is above you. Please settle it today."
    ),
    ("order_went_up", Role.COORDINATOR): msgid(
        "Order %(reference)s (%(service)s) is no longer on your desk; another coordinator goes on with it."
    ),
    ("order_went_up", Role.VOLUNTEER): msgid(
        "The coordinator now looks after order %(reference)s (%(service)s), since its time has passed. If you are "
        "still on it, you are welcome to go on."
    ),
    ("order_split", Role.RESIDENT): msgid(
        "A part of your matter has a number of its own now: %(reference)s (%(service)s). We are looking for help."
    ),
    ("ordered_for_you", Role.RESIDENT): msgid(
        "Order %(reference)s (%(service)s) was placed for you. We tell you how it goes on."
    ),
    ("resident_joined", Role.RESIDENT): msgid(
        "You have joined order %(reference)s (%(service)s). We tell you how it goes on."
    ),
    ("resident_left", Role.RESIDENT): msgid(
        "You no longer take part in order %(reference)s (%(service)s). It goes on for the others."
    ),
    ("party_named", Role.RESIDENT): msgid(
        "A neighbour has asked for a talk with a mediator, who does not take sides (%(reference)s, %(service)s). "
        "It is up to you: please say whether you agree and when it suits you."
    ),
    ("time_settled", Role.RESIDENT): msgid("The time for the talk about %(reference)s (%(service)s) has been settled."),
    ("party_asked", Role.RESIDENT): msgid(
        "The talk about %(reference)s (%(service)s) is over. Please tell us how it ended for you."
    ),
    ("matter_ended", Role.RESIDENT): msgid(
        "The matter %(reference)s (%(service)s) is closed. Thank you for being heard."
    ),
    ("party_answered", Role.RESIDENT): msgid("The other side of your order %(reference)s (%(service)s) has answered."),
    ("order_amended", Role.RESIDENT): msgid(
        "The coordinator has changed the time or the urgency of your order %(reference)s (%(service)s)."
    ),
    ("order_merged", Role.RESIDENT): msgid(
        "Your order %(reference)s (%(service)s) is one matter with another order and goes on under that number. "
        "You hear of everything there."
    ),
    ("order_merged", Role.VOLUNTEER): msgid(
        "Order %(reference)s (%(service)s) goes on together with another order; there is nothing left to do here. "
        "Thank you."
    ),
    ("leg_taken", Role.RESIDENT): msgid("A coordinator serves your order %(reference)s (%(service)s) in person."),
    ("extension_asked", Role.RESIDENT): msgid(
        "Your order %(reference)s (%(service)s) needs more time. Please say whether you agree."
    ),
    ("order_extended", Role.RESIDENT): msgid("Your order %(reference)s (%(service)s) has more time, as you agreed."),
    ("papers_received", Role.RESIDENT): msgid("We have the papers for your order %(reference)s (%(service)s)."),
    ("in_progress", Role.RESIDENT): msgid("Your errand %(reference)s (%(service)s) is in progress."),
    ("ready_to_collect", Role.RESIDENT): msgid("Your errand %(reference)s (%(service)s) is ready to collect."),
    ("closing_proposed", Role.RESIDENT): msgid(
        "We are sorry: the coordinator sees no way to fix your order %(reference)s (%(service)s) and has given the "
        "reasons. Please say whether it may end there."
    ),
    ("review_reminded", Role.RESIDENT): msgid(
        "Your order %(reference)s (%(service)s) has been served. We would still like to hear how it went."
    ),
    ("call_due", Role.COORDINATOR): msgid(
        "Please call or visit the resident of order %(reference)s (%(service)s), who reads no messages."
    ),
    ("incident_raised", Role.COORDINATOR): msgid(
        "Urgent: a danger was reported in order %(reference)s (%(service)s). Please see to it at once."
    ),
    ("incident_answered", Role.RESIDENT): msgid(
        "The coordinator has seen to the danger reported in your order %(reference)s (%(service)s)."
    ),
    ("incident_answered", Role.VOLUNTEER): msgid(
        "The coordinator has seen to the danger reported in order %(reference)s (%(service)s)."
    ),
}
"""What a notice of a kind says to a role. ``service`` is the name of the service in the reader's language."""

TEXTS_OF_TIME: Mapping[tuple[str, Role], str] = {
    ("order_amended", Role.VOLUNTEER): msgid(
        "The time of order %(reference)s (%(service)s) was changed. It is still yours; if that does not suit you, "
        "please hand it back."
    ),
    ("still_looking", Role.RESIDENT): msgid(
        "We are still looking for somebody for your order %(reference)s (%(service)s). We are sorry that it takes "
        "long; at the latest when its time is over a coordinator takes it on."
    ),
    ("reminder_day", Role.VOLUNTEER): msgid(
        "A reminder: tomorrow you serve order %(reference)s (%(service)s). Thank you."
    ),
    ("reminder_hour", Role.VOLUNTEER): msgid(
        "A reminder: in an hour you serve order %(reference)s (%(service)s). Thank you."
    ),
    ("weekly_thanks", Role.VOLUNTEER): msgid("Orders you served this week: %(amount)s. Your neighbours thank you."),
    ("desk_summary", Role.COORDINATOR): msgid(
        "Good morning. Orders on your desk: %(amount)s; past their time: %(late)s."
    ),
    ("not_reached", Role.COORDINATOR): msgid(
        "The volunteer of order %(reference)s (%(service)s) could not be reached over any channel. Please call them."
    ),
}
"""What a notice says that time called for, or a channel that failed."""

DETAILED: Mapping[tuple[str, Role], str] = {
    ("leg_assigned", Role.RESIDENT): msgid(
        "%(person)s comes for your order %(reference)s (%(service)s): %(when)s, %(place)s."
    ),
    ("leg_joined", Role.RESIDENT): msgid(
        "%(person)s has joined the team for your order %(reference)s (%(service)s): %(when)s, %(place)s. More are "
        "being asked."
    ),
    ("leg_assigned", Role.VOLUNTEER): msgid(
        "%(person)s, order %(reference)s (%(service)s) is yours: %(when)s, %(place)s. Thank you for taking it."
    ),
    ("order_amended", Role.VOLUNTEER): msgid(
        "The time of order %(reference)s (%(service)s) was changed. It is still yours: %(when)s, %(place)s. If that "
        "does not suit you, please hand it back."
    ),
    ("reminder_day", Role.VOLUNTEER): msgid(
        "A reminder for tomorrow: order %(reference)s (%(service)s), %(when)s, %(place)s. Thank you."
    ),
    ("reminder_hour", Role.VOLUNTEER): msgid(
        "A reminder: order %(reference)s (%(service)s) begins in an hour: %(when)s, %(place)s. Thank you."
    ),
}
"""What a notice says where it is known who comes, when and where: both sides hear the same of each."""

ALERT_TEXTS: Mapping[tuple[str, Role], str] = {
    (ALERTED, Role.COORDINATOR): msgid(
        "Somebody in your area has looked at unusually much, or handed back unusually many orders. Please look at "
        "Looks and alerts, or ask the operators; it may have a good reason."
    ),
    (ALERTED, Role.OPS): msgid(
        "The audit has found something unusual. Please look at the alerts of the audit; it may have a good reason."
    ),
}
"""What a notice says that is about no order."""
