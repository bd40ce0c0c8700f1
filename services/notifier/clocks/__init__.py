"""What falls due at notifier: deliveries."""

from services.notifier.clocks.channels import Channel
from services.notifier.clocks.delivering import DeliveryClock
from services.notifier.clocks.notice_file import NoticeFile

__all__ = ["Channel", "DeliveryClock", "NoticeFile"]
