"""What notifier hears: every event of intake and matcher, its own, and the dead letters of all."""

from __future__ import annotations

from services.notifier.consumers.from_intake import from_intake
from services.notifier.consumers.from_matcher import from_matcher
from services.notifier.consumers.from_notifier import from_notifier
from services.notifier.use_cases.burying import index_dead_letters
from shared.messaging.dead_hearing import DeadHearing

dead_letters = DeadHearing("notifier", index_dead_letters)
HEARINGS = (from_intake, from_matcher, from_notifier)
