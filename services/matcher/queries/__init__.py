"""What matcher shows. Reading only."""

from __future__ import annotations

from services.matcher.policies.certificates import CertificateCodes
from services.matcher.queries.back_and_forth import BackAndForthQueries
from services.matcher.queries.cards import CardQueries
from services.matcher.queries.certificates import CertificateQueries
from services.matcher.queries.day import DayQueries
from services.matcher.queries.drafts import DraftQueries
from services.matcher.queries.due import DueQueries
from services.matcher.queries.explaining import ExplainingQueries
from services.matcher.queries.feeds import FeedQueries
from services.matcher.queries.incidents import IncidentQueries
from services.matcher.queries.photos import PhotoQueries
from services.matcher.queries.pool import PoolQueries
from services.matcher.queries.posts import PostQueries
from services.matcher.queries.reaching import Reaching
from services.matcher.queries.recommended import RecommendedQueries
from services.matcher.queries.references import ReferenceQueries
from services.matcher.queries.referrals import ReferralQueries
from services.matcher.queries.roster import RosterQueries
from services.matcher.queries.serving import ServingQueries
from services.matcher.queries.signing_in import SigningInQueries
from services.matcher.queries.stand_ins import StandInQueries
from services.matcher.use_cases.directories import Directories
from services.matcher.use_cases.needs import Needs
from shared.community.definition import Community
from shared.identity.sessions import Limits
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

__all__ = ["Queries"]


class Queries(ServingQueries):
    """Reads matcher's database. ``directories`` and ``needs``: the pairing's, so that the pool shows what it allows.
    ``limits``: how long sessions last. ``codes``: by which a certificate is known.
    """

    def __init__(
        self,
        database: Database,
        rules: Community,
        vault: Vault,
        directories: Directories,
        needs: Needs,
        limits: Limits,
        codes: CertificateCodes,
    ) -> None:
        super().__init__(database, rules, vault)
        self.cards = CardQueries(database, rules, vault)
        self.certificates = CertificateQueries(database, rules, vault, codes)
        self.feeds = FeedQueries(database, rules, vault)
        self.day = DayQueries(database, rules, vault)
        self.drafts = DraftQueries(database, vault)
        self.due = DueQueries(database)
        self.back_and_forth = BackAndForthQueries(database, rules)
        self.incidents = IncidentQueries(database, rules, vault)
        self.pool = PoolQueries(database, rules, vault, directories, needs)
        self.photos = PhotoQueries(database, vault)
        self.posts = PostQueries(database, rules, vault)
        self.references = ReferenceQueries(database)
        self.referrals = ReferralQueries(database, rules, vault)
        self.roster = RosterQueries(database, rules, vault)
        self.explaining = ExplainingQueries(database, rules)
        self.signing_in = SigningInQueries(database, rules, vault, limits)
        self.stand_ins = StandInQueries(database, rules)
        self.reaching = Reaching(database, rules, vault)
        self.recommended = RecommendedQueries(database, vault)
