"""What happened to the orders and to the people of one run, counted while it happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from deploy.simulate.residents import Wish
from shared.contracts.words import Outcome

VOLUNTEER = "volunteer"


@dataclass
class Life:
    """One order. ``version`` counts intake's facts, ``escalations`` how often it came to a coordinator, the last time
    to that of ``desk_area``.

    The figures look at the first round alone: ``staffed_at`` is when the last place was taken by a volunteer,
    ``staffed_by`` how (offer, pool, call_up), ``settled_by`` is ``volunteer`` or the tier of the coordinator who
    settled it; ``closed_at`` the highest tier it had come to by
    then; ``asked_at`` when somebody was asked first; ``first_outcome`` the resident's word on it.
    """

    order_id: str
    wish: Wish
    placed_at: datetime
    leg_id: str
    version: int = 1
    round: int = 1
    escalations: int = 0
    desk_area: str = ""
    tier: str = ""
    staffed_at: datetime | None = None
    staffed_by: str | None = None
    settled_by: str | None = None
    closed_at: str | None = None
    asked_at: datetime | None = None
    first_outcome: Outcome | None = None
    outcome: Outcome | None = None

    @property
    def content(self) -> bool:
        """Whether the resident found it fixed."""
        return self.outcome is Outcome.FIXED

    @property
    def ended(self) -> bool:
        """Whether it has an outcome that stays."""
        return self.outcome not in {None, Outcome.NOT_FIXED}


@dataclass
class Count:
    """One run. ``asks`` and ``served`` (assignments completed) are by volunteer. ``hopes`` are yeses in time, by order
    and volunteer; those that are not among ``won`` in the end were in vain. ``unheld``: the most orders, at any
    midnight, that nobody held.
    """

    lives: dict[str, Life] = field(default_factory=dict)
    asks: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    hopes: set[tuple[str, str]] = field(default_factory=set)
    won: set[tuple[str, str]] = field(default_factory=set)
    expired: int = 0
    call_ups: int = 0
    unheld: int = 0
