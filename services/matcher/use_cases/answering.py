"""Volunteers answer offers, or let them run out; the next best are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matcher.commands import DeclineOffer
from services.matcher.models import Assignment, Offer, WholeDispatch
from services.matcher.policies.acceptance import HandBackReason, OfferState, PlaceTaken
from services.matcher.repository import Unit
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.steps import By, Steps, record, volunteer_topic
from shared.contracts import matcher as events
from shared.contracts.refusal import Conflict, NotFound, Refusal


@dataclass(frozen=True)
class Accept:
    """A volunteer says yes."""

    offer_id: str
    volunteer_id: str


@dataclass(frozen=True)
class Decline:
    """A volunteer says no."""

    offer_id: str
    volunteer_id: str
    wish: DeclineOffer


class StillOpen(Conflict):
    """The offer's time is not over."""


class Answering:
    """Takes the answers."""

    def __init__(self, pairing: Pairing, steps: Steps) -> None:
        self._pairing = pairing
        self._steps = steps

    async def accept_offers(self, uow: Unit, commands: Sequence[Accept]) -> list[str | Refusal]:
        """Each volunteer gets the place, or hears why not; answers are assignment ids.

        Refusals: ``NotFound``, ``OfferExpired``, ``OfferGone``, ``PlaceTaken``, ``CapacityReached``, ``WindowTaken``.
        """
        wholes = await uow.repository.by_offer({command.offer_id for command in commands})
        answers: list[str | Refusal] = []
        staffed: list[WholeDispatch] = []
        for command in commands:
            try:
                answers.append(await self._accept(uow, wholes, command))
                staffed.append(wholes[command.offer_id])
            except Refusal as refusal:
                answers.append(refusal)
        await self._pairing.ask_again(uow, _once(staffed))
        return answers

    async def decline_offers(self, uow: Unit, commands: Sequence[Decline]) -> list[str | Refusal]:
        """No reason asked; the next best are. Answers are offer ids.

        Refusals: ``NotFound``, ``OfferExpired``, ``OfferGone``.
        """
        wholes = await uow.repository.by_offer({command.offer_id for command in commands})
        answers: list[str | Refusal] = []
        left: list[WholeDispatch] = []
        for command in commands:
            try:
                whole, offer = _own(wholes, command.offer_id, command.volunteer_id)
                reason = command.wish.reason
                offer.decline(uow.now, HandBackReason.of(reason).value if reason else None)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            self._tell(uow, whole, offer, events.OfferDeclined)
            left.append(whole)
            answers.append(offer.offer_id)
        await self._pairing.ask_again(uow, _once(left))
        return answers

    async def expire_offers(self, uow: Unit, offer_ids: Sequence[str]) -> list[str | Refusal]:
        """Their time is over; the next best are asked. Refusals: ``OfferGone``, ``StillOpen``: nothing to do."""
        wholes = await uow.repository.by_offer(set(offer_ids))
        answers: list[str | Refusal] = []
        left: list[WholeDispatch] = []
        for offer_id in offer_ids:
            whole = wholes[offer_id]
            offer = whole.offer(offer_id)
            if offer.state != OfferState.OPEN or offer.expires_at > uow.now:
                answers.append(StillOpen())
                continue
            offer.expire(uow.now)
            self._tell(uow, whole, offer, events.OfferExpired)
            left.append(whole)
            answers.append(offer_id)
        await self._pairing.ask_again(uow, _once(left))
        return answers

    async def _accept(self, uow: Unit, wholes: Mapping[str, WholeDispatch], command: Accept) -> str:
        whole, offer = _own(wholes, command.offer_id, command.volunteer_id)
        offer.check(uow.now)
        place = whole.free_place(whole.leg(offer.leg_id))
        if place is None:
            raise PlaceTaken
        dispatch = whole.dispatch
        assignment = Assignment(
            assignment_id=uow.new_id(),
            leg_id=offer.leg_id,
            order_id=dispatch.order_id,
            volunteer_id=offer.volunteer_id,
            place=place,
            by=By.OFFER.value,
            window_from=dispatch.window_from,
            window_to=dispatch.window_to,
            assigned_at=uow.now,
        )
        await uow.repository.take_place(assignment, offer, uow.now)
        offer.accept(uow.now)
        whole.assignments.append(assignment)
        self._steps.assigned(uow, whole, assignment, By.OFFER)
        return assignment.assignment_id

    def _tell(
        self,
        uow: Unit,
        whole: WholeDispatch,
        offer: Offer,
        event: type[events.OfferDeclined] | type[events.OfferExpired],
    ) -> None:
        if not whole.open_offers:
            whole.dispatch.wait_for_offer()
        told = event(**whole.dispatch.stamp(uow.now), leg_id=offer.leg_id, offer_id=offer.offer_id)
        record(uow, whole, told)
        uow.announce(volunteer_topic(offer.volunteer_id))


def _own(wholes: Mapping[str, WholeDispatch], offer_id: str, volunteer_id: str) -> tuple[WholeDispatch, Offer]:
    """A volunteer's own offer; another's looks like none at all."""
    whole = wholes.get(offer_id)
    if whole is None or (offer := whole.offer(offer_id)).volunteer_id != volunteer_id:
        raise NotFound
    return whole, offer


def _once(wholes: Sequence[WholeDispatch]) -> Sequence[WholeDispatch]:
    return list({whole.dispatch.order_id: whole for whole in wholes}.values())
