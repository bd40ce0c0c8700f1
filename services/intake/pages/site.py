"""What surrounds intake's pages: where one can go, and where whoever has to sign in does so."""

from __future__ import annotations

from services.intake.pages.privacy import ADDRESS as PRIVACY
from shared.contracts.words import Role
from shared.web.i18n import msgid
from shared.web.signing_in import SIGN_IN
from shared.web.templating import Link, Site

SITE = Site(
    links=(
        Link("/", msgid("Place an order")),
        Link("/track", msgid("Follow an order")),
        Link("/entry", msgid("Take down an order"), (Role.COORDINATOR,)),
        Link("/call-list", msgid("Calls to make"), (Role.COORDINATOR,)),
    ),
    footer=(Link(PRIVACY, msgid("What happens with your data")),),
    sign_in="/track",
    sign_ins={"/desk/": SIGN_IN, "/entry": SIGN_IN, "/call-list": SIGN_IN, "/looks": SIGN_IN},
)
