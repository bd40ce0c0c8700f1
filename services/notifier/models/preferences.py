"""How a person wants to be reached, and what is known of the channels themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from services.notifier.models.ground import NotifierTable
from services.notifier.policies.times import Wishes


class Preferences(NotifierTable, table=True):
    """What one recipient has chosen; whoever has chosen nothing has no row.

    ``wishes`` is the JSON of ``policies.times.Wishes``. ``addresses``: those they gave themselves, by channel, sealed
    under ``recipient_id``; None where they gave none.
    """

    __tablename__ = "preferences"

    recipient_role: str = Field(primary_key=True)
    recipient_id: str = Field(primary_key=True)
    wishes: str = "{}"
    addresses: bytes | None = Field(default=None, sa_type=LargeBinary, repr=False)
    changed_at: datetime

    def wish(self, wishes: Wishes, addresses: bytes | None, now: datetime) -> None:
        """Everything as it was said now; what was not said is as at the beginning."""
        self.wishes, self.addresses, self.changed_at = wishes.model_dump_json(), addresses, now
