"""Reminders, calls and visits, until a resident has said how it went."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from shared.contracts.intake.ground import IntakeEvent
from shared.contracts.words import CallKind, CallPurpose, CallResult


class ReviewReminded(IntakeEvent):
    """The review is still missing; the ``nth`` reminder."""

    name: ClassVar[str] = "review_reminded"

    nth: int
    due_at: AwareDatetime
    reminded_at: AwareDatetime


class CallDue(IntakeEvent):
    """Somebody who reads no messages is to be called or visited by a coordinator of ``area``, until ``due_at``."""

    name: ClassVar[str] = "call_due"

    call_id: str
    kind: CallKind
    purpose: CallPurpose
    nth: int
    area: str
    due_at: AwareDatetime


class CallLogged(IntakeEvent):
    """A call or a visit was made. What was said stays with intake."""

    name: ClassVar[str] = "call_logged"

    call_id: str
    kind: CallKind
    purpose: CallPurpose
    nth: int
    result: CallResult
    logged_at: AwareDatetime
