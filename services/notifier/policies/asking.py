"""What ops do not see of events: who was asked, and whose a no, another time or a silence was (mission.md, fairness).

An offer's event names its volunteer and the offer, the answer's event the offer: side by side they would say who
declined. Services need both; whoever watches them needs neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared.contracts import matcher

WITHHELD: Mapping[str, str] = {
    **{event.name: "volunteer_id" for event in (matcher.OfferMade, matcher.LegRequested)},
    **{event.name: "offer_id" for event in (matcher.OfferDeclined, matcher.OfferCountered, matcher.OfferExpired)},
}
"""By name of event, whatever its version, the field of its body that nobody is shown. No search looks into these."""
INSTEAD = "withheld"


def shown(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an event, as ops see it."""
    field = WITHHELD.get(name)
    return dict(body) if field is None or field not in body else {**body, field: INSTEAD}


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
