"""The part of the order form that asks who else is in the matter, on services where somebody is."""

from __future__ import annotations

from dataclasses import replace

from services.intake.commands import Party, PlaceOrder
from services.intake.policies.acceptance import OrderInvalid
from shared.contracts.refusal import FieldError, Refusal
from shared.web.i18n import msgid

_SENT_AS, _SHOWN_AS = "/excluded/0/", "/party/"


class PlaceBetween(PlaceOrder):
    """An order as its form asks for it: the other party, and whether all of one's own building are left out."""

    party: Party | None = None
    own_building: bool = False

    def order(self, grid: str) -> PlaceOrder:
        """The order itself. Raises ``OrderInvalid`` when no building was chosen to leave out."""
        if self.own_building and self.area == grid:
            raise OrderInvalid(errors=[FieldError("/own_building", _CHOOSE)])
        building = (Party(area=self.area),) if self.own_building else ()
        parties = (self.party,) if self.party else ()
        asked = {name: getattr(self, name) for name in PlaceOrder.model_fields}
        return PlaceOrder(**asked | {"excluded": (*parties, *building)})


def as_shown(refused: Refusal) -> Refusal:
    """What is wrong with the party, said at the fields of the form."""
    if not isinstance(refused, OrderInvalid):
        return refused
    errors = [replace(error, pointer=error.pointer.replace(_SENT_AS, _SHOWN_AS)) for error in refused.errors]
    return OrderInvalid(refused.detail, values=refused.values, errors=errors)


_CHOOSE = msgid("Choose your building under “Where”, so that we know whom to leave out")
