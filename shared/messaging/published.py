"""The stream a service's events went to, remembered in its own database, so that a lost one is noticed.

The broker tells a stream's creation time and its last sequence. Another creation time means that the stream was lost
whole; a sequence lower than what was acknowledged means that it has lost its end (a power cut without
``sync_interval: always``, a disk put back). Both are put right from the outbox, which is the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class PublishedColumns(SQLModel):
    """One row: the stream, and how far it is known to hold the outbox.

    ``created`` is the broker's text; ``last_sequence`` the highest it acknowledged. Events after outbox position
    ``again_from`` and up to ``again_to`` are published again, ``again_at`` is how far that is (None: nothing to do);
    ``whole_at`` is the stream's sequence when it had been done the last time.
    """

    stream: str = Field(primary_key=True)
    created: str
    last_sequence: int = Field(sa_type=BigInteger)
    again_from: int | None = Field(default=None, sa_type=BigInteger)
    again_at: int | None = Field(default=None, sa_type=BigInteger)
    again_to: int | None = Field(default=None, sa_type=BigInteger)
    whole_at: int | None = Field(default=None, sa_type=BigInteger)

    @property
    def lacking(self) -> tuple[int, int] | None:
        """Events after the first and up to the second outbox position are still to be published again."""
        return None if self.again_at is None or self.again_to is None else (self.again_at, self.again_to)

    def acknowledge(self, last: int) -> None:
        """The broker stored a message under this sequence."""
        self.last_sequence = max(self.last_sequence, last)

    def publish_again(self, begin: int, end: int) -> None:
        """Events after outbox position ``begin`` and up to ``end`` are not in the stream any more."""
        if end > begin:
            self.again_from, self.again_at, self.again_to, self.whole_at = begin, begin, end, None

    def reach(self, position: int) -> None:
        """Everything up to this position has been published again."""
        if (lacking := self.lacking) is None:
            return
        at, to = lacking
        self.again_at = max(at, position)
        if self.again_at >= to:
            self.again_at, self.whole_at = None, self.last_sequence

    def may_lack(self, last: int) -> bool:
        """Whether a stream that ends at this sequence may lack what was published again into it."""
        return self.again_from is not None and (self.whole_at is None or self.whole_at > last)


@dataclass(frozen=True)
class Seen:
    """A stream as the broker tells it at this moment."""

    stream: str
    created: str
    last_sequence: int


@dataclass(frozen=True)
class Acknowledged:
    """Outbox rows the broker stored, by position; ``first`` and ``last`` sequence of those that were new to it, 0 when
    it knew them all."""

    stream: str
    positions: Sequence[int]
    first: int
    last: int


@dataclass(frozen=True)
class PublishedAgain:
    """Everything up to outbox position ``up_to`` is in the stream again; ``first`` and ``last`` as above."""

    stream: str
    up_to: int
    first: int
    last: int
