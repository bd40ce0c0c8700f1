"""The words of each notice, as message ids. They are put together late, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts.words import Role
from shared.web.i18n import msgid

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
        "A coordinator now holds your order %(reference)s (%(service)s) and decides how it goes on."
    ),
    ("order_done", Role.RESIDENT): msgid(
        "Your order %(reference)s (%(service)s) has been served. Please tell us how it went."
    ),
    ("order_closed", Role.RESIDENT): msgid("Your order %(reference)s (%(service)s) is closed. Thank you."),
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
}
"""What a notice of a kind says to a role. ``service`` is the name of the service in the reader's language."""
