"""What falls due at notifier: deliveries, and counts of dead letters and alerts."""

from services.notifier.clocks.alerting import AlertClock
from services.notifier.clocks.channels import Channel
from services.notifier.clocks.counting import LetterCount
from services.notifier.clocks.delivering import DeliveryClock
from services.notifier.clocks.notice_file import NoticeFile

__all__ = ["AlertClock", "Channel", "DeliveryClock", "LetterCount", "NoticeFile"]
