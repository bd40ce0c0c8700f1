"""How referrals look from outside. Names are in both languages."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from shared.community.text import Text
from shared.contracts.words import Window


class ReferralView(BaseModel):
    """One leg in the hands of a department; ``note`` is the coordinator's, ``ending`` how it ended, if it has.

    ``counter``: it is an errand, or an appointment (``in_person``), at a counter; ``errand``: how far it has come.
    """

    referral_id: str
    order_id: str
    leg_id: str
    reference: str
    department: str
    department_name: Text | None
    service: str
    service_name: Text | None
    area: str
    area_name: Text | None
    urgency: str
    window: Window | None
    at: datetime
    due_at: datetime
    overdue: bool
    note: str | None
    ending: str | None
    counter: bool
    in_person: bool
    errand: str | None


class ReferredView(ReferralView):
    """A fresh referral; ``link``: the path that opens it, and it alone, for whoever has no token."""

    link: str


class ReferralFigureView(BaseModel):
    """Legs of one service and community referred to one department. ``again``: referrals of a leg it had before."""

    department: str
    department_name: Text | None
    service: str
    service_name: Text | None
    area: str | None
    area_name: Text | None
    referred: int
    again: int
    resolved: int
    handed_back: int
    overdue: int


class LegAddedView(BaseModel):
    """A further leg."""

    leg_id: str
