"""A resident reports a danger: the words stay here, the fact goes to matcher, which brings it before a coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.commands.incidents import ReportIncident
from services.intake.models.incidents import Incident
from services.intake.repository import Unit
from services.intake.use_cases.changing import tell
from shared.contracts.intake import IncidentReported
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Report:
    """The word of who ordered, or of a resident concerned; the door has checked that the order is theirs to see."""

    order_id: str
    resident_id: str | None
    wish: ReportIncident


class Incidents:
    """Takes reports. Words are sealed under the order's id."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def report(self, uow: Unit, reports: Sequence[Report]) -> list[str | Refusal]:
        """In whatever state the order is: a danger may outlive it. Answers are incident ids. Refusals: ``NotFound``."""
        orders = await uow.repository.orders({one.order_id for one in reports})
        answers: list[str | Refusal] = []
        for one in reports:
            order = orders.get(one.order_id)
            if order is None:
                answers.append(NotFound())
                continue
            incident = Incident(
                incident_id=uow.new_id(),
                order_id=order.order_id,
                resident_id=one.resident_id,
                kind=one.wish.kind.value,
                sealed=self._vault.seal(order.order_id, one.wish.words),
                reported_at=uow.now,
            )
            uow.repository.add(incident)
            reported = IncidentReported(
                order_id=order.order_id,
                community=order.community,
                version=order.next_version(),
                incident_id=incident.incident_id,
                resident_id=one.resident_id,
                raised_at=uow.now,
            )
            tell(uow, order, reported, Role.RESIDENT)
            answers.append(incident.incident_id)
        return answers
