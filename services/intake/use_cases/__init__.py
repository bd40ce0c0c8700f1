"""Intake's use cases: one verb for each command, event and clock, over lists; all run by one writer."""

from __future__ import annotations

from services.intake.repository import Repository
from services.intake.use_cases.changing import Changing
from services.intake.use_cases.following import Following
from services.intake.use_cases.importing import Importing
from services.intake.use_cases.placing import Placing
from shared.community.definition import Community
from shared.persistence.group_commit import GroupCommit
from shared.persistence.vault import Vault


class UseCases:
    """Everything intake can do, and the writer that does it: ``writer.do(placing.place_orders, order)``."""

    def __init__(self, rules: Community, vault: Vault, writer: GroupCommit[Repository]) -> None:
        self.writer = writer
        self.placing = Placing(rules, vault)
        self.changing = Changing(rules, vault)
        self.following = Following(rules)
        self.importing = Importing(rules, self.placing)
