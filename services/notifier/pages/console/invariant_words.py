"""What must always hold, as ops read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.web.i18n import gettext, msgid

RULES: Mapping[str, str] = {
    "held": msgid("Every open order has somebody who holds it, and a time"),
    "gapless": msgid("The events of an order are numbered without a gap"),
    "heard": msgid("What is known of an order is what its events say"),
    "counted": msgid("Every order is counted on the public board"),
    "sent": msgid("Every message that is due is being sent"),
}

INVARIANT_WORDS: Mapping[str, Any] = {"rule_said": lambda name: gettext(RULES[name])}
"""For the templates."""
