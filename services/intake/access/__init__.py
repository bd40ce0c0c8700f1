"""Who may do what at intake, and what its JSON doors and pages share."""

from services.intake.access.doors import Doors
from services.intake.access.rules import TRACK_COOKIE, Access

__all__ = ["TRACK_COOKIE", "Access", "Doors"]
