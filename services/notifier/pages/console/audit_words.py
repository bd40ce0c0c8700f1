"""The audit's verbs, alerts and verdicts, as ops read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.contracts.audit import Verdict, What
from shared.web.i18n import gettext, msgid

DEEDS: Mapping[str, str] = {
    What.READ: msgid("Opened an order"),
    What.REVEALED: msgid("Saw a contact in full"),
    What.FETCHED: msgid("Was given a contact to serve an order"),
    What.LOOKED_UP: msgid("Looked for what is not there for them"),
    What.ENTERED: msgid("Was kept out"),
    What.SIGNED_IN: msgid("Signed in"),
    What.SIGNED_OUT: msgid("Signed out"),
    What.HANDED_OVER: msgid("Came over from another service"),
    What.ATTESTED: msgid("Vouched for what a resident said"),
    What.DECIDED: msgid("Decided"),
    What.RETURNED: msgid("Handed an order back"),
    What.EXPORTED: msgid("Took a file out"),
    What.IMPORTED: msgid("Brought a file in"),
    What.EDITED: msgid("Changed the community or the roster"),
    What.VIEWED: msgid("Saw all that is kept of them"),
    What.CORRECTED: msgid("Corrected personal data"),
    What.ERASED: msgid("Erased personal data"),
    What.SWEPT: msgid("Personal data ended by their time"),
    What.REPLAYED: msgid("Replayed a dead letter"),
    What.DISCARDED: msgid("Discarded a dead letter"),
    What.KEYED: msgid("Made, changed or revoked a key"),
    What.SEARCHED: msgid("Searched the audit"),
    What.ALERTED: msgid("Alert: more than is usual"),
    What.LIMITED: msgid("Was turned away or held for doing too much"),
    What.RESTORED: msgid("The database came back from a backup"),
    What.BROKEN: msgid("The key of this audit was lost; a new one goes on"),
    What.DROPPED: msgid("Old rows have passed their time"),
}
RULES: Mapping[str, str] = {
    "reveals": msgid("contacts of many orders shown in full to one person"),
    "reads": msgid("many orders opened by one person"),
    "fetches": msgid("contacts of many orders given to one person"),
    "returns": msgid("orders taken and handed back by one person"),
    "lookups": msgid("one person looking for what is not theirs"),
    "refusals": msgid("one person at doors that are closed to them"),
    "strangers": msgid("strangers looking for what is not there"),
    "held": msgid("many orders in one grid that look like spam"),
}
VERDICTS: Mapping[str, str] = {Verdict.ALLOWED: msgid("Allowed"), Verdict.REFUSED: msgid("Refused")}


def deed_said(what: str) -> str:
    """A verb in the reader's language; one nobody knows as it is written."""
    return gettext(DEEDS[what]) if what in DEEDS else what


def alert_said(rule: str) -> str:
    """What an alert is about, in the reader's language."""
    return gettext(RULES[rule]) if rule in RULES else rule


def verdict_said(verdict: str) -> str:
    """Whether it was let happen, in the reader's language."""
    return gettext(VERDICTS[verdict]) if verdict in VERDICTS else verdict


AUDIT_WORDS: Mapping[str, Any] = {
    "deed_said": deed_said,
    "alert_said": alert_said,
    "verdict_said": verdict_said,
    "deeds": tuple(DEEDS),
}
"""For the templates."""
