"""When a coordinator may place an order for somebody: in their area, and with the consent of the person."""

from __future__ import annotations

from services.intake.commands import PlaceOrder
from services.intake.policies.acceptance import OrderInvalid
from shared.community.areas import AreaTree
from shared.contracts.refusal import FieldError


def check_recordable(body: PlaceOrder, within: str, areas: AreaTree) -> None:
    """Raises ``OrderInvalid`` unless the person agreed, and the place is at or below ``within``."""
    errors = []
    if not body.consent.person:
        errors.append(FieldError("/consent/person", "the person has to agree to it"))
    if body.area in areas and not areas.at_or_below(body.area, within):
        errors.append(FieldError("/area", "this area is not yours"))
    if errors:
        raise OrderInvalid(errors=errors)
