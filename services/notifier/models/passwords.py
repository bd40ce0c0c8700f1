"""Passwords that were tried, by name and by network address, and sign-ins that came from a provider."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from services.notifier.models.ground import NotifierTable
from shared.identity.handing_over import UsedHandoverColumns
from shared.identity.waiting import FORGIVEN, wait_after


class PasswordTries(NotifierTable, table=True):
    """How often passwords were tried for a name, or from an address (both as keyed hashes), since one was right; wall
    time. Until ``wait_until`` none is looked at.
    """

    __tablename__ = "password_tries"

    print: str = Field(primary_key=True)
    count: int = 0
    last_at: datetime = Field(index=True)
    wait_until: datetime

    def add(self, wall: datetime, free: int) -> None:
        """One more; what is older than a day is forgiven."""
        self.count = 1 if wall - self.last_at > FORGIVEN else self.count + 1
        self.last_at, self.wait_until = wall, wall + wait_after(self.count, free)


class UsedHandover(UsedHandoverColumns, NotifierTable, table=True):
    """Sign-ins of operators that came from their provider; each is let in once."""

    __tablename__ = "used_handovers"
