"""What notifier publishes: that a message intent left over a channel, or could not."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from shared.contracts.envelope import Event
from shared.contracts.words import Role


class NotifierEvent(Event):
    """A fact about one notice. It carries no version: a notice is immutable."""

    publisher: ClassVar[str] = "notifier"

    order_id: str
    notice_id: str
    kind: str
    channel: str
    at: AwareDatetime

    @property
    def about(self) -> str:
        """The order's id."""
        return self.order_id


class NoticeSent(NotifierEvent):
    """The channel took the message."""

    name: ClassVar[str] = "notice_sent"


class NoticeFailed(NotifierEvent):
    """The channel refused the message for good, after ``attempts``.

    ``recipient_role`` and ``recipient_id``: whom it was for. ``unreached``: no channel is left to try, and they
    have not read it in their letterbox either.
    """

    name: ClassVar[str] = "notice_failed"

    attempts: int
    recipient_role: Role | None = None
    recipient_id: str | None = None
    unreached: bool = False


EVENTS: tuple[type[NotifierEvent], ...] = (NoticeSent, NoticeFailed)
