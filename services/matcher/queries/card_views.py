"""How what volunteers make of their own looks from outside. Names are in both languages."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel

from services.matcher.commands.own import NameShown, Title
from shared.community.text import Text


class PublicCardView(BaseModel):
    """A volunteer's public card as they chose it. ``seen``: whether residents of ``community`` see it at the moment:
    not those of where one lived before, nor anybody while one is suspended or one's employer is hidden.
    """

    card_id: str
    name_shown: NameShown
    title: Title
    promise: str | None
    posts: bool
    community: str
    seen: bool
    shown_at: datetime


class ShownPostView(BaseModel):
    """A post on a public card."""

    skill_name: Text
    area: str


class ShownCardView(BaseModel):
    """A public card as residents see it, and nothing else of whose it is. ``title`` None: ``name`` is the whole one."""

    card_id: str
    name: str
    title: Title | None
    promise: str | None
    posts: list[ShownPostView]
    community: str


class MonthView(BaseModel):
    """What was served in a month of local time, and how often somebody was content with it."""

    year: int
    month: int
    served: int
    minutes: int
    thanks: int


class ServedView(BaseModel):
    """One assignment that was completed."""

    reference: str
    service: str
    service_name: Text | None
    minutes: int
    ended_at: datetime


class ServiceHoursView(BaseModel):
    """How often and how long a service was served."""

    service: str
    service_name: Text | None
    times: int
    minutes: int


class CertificateView(BaseModel):
    """A certificate of hours as it was issued; days are local, both included. ``code``: made of the name as it is now
    and all of this, for whoever wants to see that a paper is ours.
    """

    certificate_id: str
    number: str
    code: str
    first_day: date
    last_day: date
    times: int
    minutes: int
    services: list[ServiceHoursView]
    issued_on: date


class CalendarView(BaseModel):
    """The address of one's calendar, for as long as it is not taken back; whoever has it reads the calendar."""

    address: str
    made_at: datetime
