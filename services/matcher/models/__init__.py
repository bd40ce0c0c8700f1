"""Matcher's rows. They carry their own verbs; they know no session and do no I/O."""

from services.matcher.models.assignments import Assignment
from services.matcher.models.dispatches import Dispatch, Stamp
from services.matcher.models.drafts import RosterDraft
from services.matcher.models.extensions import Extension
from services.matcher.models.ground import Audited, Inbox, MatcherTable, OneTimeCode, Outbox, Published, Session
from services.matcher.models.incidents import Incident
from services.matcher.models.incumbents import Incumbent
from services.matcher.models.legs import Leg
from services.matcher.models.offers import CallUp, Exclusion, Habit, Offer, Wave
from services.matcher.models.own import CalendarFeed, Certificate, PublicCard
from services.matcher.models.photos import Photo
from services.matcher.models.referrals import Referral
from services.matcher.models.roster import CURRENT, Claim, Post, Roster, Unit, Volunteer
from services.matcher.models.stand_ins import StandIn
from services.matcher.models.whole import WholeDispatch

__all__ = [
    "CURRENT",
    "Assignment",
    "Audited",
    "CalendarFeed",
    "CallUp",
    "Certificate",
    "Claim",
    "Dispatch",
    "Exclusion",
    "Extension",
    "Habit",
    "Inbox",
    "Incident",
    "Incumbent",
    "Leg",
    "MatcherTable",
    "Offer",
    "OneTimeCode",
    "Outbox",
    "Photo",
    "Post",
    "PublicCard",
    "Published",
    "Referral",
    "Roster",
    "RosterDraft",
    "Session",
    "Stamp",
    "StandIn",
    "Unit",
    "Volunteer",
    "Wave",
    "WholeDispatch",
]
