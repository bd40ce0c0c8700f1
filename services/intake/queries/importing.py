"""How an import looks from outside."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from shared.contracts.refusal import FieldError


class ImportedOrderView(BaseModel):
    """One order an import created, for handing on to the person it is about."""

    row: int
    order_id: str
    reference: str
    tracking_token: str


class RowErrorView(BaseModel):
    """What is wrong with one field of a row."""

    pointer: str
    detail: str


class RefusedRowView(BaseModel):
    """A row that was not imported, the heading being row 1."""

    row: int
    errors: list[RowErrorView]

    @classmethod
    def of(cls, row: int, told: Iterable[FieldError]) -> RefusedRowView:
        """A refused row; ``told``: its errors in the reader's language."""
        return cls(row=row, errors=[RowErrorView(pointer=error.pointer, detail=error.detail) for error in told])


class ImportedView(BaseModel):
    """What became of an import."""

    created: int
    known: int
    refused: list[RefusedRowView]
    orders: list[ImportedOrderView]
