"""Dead letters as notifier keeps them, and what was done about each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, Text
from sqlmodel import Field

from services.notifier.models.ground import POSITION, NotifierTable
from services.notifier.policies.letters import LetterState


class BuriedLetter(NotifierTable, table=True):
    """A dead letter as it lies in the stream DEAD. ``headers`` is JSON, ``body`` the bytes as they were.

    ``settled_at`` (wall time), ``settled_by`` (subject of the ops caller) and ``because`` (why it was discarded) say
    how it came out of the state ``dead``.
    """

    __tablename__ = "dead_letters"
    __table_args__ = (Index("dead_letters_state", "state", "position"),)

    position: int | None = Field(default=None, primary_key=True, sa_type=POSITION)
    dead_letter_id: str = Field(unique=True)
    subject: str
    service: str
    durable: str
    reason: str
    attempts: int
    stream: str
    sequence: int = Field(sa_type=BigInteger)
    headers: str = Field(sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    buried_at: datetime
    state: str = Field(default=LetterState.DEAD.value, sa_column_kwargs={"server_default": LetterState.DEAD.value})
    settled_at: datetime | None = None
    settled_by: str | None = None
    because: str | None = None

    def replay(self, by: str, wall: datetime) -> None:
        """It was heard after all, whatever was thought of it before; the first time counts."""
        if self.state != LetterState.REPLAYED:
            self.state, self.settled_by, self.settled_at = LetterState.REPLAYED.value, by, wall

    def discard(self, because: str, by: str, wall: datetime) -> bool:
        """Nobody shall hear it; False when it was heard already. Who discards it first answers for it."""
        if self.state == LetterState.DEAD:
            self.state, self.settled_by, self.settled_at = LetterState.DISCARDED.value, by, wall
            self.because = because
        return self.state == LetterState.DISCARDED


class LetterAct(NotifierTable, table=True):
    """One thing somebody did about a dead letter; rows are never changed. ``at`` is wall time.

    ``result``: of a replay the service's word or ``away``, with its ``reason`` (``shared.contracts.unheard``); of a
    discarding the state it left the letter in.
    """

    __tablename__ = "letter_acts"

    position: int | None = Field(default=None, primary_key=True, sa_type=POSITION)
    dead_letter_id: str = Field(foreign_key="dead_letters.dead_letter_id", index=True)
    act: str
    by: str
    at: datetime
    result: str
    reason: str
