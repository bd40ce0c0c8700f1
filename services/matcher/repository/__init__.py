"""Loads and saves for matcher's use cases; every write's SQL is here."""

from __future__ import annotations

from services.matcher.models import Audited, Inbox, OneTimeCode, Outbox, Published, Session
from services.matcher.repository.departures import DepartureRepository
from services.matcher.repository.drafts import DraftRepository
from services.matcher.repository.forgetting import ForgettingRepository
from services.matcher.repository.incidents import IncidentRepository
from services.matcher.repository.incumbents import IncumbentRepository
from services.matcher.repository.own import OwnRepository
from services.matcher.repository.photos import PhotoRepository
from services.matcher.repository.places import PlaceRepository
from services.matcher.repository.roster import RosterRepository
from services.matcher.repository.stand_ins import StandInRepository
from shared.identity.codes import CodeRepository
from shared.identity.sessions import SessionRepository
from shared.messaging.inbox import MessagingRepository
from shared.persistence.unit_of_work import UnitOfWork


class Repository(
    PlaceRepository,
    DepartureRepository,
    DraftRepository,
    ForgettingRepository,
    IncidentRepository,
    IncumbentRepository,
    OwnRepository,
    PhotoRepository,
    RosterRepository,
    StandInRepository,
    SessionRepository,
    CodeRepository,
    MessagingRepository,
):
    """Matcher's database inside one unit of work."""

    inbox = Inbox
    outbox = Outbox
    published = Published
    audited = Audited
    sessions = Session
    codes = OneTimeCode


Unit = UnitOfWork[Repository]
"""A unit of work of matcher."""
