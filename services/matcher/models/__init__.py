"""Matcher's rows. They carry their own verbs; they know no session and do no I/O."""

from services.matcher.models.dispatches import Dispatch, Leg, Stamp
from services.matcher.models.ground import Inbox, MatcherTable, Outbox, Session
from services.matcher.models.roster import CURRENT, Claim, Post, Roster, Volunteer
from services.matcher.models.serving import Assignment, Offer, Wave
from services.matcher.models.whole import WholeDispatch

__all__ = [
    "CURRENT",
    "Assignment",
    "Claim",
    "Dispatch",
    "Inbox",
    "Leg",
    "MatcherTable",
    "Offer",
    "Outbox",
    "Post",
    "Roster",
    "Session",
    "Stamp",
    "Volunteer",
    "Wave",
    "WholeDispatch",
]
