"""Intake's rows. They carry their own verbs; they know no session and do no I/O."""

from services.intake.models.abuse import Misses, Sighting
from services.intake.models.assignments import Assignment
from services.intake.models.calls import Call, Closing, Server
from services.intake.models.concerned import Resident
from services.intake.models.course import Leg, ProposedTime, TimelineEntry
from services.intake.models.door import DoorKey, ExternalId
from services.intake.models.extensions import Extension
from services.intake.models.ground import (
    Audited,
    Inbox,
    IntakeTable,
    OneTimeCode,
    Outbox,
    Published,
    Session,
    UsedHandover,
)
from services.intake.models.incidents import Incident
from services.intake.models.learning import Correction, TaughtRun
from services.intake.models.orders import Order
from services.intake.models.personal import Erasure, OrderContact, OrderReview

__all__ = [
    "Assignment",
    "Audited",
    "Call",
    "Closing",
    "Correction",
    "DoorKey",
    "Erasure",
    "Extension",
    "ExternalId",
    "Inbox",
    "Incident",
    "IntakeTable",
    "Leg",
    "Misses",
    "OneTimeCode",
    "Order",
    "OrderContact",
    "OrderReview",
    "Outbox",
    "ProposedTime",
    "Published",
    "Resident",
    "Server",
    "Session",
    "Sighting",
    "TaughtRun",
    "TimelineEntry",
    "UsedHandover",
]
