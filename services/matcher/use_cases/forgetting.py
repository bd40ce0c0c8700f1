"""People's own: a name put right, a volunteer who has left erased; and matcher's words about an order that ended.

What stays is that somebody served, and for how long: ids and counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.matcher.commands.departing import CorrectMe, EraseMe
from services.matcher.models import Volunteer
from services.matcher.models.personal import Personal
from services.matcher.policies.departures import check_erasable
from services.matcher.repository import Unit
from services.matcher.repository.forgetting import ERASED
from services.matcher.use_cases.availing import Own
from shared.community.definition import Community
from shared.contracts.audit import SYSTEM, Deed, What, Who
from shared.contracts.refusal import NotFound, Refusal, Unavailable
from shared.contracts.words import Role
from shared.persistence.erasures import Erased, Register
from shared.persistence.vault import Vault


class Forgetting:
    """Empties what is sealed. ``register``: where erasures are kept outside the database."""

    def __init__(self, rules: Community, vault: Vault, register: Register | None = None) -> None:
        self._rules = rules
        self._vault = vault
        self.register = register

    async def forget_words(self, uow: Unit, order_ids: Sequence[str]) -> list[Refusal | None]:
        """Reports, notes, reasons and parties. Refusals: ``NotFound``; ``Unavailable`` while the order runs here."""
        ended = await uow.repository.ended(order_ids)
        answers: list[Refusal | None] = []
        for order_id in order_ids:
            if not ended.get(order_id, False):
                answers.append(Unavailable() if order_id in ended else NotFound())
                continue
            await uow.repository.forget_words(order_id, self._vault.seal(order_id, ""))
            uow.audit(Deed(SYSTEM, What.SWEPT, order_id, field="words"))
            answers.append(None)
        return answers

    async def correct(self, uow: Unit, commands: Sequence[Own[CorrectMe]]) -> list[str | Refusal]:
        """A name as it should be. Refusals: ``NotFound`` for who is not on the roster, or erased."""
        revision = await uow.repository.raise_revision(uow.now)
        volunteers = await uow.repository.volunteers({command.volunteer_id for command in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            volunteer = volunteers.get(command.volunteer_id)
            before = Personal.opened(self._vault, command.volunteer_id, volunteer.sealed) if volunteer else None
            if volunteer is None or before is None or not before.name:
                answers.append(NotFound())
                continue
            personal = before.model_copy(update={"name": command.wish.name})
            volunteer.sealed, volunteer.revision = personal.sealed(self._vault, volunteer.volunteer_id), revision
            who = Who(Role.VOLUNTEER.value, volunteer.volunteer_id)
            uow.audit(Deed(who, What.CORRECTED, "", volunteer.volunteer_id, field="name"))
            answers.append(volunteer.volunteer_id)
        return answers

    async def erase(self, uow: Unit, commands: Sequence[Own[EraseMe]]) -> list[str | Refusal]:
        """Name, phone, unit, home and hours of somebody who has left. Refusals: ``NotFound``, ``NotGone``."""
        revision = await uow.repository.raise_revision(uow.now)
        volunteers = await uow.repository.volunteers({command.volunteer_id for command in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            volunteer = volunteers.get(command.volunteer_id)
            try:
                if volunteer is None:
                    raise NotFound
                check_erasable(volunteer.left_at)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            await self._empty(uow, volunteer, revision)
            uow.audit(Deed(Who(Role.VOLUNTEER.value, volunteer.volunteer_id), What.ERASED, "", volunteer.volunteer_id))
            if self.register is not None:
                erased = Erased(subject=volunteer.volunteer_id, at=uow.now)
                uow.finish_with(partial(self.register.add, [erased]))
            answers.append(volunteer.volunteer_id)
        return answers

    async def erase_again(self, uow: Unit, registers: Sequence[Sequence[str]]) -> list[int]:
        """Whom the registers name and this database still has, as after a restore; how many they were."""
        revision, known = await uow.repository.raise_revision(uow.now), await uow.repository.erased_volunteers()
        answers = []
        for names in registers:
            volunteers = await uow.repository.volunteers(set(names) - known)
            for volunteer in volunteers.values():
                volunteer.leave(volunteer.left_at or uow.now)
                await self._empty(uow, volunteer, revision)
                uow.audit(Deed(SYSTEM, What.ERASED, "", volunteer.volunteer_id))
            answers.append(len(volunteers))
        return answers

    async def _empty(self, uow: Unit, volunteer: Volunteer, revision: int) -> None:
        before = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
        nobody = Personal(name="", phone="", kind=before.kind, home=self._rules.areas.root.code)
        volunteer.sealed = nobody.sealed(self._vault, volunteer.volunteer_id)
        volunteer.phone_fingerprint = f"{ERASED}{volunteer.volunteer_id}"
        volunteer.suspended_for, volunteer.revision = None, revision
        await uow.repository.drop_public_card(volunteer.volunteer_id)
        await uow.repository.drop_calendar_feed(volunteer.volunteer_id)
        await uow.repository.forget_sessions(volunteer.volunteer_id)
