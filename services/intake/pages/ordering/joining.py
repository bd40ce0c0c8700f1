"""Before an order is placed: whether others have the same matter already, and one tap to join them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.access import Doors
from services.intake.access.concerned import join_order
from services.intake.commands import PlaceOrder
from services.intake.commands.concerning import JoinOrder, Suggest
from services.intake.queries.views import PlacedView
from shared.community.areas import AreaTree
from shared.web.forms import Form
from shared.web.wording import place_name

JOIN, ANOTHER = "join_token", "another"
"""The buttons of the form: the token of the order to join; that one's own is another matter."""


@dataclass(frozen=True)
class Option:
    """One similar order, as its button says it."""

    token: str
    place: str
    placed_at: datetime
    state: str


async def similar_to(doors: Doors, areas: AreaTree, form: Form, order: PlaceOrder) -> list[Option]:
    """Orders to offer before this one is placed; none once the resident has said that theirs is another matter."""
    if form.value(ANOTHER):
        return []
    asked = Suggest(text=order.details, area=order.area, window=order.window)
    found = await doors.suggestions.similar(asked, order.service, doors.clock.now())
    return [Option(one.join_token, place_name(areas, one.area), one.placed_at, one.state) for one in found]


async def joined_by(doors: Doors, form: Form) -> PlacedView | None:
    """The order that the button tapped joins; None where another was tapped. Raises ``FormInvalid`` and refusals."""
    if not form.value(JOIN):
        return None
    sent = {name: texts for name, texts in form.values.items() if name in {JOIN, "contact.name", "contact.phone"}}
    return await join_order(doors, replace(form, values=sent).read(JoinOrder, groups=("contact",)))
