"""Volunteers serve what they have: start, complete, or hand back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matcher.commands import CompleteLeg, HandBackLeg
from services.matcher.models import Assignment, Photo, WholeDispatch
from services.matcher.policies.acceptance import HandBackReason
from services.matcher.policies.deadlines import service_due
from services.matcher.policies.fairness import check_confidential
from services.matcher.policies.photos import check_named
from services.matcher.repository import Unit
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.standing_aside import stand_aside
from services.matcher.use_cases.steps import Steps, record, volunteer_topic
from shared.community.definition import Community
from shared.contracts import matcher as events
from shared.contracts.audit import Deed, What, Who
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import OrderState, Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Start:
    """A volunteer sets out."""

    assignment_id: str
    volunteer_id: str


@dataclass(frozen=True)
class Complete:
    """A volunteer has served."""

    assignment_id: str
    volunteer_id: str
    wish: CompleteLeg


@dataclass(frozen=True)
class HandBack:
    """A volunteer cannot."""

    assignment_id: str
    volunteer_id: str
    wish: HandBackLeg


Mine = tuple[WholeDispatch, Assignment]


class Serving:
    """Follows assignments. Reports and free words are sealed under the order's id."""

    def __init__(self, rules: Community, vault: Vault, pairing: Pairing, steps: Steps) -> None:
        self._rules = rules
        self._vault = vault
        self._pairing = pairing
        self._steps = steps

    async def start_assignments(self, uow: Unit, commands: Sequence[Start]) -> list[str | Refusal]:
        """The volunteer is under way. Refusals: ``NotFound``, ``AssignmentEnded``, ``AlreadyStarted``."""
        wholes = await uow.repository.by_assignment({command.assignment_id for command in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            try:
                whole, assignment = _own(wholes, command.assignment_id, command.volunteer_id)
                assignment.start(uow.now)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            self._started(uow, whole, assignment)
            answers.append(assignment.assignment_id)
        return answers

    async def complete_assignments(self, uow: Unit, commands: Sequence[Complete]) -> list[str | Refusal]:
        """It was served; the next leg is offered, or the resident reviews.

        Refusals: ``NotFound``, ``AssignmentEnded``, ``NotStarted``, ``NothingConfidential``, ``PhotoUnknown``.
        """
        wholes = await uow.repository.by_assignment({command.assignment_id for command in commands})
        photos = await uow.repository.photos_of({one.assignment_id for one in commands if one.wish.photos})
        answers: list[str | Refusal] = []
        completed: list[Assignment] = []
        followed: list[WholeDispatch] = []
        for command in commands:
            try:
                whole, assignment = _own(wholes, command.assignment_id, command.volunteer_id)
                self._complete(uow, whole, assignment, command.wish, photos.get(assignment.assignment_id, ()))
            except Refusal as refusal:
                answers.append(refusal)
                continue
            completed.append(assignment)
            if self._completed(uow, whole, assignment):
                followed.append(whole)
            answers.append(assignment.assignment_id)
        await uow.repository.give_back(completed)
        await self._pairing.ask_again(uow, followed)
        return answers

    async def hand_back_assignments(self, uow: Unit, commands: Sequence[HandBack]) -> list[str | Refusal]:
        """The next holder is asked; the second hand-back of a leg brings it to the coordinator. Who stands aside
        (回避) gives nothing back that counts, and has no part in the order any more.

        Refusals: ``NotFound``, ``AssignmentEnded``.
        """
        wholes = await uow.repository.by_assignment({command.assignment_id for command in commands})
        answers: list[str | Refusal] = []
        returned: list[Assignment] = []
        left: dict[str, WholeDispatch] = {}
        for command in commands:
            told = command.wish.reason
            reason = HandBackReason.of(told)
            try:
                whole, assignment = _own(wholes, command.assignment_id, command.volunteer_id)
                note = None if reason.value == told else self._vault.seal(whole.dispatch.order_id, told)
                assignment.hand_back(uow.now, reason, note)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            if reason is HandBackReason.RECUSAL:
                await stand_aside(uow, whole, assignment.volunteer_id)
            returned.append(assignment)
            uow.audit(_returned(whole, assignment, reason))
            if self._steps.handed_back(uow, whole, assignment, reason):
                left[whole.dispatch.order_id] = whole
            answers.append(assignment.assignment_id)
        await uow.repository.give_back(returned)
        await self._pairing.ask_again(uow, left.values())
        return answers

    def _complete(
        self, uow: Unit, whole: WholeDispatch, assignment: Assignment, wish: CompleteLeg, photos: Sequence[Photo]
    ) -> None:
        order_id, note = whole.dispatch.order_id, wish.confidential_note
        check_confidential(self._rules, whole.dispatch.service, note)
        check_named(wish.photos, [photo.photo_id for photo in photos])
        sealed = self._vault.seal(order_id, note) if note is not None else None
        assignment.complete(uow.now, self._vault.seal(order_id, wish.report), wish.minutes, sealed)
        for photo in photos:
            if photo.photo_id in wish.photos:
                photo.report(uow.now)

    def _started(self, uow: Unit, whole: WholeDispatch, assignment: Assignment) -> None:
        dispatch, leg = whole.dispatch, whole.leg(assignment.leg_id)
        if whole.free_place(leg) is None:
            whole.withdraw_extension(uow.now)
            late = OrderState(dispatch.state) is OrderState.ESCALATED
            due_at = service_due(dispatch.window, uow.now, self._steps.clocks(whole).service)
            dispatch.start_by(assignment.volunteer_id, due_at if late else dispatch.due_at)
        started = events.LegStarted(
            **dispatch.stamp(uow.now),
            leg_id=leg.leg_id,
            assignment_id=assignment.assignment_id,
            volunteer_id=assignment.volunteer_id,
        )
        record(uow, whole, started)
        uow.announce(volunteer_topic(assignment.volunteer_id))

    def _completed(self, uow: Unit, whole: WholeDispatch, assignment: Assignment) -> bool:
        """Returns whether another leg follows."""
        uow.announce(volunteer_topic(assignment.volunteer_id))
        leg = whole.leg(assignment.leg_id)
        if not whole.is_served(leg):
            return False
        leg.complete()
        return self._steps.leg_completed(uow, whole, leg, assignment, assignment.volunteer_id)


def _own(wholes: Mapping[str, WholeDispatch], assignment_id: str, volunteer_id: str) -> Mine:
    """A volunteer's own assignment; another's looks like none at all."""
    whole = wholes.get(assignment_id)
    if whole is None or (assignment := whole.assignment(assignment_id)).volunteer_id != volunteer_id:
        raise NotFound
    return whole, assignment


def _returned(whole: WholeDispatch, assignment: Assignment, reason: HandBackReason) -> Deed:
    """Who takes orders and hands them back again and again may be after contacts: the audit has it."""
    who = Who(Role.VOLUNTEER.value, assignment.volunteer_id)
    return Deed(who, What.RETURNED, whole.dispatch.order_id, assignment.assignment_id, reason=reason.value)
