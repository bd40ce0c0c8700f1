"""Finding the orders of a phone by one-time code, for JSON doors and pages alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from fastapi import Request
from pydantic import BaseModel

from services.intake.commands.finding import FindOrders, OpenOrders
from services.intake.queries.by_phone import OrderOfPhone, OrdersByPhone
from services.intake.queries.views import Views
from shared.community.text import Text
from shared.identity.code_door import CodeDoor
from shared.identity.tokens import PurposeTokens, TrackingTokens

log = structlog.get_logger()

PERSONAL_TTL = timedelta(minutes=15)
"""So long whoever entered a phone's code may look through everything kept under it, wall time."""


class CodeAskedView(BaseModel):
    """What whoever asks is told, whether or not we know the phone."""

    claim: str


class FoundOrderView(BaseModel):
    """One order of the phone. ``goes_on_under``: the number it goes on under once it was merged."""

    reference: str
    service: str
    service_name: Text
    state: str
    placed_at: datetime
    goes_on_under: str | None
    tracking_token: str


class FoundOrdersView(BaseModel):
    """The orders of a phone, the newest first. ``personal_token`` opens what is kept under the phone, for minutes."""

    items: list[FoundOrderView]
    personal_token: str


@dataclass(frozen=True)
class Secrets:
    """What a right code gives: the tokens of orders, and one of everything kept under the phone."""

    tracking: TrackingTokens
    personal: PurposeTokens


def address_of(request: Request) -> str:
    """The network address that asks: the connection's own, never what the sender writes of it."""
    return request.client.host if request.client else ""


class Finder:
    """Sends codes, and shows whoever has one what is theirs."""

    def __init__(self, door: CodeDoor[str], orders: OrdersByPhone, views: Views, secrets: Secrets) -> None:
        self.door = door
        self._orders = orders
        self._views = views
        self._secrets = secrets

    async def ask(self, wish: FindOrders, address: str, language: str) -> CodeAskedView:
        """Have a code sent, if there is anything to find. Raises ``TooManyCodes``, ``Unavailable``."""
        return CodeAskedView(claim=await self.door.ask(wish.phone, address, language))

    async def open(self, wish: OpenOrders) -> FoundOrdersView:
        """The orders of a phone to whoever has its code. Raises ``CodeNotAccepted``, ``CodeDead``."""
        phone_print = await self.door.enter(wish.claim, wish.phone, wish.code)
        found = await self._orders.of(phone_print)
        log.info("orders.found", orders=len(found))
        token = self._secrets.personal.sign(phone_print, PERSONAL_TTL)
        return FoundOrdersView(items=[self._view(one) for one in found], personal_token=token)

    def _view(self, one: OrderOfPhone) -> FoundOrderView:
        return FoundOrderView(
            reference=one.reference,
            service=one.service,
            service_name=self._views.service_name(one.service),
            state=one.state,
            placed_at=one.placed_at,
            goes_on_under=one.goes_on_under,
            tracking_token=self._secrets.tracking.of(one.person_id),
        )
