"""Coordinators decide about what is on their desk: assign a volunteer, take or resolve it in person, pass it up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from services.matcher.commands import AssignLeg, Command, EscalateLeg, ReleaseLeg, ResolveLeg, TakeInPerson
from services.matcher.models import Assignment, Leg, WholeDispatch
from services.matcher.policies.acceptance import AlreadyAssigned, HeldByVolunteer, LegServed, NotItsTurn
from services.matcher.policies.fairness import check_impartial
from services.matcher.policies.ladder import Cause, rung_above
from services.matcher.policies.referring import HeldByDepartment
from services.matcher.policies.releasing import check_releasable
from services.matcher.policies.taking import check_takeable
from services.matcher.policies.windows import span_of
from services.matcher.repository import Unit
from services.matcher.use_cases.directories import Directories
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.steps import By
from shared.contracts.audit import Who, decided
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Role
from shared.persistence.vault import Vault

W = TypeVar("W", bound=Command)
A = TypeVar("A")


@dataclass(frozen=True)
class Decision(Generic[W]):
    """A coordinator's wish about one leg; ``area`` bounds what they may decide about, and so do the areas they stand
    in for: those are looked up in the transaction that decides.
    """

    leg_id: str
    coordinator_id: str
    area: str
    wish: W
    standing_in: tuple[str, ...] = ()

    @property
    def areas(self) -> tuple[str, ...]:
        """Where they may decide: in their own area, and where they stand in."""
        return (self.area, *self.standing_in)

    @property
    def by(self) -> Who:
        """Who decides, as the audit names them."""
        return Who(Role.COORDINATOR.value, self.coordinator_id, self.area)


class Deciding:
    """Takes decisions. Words are sealed under the order's id."""

    def __init__(self, means: Means, vault: Vault, directories: Directories, pairing: Pairing) -> None:
        self._rules, self._needs, self._steps = means.rules, means.needs, means.steps
        self._vault = vault
        self._directories = directories
        self._pairing = pairing

    async def assign_legs(self, uow: Unit, decisions: Sequence[Decision[AssignLeg]]) -> list[str | Refusal]:
        """Give a leg to a volunteer of the area, who need not hold its post. Answers are assignment ids.

        Refusals: ``NotFound`` (leg or volunteer), ``HeldByVolunteer``, ``LegServed``, ``AlreadyAssigned``,
        ``CapacityReached``, ``WindowTaken``, ``StandsAside``.
        """
        return await self.each(uow, decisions, self._assign, "assign", lambda wish: wish.volunteer)

    async def resolve_legs(self, uow: Unit, decisions: Sequence[Decision[ResolveLeg]]) -> list[str | Refusal]:
        """A coordinator served or settled it. Answers are order ids.

        Refusals: ``NotFound``, ``HeldByVolunteer``, ``LegServed``.
        """
        return await self.each(uow, decisions, self._resolve, "resolve")

    async def take_in_person(self, uow: Unit, decisions: Sequence[Decision[TakeInPerson]]) -> list[str | Refusal]:
        """A coordinator serves it in person; whoever had it or was asked is free. Answers are order ids.

        Refusals: ``NotFound``, ``HeldByVolunteer``, ``HeldByDepartment``, ``LegServed``, ``AlreadyTaken``.
        """
        return await self.each(uow, decisions, self._take, "take")

    async def escalate_legs(self, uow: Unit, decisions: Sequence[Decision[EscalateLeg]]) -> list[str | Refusal]:
        """Pass the order up one tier. Answers are order ids.

        Refusals: ``NotFound``, ``HeldByVolunteer``, ``LegServed``, ``TopOfLadder``.
        """
        return await self.each(uow, decisions, self._escalate, "escalate")

    async def release_legs(self, uow: Unit, decisions: Sequence[Decision[ReleaseLeg]]) -> list[str | Refusal]:
        """A coordinator has looked at what seemed to be spam: volunteers are asked. Answers are order ids.

        Refusals: ``NotFound``, ``HeldByVolunteer``, ``LegServed``, ``NotHeldToLook``.
        """
        return await self.each(uow, decisions, self._release, "release")

    async def each(
        self,
        uow: Unit,
        decisions: Sequence[Decision[W]],
        decide: Callable[[Unit, WholeDispatch, Leg, Decision[W]], Awaitable[A]],
        verb: str,
        about: Callable[[W], str] = lambda _: "",
        *,
        whoever_holds: bool = False,
    ) -> list[A | Refusal]:
        """Run one decision after the other, each about a leg that is on the coordinator's desk, or (``whoever_holds``)
        in their area. Each that is taken is in the audit as its ``verb``, with whom or what it names (``about``); a
        question has no verb.

        Refusals: ``NotFound``, ``HeldByVolunteer``, ``HeldByDepartment``, ``LegServed``, ``NotItsTurn``, and those of
        the decision.
        """
        wholes = await uow.repository.by_leg({decision.leg_id for decision in decisions})
        stood_in = await uow.repository.stood_in({one.coordinator_id for one in decisions}, uow.now)
        answers: list[A | Refusal] = []
        for asked in decisions:
            decision = replace(asked, standing_in=stood_in.get(asked.coordinator_id, ()))
            try:
                whole, leg = self._current(wholes, decision)
                if not whoever_holds:
                    _check_on_desk(whole)
                answers.append(await decide(uow, whole, leg, decision))
            except Refusal as refusal:
                answers.append(refusal)
                continue
            if verb:
                uow.audit(decided(decision.by, verb, whole.dispatch.order_id, about(decision.wish)))
        return answers

    def _current(self, wholes: Mapping[str, WholeDispatch], decision: Decision[W]) -> tuple[WholeDispatch, Leg]:
        """The leg, if it is current and its order's desk within the area; elsewhere it looks like none at all."""
        whole = wholes.get(decision.leg_id)
        if whole is None or not self._rules.areas.within(whole.dispatch.desk_area, decision.areas):
            raise NotFound
        leg = whole.leg(decision.leg_id)
        if leg.completed or whole.dispatch.ended:
            raise LegServed
        if whole.current_leg is not leg:
            raise NotItsTurn
        return whole, leg

    async def _assign(self, uow: Unit, whole: WholeDispatch, leg: Leg, decision: Decision[AssignLeg]) -> str:
        candidates = await self._directories.current(uow.repository)
        member = candidates.get(decision.wish.volunteer)
        if member is None or not self._rules.areas.within(member.home, decision.areas):
            raise NotFound
        check_impartial(member.volunteer_id, whole.excluded, concerned=self._needs.concerns(whole, member))
        dispatch, place = whole.dispatch, whole.free_place(leg)
        active = [one for one in whole.active_assignments if one.leg_id == leg.leg_id]
        if place is not None and any(one.volunteer_id == member.volunteer_id for one in active):
            raise AlreadyAssigned
        released = [] if place is not None else active
        await uow.repository.check_can_hold(
            member.volunteer_id, span_of(dispatch.window), [one.assignment_id for one in released]
        )
        await self._steps.release(uow, released)
        assignment = Assignment(
            assignment_id=uow.new_id(),
            leg_id=leg.leg_id,
            order_id=dispatch.order_id,
            volunteer_id=member.volunteer_id,
            place=place or whole.free_place(leg) or 1,
            by=By.COORDINATOR.value,
            window_from=dispatch.window_from,
            window_to=dispatch.window_to,
            assigned_at=uow.now,
        )
        await uow.repository.take_place(assignment, None, uow.now)
        whole.assignments.append(assignment)
        self._steps.assigned(uow, whole, assignment, By.COORDINATOR)
        return assignment.assignment_id

    async def _take(self, uow: Unit, whole: WholeDispatch, leg: Leg, decision: Decision[TakeInPerson]) -> str:
        check_takeable(whole.dispatch.taken_by, decision.coordinator_id)
        await self._steps.release(uow, [one for one in whole.active_assignments if one.leg_id == leg.leg_id])
        self._steps.taken(uow, whole, leg, decision.coordinator_id)
        return whole.dispatch.order_id

    async def _resolve(self, uow: Unit, whole: WholeDispatch, leg: Leg, decision: Decision[ResolveLeg]) -> str:
        by, ended = decision.coordinator_id, [one for one in whole.active_assignments if one.leg_id == leg.leg_id]
        leg.resolve(by, self._vault.seal(whole.dispatch.order_id, decision.wish.report))
        await self._steps.release(uow, ended)
        if self._steps.leg_completed(uow, whole, leg, ended[0] if ended else None, None, coordinator=by):
            await self._pairing.ask_again(uow, [whole])
        return whole.dispatch.order_id

    async def _release(self, uow: Unit, whole: WholeDispatch, _leg: Leg, decision: Decision[ReleaseLeg]) -> str:
        check_releasable(look_first=whole.dispatch.look_first)
        self._steps.release_to_volunteers(uow, whole)
        await self._pairing.ask_again(uow, [whole])
        return whole.dispatch.order_id

    async def _escalate(self, uow: Unit, whole: WholeDispatch, _leg: Leg, decision: Decision[EscalateLeg]) -> str:
        above = rung_above(self._rules.areas, whole.dispatch.desk_area)
        whole.dispatch.note = self._vault.seal(whole.dispatch.order_id, decision.wish.reason)
        self._steps.escalate(uow, whole, Cause.COORDINATOR, above)
        return whole.dispatch.order_id


def _check_on_desk(whole: WholeDispatch) -> None:
    if whole.dispatch.holder_role == Role.DEPARTMENT.value:
        raise HeldByDepartment
    if whole.dispatch.holder_role != Role.COORDINATOR.value:
        raise HeldByVolunteer
