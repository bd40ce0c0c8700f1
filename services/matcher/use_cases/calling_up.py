"""Secretaries of units name members for legs nobody is left to ask about; coordinators may call units up (支部派单)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.commands import CallUpUnit, NameMember
from services.matcher.models import CallUp, Leg, Offer, WholeDispatch
from services.matcher.policies.acceptance import CallUpOver, CapacityReached, NotForYou, Source
from services.matcher.policies.costs import cost_of
from services.matcher.policies.deadlines import offer_expiry
from services.matcher.policies.taking import TakenInPerson
from services.matcher.repository import Unit
from services.matcher.use_cases.deciding import Deciding, Decision
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.offering import Terms, make_offer
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.ring import Ring
from services.matcher.use_cases.searching import Choice, part_now
from shared.contracts.audit import Who, decided
from shared.contracts.refusal import Conflict, Forbidden, NotFound, Refusal
from shared.contracts.words import Role


@dataclass(frozen=True)
class Look:
    """A secretary looks at whom they may name."""

    call_up_id: str
    secretary_id: str


@dataclass(frozen=True)
class Name:
    """A secretary names a member."""

    call_up_id: str
    secretary_id: str
    wish: NameMember


class StillOpen(Conflict):
    """The call-up's time is not over."""


class NobodyToCallUp(Conflict):
    """The unit has no secretary, or was called up for this already."""

    title = "This unit cannot be called up"


class CallingUp:
    """Call-ups of one community."""

    def __init__(self, means: Means, ring: Ring, pairing: Pairing, deciding: Deciding) -> None:
        self._rules, self._policy = means.rules, means.policy
        self._searching, self._needs, self._steps = means.searching, means.needs, means.steps
        self._ring = ring
        self._pairing = pairing
        self._deciding = deciding

    async def list_members(self, uow: Unit, commands: Sequence[Look]) -> list[Sequence[str] | Refusal]:
        """The ids of the members a secretary may name now. Refusals: ``NotFound``, ``CallUpOver``."""
        wholes = await uow.repository.by_call_up({command.call_up_id for command in commands})
        answers: list[Sequence[str] | Refusal] = []
        for command in commands:
            try:
                whole, call_up = _own(wholes, command.call_up_id, command.secretary_id)
                answers.append(sorted(await self._free(uow, whole, call_up)))
            except Refusal as refusal:
                answers.append(refusal)
        return answers

    async def name_members(self, uow: Unit, commands: Sequence[Name]) -> list[str | Refusal]:
        """The member is asked, and may refuse like anybody. Answers are offer ids.

        Refusals: ``NotFound``, ``CallUpOver``, ``NotForYou`` (not free, or not of this unit), ``CapacityReached``.
        """
        wholes = await uow.repository.by_call_up({command.call_up_id for command in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            try:
                whole, call_up = _own(wholes, command.call_up_id, command.secretary_id)
                answers.append((await self._name(uow, whole, call_up, command.wish.volunteer)).offer_id)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            by = Who(Role.VOLUNTEER.value, command.secretary_id)
            uow.audit(decided(by, "name", whole.dispatch.order_id, command.wish.volunteer))
        return answers

    async def lapse_call_ups(self, uow: Unit, call_up_ids: Sequence[str]) -> list[str | Refusal]:
        """Nobody was named in time; once no unit is left, the coordinator holds the order. Refusals: ``StillOpen``."""
        wholes = await uow.repository.by_call_up(set(call_up_ids))
        answers: list[str | Refusal] = []
        for call_up_id in call_up_ids:
            whole = wholes[call_up_id]
            call_up = whole.call_up(call_up_id)
            if not call_up.is_open or call_up.expires_at > uow.now:
                answers.append(StillOpen())
                continue
            call_up.lapse(uow.now)
            whole.decide_unless_called_up()
            answers.append(call_up_id)
        await self._pairing.ask_again(uow, {id(whole): whole for whole in wholes.values()}.values())
        return answers

    async def call_up_units(self, uow: Unit, decisions: Sequence[Decision[CallUpUnit]]) -> list[str | Refusal]:
        """A coordinator asks a unit to name a member; the clock keeps running. Answers are call-up ids.

        Refusals: those of every decision, ``NotFound`` (no such unit), ``NobodyToCallUp``, ``TakenInPerson``.
        """
        return await self._deciding.each(uow, decisions, self._call_up, "call_up", lambda wish: wish.unit)

    async def _call_up(self, uow: Unit, whole: WholeDispatch, leg: Leg, decision: Decision[CallUpUnit]) -> str:
        unit_id = decision.wish.unit
        if whole.dispatch.taken_by is not None:
            raise TakenInPerson
        if not await uow.repository.is_unit(unit_id):
            raise NotFound
        secretary_id = await uow.repository.secretary_of(unit_id)
        if secretary_id is None or any(one.unit_id == unit_id for one in whole.call_ups if one.leg_id == leg.leg_id):
            raise NobodyToCallUp
        life = self._steps.clocks(whole).call_up or self._steps.clocks(whole).offer
        expires_at = min(uow.now + life, max(whole.dispatch.due_at, uow.now + self._steps.clocks(whole).offer))
        made = self._ring.call_up(uow, whole, leg, unit_id, secretary_id, expires_at, decision.coordinator_id)
        await uow.repository.add_in_order([made])
        return made.call_up_id

    async def _free(self, uow: Unit, whole: WholeDispatch, call_up: CallUp) -> set[str]:
        if not call_up.is_open or call_up.expires_at <= uow.now:
            raise CallUpOver
        leg = whole.leg(call_up.leg_id)
        need = self._needs.of(whole, leg, uow.now, called_up=True)
        if need is None or whole.current_leg is not leg:
            raise CallUpOver
        candidates = await self._searching.candidates(uow)
        return {one.volunteer_id for one in await self._ring.members(uow, need, call_up.unit_id, candidates)}

    async def _name(self, uow: Unit, whole: WholeDispatch, call_up: CallUp, volunteer_id: str) -> Offer:
        if volunteer_id not in await self._free(uow, whole, call_up):
            raise NotForYou
        if not await uow.repository.reserve_yes(volunteer_id):
            raise CapacityReached
        call_up.name(uow.now)
        leg, dispatch = whole.leg(call_up.leg_id), whole.dispatch
        life = offer_expiry(uow.now, self._steps.clocks(whole).offer, call_up.expires_at, dispatch.window)
        expires_at = max(life, min(call_up.expires_at, dispatch.due_at))
        choice = await self._choice(uow, whole, leg, volunteer_id)
        part = part_now(uow.now, self._rules)
        terms = Terms(leg.eligible, expires_at, part, Source.CALL_UP, unit=call_up.unit_id)
        offer = make_offer(uow, leg, choice, terms)
        whole.offers.append(offer)
        await uow.repository.add_in_order([offer])
        self._steps.offer(uow, whole, leg, offer, leg.waves)
        return offer

    async def _choice(self, uow: Unit, whole: WholeDispatch, leg: Leg, volunteer_id: str) -> Choice:
        need = self._needs.of(whole, leg, uow.now, called_up=True)
        member = (await self._searching.candidates(uow)).get(volunteer_id)
        load = (await uow.repository.loads({volunteer_id}))[volunteer_id]
        if need is None or member is None:
            raise Forbidden
        parts = cost_of(need, member, load, self._policy.weights, self._rules.areas)
        return Choice(volunteer_id, parts, parts.total, 1.0)


def _own(wholes: dict[str, WholeDispatch], call_up_id: str, secretary_id: str) -> tuple[WholeDispatch, CallUp]:
    """A secretary's own call-up; another's looks like none at all."""
    whole = wholes.get(call_up_id)
    if whole is None or (call_up := whole.call_up(call_up_id)).secretary_id != secretary_id:
        raise NotFound
    return whole, call_up
