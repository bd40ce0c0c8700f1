"""How an order looks from outside: who holds it, its legs, its timeline, and who looks."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from services.intake.queries.related import RelatedView
from services.intake.queries.time_views import ExtensionAskedView, ExtensionsView
from shared.community.hours import WeekHours
from shared.community.text import Text
from shared.contracts.words import Window


class HolderView(BaseModel):
    """Who holds the order: a role, for a coordinator the area and the title, for a department its name. Never a
    person's name. ``kind`` of a department: department, property, merchant or counter; ``hours``: when a counter is
    open, as 42 hex digits, an hour of the week each bit.
    """

    role: str
    area: str | None
    title: Text | None
    kind: str | None = None
    hours: WeekHours | None = None


class LegView(BaseModel):
    """One step of the order. ``department``: the code of who outside, or which counter, it is or was last with;
    ``errand``: how far a counter has come with it.
    """

    leg_id: str
    post: str | None
    post_name: Text | None = None
    department: str | None = None
    department_name: Text | None = None
    headcount: int
    state: str
    errand: str | None = None


class TimelineView(BaseModel):
    """One thing that happened, and who held the order after it, by when, for what next. ``detail``: a code that says
    more of it (docs/adr/0015).
    """

    position: int
    what: str
    at: datetime
    by: str
    state: str
    holder: HolderView | None
    due_at: datetime | None
    next_step: str
    detail: str | None = None


class ProposedTimeView(BaseModel):
    """Another time at which a volunteer could come, for the resident to answer. Never who. ``by_party``: it is the
    other side of a mediation that could come then.
    """

    offer_id: str
    window: Window
    expires_at: datetime
    by_party: bool = False


class VerdictView(BaseModel):
    """How it ended for whoever looks."""

    outcome: str
    rating: int | None
    given_at: datetime


class MeView(BaseModel):
    """Whoever looks at an order. ``part``: owner, joined, person or party; ``left``: they withdrew. ``agrees`` and
    ``window`` are a party's answer; ``verdict`` is their own, of this round.
    """

    part: str
    left: bool = False
    agrees: bool | None = None
    window: Window | None = None
    verdict: VerdictView | None = None


class ClosingView(BaseModel):
    """A coordinator sees no way to fix it, says why, and asks the resident to let it end as ``not_fixed``."""

    proposed_at: datetime
    reason: str


class OrderView(BaseModel):
    """An order as its resident sees it. ``late`` is said plainly: the due time has passed, or did
    where nobody is above.

    ``me``: who looks, where it is a resident. ``goes_on_under``: the number under which it goes on, once it was merged.
    ``turned_away``: a coordinator looked at it and took it for spam, and why.
    """

    order_id: str
    reference: str
    service: str
    service_name: Text
    area: str
    urgency: str
    window: Window | None
    state: str
    outcome: str | None
    holder: HolderView | None
    due_at: datetime | None
    next_step: str
    late: bool
    extensions: ExtensionsView
    extension_asked: ExtensionAskedView | None
    placed_at: datetime
    closed_at: datetime | None
    proposed_times: list[ProposedTimeView]
    legs: list[LegView]
    timeline: list[TimelineView]
    related: list[RelatedView] = []
    me: MeView | None = None
    goes_on_under: str | None = None
    closing: ClosingView | None = None
    turned_away: ClosingView | None = None
