"""Vault: what is personal, sealed under the order's id; and who was erased from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from services.intake.models.ground import IntakeTable


class OrderContact(IntakeTable, table=True):
    """Vault: who and what, sealed under the order's id. ``phone_print`` is a keyed hash to look up by."""

    __tablename__ = "contacts"
    __table_args__ = (Index("contacts_by_phone", "phone_print", "order_id"),)

    order_id: str = Field(primary_key=True, foreign_key="orders.order_id")
    sealed: bytes = Field(sa_type=LargeBinary)
    phone_print: str | None = None


class OrderReview(IntakeTable, table=True):
    """The resident's verdict of one round; the comment is sealed under the order's id.

    ``recorded_by``: the coordinator who took it down by phone, who has not served the order.
    """

    __tablename__ = "reviews"

    order_id: str = Field(primary_key=True, foreign_key="orders.order_id")
    round: int = Field(primary_key=True)
    outcome: str
    rating: int | None = None
    sealed_comment: bytes | None = Field(default=None, sa_type=LargeBinary)
    at: datetime
    recorded_by: str | None = None


class Erasure(IntakeTable, table=True):
    """Somebody who was erased, by the opaque id their tracking token has. The register outside the database has the
    same, so that a restored backup is told (``shared.persistence.erasures``).
    """

    __tablename__ = "erasures"

    subject: str = Field(primary_key=True)
    order_id: str
    erased_at: datetime
