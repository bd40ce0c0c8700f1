"""How matcher's things look from outside. Names are in both languages."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from shared.community.text import Text
from shared.contracts.words import Window


class OfferView(BaseModel):
    """One offer, as the volunteer who was asked sees it. ``area`` is the order's grid.

    ``parts`` say why this volunteer was chosen, each a cost (the lowest sum is asked first); ``eligible``: how many
    people could have been asked. ``headcount``: how many serve together. ``unit``: whose secretary named them.
    ``parties``: others are in the matter; who knows them stands aside.
    """

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
    state: str
    source: str
    unit: str | None
    headcount: int
    draw_ends_at: datetime | None
    parts: dict[str, float]
    eligible: int
    parties: bool


class AssignmentView(BaseModel):
    """One assignment, as the volunteer who has it sees it; ``due_at`` while it is active. ``confidential_note``: what
    they keep for themselves, where the service has ``parties``.
    """

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
    parties: bool
    confidential_note: str | None
    assigned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class PoolLegView(BaseModel):
    """An open leg somebody may ask for; ``places`` are those still free. ``drawing``: others asked for it already."""

    leg_id: str
    order_id: str
    reference: str
    service: str
    service_name: Text | None
    post: str | None
    post_name: Text | None
    area: str
    area_name: Text | None
    urgency: str
    window: Window | None
    due_at: datetime
    headcount: int
    places: int
    drawing: bool


class CallUpView(BaseModel):
    """A leg a unit's secretary may name a member for, until ``expires_at``."""

    call_up_id: str
    leg_id: str
    order_id: str
    unit: str
    service: str
    service_name: Text | None
    post: str | None
    post_name: Text | None
    area: str
    area_name: Text | None
    urgency: str
    window: Window | None
    expires_at: datetime


class FreeMemberView(BaseModel):
    """A member a secretary may name."""

    volunteer_id: str
    name: str


class ChoiceView(BaseModel):
    """Why somebody who has a leg was chosen, and how many people could have been asked. ``parts`` of the cost are the
    pairing's own: pages tell in words what spoke for somebody, no door gives the numbers out (mission.md, fairness).
    """

    volunteer_id: str
    source: str
    parts: dict[str, float] = Field(exclude=True)
    eligible: int


class LegExplanationView(BaseModel):
    """How the pairing of a leg stands: ``asked`` may still answer, ``eligible`` could be asked, each null below
    three; ``blocked`` counts people by the first reason against asking them while nobody can be (``no_holders``: there
    is nobody); ``counters`` are other times that were proposed. Never who said no, nor that the one who could did.
    """

    leg_id: str
    order_id: str
    eligible: int | None
    asked: int | None
    waves: int
    looked_at: datetime | None
    next_look_at: datetime | None
    draw_ends_at: datetime | None
    blocked: dict[str, int]
    chosen: list[ChoiceView]
    counters: list[Window]


class GapView(BaseModel):
    """So many legs of a post in a grid found nobody in this part of the day (0 to 5, four hours each), mostly for
    this reason.
    """

    post: str
    post_name: Text | None
    area: str
    area_name: Text | None
    part_of_day: int
    reason: str
    legs: int


class DeskAssignmentView(BaseModel):
    """Who has the leg although a coordinator holds the order: late is better than never."""

    assignment_id: str
    volunteer_id: str
    state: str


class ExtensionView(BaseModel):
    """More time that was asked for ``by`` whoever held the order; ``agreed``: the resident's answer, None before it."""

    extension_id: str
    by: str
    until: datetime
    reason: str
    asked_at: datetime
    agreed: bool | None


class DeskRowView(BaseModel):
    """One order on a coordinator's desk. ``leg_id`` is the leg to decide about; ``note`` what the tier below wrote.

    ``next_step``: ``decide`` is the coordinator's to do, ``accept`` waits for a volunteer who was asked. ``blocked``:
    when nobody could be asked, so many people for each reason, the most on top. ``danger``: one was reported that
    nobody has seen to. ``overdue_since``: nobody is above who could act. ``extensions``: how often the resident gave
    more time; ``extension``: what was asked last in this round. ``look_first``: it looks like spam, so nobody is asked
    until a coordinator has looked at it and releases it.
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
    overdue_since: datetime | None
    extensions: int
    extension: ExtensionView | None
    next_step: str
    placed_at: datetime
    danger: bool
    look_first: bool
    note: str | None
    blocked: dict[str, int]
    assignments: list[DeskAssignmentView]

    @property
    def place(self) -> tuple[int, str, str]:
        """By what desks are sorted: dangers, then what is overdue at the top of the ladder, the longest first, then by
        due time; as a cursor says it.
        """
        return int(not self.danger), (self.overdue_since or self.due_at).isoformat(), self.order_id


class AcceptedView(BaseModel):
    """The answer to a yes: ``assigned``, ``drawing`` until the draw ends, or ``standby``; to another time also
    ``countered``.
    """

    state: str
    assignment_id: str | None = None


class DecidedView(BaseModel):
    """An order after a coordinator's decision."""

    order_id: str
    state: str
    holder_role: str | None
    holder_area: str | None
    due_at: datetime
    next_step: str
    assignment_id: str | None = None
