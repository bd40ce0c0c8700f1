"""Volunteers leave, fall ill, or are suspended: what they had goes to others at once, and the clocks run on.

Dispatches are locked first, then the roster, then volunteers: the order in which everybody locks. What another
process gave somebody in between is found by the clock (``clear_departed``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.matcher.commands import Command
from services.matcher.commands.departing import FallIll, Leave, RemoveVolunteer, RestoreVolunteer, SuspendVolunteer
from services.matcher.models import Assignment, Volunteer, WholeDispatch
from services.matcher.models.personal import Personal, merged
from services.matcher.policies.acceptance import HandBackReason
from services.matcher.policies.departures import HasLeft, OnTheRoster, check_until, comes_back
from services.matcher.policies.windows import Span, span_of
from services.matcher.repository import Unit
from services.matcher.use_cases.availing import Own
from services.matcher.use_cases.claiming import Claiming
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.steps import volunteer_topic
from shared.contracts.audit import Who, decided
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Role, Window
from shared.persistence.vault import Vault

W = TypeVar("W", bound=Command)


@dataclass(frozen=True)
class AboutVolunteer(Generic[W]):
    """A coordinator's decision about a volunteer who lives in one of the ``areas`` they act for, or below."""

    volunteer_id: str
    coordinator_id: str
    areas: Sequence[str]
    wish: W

    @property
    def by(self) -> Who:
        """Who decides, as the audit names them."""
        return Who(Role.COORDINATOR.value, self.coordinator_id, self.areas[0])


Wholes = Mapping[str, WholeDispatch]


class Departing:
    """Lets volunteers go under the rules of one community. A suspension's reason is sealed under the volunteer's id."""

    def __init__(self, means: Means, vault: Vault, pairing: Pairing, claiming: Claiming) -> None:
        self._areas, self._steps = means.rules.areas, means.steps
        self._vault = vault
        self._pairing = pairing
        self._claiming = claiming

    async def leave(self, uow: Unit, commands: Sequence[Own[Leave]]) -> list[str | Refusal]:
        """Posts are released, offers withdrawn, assignments handed back; nobody is asked why. Answers are volunteer
        ids. Refusals: ``NotFound``, ``HasLeft``.
        """

        async def go(wholes: Wholes, volunteer: Volunteer, _command: Own[Leave]) -> None:
            await self._go(uow, wholes, volunteer, HandBackReason.DEPARTED)

        return await self._each(uow, commands, go, "leave")

    async def remove(self, uow: Unit, commands: Sequence[AboutVolunteer[RemoveVolunteer]]) -> list[str | Refusal]:
        """A coordinator takes somebody off the roster; else as ``leave``."""

        async def go(wholes: Wholes, volunteer: Volunteer, command: AboutVolunteer[RemoveVolunteer]) -> None:
            self._check_area(volunteer, command.areas)
            await self._go(uow, wholes, volunteer, HandBackReason.REMOVED)

        return await self._each(uow, commands, go, "remove")

    async def fall_ill(self, uow: Unit, commands: Sequence[Own[FallIll]]) -> list[str | Refusal]:
        """Away from now until then: what lies in that time, or at no time in particular, goes to others. Answers are
        volunteer ids. Refusals: ``NotFound``, ``UntilPassed``.
        """

        async def rest(wholes: Wholes, volunteer: Volunteer, command: Own[FallIll]) -> None:
            check_until(command.wish.until, uow.now)
            absence = Window(from_=uow.now, to=command.wish.until)
            personal = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
            away = merged((*personal.absences, absence), uow.now)
            changed = personal.model_copy(update={"absences": away})
            volunteer.sealed = changed.sealed(self._vault, volunteer.volunteer_id)
            volunteer.on_duty = False
            await self._give_up(uow, wholes, volunteer.volunteer_id, HandBackReason.ILL, span_of(absence))

        return await self._each(uow, commands, rest)

    async def suspend(self, uow: Unit, commands: Sequence[AboutVolunteer[SuspendVolunteer]]) -> list[str | Refusal]:
        """Nothing reaches them until they are restored; their posts stay theirs and do not count. Answers are volunteer
        ids. Refusals: ``NotFound``, also for somebody who lives elsewhere; ``HasLeft``.
        """

        async def stop(wholes: Wholes, volunteer: Volunteer, command: AboutVolunteer[SuspendVolunteer]) -> None:
            self._check_area(volunteer, command.areas)
            if volunteer.left_at is not None:
                raise HasLeft
            sealed = self._vault.seal(volunteer.volunteer_id, command.wish.reason)
            volunteer.suspend(uow.now, command.coordinator_id, sealed)
            await self._leads_no_longer(uow, volunteer.volunteer_id)
            await self._give_up(uow, wholes, volunteer.volunteer_id, HandBackReason.SUSPENDED)

        return await self._each(uow, commands, stop, "suspend")

    async def restore(self, uow: Unit, commands: Sequence[AboutVolunteer[RestoreVolunteer]]) -> list[str | Refusal]:
        """Somebody who was suspended, or left, may be asked again. Answers are volunteer ids. Refusals: ``NotFound``,
        ``OnTheRoster``.
        """

        async def let_in(_wholes: Wholes, volunteer: Volunteer, command: AboutVolunteer[RestoreVolunteer]) -> None:
            self._check_area(volunteer, command.areas)
            if volunteer.is_there:
                raise OnTheRoster
            volunteer.restore()

        return await self._each(uow, commands, let_in, "restore")

    async def clear_departed(self, uow: Unit, volunteer_ids: Sequence[str]) -> list[str | Refusal]:
        """What another process gave to somebody who was leaving at that very moment goes to others."""
        wholes = await uow.repository.with_people(volunteer_ids)
        volunteers = await uow.repository.volunteers(volunteer_ids)
        for volunteer_id in volunteer_ids:
            volunteer = volunteers[volunteer_id]
            if not volunteer.is_there:
                reason = HandBackReason.DEPARTED if volunteer.left_at is not None else HandBackReason.SUSPENDED
                await self._give_up(uow, wholes, volunteer_id, reason)
        return list(volunteer_ids)

    async def _each(
        self,
        uow: Unit,
        commands: Sequence[Any],
        change: Callable[[Wholes, Volunteer, Any], Awaitable[None]],
        verb: str = "",
    ) -> list[str | Refusal]:
        people = {command.volunteer_id for command in commands}
        wholes = await uow.repository.with_people(people)
        revision = await uow.repository.raise_revision(uow.now)
        volunteers = await uow.repository.volunteers(people)
        answers: list[str | Refusal] = []
        for command in commands:
            volunteer = volunteers.get(command.volunteer_id)
            try:
                if volunteer is None:
                    raise NotFound
                volunteer.revision = revision
                await change(wholes, volunteer, command)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            uow.announce(volunteer_topic(volunteer.volunteer_id))
            if verb:  # not an illness
                uow.audit(decided(command.by, verb, subject=volunteer.volunteer_id))
            answers.append(volunteer.volunteer_id)
        return answers

    def _check_area(self, volunteer: Volunteer, areas: Collection[str]) -> None:
        home = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed).home
        if not self._areas.within(home, tuple(areas)):
            raise NotFound

    async def _go(self, uow: Unit, wholes: Wholes, volunteer: Volunteer, reason: HandBackReason) -> None:
        if volunteer.left_at is not None:
            raise HasLeft
        volunteer.leave(uow.now)
        await uow.repository.drop_public_card(volunteer.volunteer_id)
        await uow.repository.drop_calendar_feed(volunteer.volunteer_id)
        await self._claiming.give_up_all(uow, volunteer.volunteer_id)
        await self._leads_no_longer(uow, volunteer.volunteer_id)
        await self._give_up(uow, wholes, volunteer.volunteer_id, reason)

    async def _leads_no_longer(self, uow: Unit, volunteer_id: str) -> None:
        for unit in (await uow.repository.units()).values():
            if unit.secretary_id == volunteer_id:
                unit.secretary_id = None

    async def _give_up(
        self, uow: Unit, wholes: Wholes, volunteer_id: str, reason: HandBackReason, away: Span | None = None
    ) -> None:
        """What somebody was asked, said yes to or has goes to others; a hand-back of this kind is not counted."""
        concerned: list[WholeDispatch] = []
        returned: list[Assignment] = []
        for whole in wholes.values():
            asked = self._withdraw(uow, whole, volunteer_id, away)
            if away is None and self._call_off(uow, whole, volunteer_id):
                asked = True
            mine = [one for one in whole.active_assignments if one.volunteer_id == volunteer_id]
            for assignment in [one for one in mine if comes_back(one.span, away)]:
                assignment.hand_back(uow.now, reason, None)
                self._steps.handed_back(uow, whole, assignment, reason)
                returned.append(assignment)
                asked = True
            if asked:
                concerned.append(whole)
        await uow.repository.give_back(returned)
        await self._pairing.ask_again(uow, concerned)

    def _call_off(self, uow: Unit, whole: WholeDispatch, secretary_id: str) -> bool:
        """A unit whose secretary is gone names nobody. Returns whether somebody else may have to be asked."""
        called = [one for one in whole.open_call_ups if one.secretary_id == secretary_id]
        for call_up in called:
            call_up.withdraw(uow.now)
        if called:
            whole.decide_unless_called_up()
        return bool(called)

    def _withdraw(self, uow: Unit, whole: WholeDispatch, volunteer_id: str, away: Span | None) -> bool:
        """Returns whether somebody else may have to be asked."""
        waiting = [
            one for one in whole.offers if one.volunteer_id == volunteer_id and (one.is_asking or one.on_standby)
        ]
        gone = [one for one in waiting if comes_back(span_of(whole.dispatch.window), away)]
        for offer in gone:
            asking = offer.is_asking
            offer.withdraw(uow.now)
            if asking:
                self._steps.settled(uow, offer)
        return bool(gone)
