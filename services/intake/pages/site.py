"""What surrounds intake's pages: where one can go, and where whoever has to sign in does so."""

from __future__ import annotations

from dataclasses import replace

from services.intake.pages.privacy import ADDRESS as PRIVACY
from services.intake.settings import IntakeSettings
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.identity.keys import read_key
from shared.identity.visit_codes import VisitCodes
from shared.web.i18n import msgid
from shared.web.signing_in import SIGN_IN
from shared.web.templating import Link, Site

_SITE = Site(
    links=(
        Link("/", msgid("Place an order")),
        Link("/track", msgid("Follow an order"), own=True),
        Link("/entry", msgid("Take down an order"), (Role.COORDINATOR,)),
        Link("/call-list", msgid("Calls to make"), (Role.COORDINATOR,)),
    ),
    footer=(Link(PRIVACY, msgid("What happens with your data")),),
    sign_in="/track",
    sign_ins={"/desk/": SIGN_IN, "/entry": SIGN_IN, "/call-list": SIGN_IN, "/looks": SIGN_IN},
)


def site_of(rules: Community, settings: IntakeSettings) -> Site:
    """The surroundings in one community: its station's phone, after how long its devices forget, and its volunteers."""
    codes, matcher = VisitCodes(read_key(settings.keys, "tokens")), settings.url_of("matcher")
    around = {"desk_address": matcher, "visit_code": codes.of}
    cards = (Link(f"{matcher}/cards", msgid("Volunteers who introduce themselves")),) if matcher else ()
    return replace(
        _SITE,
        footer=(*_SITE.footer, *cards),
        station=rules.station_phone,
        kiosk_seconds=settings.kiosk_seconds,
        globals=around,
    )
