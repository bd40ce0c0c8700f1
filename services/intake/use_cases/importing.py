"""Importing orders from a table: all or nothing, unless the coordinator wants what can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.intake.commands import Contact
from services.intake.policies.importing import ImportedRow, RefusedRow
from services.intake.repository import Unit
from services.intake.use_cases.placing import NewOrder, Placed, Placing
from shared.community.definition import Community
from shared.contracts.audit import Deed, What, Who
from shared.contracts.refusal import FieldError, Refusal
from shared.contracts.words import Role


@dataclass(frozen=True)
class ImportOrders:
    """A table to import. ``by``: the importing coordinator, ``within``: their area; ``partial``: take what can be."""

    rows: Sequence[ImportedRow | RefusedRow]
    by: str
    within: str
    partial: bool
    traceparent: str = ""


@dataclass
class Imported:
    """What became of the rows: orders by row, how many were known before, and the refused."""

    created: list[tuple[int, Placed]] = field(default_factory=list)
    known: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


class Importing:
    """Imports tables through the same rules as the resident's door."""

    def __init__(self, rules: Community, placing: Placing) -> None:
        self._rules = rules
        self._placing = placing

    async def import_orders(self, uow: Unit, commands: Sequence[ImportOrders]) -> list[Imported | Refusal]:
        """Judge every row first; a table with a refused row places nothing, unless it is ``partial``."""
        return [await self._import(uow, command) for command in commands]

    async def _import(self, uow: Unit, command: ImportOrders) -> Imported:
        result = Imported(refused=[row for row in command.rows if isinstance(row, RefusedRow)])
        fitting: list[tuple[int, NewOrder]] = []
        for row in command.rows:
            if isinstance(row, ImportedRow):
                order = _new_order(row, command.traceparent)
                errors = self._errors(uow, order, command.within)
                if errors:
                    result.refused.append(RefusedRow(row.row, errors))
                else:
                    fitting.append((row.row, order))
        result.refused.sort(key=lambda refused: refused.row)
        if result.refused and not command.partial:
            return result
        answers = await self._placing.place_orders(uow, [order for _, order in fitting])
        for (number, _), answer in zip(fitting, answers, strict=True):
            if isinstance(answer, Refusal):
                raise answer  # judged a moment ago by the same rules: nothing of the table may stay
            if answer.known:
                result.known += 1
            else:
                result.created.append((number, answer))
        by = Who(Role.COORDINATOR.value, command.by, command.within)
        uow.audit(Deed(by, What.IMPORTED, field="orders", reason=str(len(result.created))))
        return result

    def _errors(self, uow: Unit, order: NewOrder, within: str) -> tuple[FieldError, ...]:
        try:
            accepted = self._placing.judge(order, uow.now)
        except Refusal as refusal:
            return refusal.errors
        if not self._rules.areas.at_or_below(accepted.area, within):
            return (FieldError("/area", "this area is not yours"),)
        return ()


def _new_order(row: ImportedRow, traceparent: str) -> NewOrder:
    contact = Contact(name=row.name or "—", phone=row.phone) if row.phone else None
    return NewOrder(
        service=row.service,
        area=row.area,
        details=row.details,
        contact=contact,
        urgency=row.urgency,
        external_id=row.external_id,
        by=Role.COORDINATOR,
        traceparent=traceparent,
    )
