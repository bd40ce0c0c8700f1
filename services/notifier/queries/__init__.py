"""What notifier shows. Reading only."""

from services.notifier.queries.board import BoardQueries
from services.notifier.queries.dead_letters import DeadLetterQueries
from services.notifier.queries.digests import DigestQueries
from services.notifier.queries.events import EventFilter, EventQueries
from services.notifier.queries.journeys import JourneyQueries
from services.notifier.queries.notices import NoticeQueries
from services.notifier.queries.outgoing import DueDelivery, OutgoingQueries
from services.notifier.queries.reaching import Reached, Reaching
from services.notifier.queries.sessions import SessionQueries
from services.notifier.queries.streams import StreamQueries
from services.notifier.queries.wording import Wording

__all__ = [
    "BoardQueries",
    "DeadLetterQueries",
    "DigestQueries",
    "DueDelivery",
    "EventFilter",
    "EventQueries",
    "JourneyQueries",
    "NoticeQueries",
    "OutgoingQueries",
    "Reached",
    "Reaching",
    "SessionQueries",
    "StreamQueries",
    "Wording",
]
