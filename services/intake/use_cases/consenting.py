"""The other side of a mediation says whether they agree to it, and when it suits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.intake.commands import AmendOrder
from services.intake.commands.concerning import Answer
from services.intake.models import Order, ProposedTime, Resident
from services.intake.policies.acceptance import OrderInvalid, window_errors
from services.intake.policies.concerned import meeting
from services.intake.policies.lifecycle import check_open
from services.intake.policies.proposals import proposal_ends
from services.intake.repository import Unit
from services.intake.use_cases.changing import amend, tell
from shared.community.definition import Community
from shared.contracts.intake import PartyAnswered
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import OrderState, Part, Role, Window


@dataclass(frozen=True)
class Consent:
    """A party's answer; the door has checked that it is theirs."""

    order_id: str
    resident_id: str
    wish: Answer


class Consenting:
    """Hears the parties of the orders of one community."""

    def __init__(self, rules: Community) -> None:
        self._rules = rules

    async def answer_parties(self, uow: Unit, answers: Sequence[Consent]) -> list[Order | Refusal]:
        """Keep what a party answers. Where both windows meet, that becomes the order's; else who ordered is asked
        about the other time. A no is told, and nobody is pressed.

        Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``, ``OrderInvalid``.
        """
        ids = [answer.order_id for answer in answers]
        orders, residents = await uow.repository.orders(ids), await uow.repository.residents_of(ids)
        proposed = await uow.repository.proposed_times(ids)
        told: list[Order | Refusal] = []
        for answer in answers:
            order = orders.get(answer.order_id)
            resident = _party(residents[answer.order_id], answer.resident_id)
            try:
                if order is None or resident is None:
                    raise NotFound
                self._answer(uow, answer.wish, order, resident)
                self._arrange(uow, order, resident, proposed.get((order.order_id, resident.resident_id)))
                told.append(order)
            except Refusal as refusal:
                told.append(refusal)
        return told

    def _answer(self, uow: Unit, wish: Answer, order: Order, resident: Resident) -> None:
        check_open(OrderState(order.state))
        if errors := window_errors(wish.window, uow.now):
            raise OrderInvalid(errors=errors)
        resident.answer(wish.agrees, wish.window)
        answered = PartyAnswered(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            resident_id=resident.resident_id,
            agrees=wish.agrees,
            window=wish.window,
            answered_at=uow.now,
        )
        tell(uow, order, answered, Role.RESIDENT)

    def _arrange(self, uow: Unit, order: Order, resident: Resident, proposed: ProposedTime | None) -> None:
        """A window that has passed binds nobody; one's own time stands until the other is agreed to."""
        if resident.window is None or window_errors(resident.window, uow.now):
            if proposed is not None:
                proposed.accepted = proposed.accepted or False
            return
        wanted = order.window if order.window and order.window.to > uow.now else None
        both = meeting(wanted, resident.window, self._duration(order))
        if both is None:
            _propose(uow, order, resident, resident.window, proposed)
        elif both != order.window:
            amend(uow, AmendOrder(window=both), order)

    def _duration(self, order: Order) -> timedelta:
        service = self._rules.services_by_code.get(order.service)
        return timedelta(minutes=service.duration_minutes if service else 0)


def _propose(uow: Unit, order: Order, resident: Resident, window: Window, one: ProposedTime | None) -> None:
    expires_at = proposal_ends(window, order.due_at or window.to)
    if one is None:
        one = ProposedTime(
            order_id=order.order_id,
            offer_id=resident.resident_id,
            window_from=window.from_,
            window_to=window.to,
            expires_at=expires_at,
            by_party=True,
        )
        uow.repository.add(one)
    one.window_from, one.window_to, one.expires_at, one.accepted = window.from_, window.to, expires_at, None


def _party(residents: Sequence[Resident], resident_id: str) -> Resident | None:
    found = (one for one in residents if one.resident_id == resident_id and one.part == Part.PARTY)
    return next(found, None)
