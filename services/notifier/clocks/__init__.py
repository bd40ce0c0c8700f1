"""What falls due at notifier: deliveries, and a count of dead letters."""

from services.notifier.clocks.channels import Channel
from services.notifier.clocks.counting import LetterCount
from services.notifier.clocks.delivering import DeliveryClock
from services.notifier.clocks.notice_file import NoticeFile

__all__ = ["Channel", "DeliveryClock", "LetterCount", "NoticeFile"]
