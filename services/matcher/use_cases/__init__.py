"""Matcher's use cases: one verb for each command, event and clock, over lists; all run by one writer."""

from __future__ import annotations

from services.matcher.repository import Repository
from services.matcher.use_cases.amending import Amending
from services.matcher.use_cases.answering import Answering
from services.matcher.use_cases.climbing import Climbing
from services.matcher.use_cases.deciding import Deciding
from services.matcher.use_cases.directories import Directories
from services.matcher.use_cases.dispatching import Dispatching
from services.matcher.use_cases.enrolling import Enrolling
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.serving import Serving
from services.matcher.use_cases.steps import Steps
from shared.community.definition import Community
from shared.persistence.group_commit import GroupCommit
from shared.persistence.vault import Vault


class UseCases:
    """Everything matcher can do, and the writer that does it: ``writer.do(answering.accept_offers, accept)``."""

    def __init__(
        self, rules: Community, vault: Vault, writer: GroupCommit[Repository], asks_per_place: int = 1
    ) -> None:
        self.writer = writer
        self.directories = Directories(rules, vault)
        steps = Steps(rules)
        pairing = Pairing(rules, self.directories, steps, asks_per_place)
        self.dispatching = Dispatching(rules, pairing, steps)
        self.amending = Amending(self.directories, pairing, steps)
        self.answering = Answering(pairing, steps)
        self.serving = Serving(vault, pairing, steps)
        self.deciding = Deciding(rules, vault, self.directories, pairing, steps)
        self.climbing = Climbing(rules, steps)
        self.enrolling = Enrolling(rules, vault, self.directories)
