"""What a channel is to the delivery clock: a small class that takes messages, or refuses all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol


class Channel(Protocol):
    """One way for messages to leave. Its name is one of ``policies.channels.KNOWN``."""

    def deliver(self, messages: Sequence[Mapping[str, Any]], uncertain: Collection[str]) -> None:
        """Take the messages in this order and return when they cannot be lost any more. Blocks; raises ``OSError`` when
        it takes none.

        ``uncertain``: the ``notice_id`` of those that an earlier attempt may have brought already, before it could be
        confirmed: they must not be brought twice.
        """
        ...
