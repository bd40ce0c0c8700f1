"""What the console's pages share: eyes on notifier's database and on the broker, and notifier's doors for the rest."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier.access.calling import NotifierDoors
from services.notifier.access.checking import Checking
from services.notifier.access.lately import Lately
from services.notifier.access.standing import Standing
from services.notifier.queries import DeadLetterQueries, EventQueries, JourneyQueries, StreamQueries
from services.notifier.queries.figures import DaysView
from services.notifier.queries.watching import WatchView


@dataclass(frozen=True)
class ConsoleDoors:
    """Everything here but ``notifier`` only looks. ``watch`` has one key, ``figures`` the number of days."""

    events: EventQueries
    streams: StreamQueries
    dead_letters: DeadLetterQueries
    journeys: JourneyQueries
    watch: Lately[str, WatchView]
    figures: Lately[int, DaysView]
    checking: Checking
    standing: Standing
    notifier: NotifierDoors
