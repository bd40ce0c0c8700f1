"""Who may do what at intake. An order opens to the tracking tokens of those it concerns.

What is not yours does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.intake.policies.concerned import RIGHTS, NoLongerConcerned, Right
from services.intake.queries import OrderFound
from shared.community.areas import AreaTree
from shared.community.definition import Community
from shared.contracts.refusal import Forbidden, NotFound, Unauthenticated
from shared.contracts.words import Role
from shared.identity.tokens import Caller, TokenSigner, TrackingTokens
from shared.web.rules import Rule, Within, rule_for

TRACK_COOKIE = "paidan_track"
"""Holds an order's tracking token; a browser sends it to that order's page and below alone."""

COORDINATOR = rule_for(Role.COORDINATOR)
CONCERNED = Rule("whoever is concerned in the order", frozenset({Role.RESIDENT}), Within.OWN)
"""By tracking token, or by a resident's token made out to the same id."""
PLACED_IT = Rule("whoever placed the order", frozenset({Role.RESIDENT}), Within.OWN)


class Access:
    """Intake's rules of access. ``secret`` is what came as bearer token or cookie, None when nothing did."""

    def __init__(self, rules: Community, signer: TokenSigner, tracking: TrackingTokens) -> None:
        self._rules = rules
        self._signer = signer
        self._tracking = tracking

    @property
    def areas(self) -> AreaTree:
        """The places of the community."""
        return self._rules.areas

    def resident(self, secret: str | None) -> str:
        """Whose tracking token it is (or a resident's token made out to the same id): the id of an order for who
        ordered, else of somebody concerned in one. Raises ``Unauthenticated`` without a valid secret.
        """
        if secret is None:
            raise Unauthenticated
        return self._order_of(secret)

    def may(self, right: Right, order: OrderFound) -> OrderFound:
        """An order to somebody who may do this with it. Raises ``NotFound`` for others, ``NoLongerConcerned``."""
        if right not in RIGHTS[order.part]:
            raise NotFound
        if order.left:
            raise NoLongerConcerned
        return order

    def coordinator(self, caller: Caller | None) -> Caller:
        """A coordinator with an area; Raises ``Unauthenticated`` or ``Forbidden``."""
        if caller is None:
            raise Unauthenticated
        if caller.role is not Role.COORDINATOR or (caller.area or "") not in self._rules.areas:
            raise Forbidden
        return caller

    def answers_for(self, caller: Caller, order: OrderFound) -> bool:
        """Whether an order lies at or below a coordinator's own area."""
        return self._rules.areas.at_or_below(order.grid, caller.area or "")

    def within(self, caller: Caller, order: OrderFound | None, stood_in: Sequence[str] = ()) -> OrderFound:
        """An order at or below a coordinator's area, or one of those they stand in for. Raises ``NotFound`` for any
        other.
        """
        if order is None or not self._rules.areas.within(order.grid, (caller.area or "", *stood_in)):
            raise NotFound
        return order

    def _order_of(self, secret: str) -> str:
        try:
            return self._tracking.order_of(secret)
        except Unauthenticated:
            caller = self._signer.verify(secret)
        if caller.role is not Role.RESIDENT:
            raise Forbidden
        return caller.subject
