"""What channels are to the delivery clock: small classes that take messages, or refuse them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from services.notifier.policies.messages import Message


class ChannelForAll(Protocol):
    """One way for everybody's messages to leave together."""

    def deliver(self, messages: Sequence[Mapping[str, Any]], uncertain: Collection[str]) -> None:
        """Take the messages in this order and return when they cannot be lost any more. Blocks; raises ``OSError`` when
        it takes none.

        ``uncertain``: the ``notice_id`` of those that an earlier attempt may have brought already, before it could be
        confirmed: they must not be brought twice.
        """
        ...


class Sent(StrEnum):
    """What came of sending. ``taken``: the other side has it. ``refused``: this address never will. ``failed``: it does
    not, and may later. ``unsure``: it left, and nobody answered.
    """

    TAKEN = "taken"
    REFUSED = "refused"
    FAILED = "failed"
    UNSURE = "unsure"


class PersonalChannel(Protocol):
    """One way to one person's address. ``repeats``: the other side drops a second message with the same id, so what is
    unsure may be sent again.
    """

    repeats: bool

    async def send(self, address: str, message: Message) -> Sent:
        """Send one message; raises nothing that the other side can cause."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
