"""What notifier hears of itself: for the index of events alone."""

from __future__ import annotations

from services.notifier.use_cases.confirming import index_events
from shared.contracts import notifier
from shared.messaging.consuming import Hearing

from_notifier = Hearing("notifier", "notifier")
from_notifier.on(
    index_events,
    notifier.NoticeSent,  # for the index of events alone
    notifier.NoticeFailed,  # for the index of events alone
)
