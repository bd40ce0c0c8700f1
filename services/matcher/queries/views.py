"""How matcher's things look from outside. Names are in both languages."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from shared.community.text import Text
from shared.contracts.words import Window


class OfferView(BaseModel):
    """One open offer, as the volunteer who was asked sees it. ``area`` is the order's grid."""

    offer_id: str
    order_id: str
    leg_id: str
    reference: str
    service: str
    service_name: Text | None
    post: str | None
    post_name: Text | None
    area: str
    area_name: Text | None
    urgency: str
    window: Window | None
    made_at: datetime
    expires_at: datetime


class AssignmentView(BaseModel):
    """One assignment, as the volunteer who has it sees it; ``due_at`` while it is active."""

    assignment_id: str
    order_id: str
    leg_id: str
    reference: str
    state: str
    service: str
    service_name: Text | None
    post: str | None
    post_name: Text | None
    area: str
    area_name: Text | None
    urgency: str
    window: Window | None
    due_at: datetime | None
    by: str
    minutes: int | None
    assigned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class DeskAssignmentView(BaseModel):
    """Who has the leg although a coordinator holds the order: late is better than never."""

    assignment_id: str
    volunteer_id: str
    state: str


class DeskRowView(BaseModel):
    """One order on a coordinator's desk. ``leg_id`` is the leg to decide about; ``note`` what the tier below wrote.

    ``next_step``: ``decide`` is the coordinator's to do, ``accept`` waits for a volunteer who was asked.
    """

    order_id: str
    reference: str
    leg_id: str | None
    service: str
    service_name: Text | None
    served_by: str
    post: str | None
    post_name: Text | None
    area: str
    area_name: Text | None
    urgency: str
    window: Window | None
    state: str
    holder_area: str
    holder_title: Text
    tier: str
    due_at: datetime
    overdue: bool
    next_step: str
    placed_at: datetime
    note: str | None
    assignments: list[DeskAssignmentView]


class HeldPostView(BaseModel):
    """One post a volunteer claims."""

    post_id: str
    skill: str
    skill_name: Text | None
    area: str
    area_name: Text | None
    vetted: bool


class MeView(BaseModel):
    """A volunteer's own card; nobody else sees it. ``hours``: 42 hex digits, bit h being hour h of the week."""

    volunteer_id: str
    name: str
    phone: str
    kind: str
    unit: str | None
    unit_name: Text | None
    profession: str | None
    home: str
    home_name: Text | None
    hours: str
    on_duty: bool
    capacity: int
    held: int
    served_minutes: int
    posts: list[HeldPostView]


class RosterView(BaseModel):
    """What became of an imported roster."""

    volunteers: int
    created: int
    updated: int


class AcceptedView(BaseModel):
    """The answer to a yes."""

    state: str
    assignment_id: str


class DecidedView(BaseModel):
    """An order after a coordinator's decision."""

    order_id: str
    state: str
    holder_role: str | None
    holder_area: str | None
    due_at: datetime
    next_step: str
    assignment_id: str | None = None
