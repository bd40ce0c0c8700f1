"""What people ask of intake. The API's request bodies, unknown fields refused."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.contracts.words import Outcome, Urgency, Window

LONGEST_NAME = 80
LONGEST_PHONE = 32
LONGEST_TEXT = 2000


def one_line(text: str) -> str:
    """A name or a number: one line. Raises ``ValueError`` when it holds line breaks or control characters."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise ValueError("line breaks and control characters are not allowed")
    return text


def plain_words(text: str) -> str:
    """Words over several lines, each ended by one line feed, as browsers do not send them.

    Raises ``ValueError`` when they hold other control characters.
    """
    text = re.sub(r"\r\n?", "\n", text)
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise ValueError("control characters are not allowed")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(one_line)]
Words = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(plain_words)]
_CODE = r"^[a-z0-9_-]{1,64}$"
Code = Annotated[str, StringConstraints(pattern=_CODE)]


class Command(BaseModel):
    """An intent, imperative."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(Command):
    """Whom to reach. ``phone`` as typed; it is normalised when the order is placed."""

    name: Annotated[Line, Field(max_length=LONGEST_NAME)]
    phone: Annotated[Line, Field(max_length=LONGEST_PHONE)]


class Party(Command):
    """Somebody who is in the matter and must not be asked to serve it, as far as the resident can say who.

    ``area``: whoever lives there is not asked. ``phone`` as typed. One of the three is given; an area alone travels
    as its plain code.
    """

    name: Annotated[Line, Field(max_length=LONGEST_NAME)] | None = None
    phone: Annotated[Line, Field(max_length=LONGEST_PHONE)] | None = None
    area: Code | None = None

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        if self.name is None and self.phone is None and self.area is None:
            raise ValueError("a name, a phone number or an area is needed")
        return self

    @model_serializer(mode="wrap")
    def _plain(self, whole: SerializerFunctionWrapHandler) -> Any:
        return self.area if self.name is None and self.phone is None else whole(self)


class _OrCode:
    """An area's code may stand for the party of that area."""

    @staticmethod
    def __get_pydantic_json_schema__(schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "pattern": _CODE}, handler(schema)]}


def _of_area(given: Any) -> Any:
    return {"area": given} if isinstance(given, str) else given


Excluded = Annotated[Party, BeforeValidator(_of_area), _OrCode]


class Channel(StrEnum):
    """How somebody asked a coordinator to place an order for them."""

    PHONE = "phone"
    STATION = "station"
    VISIT = "visit"
    COORDINATOR = "coordinator"


class Consent(Command):
    """What the resident agreed to; a health hint is kept only with ``health``. ``person``: whom the order is for agreed
    that a coordinator places it.
    """

    health: bool = False
    person: bool = False


class PlaceOrder(Command):
    """Place an order: what, where, when, who. ``excluded``: codes of areas, or parties to the matter.

    ``channel``: a coordinator takes it down for somebody, with the consent of the person; ``call_only``: who does not
    read messages and wants to be called.
    """

    service: Code
    area: Code
    details: Annotated[Words, Field(max_length=LONGEST_TEXT)] = ""
    contact: Contact
    window: Window | None = None
    urgency: Urgency | None = None
    excluded: tuple[Excluded, ...] = Field(default=(), max_length=20)
    on_behalf_of: Annotated[Line, Field(max_length=LONGEST_NAME)] | None = None
    consent: Consent = Consent()
    channel: Channel | None = None
    call_only: bool = False


class AmendOrder(Command):
    """Change the window, the urgency or the words of an order that is not served yet."""

    window: Window | None = None
    urgency: Urgency | None = None
    details: Annotated[Words, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.window is None and self.urgency is None and self.details is None:
            raise ValueError("nothing to change")
        return self


class AnswerProposal(Command):
    """Whether the proposed time suits the resident."""

    accept: bool


class CancelOrder(Command):
    """Withdraw an order. No reason is asked; one that is given stays in the vault."""

    reason: Annotated[Words, Field(min_length=1, max_length=500)] | None = None


class ReviewOrder(Command):
    """The resident's verdict on a served order."""

    outcome: Outcome
    rating: int | None = Field(default=None, ge=1, le=5)
    comment: Annotated[Words, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None

    @model_validator(mode="after")
    def _is_a_verdict(self) -> Self:
        if self.outcome not in {Outcome.FIXED, Outcome.PARTLY, Outcome.NOT_FIXED}:
            raise ValueError("the outcome is fixed, partly or not_fixed")
        return self
