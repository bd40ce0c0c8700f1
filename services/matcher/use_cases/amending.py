"""The resident changes when or how soon: whoever was asked or has the leg keeps it if the new time suits them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.matcher.models import Assignment, WholeDispatch
from services.matcher.policies.acceptance import AssignmentState, HandBackReason
from services.matcher.policies.deadlines import amended_due, is_faster, offer_expiry, service_due
from services.matcher.policies.directory import Directory
from services.matcher.policies.eligibility import Load, Need, Reason, reasons
from services.matcher.policies.windows import Span, span_of
from services.matcher.repository import Unit
from services.matcher.use_cases.directories import Directories
from services.matcher.use_cases.dispatching import Answers, apply
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.steps import By, Steps
from shared.contracts.envelope import Fact
from shared.contracts.intake import OrderAmended
from shared.contracts.words import OrderState, Urgency

_TIMELY = frozenset({Reason.NOT_FREE, Reason.WINDOW_TAKEN})
"""Reasons that come with a new time; all others were judged when the person was asked."""


class Amending:
    """Applies amendments under the rules of one community."""

    def __init__(self, directories: Directories, pairing: Pairing, steps: Steps) -> None:
        self._directories = directories
        self._pairing = pairing
        self._steps = steps

    async def amend_dispatches(self, uow: Unit, facts: Sequence[Fact[OrderAmended]]) -> Answers:
        """Offers that no longer suit are withdrawn, assignments that no longer suit are released, and the next
        people are asked. Somebody who is under way, or a coordinator who holds the order, goes on.
        """
        directory = await self._directories.current(uow.repository)
        loads = await uow.repository.loads()
        released: list[Assignment] = []
        amended: list[WholeDispatch] = []

        def take(whole: WholeDispatch, event: OrderAmended) -> None:
            dispatch = whole.dispatch
            before, urgency = dispatch.window, Urgency(dispatch.urgency)
            if (event.window, event.urgency) == (before, urgency):
                return
            dispatch.amend(event.urgency, event.window)
            amended.append(whole)
            if dispatch.state in {OrderState.PLACED, OrderState.OFFERED}:
                self._move_due(uow, whole, faster=is_faster(event.urgency, urgency))
                self._move_offers(uow, whole, directory, loads, span_of(before))
            if event.window != before:
                released.extend(self._move_assignments(uow, whole, directory, loads))

        answers = await apply(uow, facts, take)
        await uow.repository.give_back(released)
        await self._pairing.ask_again(uow, amended)
        return answers

    def _move_due(self, uow: Unit, whole: WholeDispatch, *, faster: bool) -> None:
        dispatch = whole.dispatch
        dispatch.due_at = amended_due(
            dispatch.due_at, uow.now, self._steps.clocks(whole).dispatch, dispatch.window, faster=faster
        )

    def _move_offers(
        self,
        uow: Unit,
        whole: WholeDispatch,
        directory: Directory,
        loads: Mapping[str, Load],
        before: Span | None,
    ) -> None:
        """Offers that suit are made again, under the same id and with the new window; the others are withdrawn."""
        dispatch = whole.dispatch
        ends_at = offer_expiry(uow.now, self._steps.clocks(whole).offer, dispatch.due_at, dispatch.window)
        for offer in whole.open_offers:
            leg = whole.leg(offer.leg_id)
            need = self._pairing.need(uow, whole, leg)
            loads[offer.volunteer_id].forget(before)
            if need and _suits(need, offer.volunteer_id, directory, loads):
                loads[offer.volunteer_id].ask(span_of(dispatch.window))
                offer.expires_at = min(offer.expires_at, ends_at)
                self._steps.offer(uow, whole, leg, offer, leg.waves)
            else:
                self._steps.withdraw(uow, offer)
        if not whole.open_offers:
            dispatch.wait_for_offer()

    def _move_assignments(
        self, uow: Unit, whole: WholeDispatch, directory: Directory, loads: Mapping[str, Load]
    ) -> list[Assignment]:
        """Assignments that suit move with the window; returns those that had to be released."""
        released = []
        for assignment in whole.active_assignments:
            if assignment.state == AssignmentState.UNDER_WAY.value:
                continue
            need = self._pairing.need(uow, whole, whole.leg(assignment.leg_id))
            loads[assignment.volunteer_id].free(assignment.span)
            if need and _suits(need, assignment.volunteer_id, directory, loads):
                self._keep(uow, whole, assignment)
            else:
                assignment.release(uow.now)
                if whole.dispatch.state == OrderState.ASSIGNED:  # its due time was the old window's
                    self._move_due(uow, whole, faster=False)
                self._steps.handed_back(uow, whole, assignment, HandBackReason.WINDOW_CHANGED)
                released.append(assignment)
        return released

    def _keep(self, uow: Unit, whole: WholeDispatch, assignment: Assignment) -> None:
        dispatch = whole.dispatch
        assignment.move_to(dispatch.window)
        if dispatch.state == OrderState.ASSIGNED:
            due_at = service_due(dispatch.window, uow.now, self._steps.clocks(whole).service)
            dispatch.assign_to(assignment.volunteer_id, due_at)
            self._steps.tell_assigned(uow, whole, assignment, By.AMENDMENT)


def _suits(need: Need, volunteer_id: str, directory: Directory, loads: Mapping[str, Load]) -> bool:
    member = directory.get(volunteer_id)
    return member is not None and _TIMELY.isdisjoint(reasons(need, member, loads[volunteer_id]))
