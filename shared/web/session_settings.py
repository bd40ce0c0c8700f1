"""How long people stay signed in, by what they may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.contracts.words import Role
from shared.identity.access_book import LONGEST_SESSION
from shared.identity.sessions import Lasting, Limits

Hours = Annotated[float, Field(gt=0, le=LONGEST_SESSION / timedelta(hours=1))]


class SessionSettings(BaseSettings):
    """Hours that a session of each role lasts: ``…_idle_hours`` without being used, ``…_hours`` at most (wall time).

    Residents have none: their orders are opened by their links. A volunteer's phone is their own, and shows no more of
    others than they serve at the moment; a desk stands in a room with others, and the console sees the most.
    """

    session_volunteer_idle_hours: Hours = 72.0
    session_volunteer_hours: Hours = 336.0
    session_coordinator_idle_hours: Hours = 4.0
    session_coordinator_hours: Hours = 12.0
    session_department_idle_hours: Hours = 4.0
    session_department_hours: Hours = 12.0
    session_ops_idle_hours: Hours = 1.0
    session_ops_hours: Hours = 12.0

    @property
    def session_limits(self) -> Limits:
        """How long sessions last."""
        roles = (Role.VOLUNTEER, Role.COORDINATOR, Role.DEPARTMENT, Role.OPS)
        return {role: Lasting(self._told(f"{role.value}_idle"), self._told(role.value)) for role in roles}

    def _told(self, whose: str) -> timedelta:
        return timedelta(hours=getattr(self, f"session_{whose}_hours"))
