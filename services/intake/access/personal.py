"""People and their own data: see, take along, put right, erase; by an order's secret, or by a phone's one-time code."""

from __future__ import annotations

from dataclasses import dataclass

from services.intake.access.doors import Doors
from services.intake.commands.forgetting import CorrectPersonal
from services.intake.policies.forgetting import check_erasable
from services.intake.queries import OrderFound
from services.intake.queries.by_phone import OrdersByPhone
from services.intake.queries.personal import Personal, PersonalView, PersonalViews
from services.intake.use_cases.forgetting import Correct, Erase, Forgetting
from shared.contracts.audit import Deed, What, Who
from shared.contracts.refusal import Unauthenticated
from shared.contracts.words import OrderState, Role
from shared.identity.tokens import PurposeTokens

PERSONAL = "personal"
"""The purpose of the tokens that open what is kept under a phone."""


@dataclass(frozen=True)
class OwnRecords:
    """What the doors of people's own data share."""

    doors: Doors
    personal: Personal
    phones: OrdersByPhone
    tokens: PurposeTokens

    @property
    def _forgetting(self) -> Forgetting:
        return self.doors.use_cases.forgetting

    async def view(self, found: OrderFound) -> PersonalView:
        """What is kept of them in one order."""
        await self.doors.audit.note(Deed(_who(found), What.VIEWED, found.order_id))
        return await self.personal.of(found)

    async def correct(self, found: OrderFound, wish: CorrectPersonal) -> PersonalView:
        """Put a name or a number right. Raises ``NothingKept``, ``OrderInvalid``."""
        await self.doors.use_cases.writer.do(self._forgetting.correct, Correct(found.order_id, found.person_id, wish))
        return await self.personal.of(found)

    async def erase(self, found: OrderFound) -> PersonalView:
        """Nothing of them is left in this order. Raises ``StillOpen``."""
        await self.doors.use_cases.writer.do(self._forgetting.erase, Erase(found.order_id, found.person_id))
        return await self.personal.of(found)

    async def of_phone(self, token: str | None) -> PersonalViews:
        """What is kept under a phone. Raises ``Unauthenticated``."""
        return PersonalViews(items=[await self.view(one) for one in await self._found(token)])

    async def erase_phone(self, token: str | None) -> PersonalViews:
        """Nothing is left under a phone; all of its orders, or none. Raises ``StillOpen``, ``Unauthenticated``."""
        found = await self._found(token)
        for one in found:
            check_erasable(OrderState((await self.doors.view_for(one)).state), left=one.left)
        return PersonalViews(items=[await self.erase(one) for one in found])

    async def _found(self, token: str | None) -> list[OrderFound]:
        if token is None:
            raise Unauthenticated
        people = await self.phones.of(self.tokens.verify(token))
        found = [await self.doors.concerned.find(one.reference, one.person_id) for one in people]
        return [one for one in found if one is not None]


def _who(found: OrderFound) -> Who:
    return Who(Role.RESIDENT.value, found.person_id)
