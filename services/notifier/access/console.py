"""What the console's pages share: eyes on notifier's database and on the broker, and notifier's doors for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.notifier.access.calling import NotifierDoors
from services.notifier.access.checking import Checking
from services.notifier.access.standing import Standing
from services.notifier.queries import DeadLetterQueries, EventQueries, JourneyQueries, StreamQueries
from services.notifier.queries.figures import FiguresQueries
from services.notifier.queries.watching import WatchQueries


@dataclass(frozen=True)
class ConsoleDoors:
    """Everything here but ``notifier`` only looks. ``now``: domain time."""

    events: EventQueries
    streams: StreamQueries
    dead_letters: DeadLetterQueries
    journeys: JourneyQueries
    watch: WatchQueries
    figures: FiguresQueries
    checking: Checking
    standing: Standing
    notifier: NotifierDoors
    now: Callable[[], datetime]
