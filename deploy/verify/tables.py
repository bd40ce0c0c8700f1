"""The services' tables as the checks query them."""

from __future__ import annotations

from services.intake.models import IntakeTable
from services.matcher.models import MatcherTable
from services.notifier.models import NotifierTable

ORDERS = IntakeTable.metadata.tables["orders"]
CALLS = IntakeTable.metadata.tables["calls"]
TIMELINE = IntakeTable.metadata.tables["timeline"]
INTAKE_OUTBOX = IntakeTable.metadata.tables["outbox"]

DISPATCHES = MatcherTable.metadata.tables["dispatches"]
LEGS = MatcherTable.metadata.tables["legs"]
ASSIGNMENTS = MatcherTable.metadata.tables["assignments"]
INCIDENTS = MatcherTable.metadata.tables["incidents"]
OFFERS = MatcherTable.metadata.tables["offers"]
POSTS = MatcherTable.metadata.tables["posts"]
CLAIMS = MatcherTable.metadata.tables["claims"]
VOLUNTEERS = MatcherTable.metadata.tables["volunteers"]
MATCHER_OUTBOX = MatcherTable.metadata.tables["outbox"]

NOTICES = NotifierTable.metadata.tables["notices"]
NOTIFIER_OUTBOX = NotifierTable.metadata.tables["outbox"]
