"""Asking people, and ceasing to: the rows change, the fact is recorded, and whoever watches is told."""

from __future__ import annotations

from services.matcher.models import CallUp, Leg, Offer, WholeDispatch
from services.matcher.policies.referring import ReferralEnding
from services.matcher.repository import Unit
from shared.contracts import matcher as events
from shared.contracts.words import Urgency

DESK = "desk"
"""The topic live desks watch."""


def volunteer_topic(volunteer_id: str) -> str:
    """The topic a volunteer's live page watches."""
    return f"volunteer:{volunteer_id}"


def record(uow: Unit, whole: WholeDispatch, event: events.DispatchEvent) -> None:
    """Have a fact published on the order's own trace, and tell live watchers."""
    uow.record(event, traceparent=whole.dispatch.traceparent)
    uow.announce(whole.dispatch.order_id, DESK)


def announce_ending(uow: Unit, whole: WholeDispatch) -> None:
    """The order ended by intake's word: no fact of matcher's, but live watchers want to know."""
    uow.announce(whole.dispatch.order_id, DESK)


class Asking:
    """Who is asked, who answered, and that no answer is needed any more."""

    def offer(self, uow: Unit, whole: WholeDispatch, leg: Leg, offer: Offer, wave: int) -> None:
        """One leg is proposed to one volunteer; the same offer again when the order was amended."""
        dispatch = whole.dispatch
        dispatch.ask()
        leg.ask_at = None
        made = events.OfferMade(
            **dispatch.stamp(uow.now),
            leg_id=leg.leg_id,
            offer_id=offer.offer_id,
            volunteer_id=offer.volunteer_id,
            service=dispatch.service,
            post=leg.post or "",
            wave=wave,
            urgency=Urgency(dispatch.urgency),
            window=dispatch.window,
            expires_at=offer.expires_at,
            unit=offer.unit,
        )
        record(uow, whole, made)
        uow.announce(volunteer_topic(offer.volunteer_id))

    def call_up(self, uow: Unit, whole: WholeDispatch, call_up: CallUp) -> None:
        """The secretary of a unit may name a member."""
        dispatch = whole.dispatch
        dispatch.call_up()
        made = events.CallUpMade(
            **dispatch.stamp(uow.now),
            leg_id=call_up.leg_id,
            call_up_id=call_up.call_up_id,
            unit=call_up.unit_id,
            secretary_id=call_up.secretary_id,
            service=dispatch.service,
            urgency=Urgency(dispatch.urgency),
            window=dispatch.window,
            expires_at=call_up.expires_at,
        )
        record(uow, whole, made)
        uow.announce(volunteer_topic(call_up.secretary_id))

    def requested(self, uow: Unit, whole: WholeDispatch, offer: Offer) -> None:
        """A volunteer asked for a leg of the pool, and waits for the draw."""
        whole.dispatch.ask()
        stamp = whole.dispatch.stamp(uow.now)
        asked = events.LegRequested(
            **stamp, leg_id=offer.leg_id, offer_id=offer.offer_id, volunteer_id=offer.volunteer_id
        )
        record(uow, whole, asked)

    def answered(self, uow: Unit, whole: WholeDispatch, offer: Offer, *, accepted: bool) -> None:
        """An offer was answered (or ran out) and no longer counts against its volunteer; the answer is remembered."""
        uow.repository.note_ended(offer, whole.dispatch.urgency, accepted=accepted)
        self._told(uow, offer)

    def settled(self, uow: Unit, offer: Offer) -> None:
        """An offer whose answer was remembered when it was given no longer counts against its volunteer."""
        uow.repository.note_ended(offer, "", accepted=None)
        self._told(uow, offer)

    def learned(self, uow: Unit, whole: WholeDispatch, offer: Offer) -> None:
        """A yes that waits for its draw: it still counts against its volunteer."""
        uow.repository.note_answer(offer, whole.dispatch.urgency, accepted=True)
        self._told(uow, offer)

    def _told(self, uow: Unit, offer: Offer) -> None:
        uow.finish_with(uow.repository.write_answers)
        uow.announce(volunteer_topic(offer.volunteer_id))

    def stop_asking(self, uow: Unit, whole: WholeDispatch) -> None:
        """No answer is needed any more: nobody is looked for, what was asked is withdrawn, a yes goes on standby."""
        for offer in whole.asking_offers:
            self.withdraw(uow, offer)
        for call_up in whole.open_call_ups:
            call_up.withdraw(uow.now)
            uow.announce(volunteer_topic(call_up.secretary_id))
        whole.end_referral(ReferralEnding.WITHDRAWN, uow.now)
        whole.withdraw_extension(uow.now)
        for leg in whole.legs:
            leg.rest()

    def withdraw(self, uow: Unit, offer: Offer) -> None:
        """One volunteer's answer is not needed any more."""
        if offer.is_drawing:
            offer.stand_by(uow.now)
        else:
            offer.withdraw(uow.now)
        self.settled(uow, offer)
