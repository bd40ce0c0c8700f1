"""The mission's words as values that cross a service boundary."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator


class Urgency(StrEnum):
    """How soon an order must be served; the clocks for each are in the community definition."""

    URGENT = "urgent"
    NORMAL = "normal"
    FLEXIBLE = "flexible"


class ServedBy(StrEnum):
    """Who serves a service of the catalogue."""

    POST = "post"
    STAFF = "staff"
    DEPARTMENT = "department"
    PROPERTY = "property"
    MERCHANT = "merchant"


class Role(StrEnum):
    """Who a caller or a holder is; ``department``: an outside holder, a property firm or a merchant as well."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    COORDINATOR = "coordinator"
    DEPARTMENT = "department"
    OPS = "ops"


class OrderState(StrEnum):
    """The life of an order (mission.md); ``closed``, ``cancelled`` and ``merged`` are final.

    ``merged``: the same matter runs under another order's number; whoever placed this one is answered there.
    """

    PLACED = "placed"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    UNDER_WAY = "under_way"
    ESCALATED = "escalated"
    DONE = "done"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


class Outcome(StrEnum):
    """How an order ended, never better than the truth."""

    FIXED = "fixed"
    PARTLY = "partly"
    NOT_FIXED = "not_fixed"
    NO_REPLY = "no_reply"
    WITHDRAWN = "withdrawn"


class Part(StrEnum):
    """Why somebody besides the resident who ordered is concerned: ``joined``: the same matter is theirs; ``party``: the
    other side of a mediation; ``person``: whom it was ordered for.
    """

    JOINED = "joined"
    PARTY = "party"
    PERSON = "person"


class CallKind(StrEnum):
    """How somebody who reads no messages is reached."""

    CALL = "call"
    VISIT = "visit"


class CallPurpose(StrEnum):
    """Why somebody is called: to tell how the order stands, or to ask how it went."""

    NEWS = "news"
    REVIEW = "review"


class CallResult(StrEnum):
    """What came of a call or a visit."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"


class ErrandStep(StrEnum):
    """How far an errand (行政代办) at a counter has come."""

    PAPERS_RECEIVED = "papers_received"
    IN_PROGRESS = "in_progress"
    READY_TO_COLLECT = "ready_to_collect"


class IncidentKind(StrEnum):
    """What danger is reported (安全事件): the short list of both sides."""

    INJURY = "injury"
    THREAT = "threat"
    FIRE_GAS = "fire_gas"
    CHILD = "child"
    OTHER = "other"


class NextStep(StrEnum):
    """What the holder of an open order has to do next; ``none`` once it has ended.

    ``call``: a coordinator calls, and in the end visits, a resident who reads no messages.
    """

    OFFER = "offer"
    ACCEPT = "accept"
    CALL_UP = "call_up"
    START = "start"
    COMPLETE = "complete"
    DECIDE = "decide"
    REVIEW = "review"
    CALL = "call"
    NONE = "none"


class Window(BaseModel):
    """The time in which a resident wants to be served: aware instants, ``from`` before ``to``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    from_: AwareDatetime = Field(alias="from")
    to: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.to <= self.from_:
            raise ValueError("the window must end after it starts")
        return self


class Holder(BaseModel):
    """Who holds an order now: a role in an area, and the opaque id of the person where it is one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Role
    area: str | None = None
    id: str | None = None
