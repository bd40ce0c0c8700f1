"""The services' tables as the checks query them."""

from __future__ import annotations

from services.intake.models import IntakeTable
from services.matcher.models import MatcherTable
from services.notifier.models import NotifierTable

ORDERS = IntakeTable.metadata.tables["orders"]
CALLS = IntakeTable.metadata.tables["calls"]
CONTACTS = IntakeTable.metadata.tables["contacts"]
DOOR_KEYS = IntakeTable.metadata.tables["door_keys"]
EXTERNAL_IDS = IntakeTable.metadata.tables["external_ids"]
INTAKE_EXTENSIONS = IntakeTable.metadata.tables["extensions"]
INTAKE_INCIDENTS = IntakeTable.metadata.tables["incidents"]
INTAKE_LEGS = IntakeTable.metadata.tables["legs"]
PROPOSED_TIMES = IntakeTable.metadata.tables["proposed_times"]
TIMELINE = IntakeTable.metadata.tables["timeline"]
INTAKE_INBOX = IntakeTable.metadata.tables["inbox"]
INTAKE_OUTBOX = IntakeTable.metadata.tables["outbox"]

DISPATCHES = MatcherTable.metadata.tables["dispatches"]
LEGS = MatcherTable.metadata.tables["legs"]
ASSIGNMENTS = MatcherTable.metadata.tables["assignments"]
INCIDENTS = MatcherTable.metadata.tables["incidents"]
EXTENSIONS = MatcherTable.metadata.tables["extensions"]
OFFERS = MatcherTable.metadata.tables["offers"]
POSTS = MatcherTable.metadata.tables["posts"]
CLAIMS = MatcherTable.metadata.tables["claims"]
VOLUNTEERS = MatcherTable.metadata.tables["volunteers"]
MATCHER_INBOX = MatcherTable.metadata.tables["inbox"]
MATCHER_OUTBOX = MatcherTable.metadata.tables["outbox"]

DEAD_LETTERS = NotifierTable.metadata.tables["dead_letters"]
EVENTS_HEARD = NotifierTable.metadata.tables["events"]
NOTICES = NotifierTable.metadata.tables["notices"]
NOTIFIER_INBOX = NotifierTable.metadata.tables["inbox"]
NOTIFIER_OUTBOX = NotifierTable.metadata.tables["outbox"]

OUTBOXES = {"intake": INTAKE_OUTBOX, "matcher": MATCHER_OUTBOX, "notifier": NOTIFIER_OUTBOX}
INBOXES = {"intake": INTAKE_INBOX, "matcher": MATCHER_INBOX, "notifier": NOTIFIER_INBOX}
PUBLISHED = {
    "intake": IntakeTable.metadata.tables["published"],
    "matcher": MatcherTable.metadata.tables["published"],
    "notifier": NotifierTable.metadata.tables["published"],
}
"""What each service remembers of its stream."""
