"""How the roster and its posts look from outside. Names are in both languages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from services.matcher.policies.claims import ClaimRule
from services.matcher.queries.card_views import PublicCardView
from shared.community.text import Text
from shared.contracts.words import Window


class Mine(StrEnum):
    """What a volunteer has of a post."""

    NONE = "none"
    HELD = "held"
    WAITING = "waiting"


class PostPlaceView(BaseModel):
    """One post: where, what it needs, and how many of its ``headcount`` places are held, wait for vetting, are left."""

    post_id: str
    skill: str
    skill_name: Text | None
    area: str
    area_name: Text | None
    headcount: int
    held: int
    waiting: int
    left: int
    needs_vetting: bool
    open: bool


class PostView(PostPlaceView):
    """One post as somebody sees it. ``fits``: whether the caller's profession does; ``reason``: why the caller may not
    claim it, None when they may.
    """

    mine: Mine
    fits: bool
    may_claim: bool
    reason: ClaimRule | None


class StandingView(BaseModel):
    """How a volunteer stands: whether anything may reach them, and since when not. ``suspended_for``: the coordinator's
    reason, which coordinators alone read.
    """

    volunteer_id: str
    name: str
    home: str
    left_at: datetime | None
    suspended_at: datetime | None
    suspended_for: str | None


class IdlePostView(PostPlaceView):
    """A post with places left, since ``idle_since``."""

    idle_since: datetime


class WaitingClaimView(BaseModel):
    """A claim that waits for the coordinator of the area. ``unit_name`` is None for a hidden employer."""

    post_id: str
    skill: str
    skill_name: Text | None
    area: str
    area_name: Text | None
    volunteer_id: str
    volunteer_name: str
    kind: str
    profession_name: Text | None
    unit_name: Text | None
    claimed_at: datetime


class ClaimedView(BaseModel):
    """What became of a claim: ``held``, or ``waiting`` to be vetted."""

    post_id: str
    state: Mine


class HeldPostView(BaseModel):
    """One post a volunteer claims; it counts once it is ``held``."""

    post_id: str
    skill: str
    skill_name: Text | None
    area: str
    area_name: Text | None
    vetted: bool
    state: Mine
    claimed_at: datetime


class MeView(BaseModel):
    """A volunteer's own card; nobody else sees it. ``hours``: 42 hex digits, bit h being hour h of the week;
    ``default_hours``: they are those of the kind. ``secretary``: whether they may call up members of their unit.
    ``thanks``: how often a resident was content. ``calendar_since``: since when their calendar has had an address.
    ``certificates``: the numbers of those that were issued to them.
    """

    volunteer_id: str
    name: str
    phone: str
    kind: str
    unit: str | None
    unit_name: Text | None
    secretary: bool
    profession: str | None
    profession_name: Text | None
    home: str
    home_name: Text | None
    hours: str
    default_hours: bool
    on_duty: bool
    absences: list[Window]
    capacity: int
    daily_offers: int
    urgent_at_work: bool
    left: bool
    suspended: bool
    held: int
    served_minutes: int
    thanks: int
    posts: list[HeldPostView]
    public_card: PublicCardView | None
    calendar_since: datetime | None
    certificates: list[str]


class RosterView(BaseModel):
    """What became of an imported roster."""

    volunteers: int
    created: int
    updated: int
    units: int
