"""Before somebody orders: which services their words may mean, and whether others have the same matter already."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from services.intake.commands.concerning import Suggest
from services.intake.policies.similarity import Matter
from services.intake.queries.lessons import Taught
from services.intake.queries.similar import Similar, SimilarOrders, SimilarView
from shared.community.definition import Community
from shared.contracts.refusal import Conflict, Unauthenticated
from shared.identity.tokens import PurposeTokens
from shared.persistence.vault import SealBroken, Vault

JOINABLE = timedelta(hours=1)
"""How long a join token is valid."""

_SUBJECT = "join"


class JoinTokenOver(Conflict):
    """The join token has run out, or is none of ours."""

    title = "This offer to join has run out; please look again"


class SuggestionView(BaseModel):
    """One service that may be meant; ``score`` is 0 to 1, ``name`` in the reader's language."""

    code: str
    name: str
    score: float


class SuggestionsView(BaseModel):
    """What may be meant, the likeliest first; ``chosen`` is a service's code where one is clearly meant. ``similar``:
    open orders near by that may be the same matter. ``danger``: whom to call before anything else, where the words tell
    of danger; then nothing is chosen."""

    services: list[SuggestionView]
    chosen: str | None
    similar: list[SimilarView]
    danger: list[str]


EMERGENCY = ("119", "120", "110")
"""Fire, ambulance, police."""


class JoinTokens:
    """Opaque tokens that let one join an order: the order's id is sealed, for its number could be made from it."""

    def __init__(self, tokens: PurposeTokens, vault: Vault) -> None:
        self._tokens = tokens
        self._vault = vault

    def of(self, order_id: str) -> str:
        """A token for an order; each time another one."""
        sealed = self._vault.seal(_SUBJECT, order_id)
        return self._tokens.sign(base64.urlsafe_b64encode(sealed).decode(), JOINABLE)

    def order_of(self, token: str) -> str:
        """The order a token is for. Raises ``JoinTokenOver``."""
        try:
            return self._vault.open(_SUBJECT, base64.urlsafe_b64decode(self._tokens.verify(token)))
        except (Unauthenticated, SealBroken, ValueError) as error:
            raise JoinTokenOver from error


class Suggestions:
    """Answers what somebody is about to order, under the rules of one community."""

    def __init__(self, rules: Community, suggesting: Taught, similar: SimilarOrders, tokens: JoinTokens) -> None:
        self._rules = rules
        self._suggesting = suggesting
        self._similar = similar
        self.tokens = tokens

    async def to(self, asked: Suggest, language: str, now: datetime) -> SuggestionsView:
        """Services by the words; similar orders of the service that was named, else of the one that is chosen."""
        told = await self._suggesting.suggest(asked.text)
        names = self._rules.services_by_code
        return SuggestionsView(
            services=[
                SuggestionView(code=one.code, name=names[one.code].name.told_in(language), score=one.score)
                for one in told.services
            ],
            chosen=told.chosen,
            similar=await self.similar(asked, asked.service or told.chosen, now),
            danger=self._numbers() if told.danger else [],
        )

    def _numbers(self) -> list[str]:
        return [*EMERGENCY, *([self._rules.station_phone] if self._rules.station_phone else [])]

    async def similar(self, asked: Suggest, service: str | None, now: datetime) -> list[SimilarView]:
        """Orders of others that may be the same matter, as much of them as anybody may know."""
        if service is None or asked.area is None:
            return []
        matter = Matter(asked.area, asked.text, now, asked.window)
        return self._shown(await self._similar.to(service, matter))

    def _shown(self, found: Sequence[Similar]) -> list[SimilarView]:
        return [
            SimilarView(
                service=one.order.service,
                service_name=self._similar.name_of(one.order.service),
                area=one.order.grid,
                placed_at=one.order.placed_at,
                state=one.order.state,
                join_token=self.tokens.of(one.order.order_id),
            )
            for one in found
        ]
