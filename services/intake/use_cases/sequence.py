"""The legs of an order, in the sequence in which they are served."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from services.intake.models import Leg, Order
from services.intake.repository import Unit
from shared.community.catalogue import LegTemplate
from shared.contracts.intake import PlacedLeg
from shared.contracts.matcher import LegAdded
from shared.contracts.words import OrderState


def first_leg(order: Order, post: str | None, headcount: int, leg_id: str, department: str | None = None) -> Leg:
    """The first leg of an order's current round."""
    return Leg(
        leg_id=leg_id,
        order_id=order.order_id,
        position=1,
        round=order.round,
        post=post,
        headcount=headcount,
        department=department,
        state=OrderState.PLACED.value,
    )


def legs_in_turn(uow: Unit, order: Order, templates: Sequence[LegTemplate]) -> list[Leg]:
    """The legs of a new order, each waiting for the one before it."""
    legs = [first_leg(order, one.post, one.headcount, uow.new_id(), one.department) for one in templates]
    return _in_turn(legs)


def legs_again(uow: Unit, order: Order, before: Sequence[Leg]) -> list[Leg]:
    """The legs of an order's new round: those of the round before, which further legs were added to, in turn."""
    turns = sorted(before, key=lambda leg: leg.position)
    return _in_turn([first_leg(order, leg.post, leg.headcount, uow.new_id(), leg.department) for leg in turns])


def placed_leg(leg: Leg) -> PlacedLeg:
    """A leg as matcher hears of it."""
    return PlacedLeg(
        leg_id=leg.leg_id, post=leg.post, headcount=leg.headcount, after=leg.after, department=leg.department
    )


def further_leg(order: Order, before: int, event: LegAdded) -> Leg:
    """A leg a coordinator added behind ``before`` others."""
    leg = first_leg(order, event.post, event.headcount, event.leg_id, event.department)
    leg.position, leg.after = before + 1, event.after
    return leg


def _in_turn(legs: list[Leg]) -> list[Leg]:
    for before, leg in pairwise(legs):
        leg.position, leg.after = before.position + 1, before.leg_id
    return legs
