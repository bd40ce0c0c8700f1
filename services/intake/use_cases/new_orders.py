"""What is asked for when an order is placed, and what of it is sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.intake.commands import Channel, Contact, Orderer, Party, PlaceOrder
from services.intake.models import Order, OrderContact
from services.intake.policies.acceptance import Accepted, e164
from shared.contracts.words import Role, Urgency, Window
from shared.identity.tokens import Caller
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class NewOrder:
    """One order to place, from any door. ``key`` is the Idempotency-Key, ``body`` all that was asked under it.

    ``person``: whom it is for, when they are told of it too; ``person_agrees`` to that. ``split_from``: the id of the
    order a coordinator divides.
    """

    service: str
    area: str
    details: str
    contact: Contact | None
    window: Window | None = None
    urgency: Urgency | None = None
    excluded: tuple[Party, ...] = ()
    on_behalf_of: str | None = None
    person: Contact | None = None
    person_agrees: bool = False
    orderer: Orderer = Orderer.RESIDENT
    health: bool = False
    channel: Channel | None = None
    recorded_by: str | None = None
    call_only: bool = False
    split_from: str | None = None
    key: str | None = None
    body: str = ""
    external_id: str | None = None
    by: Role = Role.RESIDENT
    traceparent: str = ""


@dataclass(frozen=True)
class Placed:
    """An accepted order. ``known`` is True when the same key (or external id) had placed it before."""

    order: Order
    known: bool = False


def asked(body: PlaceOrder, key: str | None, recorder: Caller | None, traceparent: str) -> NewOrder:
    """What came through a door. ``recorder``: the coordinator who takes it down; a key of theirs is theirs alone."""
    return NewOrder(
        service=body.service,
        area=body.area,
        details=body.details,
        contact=body.contact,
        window=body.window,
        urgency=body.urgency,
        excluded=body.excluded,
        on_behalf_of=body.on_behalf_of,
        person=body.person,
        person_agrees=body.consent.person,
        orderer=body.orderer,
        health=body.consent.health,
        channel=body.channel,
        recorded_by=recorder.subject if recorder else None,
        call_only=body.call_only,
        by=Role.COORDINATOR if recorder else Role.RESIDENT,
        key=f"{recorder.subject}:{key}" if recorder and key else key,
        body=body.model_dump_json() if key else "",
        traceparent=traceparent,
    )


def phone_print(vault: Vault, phone: str | None) -> str | None:
    """The keyed hash of a number to look up by, however it was typed."""
    number = e164(phone) if phone else None
    return vault.fingerprint(number) if number else None


def sealed_contact(vault: Vault, command: NewOrder, order: Order, accepted: Accepted, now: datetime) -> OrderContact:
    """Who ordered and what was said, sealed under the order's id.

    ``consent`` says to whom the person an order is for agreed, and when: a coordinator's id, or who ordered.
    """
    contact = command.contact
    asked_by = command.recorded_by or Role.RESIDENT.value
    fields = {
        "name": contact.name if contact else None,
        "phone": accepted.phone,
        "organisation": contact.organisation if contact else None,
        "details": command.details,
        "excluded": [party.model_dump() for party in accepted.parties],
        "on_behalf_of": command.on_behalf_of or (command.person.name if command.person else None),
        "consent": {"person": True, "to": asked_by, "at": now.isoformat()} if command.person_agrees else None,
        "health": command.health,
    }
    return OrderContact(
        order_id=order.order_id,
        sealed=vault.seal_fields(order.order_id, fields),
        phone_print=phone_print(vault, accepted.phone),
    )
