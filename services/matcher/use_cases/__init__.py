"""Matcher's use cases: one verb for each command, event and clock, over lists; all run by one writer."""

from __future__ import annotations

from services.matcher.policies.photos import PhotoLimits
from services.matcher.policies.policy import Policy
from services.matcher.repository import Repository, Unit
from services.matcher.use_cases.amending import Amending
from services.matcher.use_cases.answering import Answering
from services.matcher.use_cases.availing import Availing
from services.matcher.use_cases.calling_up import CallingUp
from services.matcher.use_cases.certifying import Certifying
from services.matcher.use_cases.claiming import Claiming
from services.matcher.use_cases.climbing import Climbing
from services.matcher.use_cases.concerning import Concerning
from services.matcher.use_cases.covering import Covering
from services.matcher.use_cases.deciding import Deciding
from services.matcher.use_cases.departing import Departing
from services.matcher.use_cases.directories import Directories
from services.matcher.use_cases.dispatching import Dispatching
from services.matcher.use_cases.drafting import Drafting
from services.matcher.use_cases.drawing import Drawing
from services.matcher.use_cases.enrolling import Enrolling
from services.matcher.use_cases.extending import Extending
from services.matcher.use_cases.forgetting import Forgetting
from services.matcher.use_cases.incidents import Incidents
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.needs import Needs
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.photographing import Photographing
from services.matcher.use_cases.pooling import Pooling
from services.matcher.use_cases.presenting import Presenting
from services.matcher.use_cases.recommending import Recommending
from services.matcher.use_cases.recusing import Recusing
from services.matcher.use_cases.referring import Referring
from services.matcher.use_cases.ring import Ring
from services.matcher.use_cases.searching import Searching
from services.matcher.use_cases.serving import Serving
from services.matcher.use_cases.standing_in import StandingIn
from services.matcher.use_cases.steps import Steps
from services.matcher.use_cases.thanking import Thanking
from shared.community.definition import Community
from shared.identity.marks import Marks
from shared.persistence.erasures import Register
from shared.persistence.group_commit import GroupCommit
from shared.persistence.vault import Vault


class UseCases:
    """Everything matcher can do, and the writer that does it: ``writer.do(answering.accept_offers, accept)``.

    ``policy`` is how people are asked; the community's own unless a simulation compares others. ``marks``: by which a
    party to a matter is recognised.
    """

    def __init__(
        self,
        rules: Community,
        vault: Vault,
        writer: GroupCommit[Repository],
        policy: Policy | None = None,
        marks: Marks | None = None,
        register: Register | None = None,
        photos: PhotoLimits | None = None,
    ) -> None:
        policy = policy or Policy.of(rules.pairing)
        self.writer = writer
        self.directories = Directories(rules, vault, marks)
        steps, self.needs = Steps(rules), Needs(rules, vault)
        means = Means(rules, policy, self.needs, Searching(rules, self.directories, policy), steps)
        ring = Ring(means)
        self.pairing = Pairing(means, ring)
        self.drawing = Drawing(means, self.pairing)
        self.dispatching = Dispatching(rules, self.pairing, steps)
        self.concerning = Concerning(steps)
        self.amending = Amending(means, self.pairing)
        self.answering = Answering(self.pairing, self.drawing, steps)
        self.pooling = Pooling(means, self.pairing, self.drawing)
        self.serving = Serving(rules, vault, self.pairing, steps)
        self.deciding = Deciding(means, vault, self.directories, self.pairing)
        self.calling_up = CallingUp(means, ring, self.pairing, self.deciding)
        self.referring = Referring(rules, vault, self.deciding, self.pairing, steps)
        self.extending = Extending(rules, vault, self.deciding)
        self.recusing = Recusing(means, self.pairing, self.deciding)
        self.climbing = Climbing(steps)
        self.enrolling = Enrolling(rules, vault, self.directories)
        self.covering = Covering(rules, self.directories)
        self.drafting = Drafting(vault)
        self.claiming = Claiming(rules, vault)
        self.incidents = Incidents(rules, vault)
        self.departing = Departing(means, vault, self.pairing, self.claiming)
        self.availing = Availing(rules, vault)
        self.presenting = Presenting(rules, vault)
        self.certifying = Certifying(rules, vault)
        self.thanking = Thanking()
        self.forgetting = Forgetting(rules, vault, register)
        self.photographing = Photographing(vault, photos or PhotoLimits())
        self.standing_in = StandingIn(rules)
        self.recommending = Recommending(means, self.deciding)

    def learn(self, unit: Unit) -> None:
        """After a commit: what volunteers carry now is known to the candidate index."""
        self.directories.learn(unit.repository.carried)
