"""Who holds a coordinator's office at present, so that they can be let in."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Detail
from sqlalchemy import LargeBinary
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from shared.persistence.vault import Vault


class Incumbent(MatcherTable, table=True):
    """One office that somebody holds. Name and phone are in ``sealed``, under the coordinator's id; several offices
    may have one phone. ``seated_at``: since when it is theirs, in domain time.
    """

    __tablename__ = "incumbents"

    coordinator_id: str = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    phone_fingerprint: str = Field(index=True)
    seated_at: datetime


class Person(BaseModel):
    """What is personal about an incumbent; ``phone`` is E.164."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Detail(repr=False)
    phone: str = Detail(repr=False)

    @classmethod
    def opened(cls, vault: Vault, coordinator_id: str, sealed: bytes) -> Self:
        """From the column."""
        return cls.model_validate_json(vault.open(coordinator_id, sealed))

    def sealed(self, vault: Vault, coordinator_id: str) -> bytes:
        """For the column."""
        return vault.seal(coordinator_id, self.model_dump_json())
