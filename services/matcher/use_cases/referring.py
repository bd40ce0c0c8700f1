"""Referring: a leg goes to a department by name, which serves it or hands it back; and further legs are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.matcher.commands import AddLeg, AdvanceErrand, Command, ReferLeg, ResolveLeg, ReturnReferral
from services.matcher.models import Leg, Referral, WholeDispatch
from services.matcher.policies.acceptance import LegServed
from services.matcher.policies.ladder import Cause
from services.matcher.policies.referring import LegUnclear, ReferralEnding, ReferralOver, department_for
from services.matcher.repository import Unit
from services.matcher.use_cases.deciding import Deciding, Decision
from services.matcher.use_cases.handing_over import HandingOver
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.steps import Steps, record
from shared.community.definition import Community
from shared.contracts import matcher as events
from shared.contracts.audit import Who, decided
from shared.contracts.refusal import FieldError, NotFound, Refusal
from shared.contracts.words import Role
from shared.persistence.vault import Vault

W = TypeVar("W", bound=Command)


@dataclass(frozen=True)
class Reply(Generic[W]):
    """A department's wish about one of its referrals."""

    referral_id: str
    department: str
    wish: W

    @property
    def by(self) -> Who:
        """Who answers, as the audit names them."""
        return Who(Role.DEPARTMENT.value, self.department)


class Referring:
    """Refers legs and takes the departments' answers. Words are sealed under the order's id."""

    def __init__(self, rules: Community, vault: Vault, deciding: Deciding, pairing: Pairing, steps: Steps) -> None:
        self._rules = rules
        self._vault = vault
        self._deciding = deciding
        self._pairing = pairing
        self._steps = steps
        self._handing_over = HandingOver(rules, steps)

    async def refer_legs(self, uow: Unit, decisions: Sequence[Decision[ReferLeg]]) -> list[str | Refusal]:
        """A coordinator refers a leg on their desk. Answers are referral ids.

        Refusals: those of every decision, ``DepartmentUnknown``.
        """
        return await self._deciding.each(uow, decisions, self._refer, "refer", lambda wish: wish.department)

    async def add_legs(self, uow: Unit, decisions: Sequence[Decision[AddLeg]]) -> list[str | Refusal]:
        """A coordinator adds a further leg at the end, whoever holds the current one. Answers are the new legs' ids.

        Refusals: ``NotFound``, ``LegServed``, ``NotItsTurn``, ``LegUnclear``, ``DepartmentUnknown``.
        """
        return await self._deciding.each(uow, decisions, self._add, "add", whoever_holds=True)

    async def resolve_referrals(self, uow: Unit, replies: Sequence[Reply[ResolveLeg]]) -> list[str | Refusal]:
        """The department has served it. Answers are referral ids. Refusals: ``NotFound``, ``ReferralOver``."""
        wholes = await uow.repository.by_referral({reply.referral_id for reply in replies})
        answers: list[str | Refusal] = []
        for reply in replies:
            try:
                whole, referral = own_referral(wholes, reply)
                referral.end(ReferralEnding.RESOLVED, uow.now)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            leg = whole.leg(referral.leg_id)
            leg.resolve(referral.department, self._vault.seal(leg.order_id, reply.wish.report))
            if self._steps.leg_completed(uow, whole, leg, None, None, department=referral.department):
                await self._pairing.ask_again(uow, [whole])
            uow.audit(decided(reply.by, "resolve", leg.order_id, referral.referral_id))
            answers.append(referral.referral_id)
        return answers

    async def advance_errands(self, uow: Unit, replies: Sequence[Reply[AdvanceErrand]]) -> list[str | Refusal]:
        """A counter has come one step further with an errand; who holds it and until when stays. Answers are referral
        ids. Refusals: ``NotFound``, ``ReferralOver``, ``NotAnErrand``, ``StepPassed``.
        """
        wholes = await uow.repository.by_referral({reply.referral_id for reply in replies})
        answers: list[str | Refusal] = []
        for reply in replies:
            try:
                whole, referral = own_referral(wholes, reply)
                referral.advance(self._rules.departments_by_code.get(referral.department), reply.wish.step)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            stamp = whole.dispatch.stamp(uow.now)
            record(uow, whole, events.ErrandAdvanced(**stamp, leg_id=referral.leg_id, step=reply.wish.step))
            uow.audit(decided(reply.by, "advance", referral.order_id, referral.referral_id))
            answers.append(referral.referral_id)
        return answers

    async def return_referrals(self, uow: Unit, replies: Sequence[Reply[ReturnReferral]]) -> list[str | Refusal]:
        """The department hands it back to the desk it came from; the clock keeps running. Answers are referral ids.

        Refusals: ``NotFound``, ``ReferralOver``.
        """
        wholes = await uow.repository.by_referral({reply.referral_id for reply in replies})
        answers: list[str | Refusal] = []
        for reply in replies:
            try:
                whole, referral = own_referral(wholes, reply)
                referral.end(ReferralEnding.HANDED_BACK, uow.now, reply.wish.reason.value)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            dispatch = whole.dispatch
            if reply.wish.note is not None:
                dispatch.note = self._vault.seal(dispatch.order_id, reply.wish.note)
            self._steps.escalate(uow, whole, Cause.RETURNED, due_at=dispatch.due_at)
            by, reason = reply.by, reply.wish.reason.value
            uow.audit(decided(by, "hand_back", dispatch.order_id, referral.referral_id, reason))
            answers.append(referral.referral_id)
        return answers

    async def _refer(self, uow: Unit, whole: WholeDispatch, leg: Leg, decision: Decision[ReferLeg]) -> str:
        wish, order_id = decision.wish, whole.dispatch.order_id
        department = department_for(self._rules, wish.department, whole.dispatch.grid)
        await self._steps.release(uow, [one for one in whole.active_assignments if one.leg_id == leg.leg_id])
        note = self._vault.seal(order_id, wish.note) if wish.note else None
        referral = self._handing_over.refer(uow, whole, leg, department, decision.coordinator_id, note)
        await uow.repository.add_in_order([referral])
        return referral.referral_id

    async def _add(self, uow: Unit, whole: WholeDispatch, _leg: Leg, decision: Decision[AddLeg]) -> str:
        wish, last = decision.wish, whole.legs[-1]
        self._check(wish, whole.dispatch.grid)
        if last.completed:  # the whole round is: the resident has it
            raise LegServed
        leg = Leg(
            leg_id=uow.new_id(),
            order_id=whole.dispatch.order_id,
            position=last.position + 1,
            round=last.round,
            post=wish.post,
            department=wish.department,
            headcount=wish.headcount,
            after=last.leg_id,
        )
        await uow.repository.add_in_order([leg])
        whole.legs.append(leg)
        added = events.LegAdded(
            **whole.dispatch.stamp(uow.now),
            leg_id=leg.leg_id,
            post=leg.post,
            department=leg.department,
            headcount=leg.headcount,
            after=last.leg_id,
        )
        record(uow, whole, added)
        return leg.leg_id

    def _check(self, wish: AddLeg, grid: str) -> None:
        if (wish.post is None) == (wish.department is None) or (wish.headcount > 1 and wish.post is None):
            raise LegUnclear(errors=[FieldError("/post", LegUnclear.title)])
        if wish.department is not None:
            department_for(self._rules, wish.department, grid)
        elif wish.post not in self._rules.skills_by_code:
            raise LegUnclear(errors=[FieldError("/post", LegUnclear.title)])


def own_referral(wholes: Mapping[str, WholeDispatch], reply: Reply[W]) -> tuple[WholeDispatch, Referral]:
    """A department's own referral; another's looks like none at all."""
    whole = wholes.get(reply.referral_id)
    if whole is None or (referral := whole.referral(reply.referral_id)).department != reply.department:
        raise NotFound
    if not referral.is_open:
        raise ReferralOver
    return whole, referral
