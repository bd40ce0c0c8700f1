"""Making others concerned in an order: whoever has the same matter, whom it is for, the other side."""

from __future__ import annotations

from services.intake.commands import Contact, Party
from services.intake.models import Order, Resident, TimelineEntry
from services.intake.policies.acceptance import e164
from services.intake.repository import Unit
from services.intake.use_cases.timeline import INTAKE, entry
from shared.contracts.intake import ResidentJoined
from shared.contracts.words import Part, Role
from shared.persistence.vault import Vault


def concern(uow: Unit, vault: Vault, order: Order, part: Part, contact: Contact | Party, by: Role | None) -> Resident:
    """Somebody is concerned in an order from now on; the row, the fact and the entry of the timeline are recorded.

    Of the phone, the number as dialled is kept. ``by``: whose hand did it.
    """
    resident, told = concerned(uow, vault, order, part, contact, by)
    uow.repository.add(resident, told)
    return resident


def concerned(
    uow: Unit,
    vault: Vault,
    order: Order,
    part: Part,
    contact: Contact | Party,
    by: Role | None,
    resident_id: str | None = None,
) -> tuple[Resident, TimelineEntry]:
    """The rows of ``concern`` for who inserts them in order (an order that is being placed comes first).

    ``resident_id``: the id they have already, where an order of theirs was merged.
    """
    phone = e164(contact.phone) if contact.phone else None
    resident = Resident(
        resident_id=resident_id or uow.new_id(),
        order_id=order.order_id,
        part=part.value,
        sealed=vault.seal_fields(order.order_id, {"name": contact.name, "phone": phone}),
        phone_print=vault.fingerprint(phone) if phone else None,
        joined_at=uow.now,
    )
    return resident, told_of(uow, order, resident, by)


def told_of(uow: Unit, order: Order, resident: Resident, by: Role | None) -> TimelineEntry:
    """Record that somebody is concerned from now on; returns the entry of the timeline."""
    joined = ResidentJoined(
        order_id=order.order_id,
        community=order.community,
        version=order.next_version(),
        resident_id=resident.resident_id,
        part=Part(resident.part),
        joined_at=uow.now,
    )
    uow.record(joined, traceparent=order.traceparent)
    uow.announce(order.order_id)
    return entry(order, joined, source=INTAKE, version=joined.version, at=uow.now, by=by)
