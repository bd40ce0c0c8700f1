"""Forgetting: what has passed its time, and people who ask for it. An order's course and its counts stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.intake.commands.forgetting import CorrectPersonal
from services.intake.models import Erasure, Order, Resident
from services.intake.policies.acceptance import OrderInvalid, normal_phone
from services.intake.policies.forgetting import Forgotten, NothingKept, check_erasable, without_hints
from services.intake.policies.lifecycle import FINAL
from services.intake.policies.suspicion import COUNTED
from services.intake.repository import Unit
from services.intake.use_cases.new_orders import phone_print
from shared.contracts.audit import SYSTEM, Deed, What, Who
from shared.contracts.refusal import FieldError, NotFound, Refusal
from shared.contracts.words import OrderState, Role
from shared.persistence.erasures import Erased, Register
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Forget:
    """An order that has come to a step of being forgotten."""

    order_id: str
    step: Forgotten


@dataclass(frozen=True)
class Erase:
    """Somebody (``person_id``, whose tracking token it is: the id of the order they placed, else their own) out of one
    order, which is another than theirs where theirs goes on under its number. ``again``: a restored database still had
    them, and nobody is asked whether it may be.
    """

    order_id: str
    person_id: str
    again: bool = False


@dataclass(frozen=True)
class Correct:
    """Somebody's own name or number, as it should be."""

    order_id: str
    person_id: str
    wish: CorrectPersonal


class Forgetting:
    """Empties what is sealed, by the list."""

    def __init__(self, vault: Vault, register: Register | None = None) -> None:
        self._vault = vault
        self._register = register

    async def forget_orders(self, uow: Unit, commands: Sequence[Forget]) -> list[Refusal | None]:
        """Let orders that ended come to their step. Refusals: ``NotFound``."""
        orders = await uow.repository.orders({command.order_id for command in commands})
        answers: list[Refusal | None] = []
        for command in commands:
            order = orders.get(command.order_id)
            if order is None or OrderState(order.state) not in FINAL:
                answers.append(NotFound())
                continue
            if order.forgotten < command.step:
                await self._forget(uow, order, command.step)
                for one in (await uow.repository.residents_of([order.order_id]))[order.order_id]:
                    if command.step is Forgotten.CONTACT:
                        self._empty(one)
                uow.audit(Deed(SYSTEM, What.SWEPT, order.order_id, field=command.step.name.lower()))
            answers.append(None)
        return answers

    async def erase(self, uow: Unit, commands: Sequence[Erase]) -> list[Refusal | None]:
        """Nothing of them is left, in the register before it is committed. Refusals: ``NotFound``, ``StillOpen``."""
        people_ids = {command.person_id for command in commands}
        orders = await uow.repository.orders({command.order_id for command in commands} | people_ids)
        people = await uow.repository.residents(people_ids)
        known = await uow.repository.erasures(people_ids)
        answers: list[Refusal | None] = []
        for command in commands:
            order, own = orders.get(command.order_id), orders.get(command.person_id)
            concerned = people.get(command.person_id)
            try:
                if order is None or (own is None and concerned is None):
                    raise NotFound
                if not command.again:
                    _check_erasable(order, concerned)
                await self._erase(uow, own, concerned)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            if command.person_id not in known:
                known.add(command.person_id)
                self._note(uow, command)
            answers.append(None)
        return answers

    async def correct(self, uow: Unit, commands: Sequence[Correct]) -> list[Refusal | None]:
        """Name and number as they should be. Refusals: ``NothingKept``, ``OrderInvalid``."""
        people = await uow.repository.residents({command.person_id for command in commands})
        answers: list[Refusal | None] = []
        for command in commands:
            concerned = people.get(command.person_id)
            row = concerned or await uow.repository.contact(command.order_id)
            fields = self._vault.open_fields(row.order_id, row.sealed) if row is not None else {}
            if row is None or not fields:
                answers.append(NothingKept())
                continue
            fields |= command.wish.fields
            if fields.get("phone") and (dialled := normal_phone(fields["phone"])) is None:
                answers.append(OrderInvalid(errors=[FieldError("/phone", "this is not a phone number")]))
                continue
            fields["phone"] = dialled if fields.get("phone") else None
            row.sealed = self._vault.seal_fields(row.order_id, fields)
            row.phone_print = phone_print(self._vault, fields["phone"])
            who = Who(Role.RESIDENT.value, command.person_id)
            uow.audit(*(Deed(who, What.CORRECTED, command.order_id, field=name) for name in command.wish.fields))
            answers.append(None)
        return answers

    async def forget_sightings(self, uow: Unit, nows: Sequence[datetime]) -> list[Refusal | None]:
        """Let go of what is counted against spam no longer."""
        await uow.repository.forget_sightings(max(nows) - COUNTED)
        return [None for _ in nows]

    async def matcher_forgot(self, uow: Unit, order_ids: Sequence[str]) -> list[Refusal | None]:
        """Matcher has let go of its words of these orders too."""
        for order in (await uow.repository.orders(order_ids)).values():
            order.matcher_forgot = True
        return [None for _ in order_ids]

    async def _erase(self, uow: Unit, own: Order | None, concerned: Resident | None) -> None:
        if own is not None:
            await self._forget(uow, own, Forgotten.CONTACT)
        if concerned is not None:  # also who ordered, where it goes on under another number
            self._empty(concerned)
            for incident in await uow.repository.incidents_of(concerned.order_id):
                if incident.resident_id == concerned.resident_id:
                    incident.sealed = self._vault.seal(incident.order_id, "")
            for call in (await uow.repository.calls_of([concerned.order_id]))[concerned.order_id]:
                if call.resident_id == concerned.resident_id:
                    call.sealed_note = None

    async def _forget(self, uow: Unit, order: Order, step: Forgotten) -> None:
        """Who ordered, and all words that are not somebody else's own."""
        contact = await uow.repository.contact(order.order_id)
        if contact is not None and step is Forgotten.CONTACT:
            await uow.repository.forget_contact(contact)
        elif contact is not None:
            fields = without_hints(self._vault.open_fields(order.order_id, contact.sealed))
            contact.sealed = self._vault.seal_fields(order.order_id, fields)
        for call in (await uow.repository.calls_of([order.order_id]))[order.order_id]:
            call.sealed_note = None
        for incident in await uow.repository.incidents_of(order.order_id):
            incident.sealed = self._vault.seal(order.order_id, "")
        if step is Forgotten.CONTACT:
            for review in await uow.repository.reviews_of(order.order_id):
                review.sealed_comment = None
            for closing in await uow.repository.closings_of(order.order_id):
                closing.sealed_reason = self._vault.seal(order.order_id, "")
        order.forgotten = max(order.forgotten, step)

    def _empty(self, one: Resident) -> None:
        one.sealed, one.phone_print = self._vault.seal_fields(one.order_id, {}), None
        one.sealed_comment = None

    def _note(self, uow: Unit, command: Erase) -> None:
        uow.repository.add(Erasure(subject=command.person_id, order_id=command.order_id, erased_at=uow.now))
        who = SYSTEM if command.again else Who(Role.RESIDENT.value, command.person_id)
        uow.audit(Deed(who, What.ERASED, command.order_id, command.person_id))
        if self._register is not None and not command.again:
            erased = Erased(subject=command.person_id, about=command.order_id, at=uow.now)
            uow.finish_with(partial(self._register.add, [erased]))


def _check_erasable(order: Order, concerned: Resident | None) -> None:
    """Raises ``StillOpen``. Who ordered what goes on under another number takes part there."""
    left = concerned.left_at is not None if concerned else order.owner_left_at is not None
    check_erasable(OrderState(order.state), left=left)
