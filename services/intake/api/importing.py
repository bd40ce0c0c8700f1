"""Importing a table of orders."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, UploadFile
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError

from services.intake.access import Doors
from services.intake.policies.importing import ImportMapping, read_table
from services.intake.queries.importing import ImportedOrderView, ImportedView, RefusedRowView
from services.intake.use_cases.importing import Imported, ImportOrders
from shared.contracts.refusal import Invalid
from shared.identity.tokens import Caller, TrackingTokens
from shared.observability.tracing import current_traceparent
from shared.web.validation import field_errors, translated


class MappingInvalid(Invalid):
    """The import's mapping does not say how to read the table."""

    title = "The mapping is not valid"


class ImportRefused(Invalid):
    """A row cannot be imported, and the whole table was asked for or nothing."""

    title = "Nothing was imported: some rows cannot be"


def import_routes(router: APIRouter, doors: Doors) -> None:
    """``POST /api/orders/import``, for coordinators."""
    importer: Any = Depends(doors.coordinator)

    @router.post("/orders/import")
    async def import_orders(
        file: UploadFile,
        mapping: Annotated[str, Form(max_length=100_000)],
        partial: Annotated[bool, Form()] = False,
        partial_in_address: Annotated[bool, Query(alias="partial")] = False,
        caller: Caller = importer,
    ) -> ImportedView:
        """Import a table (CSV, TSV): all or nothing, unless ``partial`` (a field of the form, or in the address);
        a known id is never recorded twice."""
        doors.admission.check()
        rows = await run_in_threadpool(read_table, await file.read(), _mapping(mapping), doors.most_rows)
        partial = partial or partial_in_address
        command = ImportOrders(rows, caller.subject, caller.area or "", partial, current_traceparent())
        result = await doors.use_cases.writer.do(doors.use_cases.importing.import_orders, command)
        return _imported(result, doors.tracking, partial=partial)


def _mapping(text: str) -> ImportMapping:
    try:
        return ImportMapping.model_validate_json(text)
    except ValidationError as error:
        raise MappingInvalid(errors=field_errors(error.errors(include_url=False, include_input=False))) from None


def _imported(result: Imported, tracking: TrackingTokens, *, partial: bool) -> ImportedView:
    view = ImportedView(
        created=len(result.created),
        known=result.known,
        refused=[RefusedRowView.of(row.row, translated(row.errors)) for row in result.refused],
        orders=[
            ImportedOrderView(
                row=row,
                order_id=placed.order.order_id,
                reference=placed.order.reference,
                tracking_token=tracking.of(placed.order.order_id),
            )
            for row, placed in result.created
        ],
    )
    if result.refused and not partial:
        raise ImportRefused(members=view.model_dump(include={"created", "known", "refused"}))
    return view
