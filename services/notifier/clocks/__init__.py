"""What falls due at notifier: deliveries, counts of dead letters and alerts, and what changed since the last start."""

from services.notifier.clocks.alerting import AlertClock
from services.notifier.clocks.counting import LetterCount
from services.notifier.clocks.definition import DefinitionNoted
from services.notifier.clocks.delivering import DeliveryClock
from services.notifier.clocks.notice_file import NoticeFile

__all__ = ["AlertClock", "DefinitionNoted", "DeliveryClock", "LetterCount", "NoticeFile"]
