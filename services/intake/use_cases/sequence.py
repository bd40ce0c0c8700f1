"""The legs of an order, in the sequence in which they are served."""

from __future__ import annotations

from collections.abc import Sequence

from services.intake.models import Leg, Order
from services.intake.repository import Unit
from shared.community.catalogue import LegTemplate
from shared.contracts.matcher import LegAdded
from shared.contracts.words import OrderState


def first_leg(order: Order, post: str | None, headcount: int, leg_id: str) -> Leg:
    """The first leg of an order's current round."""
    return Leg(
        leg_id=leg_id,
        order_id=order.order_id,
        position=1,
        round=order.round,
        post=post,
        headcount=headcount,
        state=OrderState.PLACED.value,
    )


def legs_in_turn(uow: Unit, order: Order, templates: Sequence[LegTemplate]) -> list[Leg]:
    """The legs of a new order, each waiting for the one before it."""
    legs: list[Leg] = []
    for template in templates:
        leg = first_leg(order, template.post, template.headcount, uow.new_id())
        if legs:
            leg.position, leg.after = legs[-1].position + 1, legs[-1].leg_id
        legs.append(leg)
    return legs


def further_leg(order: Order, before: int, event: LegAdded) -> Leg:
    """A leg a coordinator added behind ``before`` others."""
    leg = first_leg(order, event.post, event.headcount, event.leg_id)
    leg.position, leg.after = before + 1, event.after
    return leg
