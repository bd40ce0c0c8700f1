"""Who must not be asked about an order: parties to the matter, and whom a coordinator keeps away (回避)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.commands import ExcludeVolunteer
from services.matcher.models import Exclusion, Leg, WholeDispatch
from services.matcher.repository import Unit
from services.matcher.use_cases.deciding import Deciding, Decision
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.pairing import Pairing
from shared.contracts.refusal import NotFound, Refusal


@dataclass(frozen=True)
class Parties:
    """What intake told of the parties to a matter: areas whose people are, and marks of names and phones."""

    order_id: str
    areas: Sequence[str]
    marks: Sequence[str]


class Recusing:
    """Keeps people away from orders."""

    def __init__(self, means: Means, pairing: Pairing, deciding: Deciding) -> None:
        self._needs, self._steps = means.needs, means.steps
        self._pairing = pairing
        self._deciding = deciding

    async def note_parties(self, uow: Unit, commands: Sequence[Parties]) -> list[Refusal | None]:
        """The parties are known: now people may be asked. What was known already stays."""
        wholes = await uow.repository.dispatches({command.order_id for command in commands})
        waiting = []
        for command in commands:
            whole = wholes[command.order_id]
            if not whole.dispatch.parties_known:
                sealed = self._needs.seal_parties(command.order_id, command.areas, command.marks)
                whole.dispatch.note_parties(sealed)
                waiting.append(whole)
        await self._pairing.ask_again(uow, waiting)
        return [None for _ in commands]

    async def exclude_volunteers(
        self, uow: Unit, decisions: Sequence[Decision[ExcludeVolunteer]]
    ) -> list[str | Refusal]:
        """A volunteer is not asked about this order, and what they were asked is withdrawn; an assignment stays.

        Answers are order ids. Refusals: those of every decision, ``NotFound`` for an unknown volunteer.
        """
        return await self._deciding.each(uow, decisions, self._exclude, "exclude", lambda wish: wish.volunteer)

    async def _exclude(self, uow: Unit, whole: WholeDispatch, leg: Leg, decision: Decision[ExcludeVolunteer]) -> str:
        volunteer_id, order_id = decision.wish.volunteer, whole.dispatch.order_id
        if not await uow.repository.is_volunteer(volunteer_id):
            raise NotFound
        row = Exclusion(order_id=order_id, volunteer_id=volunteer_id, by=decision.coordinator_id, at=uow.now)
        await uow.repository.exclude(row)
        whole.excluded.add(volunteer_id)
        offer = whole.offer_to(leg, volunteer_id)
        if offer is not None and offer.is_asking:
            offer.withdraw(uow.now)
            self._steps.settled(uow, offer)
            await self._pairing.ask_again(uow, [whole])
        return order_id
