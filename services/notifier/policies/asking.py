"""What ops do not see of events: who was asked, whose a no, another time or a silence was, and for whom somebody works
(mission.md, fairness).

An offer's event names its volunteer and the offer, the answer's event the offer: side by side they would say who
declined. A call-up names the unit, and who came of it works there. Services need all; whoever watches them none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared.contracts import matcher

WITHHELD: Mapping[str, tuple[str, ...]] = {
    matcher.OfferMade.name: ("volunteer_id", "unit"),
    matcher.LegRequested.name: ("volunteer_id",),
    matcher.CallUpMade.name: ("unit", "secretary_id"),
    **{event.name: ("offer_id",) for event in (matcher.OfferDeclined, matcher.OfferCountered, matcher.OfferExpired)},
}
"""By name of event, whatever its version, the fields of its body that nobody is shown. No search looks into these."""
INSTEAD = "withheld"


def shown(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an event, as ops see it."""
    return {**body, **{field: INSTEAD for field in WITHHELD.get(name, ()) if body.get(field) is not None}}


def shown_payload(subject: str, payload: str) -> str:
    """The same of a dead letter's text, by the subject it was published under; what is no JSON is not shown."""
    name = subject.split(".")[1] if "." in subject else ""
    if name not in WITHHELD:
        return payload
    try:
        body = json.loads(payload)
    except ValueError:
        return INSTEAD
    return json.dumps(shown(name, body), ensure_ascii=False) if isinstance(body, dict) else INSTEAD
