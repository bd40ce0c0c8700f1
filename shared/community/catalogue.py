"""The catalogue: windows (服务窗口) and the services (服务项目) a resident can order at each."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.community.text import Code, Text
from shared.contracts.words import ServedBy, Urgency


class Mode(StrEnum):
    """Where a service happens; ``errand``: staff do it for the resident (行政代办)."""

    HOME_VISIT = "home_visit"
    COUNTER = "counter"
    REMOTE = "remote"
    PUBLIC_SPACE = "public_space"
    DELIVERY = "delivery"
    ERRAND = "errand"


AT_A_COUNTER = frozenset({Mode.COUNTER, Mode.ERRAND})
PROVIDED_BY_NAME = frozenset({ServedBy.DEPARTMENT, ServedBy.PROPERTY, ServedBy.MERCHANT})


class ServiceWindow(BaseModel):
    """A counter of the catalogue that groups services. (``contracts.words.Window`` is a span of time.)"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text


class LegTemplate(BaseModel):
    """One leg of a service: ``post`` is a skill code, ``department`` the code of an outside holder, at most one of
    them; without either a coordinator decides who serves it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    post: Code | None = None
    department: Code | None = None
    headcount: int = Field(default=1, ge=1, le=20)

    @model_validator(mode="after")
    def _is_for_one(self) -> Self:
        if self.post is not None and self.department is not None:
            raise ValueError("a leg is for a post or for a department, not for both")
        if self.headcount > 1 and self.post is None:
            raise ValueError("only a post serves with a headcount")
        return self


class Service(BaseModel):
    """One item a resident can order.

    ``window`` is the code of a :class:`ServiceWindow`. ``post`` is a skill code, given exactly when a post
    serves it; ``provider`` names the department, the property firm or the merchant, given exactly when one of
    them serves it; ``holder``, if it is one and the same everywhere, by its code among the departments, so that the
    order is referred to it at once. ``legs``: what is served one after the other under one number; without any, one
    leg by whoever serves it. ``duration_minutes`` is what one serving usually takes. ``headcount``: so many volunteers
    serve it together. ``parties``: others are in the matter, who must not serve it; the order form asks for them.
    ``in_person``: the resident has to come to the counter in person, by appointment, and nobody can do it for them.
    ``description`` is in plain words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text
    window: Code
    served_by: ServedBy
    post: Code | None = None
    provider: Text | None = None
    holder: Code | None = None
    legs: tuple[LegTemplate, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    duration_minutes: int = Field(ge=5, le=1440)
    mode: Mode
    headcount: int = Field(default=1, ge=1, le=20)
    parties: bool = False
    in_person: bool = False
    description: Text

    @model_validator(mode="after")
    def _names_who_serves_it(self) -> Self:
        if (self.post is not None) != (self.served_by is ServedBy.POST):
            raise ValueError("post must be given exactly when served_by is post")
        if (self.provider is not None) != (self.served_by in PROVIDED_BY_NAME):
            raise ValueError("provider must be given exactly when served_by is department, property or merchant")
        if self.holder is not None and self.served_by not in PROVIDED_BY_NAME:
            raise ValueError("only a department, a property firm or a merchant is a holder")
        if self.headcount > 1 and self.post is None:
            raise ValueError("only a post serves with a headcount")
        if self.in_person and (self.served_by, self.mode) != (ServedBy.STAFF, Mode.COUNTER):
            raise ValueError("only staff at a counter serve who comes in person")
        return self

    @property
    def at_a_counter(self) -> bool:
        """Whether the counter of the place serves it, where there is one."""
        return self.served_by is ServedBy.STAFF and self.mode in AT_A_COUNTER

    @property
    def sequence(self) -> tuple[LegTemplate, ...]:
        """The legs of an order of this service, in turn."""
        return self.legs or (LegTemplate(post=self.post, department=self.holder, headcount=self.headcount),)
