"""Volunteers say where they are registered, when they have time and how much they take on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.matcher import models
from services.matcher.commands import Command, Register, SetAbsences, SetAvailability, SetDuty
from services.matcher.models import Volunteer
from services.matcher.models.personal import Personal, merged
from services.matcher.policies.claims import check_registration
from services.matcher.repository import Unit
from services.matcher.use_cases.steps import volunteer_topic
from shared.community.definition import Community
from shared.contracts.audit import Who
from shared.contracts.refusal import Conflict, NotFound, Refusal
from shared.contracts.words import Role
from shared.persistence.vault import Vault

W = TypeVar("W", bound=Command)


@dataclass(frozen=True)
class Own(Generic[W]):
    """What a volunteer wishes for themselves."""

    volunteer_id: str
    wish: W

    @property
    def by(self) -> Who:
        """Who wishes, as the audit names them."""
        return Who(Role.VOLUNTEER.value, self.volunteer_id)


class TooManyAbsences(Conflict):
    """So many are kept and no more."""

    title = "No more absences can be kept; please take one back first"


Change = Callable[[Volunteer, Personal, W], Personal]
"""Changes a volunteer's row, and answers what is personal from now on."""


class Availing:
    """Keeps what volunteers decide themselves."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._rules = rules
        self._vault = vault

    async def set_availability(self, uow: Unit, commands: Sequence[Own[SetAvailability]]) -> list[str | Refusal]:
        """Hours, capacity, offers a day, urgent orders at work. Answers are volunteer ids. Refusals: ``NotFound``."""

        def change(volunteer: Volunteer, personal: Personal, wish: SetAvailability) -> Personal:
            volunteer.agree(wish.capacity, wish.daily_offers, urgent_at_work=wish.urgent_at_work)
            return personal.model_copy(update={"hours": wish.hours}) if wish.hours is not None else personal

        return await self._each(uow, commands, change)

    async def set_duty(self, uow: Unit, commands: Sequence[Own[SetDuty]]) -> list[str | Refusal]:
        """On duty or not. Answers are volunteer ids. Refusals: ``NotFound``."""

        def change(volunteer: Volunteer, personal: Personal, wish: SetDuty) -> Personal:
            volunteer.on_duty = wish.on_duty
            return personal

        return await self._each(uow, commands, change)

    async def set_absences(self, uow: Unit, commands: Sequence[Own[SetAbsences]]) -> list[str | Refusal]:
        """When they are away; sorted and joined. Answers are volunteer ids. Refusals: ``NotFound``."""

        def change(_volunteer: Volunteer, personal: Personal, wish: SetAbsences) -> Personal:
            return personal.model_copy(update={"absences": merged(wish.absences, uow.now)})

        return await self._each(uow, commands, change)

    async def register(self, uow: Unit, commands: Sequence[Own[Register]]) -> list[str | Refusal]:
        """Home, unit and profession (双报到). Answers are volunteer ids.

        Refusals: ``NotFound``, ``RegistrationInvalid``. Who changes the unit is no longer the secretary of the old one.
        """
        await uow.repository.raise_revision(uow.now)
        units = await uow.repository.units()

        def change(volunteer: Volunteer, personal: Personal, wish: Register) -> Personal:
            check_registration(wish.home, wish.unit, wish.profession, self._rules, units)
            _leave(units.get(personal.unit or ""), volunteer.volunteer_id, wish.unit)
            return personal.model_copy(update=wish.model_dump())

        return await self._each(uow, commands, change)

    async def _each(self, uow: Unit, commands: Sequence[Own[W]], change: Change[W]) -> list[str | Refusal]:
        revision = await uow.repository.raise_revision(uow.now)
        volunteers = await uow.repository.volunteers({command.volunteer_id for command in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            volunteer = volunteers.get(command.volunteer_id)
            if volunteer is None:
                answers.append(NotFound())
                continue
            personal = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
            try:
                changed = change(volunteer, personal, command.wish)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            volunteer.sealed = changed.sealed(self._vault, volunteer.volunteer_id)
            volunteer.revision = revision
            uow.announce(volunteer_topic(volunteer.volunteer_id))
            answers.append(volunteer.volunteer_id)
        return answers


def _leave(unit: models.Unit | None, volunteer_id: str, following: str | None) -> None:
    if unit is not None and unit.secretary_id == volunteer_id and unit.unit_id != following:
        unit.secretary_id = None
