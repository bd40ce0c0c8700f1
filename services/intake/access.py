"""Who may do what at intake. An order opens to its tracking token alone; what is not yours does not exist."""

from __future__ import annotations

import structlog

from services.intake.queries import OrderFound
from shared.community.definition import Community
from shared.contracts.refusal import Forbidden, NotFound, Unauthenticated
from shared.contracts.words import Role
from shared.identity.tokens import Caller, TokenSigner, TrackingTokens

log = structlog.get_logger()


class Access:
    """Intake's rules of access. ``secret`` is what came as bearer token or cookie, None when nothing did."""

    def __init__(self, rules: Community, signer: TokenSigner, tracking: TrackingTokens) -> None:
        self._rules = rules
        self._signer = signer
        self._tracking = tracking

    def may_see(self, secret: str | None, order: OrderFound | None) -> OrderFound:
        """The order, to whoever holds its tracking token (or a resident's token made out to it).

        Raises ``Unauthenticated`` without a valid secret, ``NotFound`` with another order's.
        """
        if secret is None:
            raise Unauthenticated
        mine = self._order_of(secret)
        if order is None or order.order_id != mine:
            raise NotFound
        return order

    def coordinator(self, secret: str | None) -> Caller:
        """A coordinator with an area; who is none leaves a trace. Raises ``Unauthenticated`` or ``Forbidden``."""
        if secret is None:
            raise Unauthenticated
        caller = self._signer.verify(secret)
        if caller.role is not Role.COORDINATOR or (caller.area or "") not in self._rules.areas:
            raise _denied(caller)
        return caller

    def _order_of(self, secret: str) -> str:
        try:
            return self._tracking.order_of(secret)
        except Unauthenticated:
            caller = self._signer.verify(secret)
        if caller.role is not Role.RESIDENT:
            raise _denied(caller)
        return caller.subject


def _denied(caller: Caller) -> Forbidden:
    log.warning("access.denied", role=caller.role.value, subject=caller.subject)
    return Forbidden()
