"""How more time looks from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from services.intake.models import Extension, Order
from services.intake.policies.extending import is_asked
from shared.contracts.words import OrderState


class ExtensionsView(BaseModel):
    """How often the resident gave more time, and until when the last time; None where they never did."""

    count: int
    last_until: datetime | None


class ExtensionAskedView(BaseModel):
    """Whoever holds the order asks for more time, for the resident to answer."""

    extension_id: str
    until: datetime


def extensions_view(extensions: Sequence[Extension]) -> ExtensionsView:
    """What was given, from an order's rows in the order they were asked for."""
    given = [one.until for one in extensions if one.extended_at is not None]
    return ExtensionsView(count=len(given), last_until=given[-1] if given else None)


def asked_view(order: Order, extensions: Sequence[Extension], now: datetime) -> ExtensionAskedView | None:
    """What the resident is asked now, if anything."""
    for one in extensions:
        if is_asked(OrderState(order.state), one.until, now, is_open=one.is_open):
            return ExtensionAskedView(extension_id=one.extension_id, until=one.until)
    return None
