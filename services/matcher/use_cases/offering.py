"""How an offer is made: with what was weighed, so that it can be explained."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from services.matcher.models import Leg, Offer, Wave, WholeDispatch
from services.matcher.policies.acceptance import Source
from services.matcher.policies.deadlines import offer_expiry
from services.matcher.repository import Unit
from services.matcher.use_cases.searching import Choice


@dataclass(frozen=True)
class Terms:
    """How an offer is made: how many could have been asked, until when it holds, the part of the day, and why."""

    eligible: int
    expires_at: datetime
    part: int
    source: Source = Source.WAVE
    wave_id: str | None = None
    unit: str | None = None


def make_offer(uow: Unit, leg: Leg, choice: Choice, terms: Terms) -> Offer:
    """One offer, with how it was weighed."""
    return Offer(
        offer_id=uow.new_id(),
        leg_id=leg.leg_id,
        order_id=leg.order_id,
        wave_id=terms.wave_id,
        volunteer_id=choice.volunteer_id,
        source=terms.source.value,
        made_at=uow.now,
        expires_at=terms.expires_at,
        unit=terms.unit,
        cost=choice.cost,
        parts=json.dumps({name: round(value, 4) for name, value in asdict(choice.parts).items() if name != "tie"}),
        eligible=terms.eligible,
        part=terms.part,
    )


def make_wave(uow: Unit, whole: WholeDispatch, leg: Leg, answer_within: timedelta) -> Wave:
    """The next wave of a leg: those who are asked at the same time, until the same time."""
    dispatch = whole.dispatch
    leg.waves += 1
    ends_at = offer_expiry(uow.now, answer_within, dispatch.due_at, dispatch.window)
    return Wave(wave_id=uow.new_id(), leg_id=leg.leg_id, number=leg.waves, started_at=uow.now, ends_at=ends_at)
