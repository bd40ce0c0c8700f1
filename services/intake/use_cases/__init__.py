"""Intake's use cases: one verb for each command, event and clock, over lists; all run by one writer."""

from __future__ import annotations

from services.intake.policies.missing import FREE_MISSES
from services.intake.policies.suggesting import Suggesting
from services.intake.policies.suspicion import SpamLimits
from services.intake.repository import Repository
from services.intake.use_cases.arranging import Splitting, Timing
from services.intake.use_cases.calling import Calling
from services.intake.use_cases.changing import Changing
from services.intake.use_cases.closing import Closings
from services.intake.use_cases.consenting import Consenting
from services.intake.use_cases.ending import Ending
from services.intake.use_cases.following import Following
from services.intake.use_cases.forgetting import Forgetting
from services.intake.use_cases.importing import Importing
from services.intake.use_cases.incidents import Incidents
from services.intake.use_cases.joining import JoiningOrders
from services.intake.use_cases.judging import Judging
from services.intake.use_cases.lapsing import Lapsing
from services.intake.use_cases.merging import Merging
from services.intake.use_cases.missing import Missing
from services.intake.use_cases.placing import Placing
from services.intake.use_cases.suspecting import Suspecting
from services.intake.use_cases.teaching import Teaching
from services.intake.use_cases.turning_away import TurningAway
from services.intake.use_cases.unreached import Unreached
from shared.community.definition import Community
from shared.identity.asking_codes import AskingCodes
from shared.identity.codes import CodeLimits
from shared.persistence.erasures import Register
from shared.persistence.group_commit import GroupCommit
from shared.persistence.vault import Vault


class UseCases:
    """Everything intake can do, and the writer that does it: ``writer.do(placing.place_orders, order)``."""

    def __init__(
        self,
        rules: Community,
        vault: Vault,
        writer: GroupCommit[Repository],
        codes: CodeLimits | None = None,
        register: Register | None = None,
        spam: SpamLimits | None = None,
        free_misses: int = FREE_MISSES,
    ) -> None:
        self.writer = writer
        self.placing = Placing(rules, vault, Suspecting(rules, vault, spam or SpamLimits()))
        self.changing = Changing(rules, vault)
        self.calling = Calling(rules, vault, self.changing)
        self.lapsing = Lapsing(rules, self.calling)
        self.closings = Closings(vault, self.changing, self.calling)
        self.missing = Missing(free_misses)
        self.turning_away = TurningAway(vault)
        self.following = Following(Ending(self.calling, self.lapsing))
        self.unreached = Unreached(self.calling)
        self.incidents = Incidents(vault)
        self.finding = AskingCodes(codes or CodeLimits())
        self.forgetting = Forgetting(vault, register)
        self.joining = JoiningOrders(rules, vault)
        self.judging = Judging(vault, self.changing)
        self.merging = Merging(vault)
        self.consenting = Consenting(rules)
        self.timing = Timing(rules)
        self.splitting = Splitting(vault, self.placing)
        self.teaching = Teaching(rules, vault, Suggesting(rules.services, rules.phrases))
        self.importing = Importing(rules, self.placing)
