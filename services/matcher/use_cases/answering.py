"""Volunteers answer offers, or let them run out; the next best are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.matcher.commands import CounterOffer, DeclineOffer
from services.matcher.models import Offer, WholeDispatch
from services.matcher.policies.acceptance import HandBackReason, OfferState, WindowPassed, late_yes
from services.matcher.policies.windows import is_within
from services.matcher.repository import Unit
from services.matcher.use_cases.drawing import STANDBY, Drawing, Taken
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.standing_aside import stand_aside
from services.matcher.use_cases.steps import Steps, record
from shared.contracts import matcher as events
from shared.contracts.refusal import Conflict, NotFound, Refusal
from shared.contracts.words import Urgency, Window

LONGEST_COUNTER = timedelta(days=1)


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


@dataclass(frozen=True)
class Counter:
    """A volunteer proposes another time."""

    offer_id: str
    volunteer_id: str
    wish: CounterOffer


class StillOpen(Conflict):
    """The offer's time is not over."""


class Answering:
    """Takes the answers."""

    def __init__(self, pairing: Pairing, drawing: Drawing, steps: Steps) -> None:
        self._pairing = pairing
        self._drawing = drawing
        self._steps = steps

    async def accept_offers(self, uow: Unit, commands: Sequence[Accept]) -> list[Taken | Refusal]:
        """Each volunteer gets the place, takes part in the draw, is put on standby, or hears why not.

        Refusals: ``NotFound``, ``OfferExpired``, ``OfferGone``, ``PlaceTaken``, ``CapacityReached``, ``WindowTaken``.
        """
        wholes = await uow.repository.by_offer({command.offer_id for command in commands})
        answers: list[Taken | Refusal] = []
        for command in commands:
            try:
                whole, offer = _own(wholes, command.offer_id, command.volunteer_id)
                answers.append(await self._accept(uow, whole, offer))
            except Refusal as refusal:
                answers.append(refusal)
        await self._pairing.ask_again(uow, _once(wholes.values()))
        return answers

    async def counter_offers(self, uow: Unit, commands: Sequence[Counter]) -> list[Taken | Refusal]:
        """ "Not now, but then": a time the order allows is a yes with that time; any other is kept for whoever decides,
        and the next are asked.

        Refusals: those of ``accept_offers``, and ``WindowPassed``.
        """
        wholes = await uow.repository.by_offer({command.offer_id for command in commands})
        answers: list[Taken | Refusal] = []
        for command in commands:
            try:
                whole, offer = _own(wholes, command.offer_id, command.volunteer_id)
                answers.append(await self._counter(uow, whole, offer, command.wish.window))
            except Refusal as refusal:
                answers.append(refusal)
        await self._go_on(uow, wholes.values())
        return answers

    async def decline_offers(self, uow: Unit, commands: Sequence[Decline]) -> list[str | Refusal]:
        """No reason asked; the next best are. Nothing is learned from who stands aside (回避), and they have no part in
        the order any more. Answers are offer ids.

        Refusals: ``NotFound``, ``OfferExpired``, ``OfferGone``.
        """
        wholes = await uow.repository.by_offer({command.offer_id for command in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            try:
                whole, offer = _own(wholes, command.offer_id, command.volunteer_id)
                reason = HandBackReason.of(command.wish.reason) if command.wish.reason else None
                offer.decline(uow.now, reason.value if reason else None)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            aside = reason is HandBackReason.RECUSAL
            if aside:
                await stand_aside(uow, whole, offer.volunteer_id)
            self._ended(uow, whole, offer, events.OfferDeclined, learns=not aside)
            answers.append(offer.offer_id)
        await self._go_on(uow, wholes.values())
        return answers

    async def expire_offers(self, uow: Unit, offer_ids: Sequence[str]) -> list[str | Refusal]:
        """Their time is over; the next best are asked. Refusals: ``StillOpen``: nothing to do."""
        wholes = await uow.repository.by_offer(set(offer_ids))
        answers: list[str | Refusal] = []
        for offer_id in offer_ids:
            whole = wholes[offer_id]
            offer = whole.offer(offer_id)
            if offer.state != OfferState.OPEN or offer.expires_at > uow.now:
                answers.append(StillOpen())
                continue
            offer.expire(uow.now)
            self._ended(uow, whole, offer, events.OfferExpired)
            answers.append(offer_id)
        await self._go_on(uow, wholes.values())
        return answers

    async def _accept(self, uow: Unit, whole: WholeDispatch, offer: Offer) -> Taken:
        dispatch, leg = whole.dispatch, whole.leg(offer.leg_id)
        staffed = not dispatch.ended and not leg.completed and whole.free_place(leg) is None
        state = OfferState(offer.state)
        if late_yes(state, offer.expires_at, uow.now, Urgency(dispatch.urgency), staffed=staffed):
            offer.stand_by(uow.now)
            self._steps.learned(uow, whole, offer)
            return Taken(STANDBY)
        offer.check(uow.now)
        return await self._drawing.say_yes(uow, whole, offer)

    async def _counter(self, uow: Unit, whole: WholeDispatch, offer: Offer, window: Window) -> Taken:
        offer.check(uow.now)
        if window.from_ < uow.now or window.to - window.from_ > LONGEST_COUNTER:
            raise WindowPassed
        service = self._steps.clocks(whole).service
        if is_within(window, whole.dispatch.window, uow.now + service):
            offer.propose(window)
            return await self._drawing.say_yes(uow, whole, offer)
        offer.counter_with(uow.now, window)
        self._steps.answered(uow, whole, offer, accepted=False)
        if not whole.open_offers:
            whole.dispatch.wait_for_offer()
        stamp = whole.dispatch.stamp(uow.now)
        told = events.OfferCountered(**stamp, leg_id=offer.leg_id, offer_id=offer.offer_id, window=window)
        record(uow, whole, told)
        return Taken(OfferState.COUNTERED.value)

    async def _go_on(self, uow: Unit, wholes: Iterable[WholeDispatch]) -> None:
        """Whoever is best among those who said yes may win now; else the next are asked."""
        once = _once(wholes)
        await self._drawing.settle_early(uow, once)
        await self._pairing.ask_again(uow, once)

    def _ended(
        self,
        uow: Unit,
        whole: WholeDispatch,
        offer: Offer,
        event: type[events.OfferDeclined] | type[events.OfferExpired],
        *,
        learns: bool = True,
    ) -> None:
        if learns:
            self._steps.answered(uow, whole, offer, accepted=False)
        else:
            self._steps.settled(uow, offer)
        if not whole.asking_offers and not whole.open_call_ups:
            whole.dispatch.wait_for_offer()
        told = event(**whole.dispatch.stamp(uow.now), leg_id=offer.leg_id, offer_id=offer.offer_id)
        record(uow, whole, told)


def _own(wholes: Mapping[str, WholeDispatch], offer_id: str, volunteer_id: str) -> tuple[WholeDispatch, Offer]:
    """A volunteer's own offer; another's looks like none at all."""
    whole = wholes.get(offer_id)
    if whole is None or (offer := whole.offer(offer_id)).volunteer_id != volunteer_id:
        raise NotFound
    return whole, offer


def _once(wholes: Iterable[WholeDispatch]) -> Sequence[WholeDispatch]:
    return list({whole.dispatch.order_id: whole for whole in wholes}.values())
