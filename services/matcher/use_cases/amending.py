"""The resident changes when or how soon: whoever was asked or has the leg keeps it if the new time suits them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matcher.models import Assignment, Leg, Offer, WholeDispatch
from services.matcher.policies.acceptance import AssignmentState, HandBackReason
from services.matcher.policies.candidates import Candidates
from services.matcher.policies.deadlines import amended_due, is_faster, offer_expiry, service_due
from services.matcher.policies.eligibility import Load, Reason, reasons
from services.matcher.policies.windows import Span, span_of
from services.matcher.repository import Unit
from services.matcher.use_cases.agreeing import Agreeing
from services.matcher.use_cases.dispatching import Answers, apply
from services.matcher.use_cases.handing_over import HandingOver
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.steps import By
from shared.community.due import dispatch_due
from shared.contracts.envelope import Fact
from shared.contracts.intake import OrderAmended
from shared.contracts.words import OrderState, Urgency, Window

_TIMELY = frozenset({Reason.NOT_FREE, Reason.WINDOW_TAKEN, Reason.ABSENT})
"""Reasons that come with a new time; all others were judged when the person was asked."""


@dataclass(frozen=True)
class _Before:
    """A dispatch and what its order asked for until now."""

    whole: WholeDispatch
    window: Window | None
    urgency: Urgency


class Amending:
    """Applies amendments under the rules of one community."""

    def __init__(self, means: Means, pairing: Pairing) -> None:
        self._rules = means.rules
        self._searching, self._needs, self._steps = means.searching, means.needs, means.steps
        self._pairing = pairing
        self._agreeing = Agreeing(means)
        self._handing_over = HandingOver(means.rules, means.steps)

    async def amend_dispatches(self, uow: Unit, facts: Sequence[Fact[OrderAmended]]) -> Answers:
        """Offers that no longer suit are withdrawn, assignments that no longer suit are released, and the next
        people are asked. Somebody who is under way, or a coordinator who holds the order, goes on. A time that a
        volunteer had proposed, and the resident agreed to, is theirs first.
        """
        candidates = await self._searching.candidates(uow)
        loads = await self._loads_concerned(uow, facts)
        released: list[Assignment] = []
        amended: list[WholeDispatch] = []
        agreed: list[tuple[_Before, str]] = []

        def take(whole: WholeDispatch, event: OrderAmended) -> None:
            dispatch = whole.dispatch
            before = _Before(whole, dispatch.window, Urgency(dispatch.urgency))
            if event.accepted_offer is None and (event.window, event.urgency) == (before.window, before.urgency):
                return
            dispatch.amend(event.urgency, event.window)
            amended.append(whole)
            if event.accepted_offer is None:
                self._move_asking(uow, before, candidates, loads)
            else:
                agreed.append((before, event.accepted_offer))
            if event.window != before.window:
                released.extend(self._move_assignments(uow, whole, candidates, loads))
                self._handing_over.move(uow, whole)

        answers = await apply(uow, facts, take)
        await uow.repository.give_back(released)
        for before, offer_id in agreed:
            for offer in before.whole.offers:
                if offer.offer_id == offer_id:
                    await self._agreeing.give(uow, before.whole, offer, candidates, loads.get(offer.volunteer_id))
            self._move_asking(uow, before, candidates, loads)
        await self._pairing.ask_again(uow, amended)
        return answers

    def _move_asking(self, uow: Unit, before: _Before, candidates: Candidates, loads: Mapping[str, Load]) -> None:
        """While people are being asked: the dispatch clock, and what was asked, follow the new time."""
        whole = before.whole
        if whole.dispatch.state in {OrderState.PLACED, OrderState.OFFERED}:
            self._move_due(uow, whole, faster=is_faster(Urgency(whole.dispatch.urgency), before.urgency))
            self._move_offers(uow, whole, candidates, loads, span_of(before.window))

    def _move_due(self, uow: Unit, whole: WholeDispatch, *, faster: bool) -> None:
        dispatch = whole.dispatch
        afresh = dispatch_due(self._rules, Urgency(dispatch.urgency), dispatch.window, uow.now)
        dispatch.due_at = amended_due(dispatch.due_at, afresh, faster=faster)

    def _move_offers(
        self,
        uow: Unit,
        whole: WholeDispatch,
        candidates: Candidates,
        loads: Mapping[str, Load],
        before: Span | None,
    ) -> None:
        """Offers that suit are made again, under the same id and with the new window; the others are withdrawn."""
        dispatch = whole.dispatch
        ends_at = offer_expiry(uow.now, self._steps.clocks(whole).offer, dispatch.due_at, dispatch.window)
        for offer in whole.asking_offers:
            leg = whole.leg(offer.leg_id)
            loads[offer.volunteer_id].forget(before)
            if offer.is_open and self._suits(uow, whole, leg, offer.volunteer_id, candidates, loads):
                loads[offer.volunteer_id].ask(span_of(dispatch.window))
                offer.expires_at = min(offer.expires_at, ends_at)
                self._steps.offer(uow, whole, leg, offer, leg.waves)
            else:
                self._withdraw(uow, offer)
        for leg in whole.legs:
            leg.rest()
        if not whole.open_offers:
            dispatch.wait_for_offer()

    def _withdraw(self, uow: Unit, offer: Offer) -> None:
        """It was an answer to another question: a yes to the old time is none to the new."""
        offer.withdraw(uow.now)
        self._steps.settled(uow, offer)

    def _move_assignments(
        self, uow: Unit, whole: WholeDispatch, candidates: Candidates, loads: Mapping[str, Load]
    ) -> list[Assignment]:
        """Assignments that suit move with the window; returns those that had to be released."""
        released = []
        for assignment in whole.active_assignments:
            if assignment.state == AssignmentState.UNDER_WAY.value:
                continue
            leg = whole.leg(assignment.leg_id)
            loads[assignment.volunteer_id].free(assignment.span)
            if self._suits(uow, whole, leg, assignment.volunteer_id, candidates, loads):
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

    async def _loads_concerned(self, uow: Unit, facts: Sequence[Fact[OrderAmended]]) -> Mapping[str, Load]:
        """What everybody carries who was asked about one of these orders, has it, or proposed the time that was agreed
        to; nobody else gives them more."""
        wholes = await uow.repository.dispatches({fact.event.order_id for fact in facts})
        asked = {offer.volunteer_id for whole in wholes.values() for offer in whole.asking_offers}
        have = {one.volunteer_id for whole in wholes.values() for one in whole.active_assignments}
        agreed = {fact.event.accepted_offer for fact in facts}
        proposed = {one.volunteer_id for whole in wholes.values() for one in whole.offers if one.offer_id in agreed}
        await uow.repository.lock(asked | have | proposed)
        return await uow.repository.loads(asked | have | proposed)

    def _suits(
        self, uow: Unit, whole: WholeDispatch, leg: Leg, volunteer_id: str,
        candidates: Candidates, loads: Mapping[str, Load],
    ) -> bool:  # fmt: skip
        """Whether the new time suits somebody who was asked or has the leg."""
        need, member = self._needs.of(whole, leg, uow.now), candidates.get(volunteer_id)
        if need is None or member is None:
            return False
        return _TIMELY.isdisjoint(reasons(need, member, loads[volunteer_id], self._rules.areas))
