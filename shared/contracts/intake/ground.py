"""What every fact of intake says, and a leg as it is placed."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.contracts.envelope import OrderEvent


class PlacedLeg(BaseModel):
    """One leg to be served. ``post`` is a skill of the community definition, None where no post serves it.

    ``department``: the code of the outside holder it is referred to when its turn comes.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    leg_id: str
    post: str | None
    headcount: int = 1
    after: str | None = None
    department: str | None = None


class IntakeEvent(OrderEvent):
    """A fact of intake; ``version`` numbers the order."""

    publisher: ClassVar[str] = "intake"
