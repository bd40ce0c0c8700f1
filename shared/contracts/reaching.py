"""Requests for whom a message goes to: a phone and how somebody is called, told at the moment of sending.

Notifier keeps neither. Whoever cannot be reached any more, because they were erased, left or are forgotten, is None;
somebody there is but who reads no messages has no ``phone``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.asking import Answer, Request
from shared.contracts.words import Role

MOST = 256
"""So many people are asked for at once."""


class Reach(BaseModel):
    """How somebody is reached. ``phone`` in E.164. ``family``, ``title``: what residents may call a volunteer, the
    title a code of their card, None where they chose none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    phone: str | None = Field(default=None, repr=False)
    family: str = Field(default="", repr=False)
    title: str | None = None


class ReachTold(Answer):
    """In the order in which they were asked for."""

    people: tuple[Reach | None, ...] = ()


class ResidentOf(BaseModel):
    """A resident who is concerned in an order; whoever ordered has the order's id."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    order_id: str
    resident_id: str


class ResidentsToReach(Request[ReachTold]):
    """How residents are reached about their orders. Nobody is refused: whom intake does not know is None."""

    service: ClassVar[str] = "intake"
    name: ClassVar[str] = "reach"
    asked_by: ClassVar[frozenset[str]] = frozenset({"notifier"})
    answer: ClassVar[type[Answer]] = ReachTold

    residents: Annotated[tuple[ResidentOf, ...], Field(max_length=MOST)]


class ServerOf(BaseModel):
    """A volunteer by their id, or whoever holds the office of an area's coordinator by its code."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Role
    id: str


class ServersToReach(Request[ReachTold]):
    """How volunteers and coordinators are reached. Nobody is refused: whom matcher does not know is None."""

    service: ClassVar[str] = "matcher"
    name: ClassVar[str] = "reach"
    asked_by: ClassVar[frozenset[str]] = frozenset({"notifier"})
    answer: ClassVar[type[Answer]] = ReachTold

    people: Annotated[tuple[ServerOf, ...], Field(max_length=MOST)]
