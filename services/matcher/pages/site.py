"""What surrounds matcher's pages: where one can go. What a desk needs less often is on one page of its own."""

from __future__ import annotations

from shared.contracts.words import Role
from shared.web.i18n import msgid
from shared.web.signing_in import SIGN_IN
from shared.web.templating import Link, Site

PEOPLE = (Role.VOLUNTEER, Role.COORDINATOR)
"""Whose pages posts are on; departments have a desk of their own."""
COORDINATORS = (Role.COORDINATOR,)
SITE = Site(
    links=(
        Link("/", msgid("My orders"), (Role.VOLUNTEER,)),
        Link("/", msgid("Desk"), COORDINATORS),
        Link("/entry", msgid("Take down an order"), COORDINATORS),
        Link("/pool", msgid("Open orders"), (Role.VOLUNTEER,)),
        Link("/posts", msgid("Posts"), PEOPLE),
        Link("/availability", msgid("My time"), (Role.VOLUNTEER,)),
        Link("/card", msgid("My card"), (Role.VOLUNTEER,)),
        Link("/messages", msgid("My messages"), (Role.VOLUNTEER, Role.DEPARTMENT)),
        Link("/volunteers", msgid("Volunteers"), COORDINATORS),
        Link("/dangers", msgid("Dangers"), COORDINATORS),
        Link("/pages", msgid("All pages"), COORDINATORS),
        Link("/department", msgid("Referred to us"), (Role.DEPARTMENT,)),
    ),
    footer=(Link("/cards", msgid("Volunteers who introduce themselves")),),
    sign_in=SIGN_IN,
)
