"""Placing an order: what, where, when, who; and who takes it down for whom."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from services.intake.commands.words import CODE, LONGEST_NAME, LONGEST_PHONE, LONGEST_TEXT, Code, Command, Line, Words
from shared.contracts.words import Urgency, Window


class Contact(Command):
    """Whom to reach. ``phone`` as typed; it is normalised when the order is placed. ``organisation``: the name of the
    shop or firm they order for.
    """

    name: Annotated[Line, Field(max_length=LONGEST_NAME)]
    phone: Annotated[Line, Field(max_length=LONGEST_PHONE)]
    organisation: Annotated[Line, Field(max_length=LONGEST_NAME)] | None = None


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
        return {"anyOf": [{"type": "string", "pattern": CODE}, handler(schema)]}


def _of_area(given: Any) -> Any:
    return {"area": given} if isinstance(given, str) else given


Excluded = Annotated[Party, BeforeValidator(_of_area), _OrCode]


class Channel(StrEnum):
    """How somebody asked a coordinator to place an order for them."""

    PHONE = "phone"
    STATION = "station"
    VISIT = "visit"
    COORDINATOR = "coordinator"


class Orderer(StrEnum):
    """Who orders: a resident, a shop, or a firm or office."""

    RESIDENT = "resident"
    SHOP = "shop"
    FIRM = "firm"


class Consent(Command):
    """What the resident agreed to; a health hint is kept only with ``health``. ``person``: whom the order is for agreed
    that a coordinator places it.
    """

    health: bool = False
    person: bool = False


class PlaceOrder(Command):
    """Place an order: what, where, when, who. ``excluded``: codes of areas, or parties to the matter.

    ``orderer``: who orders; a shop or a firm says its name in ``contact.organisation``. ``on_behalf_of``: the name of
    whom it is for; ``person``: their name and phone, when they agreed (``consent.person``) to be told of it as well.
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
    person: Contact | None = None
    orderer: Orderer = Orderer.RESIDENT
    channel: Channel | None = None
    call_only: bool = False
