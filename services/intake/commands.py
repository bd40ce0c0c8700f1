"""What people ask of intake. The API's request bodies, unknown fields refused."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.contracts.words import Outcome, Urgency, Window


def _no_control_characters(text: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise ValueError("control characters are not allowed")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_no_control_characters)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]


class Command(BaseModel):
    """An intent, imperative."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(Command):
    """Whom to reach. ``phone`` as typed; it is normalised when the order is placed."""

    name: Annotated[Line, Field(max_length=80)]
    phone: Annotated[Line, Field(max_length=32)]


class Consent(Command):
    """What the resident agreed to; a health hint is kept only with ``health``."""

    health: bool = False


class PlaceOrder(Command):
    """Place an order: what, where, when, who."""

    service: Code
    area: Code
    details: Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_no_control_characters)] = Field(
        default="", max_length=2000
    )
    contact: Contact
    window: Window | None = None
    urgency: Urgency | None = None
    excluded: tuple[Code, ...] = Field(default=(), max_length=20)
    on_behalf_of: Annotated[Line, Field(max_length=80)] | None = None
    consent: Consent = Consent()


class AmendOrder(Command):
    """Change the window, the urgency or the words of an order that is not served yet."""

    window: Window | None = None
    urgency: Urgency | None = None
    details: Annotated[Line, Field(max_length=2000)] | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("nothing to change")
        return self


class CancelOrder(Command):
    """Withdraw an order; no reason asked."""

    reason: Annotated[Line, Field(max_length=500)] | None = None


class ReviewOrder(Command):
    """The resident's verdict on a served order."""

    outcome: Outcome
    rating: int | None = Field(default=None, ge=1, le=5)
    comment: Annotated[Line, Field(max_length=2000)] | None = None

    @model_validator(mode="after")
    def _is_a_verdict(self) -> Self:
        if self.outcome not in {Outcome.FIXED, Outcome.PARTLY, Outcome.NOT_FIXED}:
            raise ValueError("the outcome is fixed, partly or not_fixed")
        return self
