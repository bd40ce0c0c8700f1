"""What intake's facts do to a dispatch: open, reopen, end, remember. Each is applied once and in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import structlog

from services.matcher.models import Assignment, Dispatch, Leg, WholeDispatch
from services.matcher.policies.ladder import Cause, rung_of
from services.matcher.policies.lifecycle import Step, may
from services.matcher.repository import Unit
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.steps import Steps, announce_ending
from shared.community.definition import Community
from shared.contracts.envelope import Fact
from shared.contracts.intake import (
    IntakeEvent,
    OrderCancelled,
    OrderClosed,
    OrderMerged,
    OrderPlaced,
    OrderReopened,
    PlacedLeg,
)
from shared.contracts.refusal import Refusal, TooEarly
from shared.contracts.words import NextStep, OrderState, Role, ServedBy

log = structlog.get_logger()

E = TypeVar("E", bound=IntakeEvent)
Answers = list[Refusal | None]


async def apply(uow: Unit, facts: Sequence[Fact[E]], take: Callable[[WholeDispatch, E], None]) -> Answers:
    """Apply facts about dispatches that exist, in order; what was heard before, or comes after the end, changes
    nothing. Refusals: ``TooEarly`` for a fact whose predecessor has not arrived.
    """
    wholes = await uow.repository.dispatches({fact.event.order_id for fact in facts})
    answers: Answers = []
    for fact in facts:
        event, whole = fact.event, wholes.get(fact.event.order_id)
        if whole is None or event.version > whole.dispatch.intake_version + 1:
            answers.append(TooEarly())
            continue
        if event.version == whole.dispatch.intake_version + 1:
            whole.dispatch.intake_version = event.version
            if not whole.dispatch.ended:
                take(whole, event)
        answers.append(None)
    return answers


class Dispatching:
    """Opens, reopens and ends dispatches under the rules of one community."""

    def __init__(self, rules: Community, pairing: Pairing, steps: Steps) -> None:
        self._rules = rules
        self._pairing = pairing
        self._steps = steps

    async def open_dispatches(self, uow: Unit, facts: Sequence[Fact[OrderPlaced]]) -> Answers:
        """Open a dispatch for each new order and ask for its first leg; a whole list is paired at once.

        About what looks like spam nobody is asked: its coordinator looks at it first.
        """
        known = await uow.repository.dispatches({fact.event.order_id for fact in facts})
        answers: Answers = []
        opened: dict[str, WholeDispatch] = {}
        for fact in facts:
            event = fact.event
            early = event.version > 1 and event.order_id not in known
            answers.append(TooEarly() if early else None)
            if not early and event.order_id not in known:
                opened.setdefault(event.order_id, self._open(fact))
        await self._note_continued(uow, opened.values(), facts)
        for order_id in {fact.event.order_id for fact in facts if fact.event.review} & opened.keys():
            self._steps.escalate(uow, opened[order_id], Cause.LOOK_FIRST)
        asked = await self._pairing.ask(uow, opened.values())
        await uow.repository.add_in_order(
            [whole.dispatch for whole in opened.values()],
            [leg for whole in opened.values() for leg in whole.legs],
            asked.waves,
            asked.offers,
            asked.call_ups,
            asked.referrals,
        )
        return answers

    async def reopen_dispatches(self, uow: Unit, facts: Sequence[Fact[OrderReopened]]) -> Answers:
        """Not fixed: the further legs are offered, to people who have not served this order yet, unless the resident
        wants the same."""
        reopened: dict[str, WholeDispatch] = {}

        def take(whole: WholeDispatch, event: OrderReopened) -> None:
            if not may(OrderState(whole.dispatch.state), Step.REOPEN):
                log.error("fact.out_of_order", order_id=event.order_id, state=whole.dispatch.state)
                return
            rung = rung_of(self._rules.areas, whole.dispatch.grid)
            whole.reopen(rung, event.due_at, same_people=event.same_people)
            whole.legs += _legs(event.legs, whole.dispatch, len(whole.legs))
            reopened[event.order_id] = whole

        answers = await apply(uow, facts, take)
        fresh = [leg for whole in reopened.values() for leg in whole.legs if leg.round == whole.dispatch.round]
        await uow.repository.add_in_order(fresh)
        await self._pairing.ask_again(uow, reopened.values())
        return answers

    async def cancel_dispatches(self, uow: Unit, facts: Sequence[Fact[OrderCancelled]]) -> Answers:
        """The resident withdrew: whatever runs for the order stops."""
        return await self._end(uow, facts, Step.CANCEL)

    async def close_dispatches(self, uow: Unit, facts: Sequence[Fact[OrderClosed]]) -> Answers:
        """The order has its outcome: whatever still runs for it stops."""
        return await self._end(uow, facts, Step.CLOSE)

    async def merge_dispatches(self, uow: Unit, facts: Sequence[Fact[OrderMerged]]) -> Answers:
        """The matter goes on under another number: whatever runs for this one stops."""
        return await self._end(uow, facts, Step.MERGE)

    async def pass_by(self, uow: Unit, facts: Sequence[Fact[E]]) -> Answers:
        """Heard, so that no later fact comes too early; what it moves follows as a fact of its own, or nothing."""
        return await apply(uow, facts, lambda _whole, _event: None)

    async def _end(self, uow: Unit, facts: Sequence[Fact[E]], step: Step) -> Answers:
        released: list[Assignment] = []

        def take(whole: WholeDispatch, _event: E) -> None:
            self._steps.stop_asking(uow, whole)
            released.extend(whole.active_assignments)
            whole.dispatch.end(step)
            announce_ending(uow, whole)

        answers = await apply(uow, facts, take)
        await self._steps.release(uow, released)
        return answers

    async def _note_continued(
        self, uow: Unit, opened: Iterable[WholeDispatch], facts: Sequence[Fact[OrderPlaced]]
    ) -> None:
        """Who served this resident to their content may come again."""
        before = {fact.event.order_id: fact.event.continues for fact in facts}
        servers = await uow.repository.servers_of({order for orders in before.values() for order in orders})
        for whole in opened:
            earlier = before[whole.dispatch.order_id]
            names = {name: None for order in earlier for name in servers.get(order, ())}
            whole.dispatch.continued = " ".join(names)

    def _open(self, fact: Fact[OrderPlaced]) -> WholeDispatch:
        event = fact.event
        rung = rung_of(self._rules.areas, event.grid)
        service = self._rules.services_by_code.get(event.service)
        dispatch = Dispatch(
            order_id=event.order_id,
            reference=event.reference,
            intake_version=event.version,
            state=OrderState.PLACED.value,
            service=event.service,
            served_by=(service.served_by if service else ServedBy.STAFF).value,
            community=event.community,
            grid=event.grid,
            urgency=event.urgency.value,
            window_from=event.window.from_ if event.window else None,
            window_to=event.window.to if event.window else None,
            holder_role=Role.COORDINATOR.value,
            holder_area=rung.area,
            desk_area=rung.area,
            tier=rung.tier,
            due_at=event.due_at,
            next_step=NextStep.OFFER.value,
            traceparent=fact.traceparent,
            placed_at=event.placed_at,
            parties_known=not event.has_parties,
            look_first=event.review,
        )
        return WholeDispatch(dispatch, _legs(event.legs, dispatch, 0))


def _legs(placed: Sequence[PlacedLeg], dispatch: Dispatch, before: int) -> list[Leg]:
    return [
        Leg(
            leg_id=leg.leg_id,
            order_id=dispatch.order_id,
            position=before + number,
            round=dispatch.round,
            post=leg.post,
            headcount=leg.headcount,
            after=leg.after,
            department=leg.department,
        )
        for number, leg in enumerate(placed, start=1)
    ]
