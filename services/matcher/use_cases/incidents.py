"""A danger comes before a coordinator at once, and before the next above until somebody has seen to it.

The order stays as it is: holder, due time and next step are not an incident's to change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.matcher.commands.incidents import AnswerIncident, ReportIncident
from services.matcher.models import Dispatch, Incident, WholeDispatch
from services.matcher.models.dispatches import Stamp
from services.matcher.policies.incidents import first_before, next_before
from services.matcher.repository import Unit
from services.matcher.use_cases.climbing import NotDue
from services.matcher.use_cases.dispatching import Answers
from services.matcher.use_cases.steps import DESK, record
from shared.community.definition import Community
from shared.contracts import matcher as events
from shared.contracts.audit import Who, decided
from shared.contracts.envelope import Fact
from shared.contracts.intake import IncidentReported
from shared.contracts.refusal import NotFound, Refusal, TooEarly
from shared.contracts.words import Holder, NextStep, Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Report:
    """A volunteer's word about a danger where they serve or served."""

    assignment_id: str
    volunteer_id: str
    wish: ReportIncident


@dataclass(frozen=True)
class See:
    """A coordinator's answer within the areas they act for."""

    incident_id: str
    coordinator_id: str
    areas: Sequence[str]
    wish: AnswerIncident


class Incidents:
    """Brings dangers before the coordinators of one community. Words are sealed under the order's id."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._areas, self._clocks = rules.areas, rules.clocks
        self._vault = vault

    async def report(self, uow: Unit, reports: Sequence[Report]) -> list[str | Refusal]:
        """A volunteer's report, also after they served. Answers are incident ids. Refusals: ``NotFound``."""
        wholes = await uow.repository.by_assignment({one.assignment_id for one in reports})
        answers: list[str | Refusal] = []
        for one in reports:
            whole = wholes.get(one.assignment_id)
            if whole is None or whole.assignment(one.assignment_id).volunteer_id != one.volunteer_id:
                answers.append(NotFound())
                continue
            incident = self._opened(uow, whole, uow.new_id(), Role.VOLUNTEER)
            incident.leg_id, incident.by_id = whole.assignment(one.assignment_id).leg_id, one.volunteer_id
            incident.kind = one.wish.kind.value
            incident.words = self._vault.seal(whole.dispatch.order_id, one.wish.words)
            await self._bring(uow, whole, incident)
            answers.append(incident.incident_id)
        return answers

    async def hear(self, uow: Unit, facts: Sequence[Fact[IncidentReported]]) -> Answers:
        """A resident's report, whatever state the order is in; heard twice it is one. Refusals: ``TooEarly``."""
        wholes = await uow.repository.dispatches({fact.event.order_id for fact in facts})
        answers: Answers = []
        for fact in facts:
            event, whole = fact.event, wholes.get(fact.event.order_id)
            if whole is None or event.version > whole.dispatch.intake_version + 1:
                answers.append(TooEarly())
                continue
            if event.version == whole.dispatch.intake_version + 1:
                whole.dispatch.intake_version = event.version
                await self._bring(uow, whole, self._opened(uow, whole, event.incident_id, Role.RESIDENT))
            answers.append(None)
        return answers

    async def raise_again(self, uow: Unit, incident_ids: Sequence[str]) -> list[str | Refusal]:
        """Nobody answered in time: up one tier; at the top, again every day. Refusals: ``NotDue``."""
        found = await uow.repository.incidents(incident_ids)
        answers: list[str | Refusal] = []
        for incident_id in incident_ids:
            whole, incident = found[incident_id]
            if incident.answered_at is not None or incident.due_at > uow.now:
                answers.append(NotDue())
                continue
            clock, daily = self._clocks.incident, self._clocks.overdue
            before = next_before(self._areas, incident.area, uow.now, clock, daily)
            incident.raise_to(before.area, before.due_at)
            self._tell(uow, whole, incident)
            answers.append(incident_id)
        return answers

    async def see_to(self, uow: Unit, wishes: Sequence[See]) -> list[str | Refusal]:
        """A coordinator has seen to it, and whoever reported hears so. Answers are incident ids.

        Refusals: ``NotFound``, also for one before another area; ``IncidentAnswered``.
        """
        found = await uow.repository.incidents([one.incident_id for one in wishes])
        answers: list[str | Refusal] = []
        for one in wishes:
            try:
                if one.incident_id not in found:
                    raise NotFound
                whole, incident = found[one.incident_id]
                if not self._areas.within(whole.dispatch.grid, one.areas):
                    raise NotFound
                sealed = self._vault.seal(whole.dispatch.order_id, one.wish.words)
                incident.see_to(one.coordinator_id, sealed, uow.now)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            stamp = _stamp(whole.dispatch, incident, uow.now)
            by = Role(incident.by)
            record(uow, whole, events.IncidentAnswered(**stamp, incident_id=incident.incident_id, by=by))
            seen_by = Who(Role.COORDINATOR.value, one.coordinator_id, one.areas[0])
            uow.audit(decided(seen_by, "incident", whole.dispatch.order_id, incident.incident_id))
            answers.append(incident.incident_id)
        return answers

    def _opened(self, uow: Unit, whole: WholeDispatch, incident_id: str, by: Role) -> Incident:
        before = first_before(self._areas, whole.dispatch.desk_area, uow.now, self._clocks.incident)
        return Incident(
            incident_id=incident_id,
            order_id=whole.dispatch.order_id,
            by=by.value,
            area=before.area,
            due_at=before.due_at,
            reported_at=uow.now,
        )

    async def _bring(self, uow: Unit, whole: WholeDispatch, incident: Incident) -> None:
        await uow.repository.add_in_order([incident])
        self._tell(uow, whole, incident)

    def _tell(self, uow: Unit, whole: WholeDispatch, incident: Incident) -> None:
        raised = events.IncidentRaised(
            **_stamp(whole.dispatch, incident, uow.now),
            incident_id=incident.incident_id,
            by=Role(incident.by),
            area=incident.area,
        )
        record(uow, whole, raised)
        uow.announce(DESK)


def _stamp(dispatch: Dispatch, incident: Incident, now: datetime) -> Stamp:
    """How things are; once the order has ended, nobody holds it, and the danger is still the coordinator's."""
    if not dispatch.ended:
        return dispatch.stamp(now)
    dispatch.version += 1
    return Stamp(
        community=dispatch.community,
        order_id=dispatch.order_id,
        version=dispatch.version,
        grid=dispatch.grid,
        at=now,
        holder=Holder(role=Role.COORDINATOR, area=incident.area),
        due_at=incident.due_at,
        next_step=NextStep.NONE,
    )
