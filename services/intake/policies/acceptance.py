"""What makes an order acceptable: a known service and place, a possible time, somebody to reach."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.intake.commands import Contact, Orderer, Party
from shared.community.catalogue import Service
from shared.community.definition import Community
from shared.community.due import dispatch_due
from shared.community.phones import mobile
from shared.contracts.refusal import FieldError, Invalid
from shared.contracts.words import Urgency, Window

FURTHEST = timedelta(days=90)
LONGEST = timedelta(days=14)
_PHONE = re.compile(r"\+?[0-9]{5,15}")


class OrderInvalid(Invalid):
    """Something about the order cannot be; ``errors`` says which field and why."""

    title = "The order cannot be accepted like this"


@dataclass(frozen=True)
class Accepted:
    """An order that can be: its service, place and clocks; ``phone`` as dialled. ``due_at`` ends the dispatch clock.

    ``parties`` are in the matter, their phones in E.164 where they are mobiles.
    """

    service: Service
    area: str
    grid: str
    community: str | None
    urgency: Urgency
    due_at: datetime
    phone: str | None
    parties: tuple[Party, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What is asked for, as far as it can be judged. ``phone`` as typed.

    ``organisation``: the name of the shop or firm that orders. ``person``: whom it is for, who is told of it as well
    when they agree.
    """

    service: str
    area: str
    urgency: Urgency | None = None
    window: Window | None = None
    phone: str | None = None
    excluded: tuple[Party, ...] = ()
    orderer: Orderer = Orderer.RESIDENT
    organisation: str | None = None
    person: Contact | None = None
    person_agrees: bool = False


def accept(rules: Community, wish: Wish, now: datetime) -> Accepted:
    """Judge what was asked. Raises ``OrderInvalid`` with every field that is wrong, not only the first."""
    errors: list[FieldError] = []
    known = rules.services_by_code.get(wish.service)
    if known is None:
        errors.append(FieldError("/service", "there is no such service"))
    grid = rules.areas.grid_of(wish.area) if wish.area in rules.areas else None
    if wish.area not in rules.areas:
        errors.append(FieldError("/area", "there is no such area"))
    elif grid is None:
        errors.append(FieldError("/area", "an order names a grid or a place in one"))
    errors += window_errors(wish.window, now)
    dialled = normal_phone(wish.phone) if wish.phone else None
    if wish.phone and dialled is None:
        errors.append(FieldError("/contact/phone", "this is not a phone number"))
    errors += [*party_errors(rules, wish.excluded), *_people_errors(wish)]
    if errors or known is None or grid is None:
        raise OrderInvalid(errors=errors)
    chosen = wish.urgency or known.urgency
    return Accepted(
        service=known,
        area=wish.area,
        grid=grid,
        community=rules.areas.community_of(wish.area),
        urgency=chosen,
        due_at=dispatch_due(rules, chosen, wish.window, now),
        phone=dialled,
        parties=tuple(party.model_copy(update={"phone": party.phone and e164(party.phone)}) for party in wish.excluded),
    )


def _people_errors(wish: Wish) -> list[FieldError]:
    errors = []
    if wish.orderer is not Orderer.RESIDENT and wish.organisation is None:
        errors.append(FieldError("/contact/organisation", "the name of the shop or firm is needed"))
    if wish.orderer is Orderer.RESIDENT and wish.organisation is not None:
        errors.append(FieldError("/orderer", "say whether a shop or a firm orders"))
    if wish.person and e164(wish.person.phone) is None:
        errors.append(FieldError("/person/phone", "this is not a phone number"))
    if wish.person and not wish.person_agrees:
        errors.append(FieldError("/consent/person", "the person has to agree to it"))
    return errors


def party_errors(rules: Community, parties: Sequence[Party]) -> list[FieldError]:
    """What is wrong with those who are excluded: no such area, no phone number."""
    errors: list[FieldError] = []
    for place, party in enumerate(parties):
        if party.area is not None and party.area not in rules.areas:
            errors.append(FieldError(f"/excluded/{place}/area", "there is no such area"))
        if party.phone is not None and e164(party.phone) is None:
            errors.append(FieldError(f"/excluded/{place}/phone", "this is not a phone number"))
    return errors


def window_errors(window: Window | None, now: datetime) -> list[FieldError]:
    """What is wrong with a window, as seen at ``now``."""
    if window is None:
        return []
    if window.to <= now:
        return [FieldError("/window/to", "the window has passed")]
    if window.from_ > now + FURTHEST:
        return [FieldError("/window/from", "the window is more than 90 days ahead")]
    if window.to - window.from_ > LONGEST:
        return [FieldError("/window/to", "the window is longer than 14 days")]
    return []


def e164(typed: str) -> str | None:
    """A mobile number in E.164, however it was typed; another number as dialled; None when it is neither."""
    try:
        return mobile(typed)
    except ValueError:
        return normal_phone(typed)


def normal_phone(typed: str) -> str | None:
    """A phone number as dialled: digits, with ``+`` where it was typed; None when it is no phone number."""
    dialled = re.sub(r"[\s()\-.]", "", typed)
    return dialled if _PHONE.fullmatch(dialled) else None
